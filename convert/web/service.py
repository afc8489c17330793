"""The service behind the doors: who waits gets an answer from the pool, who comes back later a job in the table.

Both are kept in the store under the same key, so that the same request twice is answered at once with the same bytes.
The key names its owner: nobody learns what another has set.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from convert.article import Edition
from convert.child import Reply
from convert.editions import media_name
from convert.errors import ConvertError, InputError, Unavailable
from convert.installation import installation
from convert.jobs import hooks, queue
from convert.jobs.queue import Job, New
from convert.jobs.store import Store
from convert.jobs.supervisor import ring
from convert.jobs.table import opened
from convert.jobs.work import manifest_of
from convert.settings import Settings
from convert.web.delivery import Result
from convert.web.order import Order
from convert.web.pool import Pool

_LOG = logging.getLogger("editions.service")


class Wish(NamedTuple):
    """What a caller says about a job besides what is to be set."""

    owner: str
    key: str = ""  # the Idempotency-Key
    route: str = ""
    trace: str = ""
    webhook: dict[str, str] | None = None
    batch: str | None = None


class Service:
    """What all doors share."""

    def __init__(self, settings: Settings, pool: Pool | None = None) -> None:
        self.settings = settings
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pool = pool or Pool(settings.limits, settings.jobs)
        self.engine = opened(settings.database_url)
        self.store = Store(settings.store_url)

    # ------------------------------------------------------------ at once

    def convert_once(self, order: Order, wish: Wish) -> Result | Job:
        """What came before under the same key, a job that is not done or failed as it is; else the editions."""
        once = _once(wish)
        if once and (earlier := queue.before(self.engine, wish.owner, once, _asked(wish, order))):
            return self.result(earlier) if earlier.state == "succeeded" else earlier
        return self.convert(order, wish)

    def convert(self, order: Order, wish: Wish) -> Result:
        """The editions of the order, from the store where they are, else from a child."""
        once, place = _once(wish), result_key(order, wish.owner)
        found = self._kept(place)
        if found and not once:
            return found
        if not found:
            reply = self._set(order, wish.owner)
            found = Result(reply.editions, reply.report["remarks"], reply.report["metadata"])
        if once or self.settings.cache_seconds > 0:
            try:
                self._keep(place, order, wish, found)
            except Unavailable as error:  # the answer stands; only the next who asks must wait again
                _LOG.warning(json.dumps({"event": "not-kept", "detail": str(error)}))
        return found

    def _set(self, order: Order, who: str) -> Reply:
        if order.parts:
            return self.pool.collect(order.parts, order.formats, order.options, who)
        return self.pool.convert(order.source, order.formats, order.options, who)

    def _kept(self, place: str) -> Result | None:
        try:
            manifest = self.store.manifest(place)
            return self._read(place, manifest) if manifest else None
        except Unavailable:
            return None

    def _read(self, place: str, manifest: dict[str, Any]) -> Result | None:
        editions = []
        for entry in manifest["editions"]:
            data = self.store.get(place, entry["format"])
            if data is None or hashlib.sha256(data).hexdigest() != entry["sha256"]:
                return None
            editions.append(Edition(entry["format"], entry["name"], entry["media_type"], data))
        return Result(tuple(editions), manifest["remarks"], manifest["metadata"])

    def _keep(self, place: str, order: Order, wish: Wish, result: Result) -> None:
        """Keep an answer: under a key as long as a job, that whoever sends it again gets the same."""
        manifest = manifest_of(result.editions, result.remarks, result.metadata)
        self.store.publish(place, {e.format: e.data for e in result.editions}, manifest)
        once = _once(wish)
        ttl = self.settings.keep_seconds if once else self.settings.cache_seconds
        queue.submit(self.engine, [self._new(order, wish, place, "", ttl, manifest, once)], 1, 1)

    # ------------------------------------------------------------ later

    def submit(self, orders: Sequence[Order], wish: Wish, priority: int = queue.ORDINARY) -> list[Job]:
        """A job for each order, all or none. Once it returns, nothing but their owner's word makes them undone."""
        jobs = []
        for i, order in enumerate(orders):
            place = result_key(order, wish.owner)
            text = self.store.put_text(order.source.data)
            once = _once(wish, i)
            kept, ttl = self.store.manifest(place), self.settings.keep_seconds
            jobs.append(self._new(order, wish, place, text, ttl, kept, once, priority))
        try:
            made = queue.submit(self.engine, jobs, self.settings.queue, self.settings.own_queue)
        except ConvertError:
            self._forget({job.input for job in jobs})
            raise
        for order, job in zip(orders, jobs, strict=True):  # another job's end may have taken the same text along
            if self.store.text(job.input) is None:
                self.store.put_text(order.source.data)
                self._forget({job.input})  # or its owner may have erased it just now
        ring(self.bell)
        return made

    def hook(self, order: Order) -> dict[str, str] | None:
        """Where the news of the job's end goes, and what signs it; None where nobody asked. Refused where it cannot."""
        if not order.webhook:
            return None
        terms = hooks.terms_of(self.settings.webhooks)
        hooks.check(order.webhook, terms.plain, terms.allowed)
        if order.secret:
            hooks.check_secret(order.secret)
        return {"url": order.webhook, "secret": order.secret or hooks.new_secret()}

    @property
    def bell(self) -> Path:
        """Where the supervisor hears that there is work."""
        return self.settings.folder / "bell"

    def _new(
        self, order: Order, wish: Wish, place: str, text: str, ttl: float, manifest: dict[str, Any] | None,
        once: str | None = None, priority: int = queue.ORDINARY,
    ) -> New:  # fmt: skip
        request = {
            "name": order.source.name,
            "formats": list(order.formats),
            "options": asdict(order.options),
            **({"issue": True} if order.parts else {}),
        }
        return New(
            owner=wish.owner, request=request, input=text, result=place, ttl=ttl, manifest=manifest, once=once,
            fingerprint=_asked(wish, order), batch=wish.batch, trace=wish.trace,
            webhook=wish.webhook, priority=priority,
        )  # fmt: skip

    def result(self, job: Job) -> Result:
        """The editions of a job that has succeeded."""
        found = self._read(job.result, job.manifest or {"editions": [], "remarks": [], "metadata": {}})
        if found is None:
            raise Gone("The editions of this job are no longer there.", "Send the text again.")
        return found

    def edition(self, job: Job, name: str) -> Edition | None:
        """One edition of a job; None where it has none of that format."""
        for entry in (job.manifest or {}).get("editions", ()):
            if entry["format"] == name:
                data = self.store.get(job.result, name)
                if data is None:
                    raise Gone("The editions of this job are no longer there.", "Send the text again.")
                return Edition(name, entry["name"], entry["media_type"], data)
        return None

    def erase(self, name: str, owner: str) -> bool:
        """Erase a job, and what is in the store for it alone."""
        job = queue.get(self.engine, name, owner)
        if job is None or not queue.cancel(self.engine, name, owner):
            return False
        ring(self.bell)
        self._forget({job.result, job.input} - {""})
        return True

    def _forget(self, blobs: Set[str]) -> None:
        """Drop from the store what no job names."""
        for blob in blobs:
            if not queue.named(self.engine, blob):
                self.store.forget(blob)


class Gone(ConvertError):
    """What was there is over its time."""

    code, status, exit_code = "gone", 410, 3


class Missing(InputError):
    """There is no such job, or it is somebody else's."""

    code, status = "no-such-job", 404


# ---------------------------------------------------------------- keys of results


def _once(wish: Wish, number: int = 0) -> str | None:
    """The key of a request as the table has it, for each of its texts."""
    return _digest(wish.key, str(number) if number else "") if wish.key else None


def _asked(wish: Wish, order: Order) -> str:
    return _digest(wish.route, fingerprint(order))


def fingerprint(order: Order) -> str:
    """What is asked for, whatever the file is called and however the request was framed."""
    texts = [hashlib.sha256(text.data).hexdigest() for text in order.parts or (order.source,)]
    said = {
        "text": texts if order.parts else texts[0],
        "formats": order.formats,
        "options": asdict(order.options),
    }
    return _digest(json.dumps(said, sort_keys=True))


def result_key(order: Order, owner: str) -> str:
    """The place of an order's editions in the store: all that they depend on, and whose they are."""
    names = "\n".join(part.name for part in order.parts) or media_name(order.source.name)
    return _digest(owner, fingerprint(order), names, installation())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
