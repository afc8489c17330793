"""Settings: how this installation runs, read from the environment by the shells and by nobody else.

Each field is the environment variable EDITIONS_<NAME>; SOURCE_URL is read as it stands.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from convert.errors import UsageError
from convert.options import Limits


def _say(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits in bytes, seconds and counts."""

    max_bytes: int = _say(16_000_000, "largest text, in bytes")
    max_blocks: int = _say(200_000, "most blocks for HTML and EPUB")
    max_pdf_bytes: int = _say(2_000_000, "largest text for PDF, in bytes")
    max_pdf_blocks: int = _say(10_000, "most blocks for PDF")
    wall_seconds: float = _say(60.0, "longest conversion, in seconds")
    memory_bytes: int = _say(1_500_000_000, "most memory of one conversion, in bytes")
    jobs: int = _say(os.cpu_count() or 1, "conversions at a time")
    data: str = _say("", "folder for all that the service keeps; empty: editions, in the user's state folder")
    database: str = _say("", "the jobs' database, as SQLAlchemy names it; empty: SQLite in the data folder")
    store: str = _say("", "where texts and editions are kept: a folder, s3://bucket/prefix; empty: in the data folder")
    broker: str = _say("", "what tells workers of work: amqp://… or redis://…; empty: they look at the database")
    queue: int = _say(10_000, "most jobs that wait")
    own_queue: int = _say(2_000, "most jobs of one key that wait or run")
    batch_texts: int = _say(1_000, "most texts of one batch")
    batch_bytes: int = _say(64_000_000, "largest batch, in bytes")
    keep_seconds: float = _say(86_400.0, "for how long a job's editions are kept")
    lease: float = _say(15.0, "seconds after which the jobs of a supervisor that says nothing are another's")
    cache_seconds: float = _say(3_600.0, "for how long an answer is kept for who asks the same again; 0: not at all")
    cache: str = _say("", "folder for the faces cut for EPUB; empty: one in the environment, else the user's own")
    profiles: str = _say("", "folder of the house styles that may be named, a .toml file each")
    allow_css: bool = _say(False, "whether callers over HTTP may send a style sheet")
    webhooks_plain: bool = _say(False, "whether webhooks may go by http, and not https alone")
    webhooks_allowed: str = _say("", "networks not public that webhooks may go to, with commas: 10.1.0.0/16")
    rate: int = _say(600, "most requests a minute of one key, else of one address; 0: any number")
    at_once: int = _say(64, "most conversions of one key, else of one address, that are waited for at a time")
    streams: int = _say(8, "most event streams of one key, else of one address, at a time")
    cors: str = _say("", "origins whose pages may ask the endpoint, with commas: https://desk.example")
    source_url: str = _say("", "where the source of this version is; empty: the service hands it out itself")

    @property
    def folder(self) -> Path:
        """The folder for all that the service keeps."""
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(self.data) if self.data else Path(state) / "editions"

    @property
    def database_url(self) -> str:
        """The database, as SQLAlchemy names it."""
        return self.database or f"sqlite:///{self.folder.resolve() / 'jobs.db'}"

    @property
    def store_url(self) -> str:
        """Where texts and editions are kept, as fsspec names it."""
        return self.store or str(self.folder.resolve() / "store")

    @property
    def webhooks(self) -> dict[str, Any]:
        """The terms on which news of jobs is sent."""
        networks = [net.strip() for net in self.webhooks_allowed.split(",") if net.strip()]
        return {"plain": self.webhooks_plain, "allowed": networks}

    @property
    def limits(self) -> Limits:
        """The part of these that bounds one conversion."""
        return Limits(**{f.name: getattr(self, f.name) for f in fields(Limits)})


def described() -> list[tuple[str, str, str]]:
    """Each setting: its variable, its default, what it is."""
    found = []
    for f in fields(Settings):
        variable = "SOURCE_URL" if f.name == "source_url" else f"EDITIONS_{f.name.upper()}"
        default = "processors" if f.name == "jobs" else str(f.default)
        found.append((variable, default, f.metadata["help"]))
    return found


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The Settings that the environment says, and where it says none the file that EDITIONS_SETTINGS names.

    UsageError names a variable or a line whose value does not fit.
    """
    said: dict[str, Any] = _file(environment.get("EDITIONS_SETTINGS", ""))
    for f in fields(Settings):
        variable = "SOURCE_URL" if f.name == "source_url" else f"EDITIONS_{f.name.upper()}"
        if variable in environment:
            said[f.name] = _read(variable, environment[variable], type(f.default))
    return Settings(**said)


def _file(name: str) -> dict[str, Any]:
    """What a file of settings says: TOML, the names as they are here."""
    if not name:
        return {}
    try:
        found = tomllib.loads(Path(name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"The settings {name} cannot be read: {error}.", "Mend EDITIONS_SETTINGS.") from None
    kinds = {f.name: type(f.default) for f in fields(Settings)}
    for key, value in found.items():
        if key not in kinds:
            raise UsageError(f"{name}: there is no setting {key!r}.", "See editions serve --help-settings.")
        found[key] = _read(f"{name}: {key}", str(value), kinds[key])
    return found


def _read(variable: str, value: str, kind: type) -> Any:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    try:
        return words[value.lower()] if kind is bool else kind(value)
    except (ValueError, KeyError):
        raise UsageError(f"{variable} is {value!r}, which is no {kind.__name__}.", f"Set {variable} anew.") from None
