"""`editions worker`: children on one more machine, at work on the table that all share."""

from __future__ import annotations

import logging
import signal
import sys

from convert.errors import MissingDependency, UsageError
from convert.jobs import hooks
from convert.jobs.store import Store
from convert.jobs.supervisor import Supervisor
from convert.jobs.table import opened
from convert.settings import Settings


def work(settings: Settings) -> None:
    """Work until SIGTERM; SIGINT is the same. With a broker as it tells, without one by looking at the table."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    for library in ("alembic", "botocore", "aiobotocore", "celery", "kombu", "amqp"):
        logging.getLogger(library).setLevel(logging.WARNING)
    engine = opened(settings.database_url)
    supervisor = Supervisor(
        engine, Store(settings.store_url), settings.limits, settings.jobs, settings.keep_seconds, lease=settings.lease,
        terms=hooks.terms_of(settings.webhooks),
    )  # fmt: skip
    if settings.broker:
        _told(supervisor, settings.broker)
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stopping.set())
    supervisor.run()


def _told(supervisor: Supervisor, url: str) -> None:
    if not url.startswith(("amqp://", "amqps://", "redis://", "rediss://")):
        raise UsageError(f"EDITIONS_BROKER is {url.split('@')[-1]}.", "Name RabbitMQ (amqp://…) or Redis (redis://…).")
    try:
        from convert.jobs import broker
    except ImportError as error:
        raise MissingDependency(f"A broker wants Celery: {error}.", "pip install 'editions[workers]'") from None
    broker.work(supervisor, url)
