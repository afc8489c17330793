"""What comes out of the endpoint, typed: OpenAPI is generated from these; what goes in, `fields.py` says."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from convert.editions import EDITIONS

LONGEST_KEY = 200  # characters of an Idempotency-Key
State = Literal["queued", "running", "succeeded", "failed"]


class Remark(BaseModel):
    """A doubt about one place of the text."""

    code: str
    line: int = Field(description="From 1; 0: the whole text.")
    message: str


class JobResult(BaseModel):
    """One edition of a job."""

    format: str
    name: str = Field(description="The file's name.")
    media_type: str
    size: int = Field(description="Bytes.")
    sha256: str
    href: str = Field(description="Where it is.")


class JobError(BaseModel):
    """Why a job failed."""

    code: str
    status: int
    detail: str
    hint: str
    line: int | None


class Delivery(BaseModel):
    """A message about a job, and what became of it."""

    id: str
    url: str
    state: Literal["waiting", "delivered", "failed"]
    tries: int
    tried: str | None
    next: str | None
    status: int | None
    said: str


class Webhook(BaseModel):
    """Where the news of a job's end goes."""

    url: str
    secret: str | None = Field(None, description="What signs it; told once, when the job is made.")
    deliveries: list[Delivery] | None = None


class Job(BaseModel):
    """A job, whatever has become of it."""

    webhook: Webhook | None = None

    id: str
    state: State
    progress: float = Field(ge=0, le=1)
    created: str
    started: str | None
    finished: str | None
    expires_at: str = Field(description="When job and editions are forgotten.")
    remarks: list[Remark]
    results: list[JobResult]
    error: JobError | None


class Jobs(BaseModel):
    """Jobs, the newest first."""

    jobs: list[Job]


class Batch(BaseModel):
    """Jobs that were submitted together."""

    id: str
    total: int
    queued: int
    running: int
    succeeded: int
    failed: int
    webhook: Webhook | None = None
    archive: str = Field(description="Where all editions are, once none waits or runs.")
    jobs: list[Job]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    hint: str
    line: int | None
    request_id: str
    error: JobError | None = Field(None, description="Where an edition of a job is missing: why the job failed.")


class CheckReason(BaseModel):
    """One thing that speaks against an edition, or why nothing could be said."""

    place: str = Field(description="The file, and where in it.")
    message: str


class Check(BaseModel):
    """What one check said."""

    name: str
    state: Literal["passed", "failed", "not checked"]
    reasons: list[CheckReason]
    notes: list[str] = Field(description="Counted and named, held against nobody.")
    warnings: int = Field(description="How many of the reasons are a validator's warnings.")


class Verdict(BaseModel):
    """Whether a publication can be published."""

    input: str
    publishable: bool = Field(description="Whether no check failed.")
    verdict: str = Field(description="In a sentence.")
    checks: list[Check]


class Format(BaseModel):
    """A format that is set."""

    format: str
    name: str
    media_type: str
    extension: str


class Profile(BaseModel):
    """A house style that may be named."""

    profile: str


class JobPath(BaseModel):
    """Which job."""

    id: str = Field(description="As the Location of its 202 says.", max_length=64)


class ResultPath(JobPath):
    """Which edition of a job."""

    format: str = Field(max_length=20, json_schema_extra={"enum": [*EDITIONS]})


class JobsQuery(BaseModel):
    """How many jobs."""

    limit: int = Field(50, ge=1, le=200, description="How many at most.")
