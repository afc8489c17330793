"""The commands of the service: serve it, make its keys, work for it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from convert.cli.said import errors_told
from convert.settings import described, settings_from


def _help_settings(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    click.echo("Environment variables; or lines of a TOML file that EDITIONS_SETTINGS names, in small letters and")
    click.echo("without EDITIONS_: rate = 100. A variable goes before the file.\n")
    for variable, default, help in described():
        click.echo(f"{variable}  {help}\n    default: {default or 'empty'}")
    context.exit()


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen at.")
@click.option("--port", default=8000, type=click.IntRange(0, 65535), help="Port to listen at; 0 takes a free one.")
@click.option("--data", default="", metavar="DIR", help="Folder for all state. Default: EDITIONS_DATA.")
@click.option("--help-settings", is_flag=True, is_eager=True, expose_value=False, callback=_help_settings,
              help="Say which settings there are.")  # fmt: skip
def serve(host: str, port: int, data: str) -> None:
    """Start the web desk and the HTTP endpoint."""
    from convert.web.serve import serve as start

    with errors_told():
        start(settings_from(os.environ), host, port, Path(data) if data else None)


@click.command()
@click.option("--jobs", type=click.IntRange(1, 256), help="Conversions at a time. Default: EDITIONS_JOBS.")
def worker(jobs: int | None) -> None:
    """Work at the jobs of a service, on this machine or another: EDITIONS_DATABASE, EDITIONS_STORE, EDITIONS_BROKER."""
    from convert.jobs.worker import work

    with errors_told():
        settings = settings_from(os.environ)
        work(replace(settings, jobs=jobs) if jobs else settings)


_data = click.option("--data", default="", metavar="DIR", help="Folder for all state. Default: EDITIONS_DATA.")


@click.group("keys")
def keys_command() -> None:
    """Make, list and revoke the keys with which the service is used."""


@keys_command.command("create")
@click.argument("name")
@_data
def keys_create(name: str, data: str) -> None:
    """Make a key for NAME, and say it: this once, on standard output."""
    from convert.jobs import keys

    with _table(data) as engine:
        made, key = keys.create(engine, name)
    click.echo(f"editions: This is the key of {name} (id {made}). Keep it: it is not shown again.", err=True)
    click.echo(key)


@keys_command.command("list")
@_data
def keys_list(data: str) -> None:
    """List all keys: id, day it was made, whether it is valid, name."""
    from datetime import UTC, datetime

    from convert.jobs import keys

    with _table(data) as engine:
        for key in keys.listed(engine):
            state = "valid" if key.revoked is None else "revoked"
            click.echo(f"{key.id}  {datetime.fromtimestamp(key.created, UTC):%Y-%m-%d}  {state:<7}  {key.name}")


@keys_command.command("revoke")
@click.argument("which", metavar="ID|NAME")
@_data
def keys_revoke(which: str, data: str) -> None:
    """Revoke a key; services that run refuse it within five seconds."""
    from convert.jobs import keys

    with _table(data) as engine:
        for key in keys.revoke(engine, which):
            click.echo(f"revoked  {key.name}")


@contextmanager
def _table(data: str) -> Any:
    """The database in the folder `data`, else that of the settings."""
    from convert.jobs.table import opened

    with errors_told():
        settings = settings_from(os.environ)
        engine = opened((replace(settings, data=data) if data else settings).database_url)
        try:
            yield engine
        finally:
            engine.dispose()
