"""API keys: who may ask. The table keeps the SHA-256 of each, so that whoever reads it can use none.

The valid ones are read again every FRESH seconds at most: no request waits for the database, whatever key it brings,
and one that is revoked opens nothing after that time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import NamedTuple
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from convert.errors import UsageError
from convert.jobs.table import KEYS, now, reading, writing

FRESH = 5.0  # seconds
PREFIX = "ed_"  # by which people, and programs that look for secrets in public places, know one


class Key(NamedTuple):
    """A key as the table has it."""

    id: str
    name: str
    created: float
    revoked: float | None


class _Known(NamedTuple):
    """What was read of the table at `read`: whether any key was ever made, and the valid ones by their hash's half."""

    read: float
    made: bool
    valid: dict[str, tuple[str, str]]  # the other half, id


_known: WeakKeyDictionary[sa.Engine, _Known] = WeakKeyDictionary()


def create(engine: sa.Engine, name: str) -> tuple[str, str]:
    """Make a key called `name`: its id, and the key itself, which nobody can tell again."""
    _refuse_name(name)
    made, key = secrets.token_hex(8), PREFIX + secrets.token_urlsafe(30)
    with writing(engine) as c:
        if c.scalar(sa.select(KEYS.c.id).where(KEYS.c.name == name, KEYS.c.revoked.is_(None)).limit(1)):
            raise UsageError(
                f"There is a key called {name!r} already.", "Take another name, or revoke it first.", code="key-name"
            )
        c.execute(KEYS.insert().values(id=made, name=name, hash=_hash(key), created=now(c)))
    _known.pop(engine, None)
    return made, key


def _refuse_name(name: str) -> None:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise UsageError(
            f"{name[:200]!r} is no name for a key.", "Name who uses it, in 200 letters at most.", code="key-name"
        )


def revoke(engine: sa.Engine, which: str) -> list[Key]:
    """Revoke the key with this id or name; what was revoked. UsageError where there is none."""
    with writing(engine) as c:
        meant = (KEYS.c.id == which) | (KEYS.c.name == which)
        done = (
            KEYS.update().where(meant, KEYS.c.revoked.is_(None)).values(revoked=now(c)).returning(*_COLUMNS)
        )  # fmt: skip
        gone = [Key(*row) for row in c.execute(done)]
    if not gone:
        raise UsageError(f"There is no valid key {which!r}.", "See: editions keys list", code="key-name")
    _known.pop(engine, None)
    return gone


_COLUMNS = [KEYS.c[name] for name in Key._fields]


def listed(engine: sa.Engine) -> list[Key]:
    """Every key that was ever made, the oldest first."""
    with reading(engine) as c:
        return [Key(*row) for row in c.execute(sa.select(*_COLUMNS).order_by(KEYS.c.created, KEYS.c.id))]


def owner_of(engine: sa.Engine, key: str) -> str | None:
    """The id of this key, where it is valid. What time it takes tells nothing about any key."""
    found = _hash(key)
    rest, owner = _now_known(engine).valid.get(found[:32], ("", ""))
    return owner if hmac.compare_digest(rest, found[32:]) else None


def is_valid(engine: sa.Engine, owner: str) -> bool:
    """Whether `owner` is the id of a valid key."""
    return any(owner == known for _, known in _now_known(engine).valid.values())


def any_valid(engine: sa.Engine) -> bool:
    """Whether anybody has a key."""
    return bool(_now_known(engine).valid)


def any_made(engine: sa.Engine) -> bool:
    """Whether a key was ever made: to revoke the last one must not open the door to everybody."""
    return _now_known(engine).made


def _hash(key: str) -> str:
    """SHA-256 alone will do: a key is 240 random bits, which nobody guesses however fast."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _now_known(engine: sa.Engine) -> _Known:
    found = _known.get(engine)
    if found is None or time.monotonic() - found.read >= FRESH:
        found = _known[engine] = _read(engine)
    return found


def _read(engine: sa.Engine) -> _Known:
    moment = time.monotonic()  # before it is read: what is revoked meanwhile counts in time
    with reading(engine) as c:
        rows = c.execute(sa.select(KEYS.c.hash, KEYS.c.id).where(KEYS.c.revoked.is_(None))).all()
        made = bool(rows) or c.scalar(sa.select(KEYS.c.id).limit(1)) is not None
    return _Known(moment, made, {row.hash[:32]: (row.hash[32:], row.id) for row in rows})
