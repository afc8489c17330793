"""The endpoint for automation, /v1: texts in, editions or jobs out. `openapi.py` describes what stands here."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Response, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import RawModel
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from convert.article import Edition
from convert.editions import EDITIONS
from convert.errors import ConvertError, UsageError
from convert.files import house_styles
from convert.jobs import hooks, queue
from convert.jobs.queue import Job
from convert.readers import BY_MEDIA_TYPE
from convert.settings import Settings
from convert.web import models as m
from convert.web.delivery import as_json, attachment, called, delivered, zipped
from convert.web.order import Order, order_from, orders_from, single_from, trial_from, waited_for
from convert.web.quota import Streams
from convert.web.service import Gone, Missing, Service, Wish
from convert.web.stream import News, streamed

TEXTS = Tag(name="texts", description="A text in, the answer out.")
JOBS = Tag(name="jobs", description="A text in; its editions when they are done, whatever is killed meanwhile.")
BATCHES = Tag(name="batches", description="Many texts in one request, one archive out.")
ABOUT = Tag(name="about", description="What there is to choose from.")
_ZIP_TYPE = "application/zip"


def _file(said: str, *media_types: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "binary"}
    return {"description": said, "content": {kind.partition(";")[0]: {"schema": schema} for kind in media_types}}


_EDITION_TYPES = [kind.media_type for kind in EDITIONS.values()]
_REPORT_TYPE = {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}}
_REPORT = {"description": "The decision report.", "content": _REPORT_TYPE}
_ZIP = _file("The zip.", _ZIP_TYPE)
_STREAM_OF = {"description": "Events.", "content": {"text/event-stream": {"schema": {}}}}


def _list_of(model: type[BaseModel]) -> dict[str, Any]:
    schema = {"type": "array", "items": model.model_json_schema()}
    return {"description": model.__doc__, "content": {"application/json": {"schema": schema}}}


class Text(RawModel):
    """A text as a request brings it."""

    mimetypes: list[str] = ["multipart/form-data", "application/json", "text/plain", *BY_MEDIA_TYPE, _ZIP_TYPE]  # noqa: RUF012 (as flask-openapi3 has it)


class Parcel(RawModel):
    """Many texts as a request brings them."""

    mimetypes: list[str] = ["multipart/form-data", _ZIP_TYPE]  # noqa: RUF012 (as flask-openapi3 has it)


class NotYet(ConvertError):
    """What is asked for is still being made."""

    code, status, exit_code = "not-yet", 409, 1
    retry_after = 2


class Unset(Missing):
    """A job has no such edition; `error` is why the job failed, where it did."""

    code = "no-such-result"

    def __init__(self, message: str, hint: str, error: dict[str, Any] | None = None) -> None:
        super().__init__(message, hint)
        self.error = error


def blueprint(service: Service, settings: Settings) -> APIBlueprint:
    """The routes below /v1."""
    api = APIBlueprint("api", __name__, url_prefix="/v1")
    _texts(api, service, settings)
    streams = Streams(settings.streams)
    _jobs(api, service, settings, streams)
    _results(api, service)
    _batches(api, service, settings)
    _batch(api, service, streams)
    _about(api, settings)
    return api


def _texts(api: APIBlueprint, service: Service, settings: Settings) -> None:
    """Texts in, answers out."""

    @api.post(
        "/convert", tags=[TEXTS], summary="Set a text: an edition, or a zip of several", operation_id="convert",
        responses={
            200: _file("The edition, or a zip of them.", *_EDITION_TYPES, _ZIP_TYPE), 202: m.Job, 409: m.Problem,
        },
    )  # fmt: skip
    def convert(raw: Text) -> Response:
        order = order_from(request, settings)
        if "respond-async" in request.headers.get("Prefer", "").lower():
            return _accepted(service, order, {"Preference-Applied": "respond-async"})
        if order.webhook:
            raise waited_for()
        answer = service.convert_once(order, _wish(request.path))
        return _promised(answer) if isinstance(answer, Job) else delivered(answer, order.source)

    @api.post("/inspect", tags=[TEXTS], summary="What is read in a text: the decision report", operation_id="inspect",
              responses={200: _REPORT})  # fmt: skip
    def inspect(raw: Text) -> Response:
        order = single_from(request, settings)
        return as_json(service.pool.convert(order.source, (), order.options, g.owner).report)

    @api.post("/check", tags=[TEXTS], summary="Whether editions can be published: the verdict", operation_id="check",
              responses={200: m.Verdict})  # fmt: skip
    def check(raw: Text) -> Response:
        return as_json(service.pool.check(*trial_from(request, settings), who=g.owner))


def _jobs(api: APIBlueprint, service: Service, settings: Settings, streams: Streams) -> None:
    """Jobs: submitted, followed, erased."""

    @api.post(
        "/jobs", tags=[JOBS], summary="Set a text later: a job", operation_id="submit",
        responses={202: m.Job, 409: m.Problem},
    )  # fmt: skip
    def submit(raw: Text) -> Response:
        return _accepted(service, order_from(request, settings))

    @api.get("/jobs", tags=[JOBS], summary="Your jobs, the newest first", operation_id="jobs", responses={200: m.Jobs})
    def jobs(query: m.JobsQuery) -> Response:
        found = queue.listed(service.engine, g.owner, query.limit)
        return as_json({"jobs": [said(job) for job in found]})

    @api.get("/jobs/<id>", tags=[JOBS], summary="A job", operation_id="job",
             responses={200: m.Job, 404: m.Problem, 410: m.Problem})  # fmt: skip
    def job(path: m.JobPath) -> Response:
        found = _job(service, path.id)
        return _conditional(as_json(said(found) | _delivered(service, found)))

    @api.delete("/jobs/<id>", tags=[JOBS], summary="Cancel a job and erase what it made", operation_id="erase",
                responses={204: None, 404: m.Problem})  # fmt: skip
    def erase(path: m.JobPath) -> Response:
        if not service.erase(path.id, g.owner):
            raise _missing(path.id)
        return Response(status=204)

    @api.get("/jobs/<id>/events", tags=[JOBS], summary="What becomes of a job (SSE)", operation_id="events",
             responses={200: _STREAM_OF, 404: m.Problem, 410: m.Problem})  # fmt: skip
    def events(path: m.JobPath) -> Response:
        _job(service, path.id)
        return streamed(partial(_news_of_job, service, path.id, g.owner), streams.take(g.share))


def _results(api: APIBlueprint, service: Service) -> None:
    """What a job made."""

    @api.get("/jobs/<id>/results/<format>", tags=[JOBS], summary="An edition of a job", operation_id="result",
             responses={
                 200: _file("The edition.", *_EDITION_TYPES), 404: m.Problem, 409: m.Problem, 410: m.Problem,
             })  # fmt: skip
    def result(path: m.ResultPath) -> Response:
        job = _job(service, path.id)
        edition = service.edition(job, path.format)
        if edition is None:
            raise _unset(job, repr(path.format), path.format in job.request["formats"])
        return _conditional(attachment(edition))

    @api.get("/jobs/<id>/archive", tags=[JOBS], summary="All editions of a job, a zip", operation_id="archive",
             responses={200: _ZIP, 404: m.Problem, 409: m.Problem, 410: m.Problem})  # fmt: skip
    def archive(path: m.JobPath) -> Response:
        job = _job(service, path.id)
        if job.state != "succeeded":
            raise _unset(job, "to pack", True)
        data = zipped((e.name, e.data) for e in service.result(job).editions)
        return _conditional(attachment(Edition("zip", f"{job.id}.zip", "application/zip", data)))


def _unset(job: Job, what: str, is_asked: bool) -> ConvertError:
    """Why a job has no such edition: it is not done, it failed, or nobody asked for that."""
    if is_asked and job.state not in queue.DONE:
        return NotYet(f"Job {job.id} is {job.state}.", f"Look at /v1/jobs/{job.id} until it has ended.")
    if error := _error(job):
        return Unset(f"Job {job.id} failed, so it has no edition {what}: {error['detail']}", error["hint"], error)
    return Unset(f"Job {job.id} has no edition {what}; it is {job.state}.", "Its results list what there is.")


def _batches(api: APIBlueprint, service: Service, settings: Settings) -> None:
    """Many texts in one request, one archive out."""

    @api.post(
        "/batches", tags=[BATCHES], summary="Set many texts: files, or a zip of them", operation_id="submitBatch",
        responses={202: m.Batch, 409: m.Problem},
    )  # fmt: skip
    def submit_batch(raw: Parcel) -> Response:
        orders = orders_from(request, settings)
        hook = service.hook(orders[0])
        wish = _wish(f"{request.path} {len(orders)}")._replace(batch=uuid.uuid4().hex, webhook=hook)
        made = service.submit(orders, wish, queue.BULK)
        response = as_json(_batch_said(made) | ({"webhook": made[0].webhook} if made[0].webhook else {}), 202)
        response.headers["Location"] = f"/v1/batches/{made[0].batch}"
        return response


def _batch(api: APIBlueprint, service: Service, streams: Streams) -> None:
    """A batch: followed, taken away, erased."""

    @api.get("/batches/<id>", tags=[BATCHES], summary="A batch and its jobs", operation_id="batch",
             responses={200: m.Batch, 404: m.Problem})  # fmt: skip
    def batch(path: m.JobPath) -> Response:
        return _conditional(as_json(_batch_said(_jobs_of(service, path.id))))

    @api.get("/batches/<id>/events", tags=[BATCHES], summary="What becomes of a batch (SSE)",
             operation_id="batchEvents", responses={200: _STREAM_OF, 404: m.Problem})  # fmt: skip
    def batch_events(path: m.JobPath) -> Response:
        _jobs_of(service, path.id)
        return streamed(partial(_news_of_batch, service, path.id, g.owner), streams.take(g.share))

    @api.get("/batches/<id>/archive", tags=[BATCHES], summary="All editions of a batch, a zip",
             operation_id="batchArchive", responses={200: _ZIP, 404: m.Problem, 409: m.Problem})  # fmt: skip
    def batch_archive(path: m.JobPath) -> Response:
        jobs = _jobs_of(service, path.id)
        if any(job.state not in queue.DONE for job in jobs):
            raise NotYet(f"Batch {path.id} is not done.", f"Look at /v1/batches/{path.id} until it is.")
        data = zipped(_named_apart(e for job in jobs if job.manifest for e in service.result(job).editions))
        return _conditional(attachment(Edition("zip", f"{path.id}.zip", "application/zip", data)))

    @api.delete("/batches/<id>", tags=[BATCHES], summary="Cancel a batch and erase what it made",
                operation_id="eraseBatch", responses={204: None, 404: m.Problem})  # fmt: skip
    def erase_batch(path: m.JobPath) -> Response:
        for job in _jobs_of(service, path.id):
            service.erase(job.id, g.owner)
        return Response(status=204)


def _jobs_of(service: Service, name: str) -> list[Job]:
    found = [job for job in queue.of_batch(service.engine, name, g.owner) if job.state != "expired"]
    if not found:
        raise Missing(f"There is no batch {name[:64]!r}.", "It was erased, is over its time, or is another key's.")
    return found


def _batch_said(jobs: list[Job]) -> dict[str, Any]:
    """A batch as callers see it."""
    counts = Counter(job.state for job in jobs)
    return _counted(jobs[0].batch or "", counts) | {"jobs": [said(job) for job in jobs]}


def _counted(name: str, counts: Mapping[str, int]) -> dict[str, Any]:
    states = {state: counts.get(state, 0) for state in ("queued", "running", "succeeded", "failed")}
    return {"id": name, "total": sum(states.values()), **states, "archive": f"/v1/batches/{name}/archive"}


def _named_apart(editions: Iterable[Edition]) -> Iterator[tuple[str, bytes]]:
    """Each edition with a name of its own: the second `a.html` is `a-2.html`."""
    taken: set[str] = set()
    for edition in editions:
        stem, dot, ending = edition.name.partition(".")
        name, number = edition.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}{dot}{ending}"
        taken.add(name.casefold())
        yield name, edition.data


def _about(api: APIBlueprint, settings: Settings) -> None:
    """What there is to choose from."""

    @api.get("/formats", tags=[ABOUT], summary="The formats that are set", operation_id="formats",
             responses={200: _list_of(m.Format)})  # fmt: skip
    def formats() -> Response:
        return as_json(
            [
                {
                    "format": name,
                    "name": f"{called(name)}, {kind.help}",
                    "media_type": kind.media_type,
                    "extension": kind.extension,
                }
                for name, kind in EDITIONS.items()
            ]
        )

    @api.get("/profiles", tags=[ABOUT], summary="The house styles that may be named", operation_id="profiles",
             responses={200: _list_of(m.Profile)})  # fmt: skip
    def profiles() -> Response:
        return as_json([{"profile": name} for name in house_styles(settings.profiles)])


# ---------------------------------------------------------------- jobs


def _accepted(service: Service, order: Order, headers: Mapping[str, str] | None = None) -> Response:
    """202, once the job is in the table for good."""
    hook = service.hook(order)
    (job,) = service.submit([order], _wish(request.path)._replace(webhook=hook))
    response = _promised(job)
    response.headers.extend(headers or {})
    return response


def _promised(job: Job) -> Response:
    response = as_json(said(job) | ({"webhook": job.webhook} if job.webhook else {}), 202)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return response


def _wish(route: str) -> Wish:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > m.LONGEST_KEY:
        raise UsageError(
            f"The Idempotency-Key has {len(key)} characters; the limit is {m.LONGEST_KEY}.", "Send a UUID, for example."
        )
    return Wish(g.owner, key, route, g.trace)


def _job(service: Service, name: str) -> Job:
    found = queue.get(service.engine, name, g.owner)
    if found is None:
        raise _missing(name)
    if found.state == "expired":
        raise Gone(f"Job {name} is over its time: it was kept until its expires_at.", "Send the text again.")
    return found


def _missing(name: str) -> Missing:
    return Missing(f"There is no job {name[:64]!r}.", "It was erased, never was, or belongs to another key.")


def said(job: Job) -> dict[str, Any]:
    """A job as callers see it."""
    manifest = job.manifest or {"editions": [], "remarks": []}
    return {
        "id": job.id,
        "state": job.state,
        "progress": job.progress,
        "created": _iso(job.created),
        "started": _iso(job.started),
        "finished": _iso(job.finished),
        "expires_at": _iso(job.expires),
        "remarks": manifest["remarks"],
        "results": [e | {"href": f"/v1/jobs/{job.id}/results/{e['format']}"} for e in manifest["editions"]],
        "error": _error(job),
    }


def _error(job: Job) -> dict[str, Any] | None:
    """Why it failed, where it did."""
    if not job.error:
        return None
    return {k: job.error.get(k) for k in ("code", "status", "detail", "hint")} | {"line": job.error.get("line") or None}


def _delivered(service: Service, job: Job) -> dict[str, Any]:
    """What became of the news of a job's end; its secret is told once, when the job is made."""
    if not job.webhook:
        return {}
    tries = [d._asdict() | {"tried": _iso(d.tried), "next": _iso(d.next)} for d in hooks.of_job(service.engine, job.id)]
    return {"webhook": {"url": job.webhook["url"], "deliveries": tries}}


def _iso(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _news_of_job(service: Service, name: str, owner: str) -> News:
    job = queue.get(service.engine, name, owner)
    if job is None:
        return News("erased", {"id": name, "state": "erased"}, True)
    return News(job.state, said(job), job.state in (*queue.DONE, "expired"))


def _news_of_batch(service: Service, name: str, owner: str) -> News:
    """How many jobs are how far; they themselves would be megabytes."""
    counts = queue.batch_counts(service.engine, name, owner)
    counts.pop("expired", None)
    if not counts:
        return News("erased", {"id": name, "state": "erased"}, True)
    is_done = not counts.keys() - set(queue.DONE)
    state = "done" if is_done else "running"
    return News(state, {"state": state} | _counted(name, counts), is_done)


def _conditional(response: Response) -> Response:
    """The answer, shortened to what the caller lacks: by ETag, by Range."""
    if not response.get_etag()[0]:
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest())
    response.headers["Accept-Ranges"] = "bytes"
    length = response.content_length or len(response.get_data())
    return response.make_conditional(request, accept_ranges=True, complete_length=length)  # type: ignore[return-value]
