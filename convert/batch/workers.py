"""Workers afar: each text of a batch becomes a job of the table that the service and `editions worker` work at.

Jobs of a batch stand behind all others. What is killed here loses nothing: the same text is the same job when it is
sent again, and what the workers have set meanwhile is fetched then.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from convert.article import Edition, Source
from convert.child import Reply
from convert.errors import KINDS, ConvertError, Unavailable
from convert.installation import digest_of
from convert.jobs import queue
from convert.jobs.queue import Job, New
from convert.jobs.store import Store
from convert.jobs.table import opened
from convert.jobs.work import AGAIN
from convert.options import Options
from convert.settings import Settings

OWNER = "batch"  # no key has this name: a key's is a number
LOOK = 0.25  # seconds between two looks at what has ended
_TRIES = 5  # of a job that somebody else erases


class Workers:
    """Whoever works at one table of jobs. Any number of threads may ask at once. Use `with`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine, self.store = opened(settings.database_url), Store(settings.store_url)
        self._waiting: dict[str, threading.Event] = {}
        self._ended = threading.Event()
        self._eye = threading.Thread(target=self._look, daemon=True)
        self._eye.start()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for event in list(self._waiting.values()):
            event.set()
        self._eye.join()
        self.engine.dispose()

    def convert(self, source: Source, formats: Sequence[str], options: Options) -> Reply:
        """The editions of `source`, whoever sets them. Raises what the conversion raised, as `Child.convert` does."""
        for _ in range(_TRIES):
            job = self._followed(self._submitted(source, formats, options).id)
            if job and job.error:
                raise _error_from(job.error)
            if job and (reply := self._fetched(job)):
                self._erase(job)
                return reply
        raise ConvertError("The job is erased each time it is submitted.", "See who erases jobs of batches.")

    def _submitted(self, source: Source, formats: Sequence[str], options: Options) -> Job:
        """The job in the table: the one that is there, where this was asked for before."""
        request = {"name": source.name, "formats": list(formats), "options": asdict(options)}
        result = digest_of(source, json.dumps([OWNER, request], sort_keys=True))
        text = self.store.put_text(source.data)
        new = New(OWNER, request, text, result, self.settings.keep_seconds, queue.BULK, once=result, fingerprint=result)
        while True:
            try:
                (job,) = queue.submit(self.engine, [new], self.settings.queue, self.settings.queue)
            except queue.Full as full:
                time.sleep(full.retry_after)
                continue
            if not (job.error and job.error["code"] in AGAIN):
                return job
            queue.cancel(self.engine, job.id, OWNER)

    def _followed(self, name: str) -> Job | None:
        """The job once it has ended; None where it was erased."""
        event = self._waiting.setdefault(name, threading.Event())
        try:
            event.wait()
            if self._ended.is_set():
                raise Unavailable("The batch was stopped.", "Go on with --resume.")
            return queue.get(self.engine, name, OWNER)
        finally:
            self._waiting.pop(name, None)

    def _look(self) -> None:
        """Wake whoever waits for a job that has ended, or is gone."""
        while not self._ended.wait(LOOK):
            waiting = dict(self._waiting)
            with suppress(Unavailable):  # the database comes back, and so does the answer
                states = queue.states(self.engine, waiting) if waiting else {}
                for name, event in waiting.items():
                    if name not in states or states[name][0] in (*queue.DONE, "expired"):
                        event.set()

    def _fetched(self, job: Job) -> Reply | None:
        """What it gave, out of the store; None where that is not all there."""
        manifest = job.manifest or {"editions": []}
        data = [self.store.get(job.result, entry["format"]) for entry in manifest["editions"]]
        report = self.store.get(job.result, "report.json")
        if not data or report is None or None in data:
            return None
        editions = tuple(
            Edition(entry["format"], entry["name"], entry["media_type"], found or b"")
            for entry, found in zip(manifest["editions"], data, strict=True)
        )
        return Reply(editions, json.loads(report))

    def _erase(self, job: Job) -> None:
        """Let the job go with what it gave: a batch keeps its editions elsewhere."""
        queue.cancel(self.engine, job.id, OWNER)
        for blob in (job.result, job.input):
            if not queue.named(self.engine, blob):
                self.store.forget(blob)


def _error_from(said: dict[str, Any]) -> ConvertError:
    kind = KINDS.get(said["kind"], ConvertError)
    return kind(said["detail"], said["hint"], code=said["code"], line=said["line"])
