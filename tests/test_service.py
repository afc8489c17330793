"""Jobs over HTTP, from outside: a real server, its supervisor, real kills."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from convert import Source, pipeline
from convert.jobs import queue, table
from convert.options import Options
from convert.settings import Settings
from convert.web import keeper
from convert.web.order import Order
from convert.web.service import Service, Wish
from convert.web.wire import HURRY
from tests.serving import JSON, PLAIN, ROOT, Answer, Server, serving, wait_until

TEXT = "Of Gardens\n\nby Francis Bacon\n\nGod Almighty first planted a garden.\n\nIt is the purest of our pleasures.\n"
SLOW = "A Title\n\n" + "A sentence of no great length stands here. " * 20_000


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(EDITIONS_CACHE_SECONDS="600") as server:
        yield server


def submitted(server: Server, text: str = TEXT, to: str = "html", **headers: str) -> dict[str, Any]:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = server.ask("POST", f"/v1/jobs?to={to}", text.encode(), PLAIN | said)
    assert answer.status == 202, answer.data
    job: dict[str, Any] = answer.json
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    return job


def done(server: Server, job: Mapping[str, Any], seconds: float = 30) -> dict[str, Any]:
    """The job once it has ended."""
    end = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = server.ask("GET", f"/v1/jobs/{job['id']}").json
        if found["state"] in ("succeeded", "failed"):
            return found
        assert time.monotonic() < end, found
        time.sleep(0.05)


def fetched(server: Server, href: str, **headers: str) -> Answer:
    return server.ask("GET", href, None, {k.replace("_", "-"): v for k, v in headers.items()})


# ---------------------------------------------------------------- a job and what it makes


def test_a_job_is_followed_and_fetched(server: Server) -> None:
    job = submitted(server, to="html,epub")
    assert (job["state"], job["results"], job["error"]) == ("queued", [], None)
    found = done(server, job)
    assert (found["state"], found["progress"]) == ("succeeded", 1)
    assert [r["format"] for r in found["results"]] == ["html", "epub"]
    alone = pipeline.convert(Source("", TEXT.encode()), ("html", "epub"))
    for entry, edition in zip(found["results"], alone.editions, strict=True):
        answer = fetched(server, entry["href"])
        assert (answer.status, answer.data) == (200, edition.data)
        assert answer.headers["Content-Type"] == entry["media_type"] == edition.media_type
        assert int(answer.headers["Content-Length"]) == entry["size"]
    archive = fetched(server, f"/v1/jobs/{job['id']}/archive")
    with zipfile.ZipFile(io.BytesIO(archive.data)) as members:
        assert members.namelist() == [r["name"] for r in found["results"]]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["expires_at"])
    assert found["id"] in [j["id"] for j in server.ask("GET", "/v1/jobs").json["jobs"]]


def test_what_the_caller_has_is_not_sent_again_and_a_part_is_sent_alone(server: Server) -> None:
    href = done(server, submitted(server))["results"][0]["href"]
    whole = fetched(server, href)
    again = fetched(server, href, If_None_Match=whole.headers["ETag"])
    assert (again.status, again.data) == (304, b"")
    part = fetched(server, href, Range="bytes=10-19")
    assert (part.status, part.data) == (206, whole.data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert fetched(server, href, Range=f"bytes={len(whole.data)}-").status == 416


def test_respond_async_is_a_job(server: Server) -> None:
    answer = server.ask("POST", "/v1/convert?to=html", TEXT.encode(), PLAIN | {"Prefer": "respond-async"})
    assert (answer.status, answer.headers["Preference-Applied"]) == (202, "respond-async")
    assert done(server, answer.json)["state"] == "succeeded"


def test_a_job_that_fails_says_why(server: Server) -> None:
    found = done(server, submitted(server, "x\0y" * 200))
    assert found["state"] == "failed"
    assert found["error"]["status"] in (415, 422)
    assert found["error"]["hint"]
    for path in ("results/html", "archive"):
        answer = fetched(server, f"/v1/jobs/{found['id']}/{path}")
        assert (answer.status, answer.json["code"]) == (404, "no-such-result")
        assert answer.json["error"] == found["error"]
        assert found["error"]["detail"] in answer.json["detail"]
        assert answer.json["hint"] == found["error"]["hint"]


def test_what_is_not_done_yet_says_when_to_come_back() -> None:
    with serving() as server:
        job = submitted(server, SLOW, "pdf")
        for path in ("results/pdf", "archive"):
            answer = fetched(server, f"/v1/jobs/{job['id']}/{path}")
            assert (answer.status, answer.json["code"], answer.headers["Retry-After"]) == (409, "not-yet", "2")
        answer = fetched(server, f"/v1/jobs/{job['id']}/results/epub")
        assert (answer.status, answer.json["code"]) == (404, "no-such-result")
        assert "error" not in answer.json
        assert server.ask("DELETE", f"/v1/jobs/{job['id']}").status == 204


def test_what_is_erased_is_gone(server: Server) -> None:
    job = done(server, submitted(server))
    assert server.ask("DELETE", f"/v1/jobs/{job['id']}").status == 204
    for path in ("", "/events", "/archive", "/results/html"):
        answer = server.ask("GET", f"/v1/jobs/{job['id']}{path}")
        assert (answer.status, answer.json["code"]) == (404, "no-such-job")
    assert server.ask("DELETE", f"/v1/jobs/{job['id']}").status == 404


def test_erasing_kills_what_runs() -> None:
    with serving() as server:
        job = submitted(server, SLOW, "pdf")
        wait_until(lambda: server.ask("GET", f"/v1/jobs/{job['id']}").json["state"] == "running")
        time.sleep(0.5)
        assert server.ask("DELETE", f"/v1/jobs/{job['id']}").status == 204
        quick = submitted(server)  # there is one child: it must be free again
        assert done(server, quick, 12)["state"] == "succeeded"


def test_what_is_over_its_time_is_gone_and_says_so() -> None:
    with serving(EDITIONS_LEASE="1", EDITIONS_KEEP_SECONDS="1") as server:
        job = submitted(server)
        wait_until(lambda: server.ask("GET", f"/v1/jobs/{job['id']}").status == 410, 20)
        assert server.ask("GET", f"/v1/jobs/{job['id']}").json["code"] == "gone"


def test_events_tell_each_change_and_end_with_the_job(server: Server) -> None:
    job = submitted(server, TEXT * 40, "html,pdf,epub")
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request("GET", f"/v1/jobs/{job['id']}/events")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type", "").startswith("text/event-stream")
    events = answer.read().decode().strip().split("\n\n")  # it ends by itself
    connection.close()
    assert events[0] == "retry: 1000"
    assert events[-1].startswith("event: succeeded\ndata: ")
    last = json.loads(events[-1].partition("data: ")[2])
    assert len(last["results"]) == 3


# ---------------------------------------------------------------- twice the same


def test_the_same_request_twice_is_the_same_bytes_at_once(server: Server) -> None:
    text = ("Another Text\n\n" + "A sentence stands here. " * 3000).encode()
    first = server.ask("POST", "/v1/convert?to=pdf", text, PLAIN)
    began = time.perf_counter()
    again = server.ask("POST", "/v1/convert?to=pdf", text, PLAIN)
    assert again.data == first.data
    assert again.headers["X-Remarks"] == first.headers["X-Remarks"]
    assert time.perf_counter() - began < 0.5  # setting it takes longer
    job = server.ask("POST", "/v1/jobs?to=pdf", text, PLAIN)
    assert (job.status, job.json["state"]) == (202, "succeeded")
    assert fetched(server, job.json["results"][0]["href"]).data == first.data


def test_one_key_is_one_job(server: Server) -> None:
    with ThreadPoolExecutor(6) as threads:
        jobs = list(threads.map(lambda _: submitted(server, TEXT + "Once.", Idempotency_Key="k-1"), range(6)))
    assert len({job["id"] for job in jobs}) == 1
    done(server, jobs[0])
    assert submitted(server, TEXT + "Once.", Idempotency_Key="k-1")["state"] == "succeeded"
    other = server.ask("POST", "/v1/jobs?to=html", b"Other", PLAIN | {"Idempotency-Key": "k-1"})
    assert (other.status, other.json["code"]) == (409, "idempotency-conflict")
    also = server.ask("POST", "/v1/jobs?to=epub", (TEXT + "Once.").encode(), PLAIN | {"Idempotency-Key": "k-1"})
    assert also.status == 409


def test_a_key_counts_whatever_the_frame_and_the_file_s_name(server: Server) -> None:
    data = (TEXT + "Framed.").encode()
    one = server.ask("POST", "/v1/jobs?to=html&name=a.txt", data, PLAIN | {"Idempotency-Key": "k-2"})
    body = json.dumps({"text": data.decode(), "to": ["html"], "name": "b.txt", "reader": "text"}).encode()
    two = server.ask("POST", "/v1/jobs", body, JSON | {"Idempotency-Key": "k-2"})
    assert (one.status, two.status) == (202, 202)
    assert one.json["id"] == two.json["id"]


def test_a_text_that_another_job_s_end_took_along_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service, submit = Service(Settings(data=str(tmp_path))), queue.submit

    def taken(*said: Any) -> list[Any]:
        made = submit(*said)
        service.store.forget(made[0].input)
        return made

    monkeypatch.setattr(queue, "submit", taken)
    (job,) = service.submit([Order(Source("a.txt", TEXT.encode()), ("html",), Options())], Wish(""))
    assert service.store.text(job.input) == TEXT.encode()
    service.engine.dispose()


# ---------------------------------------------------------------- kills


@pytest.mark.parametrize("kind", ["web", "supervisor", "child"])
def test_whatever_is_killed_every_202_ends_in_its_result(kind: str) -> None:
    with serving(EDITIONS_JOBS="2") as server:
        jobs = [submitted(server, f"{TEXT}Number {n}.", "html,epub") for n in range(12)]
        for _ in range(3):
            time.sleep(0.4)
            for pid in server.processes()[kind][:1]:
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: answers(server), 20)
        for job in jobs:
            assert done(server, job, 60)["state"] == "succeeded"


def test_a_supervisor_that_cannot_be_started_now_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, tries = keeper._started, list[str]()

    def at_first_not(settings: Settings) -> Any:
        tries.append(settings.data)
        if len(tries) == 1:
            raise BlockingIOError("no process to be had")
        return start(settings)

    monkeypatch.setattr(keeper, "_started", at_first_not)
    service = Service(Settings(data=str(tmp_path), jobs=1))
    kept = keeper.Keeper(service.settings)
    (job,) = service.submit([Order(Source("a.txt", TEXT.encode()), ("html",), Options())], Wish(""))
    try:
        wait_until(lambda: service.edition(queue.get(service.engine, job.id) or job, "html") is not None)
    finally:
        kept.close()
        service.engine.dispose()
    assert len(tries) == 2


def test_the_lease_is_a_setting(tmp_path: Path) -> None:
    with serving(EDITIONS_DATA=str(tmp_path), EDITIONS_LEASE="2.5") as server:
        submitted(server, SLOW, "html,pdf")
        engine = table.engine(Settings(data=str(tmp_path)).database_url)
        leases = sa.select(table.JOBS.c.lease_until).where(table.JOBS.c.state == "running")

        def leased() -> list[Any]:
            with table.reading(engine) as c:
                return list(c.execute(leases))

        wait_until(lambda: leased() != [])
        ((until,),) = leased()
        assert 0 < until - time.time() <= 2.5
        engine.dispose()


def answers(server: Server) -> bool:
    try:
        return server.ask("GET", "/health/live").status == 200
    except OSError:
        return False


def test_sigterm_lets_jobs_finish_and_a_new_server_goes_on(tmp_path: Any) -> None:
    with serving(EDITIONS_DATA=str(tmp_path)) as server:
        jobs = [submitted(server, f"{TEXT}Number {n}.", "html") for n in range(30)]
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
    with serving(EDITIONS_DATA=str(tmp_path)) as server:
        for job in jobs:
            assert done(server, job, 60)["state"] == "succeeded"


def test_sigint_ends_it_even_while_its_main_thread_holds_the_pool_s_lock(tmp_path: Path) -> None:
    """The signal's handler asks for that lock: with a request just coming, one stop in ten took more than a minute."""
    first = (
        "import time; from concurrent.futures import ThreadPoolExecutor as Pool; begin = Pool._adjust_thread_count\n"
        f"held = lambda self: (open({str(tmp_path / 'held')!r}, 'w'), time.sleep(3), begin(self))\n"
        "Pool._adjust_thread_count = held"
    )
    with serving(first) as server, ThreadPoolExecutor(1) as asking:
        asked = asking.submit(server.ask, "GET", "/health/live")
        wait_until((tmp_path / "held").exists)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(HURRY + 10) == 0
        assert asked.exception(10)


# ---------------------------------------------------------------- what is said of it


def test_logs_are_json_with_the_request_s_id_and_no_query(tmp_path: Path) -> None:
    log = f"import os; os.dup2(os.open({str(tmp_path / 'log')!r}, os.O_CREAT | os.O_WRONLY | os.O_APPEND), 2)"
    with serving(log) as server:
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        headers = PLAIN | {"X-Request-Id": "request-1", "traceparent": parent}
        assert server.ask("POST", "/v1/jobs?to=html&title=Secret+Title", TEXT.encode(), headers).status == 202
        said = (tmp_path / "log").read_text("utf-8")
        wait_until(lambda: "job.done" in (tmp_path / "log").read_text("utf-8"))
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line.get("request_id") == "request-1"]
    assert (line["path"], line["status"], line["trace"]) == ("/v1/jobs", 202, f"request-1 {parent}")
    assert "Secret" not in (tmp_path / "log").read_text("utf-8")
    assert f"request-1 {parent}" in (tmp_path / "log").read_text("utf-8").partition("job.done")[2]


def test_metrics_count_what_happens(server: Server) -> None:
    done(server, submitted(server))
    server.ask("POST", "/v1/convert?to=nothing", TEXT.encode(), PLAIN)
    said = server.ask("GET", "/metrics").data.decode()
    assert re.search(r'editions_jobs\{state="succeeded"\} [1-9]', said)
    assert 'editions_failures_total{code="unknown-format"}' in said
    assert 'route="/v1/jobs/<id>"' in said


def test_ready_really_renders(server: Server) -> None:
    answer = server.ask("GET", "/health/ready")
    assert (answer.status, answer.json["rendering"]) == (200, "ok")


def test_event_streams_are_so_many_and_their_places_come_back() -> None:
    with serving(EDITIONS_STREAMS="2", EDITIONS_JOBS="1") as server, ExitStack() as open_ones:
        path = f"/v1/jobs/{submitted(server, SLOW, 'html,pdf')['id']}/events"
        streams = []
        for _ in range(2):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            open_ones.callback(connection.close)
            connection.request("GET", path)
            streams.append(connection.getresponse())
        refused = server.ask("GET", path)
        assert (refused.status, refused.json["code"], refused.headers["Retry-After"]) == (429, "rate", "1")
        assert server.ask("DELETE", path.removesuffix("/events")).status == 204
        erased = json.dumps({"id": path.split("/")[3], "state": "erased"})
        assert all(stream.read().decode().endswith(f"event: erased\ndata: {erased}\n\n") for stream in streams)
        again = f"/v1/jobs/{submitted(server)['id']}/events"
        wait_until(lambda: server.ask("GET", again).status == 200)


def test_a_key_that_is_too_long_is_refused_and_not_cut(server: Server) -> None:
    answer = server.ask("POST", "/v1/jobs?to=html", TEXT.encode(), PLAIN | {"Idempotency-Key": "k" * 201})
    assert (answer.status, "201 characters" in answer.json["detail"]) == (400, True)


def test_an_answer_waited_for_is_given_again_under_its_key(server: Server) -> None:
    def ask(text: str, key: str, **headers: str) -> Answer:
        path = "/v1/convert?to=html&name=once.txt"
        return server.ask("POST", path, text.encode(), PLAIN | {"Idempotency-Key": key} | headers)

    one, two = ask(TEXT + "Sync.", "s-1"), ask(TEXT + "Sync.", "s-1")
    assert (one.status, one.data) == (two.status, two.data) == (200, one.data)
    assert ask("Another", "s-1").json["code"] == "idempotency-conflict"
    job = ask(TEXT + "Sync.", "s-1", Prefer="respond-async")
    assert (job.status, job.json["state"]) == (202, "succeeded")
    assert fetched(server, job.json["results"][0]["href"]).data == one.data
    assert ask(" \n", "s-2").status == 422  # nothing was made, so nothing is kept
    assert ask(TEXT, "s-2").status == 200


@pytest.mark.parametrize("route", ["convert", "inspect", "check"])
def test_no_webhook_without_a_job(server: Server, route: str) -> None:
    answer = server.ask("POST", f"/v1/{route}?to=html&webhook=https://example.org/", TEXT.encode(), PLAIN)
    assert (answer.status, "/v1/jobs" in answer.json["hint"]) == (400, True)


# ---------------------------------------------------------------- batches


def parcel(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_txt", ".txt"), text)
    return buffer.getvalue()


def batch_done(server: Server, path: str) -> dict[str, Any]:
    wait_until(lambda: not (server.ask("GET", path).json["queued"] + server.ask("GET", path).json["running"]), 60)
    found: dict[str, Any] = server.ask("GET", path).json
    return found


def test_many_texts_in_one_archive_out(server: Server) -> None:
    data = parcel(a_txt=TEXT, more__a_txt=TEXT + "Another.", bad_txt="x\0y" * 200, notes__readme_png="no text")
    answer = server.ask("POST", "/v1/batches?to=html,plain", data, {"Content-Type": "application/zip"})
    assert answer.status == 202, answer.data
    path = answer.headers["Location"]
    assert answer.json["total"] == 3
    early = server.ask("GET", f"{path}/archive")
    assert early.status in (200, 409)
    found = batch_done(server, path)
    assert (found["succeeded"], found["failed"]) == (2, 1)
    with zipfile.ZipFile(io.BytesIO(server.ask("GET", f"{path}/archive").data)) as archive:
        assert archive.namelist() == ["a.html", "a.plain.txt", "a-2.html", "a-2.plain.txt"]
        assert b"Another." in archive.read("a-2.html")
    assert server.ask("DELETE", path).status == 204
    assert server.ask("GET", path).status == 404


def test_events_tell_how_far_a_batch_is(server: Server) -> None:
    data = parcel(a_txt=TEXT + "Events.", b_txt="x\0y" * 300)
    path = server.ask("POST", "/v1/batches?to=html", data, {"Content-Type": "application/zip"}).headers["Location"]
    answer = server.ask("GET", f"{path}/events")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    events = answer.data.decode().strip().split("\n\n")  # it ends by itself
    assert events[0] == "retry: 1000"
    name, _, last = events[-1].partition("\ndata: ")
    batch = server.ask("GET", path).json
    assert (name, json.loads(last)) == ("event: done", {"state": "done"} | {k: batch[k] for k in batch if k != "jobs"})
    assert server.ask("DELETE", path).status == 204
    assert server.ask("GET", f"{path}/events").status == 404


def test_many_files_of_a_form(server: Server) -> None:
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{n}.txt"\r\n\r\nTitle {n}\n\nText.\r\n'
        for n in range(3)
    )
    body = f'{parts}--b\r\nContent-Disposition: form-data; name="to"\r\n\r\nhtml\r\n--b--\r\n'.encode()
    answer = server.ask("POST", "/v1/batches", body, {"Content-Type": "multipart/form-data; boundary=b"})
    found = batch_done(server, answer.headers["Location"])
    assert [job["results"][0]["name"] for job in found["jobs"]] == ["0.html", "1.html", "2.html"]


def test_what_is_refused_leaves_nothing_in_the_store(tmp_path: Path) -> None:
    with serving(EDITIONS_OWN_QUEUE="0", EDITIONS_STORE=str(tmp_path)) as server:
        assert server.ask("POST", "/v1/jobs?to=html", TEXT.encode(), PLAIN).status == 429
        assert [place for place in tmp_path.rglob("*") if place.is_file()] == []


def test_one_key_is_one_batch(server: Server) -> None:
    data = parcel(a_txt=TEXT + "Batch.", b_txt=TEXT + "Other.")
    headers = {"Content-Type": "application/zip", "Idempotency-Key": "batch-1"}
    one, two = (server.ask("POST", "/v1/batches?to=html", data, headers) for _ in range(2))
    assert one.headers["Location"] == two.headers["Location"]
    assert server.ask("POST", "/v1/batches?to=html", parcel(a_txt="X"), headers).status == 409


def test_several_texts_are_one_issue(server: Server, tmp_path: Path) -> None:
    texts = {"a.txt": "One\n\nby Ada Ash\n\nThe first.\n", "b.md": "# Two\n\nThe *second*.\n"}
    data, zipped = parcel(**{name.replace(".txt", "_txt"): text for name, text in texts.items()}), "application/zip"
    path = "/v1/convert?collect=true&title=Summer&to=html"
    at_once = server.ask("POST", path, data, {"Content-Type": zipped})
    assert (at_once.status, at_once.headers["Content-Disposition"][:34]) == (200, 'attachment; filename="summer.html"')
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    words = ["-m", "convert.cli", "convert", "--collect", "--title", "Summer", *texts, "-t", "html", "-o", "."]
    subprocess.run([sys.executable, *words], cwd=tmp_path, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert (tmp_path / "summer.html").read_bytes() == at_once.data
    later = server.ask("POST", path.replace("convert", "jobs"), data, {"Content-Type": zipped})
    wait_until(lambda: server.ask("GET", later.headers["Location"]).json["state"] == "succeeded")
    assert server.ask("GET", later.headers["Location"] + "/results/html").data == at_once.data


@pytest.mark.parametrize(
    "path",
    ["/v1/convert?collect=true", "/v1/convert?collect=true&title=T&overrides=title:+U", "/v1/convert?collect=maybe",
     "/v1/inspect?collect=true&title=T", "/v1/batches?collect=true&title=T"],
)  # fmt: skip
def test_issues_that_cannot_be(server: Server, path: str) -> None:
    answer = server.ask("POST", path, parcel(a_txt=TEXT), {"Content-Type": "application/zip"})
    assert (answer.status, answer.json["hint"] != "") == (400, True)


def bomb() -> bytes:
    return parcel(a_txt="a" * 30_000_000)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (parcel(), 422, "empty"),
        (parcel(x_png="no"), 422, "empty"),
        (b"PK\x03\x04 broken", 422, "bad-archive"),
        (bomb(), 413, "too-large"),
    ],
    ids=["empty", "no text", "broken", "bomb"],
)
def test_parcels_that_cannot_be(server: Server, data: bytes, status: int, code: str) -> None:
    answer = server.ask("POST", "/v1/batches?to=html", data, {"Content-Type": "application/zip"})
    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_batch_that_is_too_large_names_its_own_setting() -> None:
    with serving(EDITIONS_BATCH_BYTES="1000") as server:
        answer = server.ask("POST", "/v1/batches", b"x" * 2000, {"Content-Type": "application/zip"})
    assert (answer.status, "EDITIONS_BATCH_BYTES" in answer.json["detail"]) == (413, True)


def test_names_in_a_parcel_are_names(server: Server) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("../../etc/one.txt", "/abs/two.txt", "..\\three.txt", "~/.bashrc.txt"):
            archive.writestr(name, TEXT + name)
    answer = server.ask("POST", "/v1/batches?to=html", buffer.getvalue(), {"Content-Type": "application/zip"})
    found = batch_done(server, answer.headers["Location"])
    assert [job["results"][0]["name"] for job in found["jobs"]] == ["one.html", "two.html", "three.html"]
