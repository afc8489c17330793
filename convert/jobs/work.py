"""One job, done in a child: its text out of the store, its editions into it, then the one update that shows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from convert import parcel
from convert.article import Edition, Source
from convert.child import Child, Reply
from convert.errors import ConvertError, Unavailable
from convert.jobs import queue
from convert.jobs.queue import Job
from convert.jobs.store import Store
from convert.options import Options

# Codes of errors that may be the machine's and not the text's; a text that is gone may be on its way back.
AGAIN = ("killed", "internal", "text-gone")


def do(job: Job, engine: sa.Engine, store: Store, child: Child, ttl: float, told: Callable[[str], None]) -> str:
    """Do the job, and say in the table how it ended; the word for the logs. `told` hears each stage.

    Unavailable where store or table do not answer: then nothing is said, and the lease gives the job to the next.
    """
    try:
        manifest = store.manifest(job.result) or _made(job, store, child, told)
    except Unavailable:
        raise
    except ConvertError as error:
        again = error.code in AGAIN
        if not queue.fail(engine, job, problem(error), again, ttl):
            return _late(job, engine, store)
        return "retried" if again and job.failures + 1 < queue.RETRIES else f"failed: {error.code}"
    return "succeeded" if queue.finish(engine, job, manifest, ttl) else _late(job, engine, store)


def _late(job: Job, engine: sa.Engine, store: Store) -> str:
    """The job is somebody else's now, or nobody's: what was erased meanwhile must not come back by what was made."""
    if not queue.named(engine, job.result):
        store.forget(job.result)
    return "late"


def _made(job: Job, store: Store, child: Child, told: Callable[[str], None]) -> dict[str, Any]:
    data = store.text(job.input)
    if data is None:
        raise ConvertError("The text is no longer in the store.", "Send it again.", code="text-gone")
    request = job.request
    reply = _set(child, request, data, told)
    manifest = manifest_of(reply.editions, reply.report["remarks"], reply.report["metadata"])
    files = {e.format: e.data for e in reply.editions} | {"report.json": json.dumps(reply.report).encode()}
    store.publish(job.result, files, manifest)
    return manifest


def _set(child: Child, request: dict[str, Any], data: bytes, told: Callable[[str], None]) -> Reply:
    """The editions of the text, or of the issue whose texts were packed."""
    formats, options = request["formats"], options_of(request["options"])
    if request.get("issue"):
        return child.collect([(text, "") for text in parcel.parted(data)], formats, options, told)
    return child.convert(Source(request["name"], data), formats, options, told=told)


def manifest_of(editions: Sequence[Edition], remarks: list[dict[str, Any]], metadata: dict[str, Any]) -> dict[str, Any]:
    """What a result is: each edition with its size and digest, and what was doubtful."""
    entries = [
        {
            "format": e.format,
            "name": e.name,
            "media_type": e.media_type,
            "size": len(e.data),
            "sha256": hashlib.sha256(e.data).hexdigest(),
        }
        for e in editions
    ]
    return {"editions": entries, "remarks": remarks, "metadata": metadata}


def options_of(said: dict[str, Any]) -> Options:
    """Options as JSON carried them."""
    return Options(**{name: _tuples(value) for name, value in said.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(x) for x in value) if isinstance(value, list) else value


def problem(error: ConvertError) -> dict[str, Any]:
    """What went wrong, as the table keeps it."""
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "status": error.status,
        "detail": str(error),
        "hint": error.hint,
        "line": error.line,
    }
