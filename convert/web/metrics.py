"""Metrics in Prometheus' format: what waits and runs, how long setting takes, what failed. The gate to its client.

What the supervisor does is in the table: its counts are read there, so that no process must tell another.
"""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from convert.errors import ConvertError, Unavailable
from convert.jobs import queue
from convert.web.service import Service

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What is measured in this process, and asked of the table when somebody looks."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "editions_request_seconds", "Time of requests.", ["route", "method", "status"],
            registry=self.registry, buckets=_SECONDS,
        )  # fmt: skip
        self.failures = Counter("editions_failures", "Requests refused, by code.", ["code"], registry=self.registry)
        self.jobs = Gauge("editions_jobs", "Jobs by state.", ["state"], registry=self.registry)
        self.ended = Gauge("editions_jobs_ended", "Newest failures, by code.", ["code"], registry=self.registry)
        self.took = Gauge(
            "editions_job_seconds", "Mean time of the jobs still kept, by formats.", ["formats"], registry=self.registry
        )
        self.children = Gauge("editions_children_busy", "Children at work for who waits.", registry=self.registry)
        self.kills = Gauge("editions_child_failures", "Deaths of jobs' children.", registry=self.registry)

    def watch(self, app: Flask) -> None:
        """Measure every request of `app`."""

        @app.before_request
        def begin() -> None:
            g.began = time.perf_counter()

        @app.after_request
        def end(response: Response) -> Response:
            route = request.url_rule.rule if request.url_rule else "none"
            seconds = time.perf_counter() - getattr(g, "began", time.perf_counter())
            self.requests.labels(route, request.method, response.status_code).observe(seconds)
            return response

        @app.get("/metrics")
        def metrics() -> Response:
            self._ask()
            return Response(generate_latest(self.registry), content_type="text/plain; version=0.0.4; charset=utf-8")

    def refused(self, error: ConvertError) -> None:
        """Count a refusal."""
        self.failures.labels(error.code).inc()

    def _ask(self) -> None:
        """Ask the table; where it does not answer, what it says is missing rather than wrong."""
        for gauge in (self.jobs, self.ended, self.took):
            gauge.clear()
        self.children.set(self.service.pool.busy)
        try:
            found = queue.told(self.service.engine)
        except Unavailable:
            return
        for state, count in found.states.items():
            self.jobs.labels(state).set(count)
        for code, count in found.endings.items():
            self.ended.labels(code).set(count)
        for formats, seconds in found.seconds.items():
            self.took.labels(formats).set(seconds)
        self.kills.set(found.deaths)
