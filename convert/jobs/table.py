"""The gate to SQLAlchemy and Alembic: the tables, the engine for them, and transactions that say what went wrong.

SQLite by default, PostgreSQL by its URL. Times are seconds since 1970, as the database's machine has them.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from convert.errors import NoSpace, Unavailable, UsageError

Engine = sa.Engine  # for those who only pass it on
METADATA = sa.MetaData()
TURN = 30.0  # seconds that somebody waits for a turn at SQLite's file
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts up an INTEGER only

JOBS = sa.Table(
    "jobs",
    METADATA,
    sa.Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("owner", sa.String(32), nullable=False),  # the key that it belongs to; "": nobody's, in open mode
    sa.Column("state", sa.String(9), nullable=False),  # queued running succeeded failed expired
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, default=0),  # the fencing token: who has an older one is late
    sa.Column("failures", sa.Integer, nullable=False, default=0),  # the retry budget
    sa.Column("run_after", sa.Float(53), nullable=False),
    sa.Column("lease_until", sa.Float(53), nullable=False, default=0.0),
    sa.Column("worker", sa.String(80), nullable=False, default=""),
    sa.Column("request", sa.Text, nullable=False),  # JSON: name, formats, options
    sa.Column("input", sa.String(64), nullable=False),  # SHA-256 of the text
    sa.Column("result", sa.String(64), nullable=False),  # the key of its editions in the store
    sa.Column("progress", sa.Float, nullable=False, default=0.0),
    sa.Column("manifest", sa.Text),  # JSON, once it has succeeded: editions, remarks
    sa.Column("error", sa.Text),  # JSON, once it has failed
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("started", sa.Float(53)),
    sa.Column("finished", sa.Float(53)),
    sa.Column("expires", sa.Float(53), nullable=False),
    sa.Column("once", sa.String(64)),  # hash of the Idempotency-Key
    sa.Column("fingerprint", sa.String(64), nullable=False, default=""),  # of what was asked under that key
    sa.Column("batch", sa.String(32)),
    sa.Column("trace", sa.String(200), nullable=False, default=""),  # request id and traceparent, for the logs
    sa.Column("webhook", sa.Text),  # JSON: where to, and the secret
    sa.UniqueConstraint("owner", "once", name="jobs_once"),
)
# Parts of the table with an index of their own. Who asks for one says it in these words: of values that are bound the
# planners cannot know that they name it.
LISTED = sa.text("state <> 'expired' AND input <> ''")
ENDED = sa.text("finished IS NOT NULL AND state <> 'expired'")
DIED = sa.text("failures > 0")


def _part(which: sa.TextClause) -> dict[str, Any]:
    return {"sqlite_where": which, "postgresql_where": which}


# What is asked often is answered from an index, whatever the table holds; `tests/test_jobs.py` asks the planners.
# The other direction, ascending, costs 1.4 s a claim at a million rows; this one 2 ms.
sa.Index("jobs_queue", JOBS.c.state, JOBS.c.priority.desc(), JOBS.c.seq)
sa.Index("jobs_expiry", JOBS.c.state, JOBS.c.expires)
sa.Index("jobs_listed", JOBS.c.owner, JOBS.c.seq, **_part(LISTED))
sa.Index("jobs_ended", JOBS.c.finished, **_part(ENDED))
sa.Index("jobs_deaths", JOBS.c.failures, **_part(DIED))
sa.Index("jobs_result", JOBS.c.result)
sa.Index("jobs_input", JOBS.c.input)
sa.Index("jobs_owner", JOBS.c.owner, JOBS.c.state)
sa.Index("jobs_batch", JOBS.c.batch)

KEYS = sa.Table(
    "keys",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("revoked", sa.Float(53)),
)

DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("job", sa.String(32), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(9), nullable=False),  # waiting delivered failed
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("next", sa.Float(53), nullable=False),  # when it is due, or whoever has it is over his time
    sa.Column("tried", sa.Float(53)),  # when last
    sa.Column("status", sa.Integer),
    sa.Column("said", sa.Text, nullable=False, default=""),
)
sa.Index("deliveries_next", DELIVERIES.c.state, DELIVERIES.c.next)
sa.Index("deliveries_job", DELIVERIES.c.job)


# ---------------------------------------------------------------- engine and transactions


def engine(url: str) -> sa.Engine:
    """The engine for the database at `url`. SQLite keeps every commit over a power cut, and waits for its turn."""
    if not url.startswith("sqlite"):
        bounds = {"options": _BOUNDS} if url.startswith("postgresql") else {}
        try:
            return sa.create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=24, connect_args=bounds)
        except (ArgumentError, ImportError) as error:
            raise UsageError(
                f"The database of EDITIONS_DATABASE cannot be used: {error}.",
                "Write postgresql+psycopg://USER:PASSWORD@HOST/NAME, with editions[postgresql] installed.",
            ) from None
    made = sa.create_engine(url, connect_args={"timeout": TURN})
    sa.event.listen(made, "connect", _prepare)
    sa.event.listen(made, "begin", _begin)
    return made


def opened(url: str) -> sa.Engine:
    """The engine for the database at `url`, its tables as this version wants them; SQLite's file its owner's alone."""
    file = sa.make_url(url).database if url.startswith("sqlite") else None
    if file:
        try:
            Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(file).touch(0o600)  # it holds the secrets of webhooks; its log beside it gets the same rights
        except OSError as error:
            raise UsageError(
                f"The data folder {Path(file).parent} cannot be made or written: {error.strerror}.",
                "Name another (EDITIONS_DATA).",
            ) from None
    made = engine(url)
    migrate(made)
    return made


# A process that is stopped or cut off in the middle of a transaction must not stop the others: PostgreSQL ends it.
_BOUNDS = "-c idle_in_transaction_session_timeout=5000 -c lock_timeout=10000 -c statement_timeout=60000"


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # no transaction of the driver's own
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _log_ahead(connection)


def _log_ahead(connection: Any) -> None:
    """Have the file's log written ahead. SQLite waits for no turn at this, where several open a new file at once."""
    until = time.monotonic() + TURN
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin(connection: sa.Connection) -> None:
    """A transaction that will write takes its turn at once: one that reads first would have to give up later."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes, committed at its end. Unavailable where the database is gone, NoSpace where full."""
    with _told(), _turn(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


TURN = 30.0  # seconds, as SQLite itself waits
_TURNS: WeakKeyDictionary[sa.Engine, threading.Lock] = WeakKeyDictionary()


@contextmanager
def _turn(engine: sa.Engine) -> Iterator[None]:
    """This process' turn to write to SQLite: who finds its one lock taken sleeps, up to 0.1 s, and is overtaken."""
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _TURNS.setdefault(engine, threading.Lock())
    if not lock.acquire(timeout=TURN):
        raise Unavailable("The database does not answer: it is being written.", "Try again in a moment.")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that only reads. Unavailable where the database is gone."""
    with _told(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise  # who writes what must be unique looks for it
    except SQLAlchemyError as error:
        said = _said(error)
        if any(words in said for words in _FULL):
            raise NoSpace(f"The database cannot be written: {said}.", "Free some space, then send it again.") from error
        if isinstance(error, DBAPIError) and not isinstance(error, sa.exc.ProgrammingError | sa.exc.DataError):
            raise Unavailable(f"The database does not answer: {said}.", "Try again in a moment.") from error
        raise


_FULL = ("disk is full", "No space left", "disk I/O error")


def _said(error: BaseException) -> str:
    """What the database said, at first: a transaction that cannot even be rolled back says something else after it."""
    while isinstance(error.__context__, SQLAlchemyError):
        error = error.__context__
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def now(connection: sa.Connection) -> float:
    """The time, as all who share the database have it: of several machines no two clocks agree."""
    if connection.dialect.name == "postgresql":
        return float(connection.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
    return time.time()


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to what this version wants; one process at a time, the others wait."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7406130185)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
