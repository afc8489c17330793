"""The description of the endpoint is OpenAPI 3.1, and true: what it says comes, what it allows is taken."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from convert.editions import EDITIONS
from convert.errors import UsageError
from convert.options import FIELDS, options_from
from convert.rules import without
from convert.settings import Settings
from convert.web import create_app, fields, openapi
from tests.serving import FORM, JSON, PLAIN, Answer, Server, form, serving

TEXT = "Of Gardens\n\nby Francis Bacon\n\nGod Almighty first planted a garden.\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.ask("GET", "/openapi.json").json
    return found


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each operation by its name, with its method and path."""
    return {
        operation["operationId"]: operation | {"method": method, "path": path}
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def parameters(document: dict[str, Any], operation: dict[str, Any], place: str) -> dict[str, Any]:
    shared = document["components"]["parameters"]
    listed = [shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in operation["parameters"]]
    return {p["name"]: p for p in listed if p["in"] == place}


# ---------------------------------------------------------------- well-formed and whole


def test_it_is_openapi_and_tells_of_the_endpoint_alone(document: dict[str, Any]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith("/v1/") for path in document["paths"])


def test_every_route_of_the_endpoint_is_in_it(document: dict[str, Any], tmp_path: Path) -> None:
    app = create_app(Settings(data=str(tmp_path)))
    app.extensions["editions"].pool.close()
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1/")
    }
    assert routes == {(path, method) for path, item in document["paths"].items() for method in item}


def test_nothing_in_it_is_left_unused(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for kind in ("schemas", "parameters", "responses", "headers"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, name


def test_no_state_is_told_of_that_no_job_can_have(document: dict[str, Any]) -> None:
    states = document["components"]["schemas"]["Job"]["properties"]["state"]["enum"]
    assert states == ["queued", "running", "succeeded", "failed"]


# ---------------------------------------------------------------- what goes in


@pytest.mark.parametrize("name", fields.TAKES)
def test_every_option_has_its_place_in_query_form_and_object(
    document: dict[str, Any], operations: dict[str, dict[str, Any]], name: str
) -> None:
    options = {f.name for f in FIELDS if "http" in f.doors}
    query = set(parameters(document, operations[name], "query"))
    assert query - set(fields.TAKES[name]) == options - {"cover", "css", "overrides"}
    for kind, media in operations[name]["requestBody"]["content"].items():
        if kind in ("application/json", "multipart/form-data"):
            body = document["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]
            assert options <= set(body["properties"])
            assert {"collect", "webhook", "webhook_secret"} & set(body["properties"]) == {
                "collect", "webhook", "webhook_secret"
            } & set(fields.TAKES[name])  # fmt: skip


def test_what_no_operation_takes_it_does_not_declare(
    document: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    assert not {"to", "webhook", "collect"} & set(parameters(document, operations["inspect"], "query"))
    headers = {name: set(parameters(document, operation, "header")) for name, operation in operations.items()}
    assert {name for name, said in headers.items() if "Idempotency-Key" in said} == set(openapi.ONCE)
    assert {name for name, said in headers.items() if "Prefer" in said} == {"convert"}
    assert {name for name, said in headers.items() if "Range" in said} == set(openapi.FILES)


def test_several_files_and_a_cover_are_parts_of_the_form(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("OrderForm", "ParcelForm"):
        assert "array" in schemas[name]["properties"]["file"]["type"]
        assert {"type": "string", "format": "binary"} in schemas[name]["properties"]["cover"]["anyOf"]


def test_the_values_it_lists_are_those_that_are_taken() -> None:
    listed = fields.said("convert", "query")
    for value in listed["reader"]["enum"]:
        options_from({"reader": value}, "http")
    for value in [*listed["page"]["anyOf"][0]["enum"], *listed["page"]["anyOf"][1]["examples"]]:
        options_from({"page": value}, "http")
    for value in listed["no_detect"]["items"]["enum"]:
        without([value])
    assert listed["to"]["items"]["enum"] == [*EDITIONS]
    for name in ("reader", "page"):
        with pytest.raises(UsageError):
            options_from({name: "another"}, "http")


# ---------------------------------------------------------------- what comes out


def fits(document: dict[str, Any], answer: Answer, operation: dict[str, Any]) -> None:
    """The answer is one that the description has: its status, its headers, its body."""
    components = document["components"]
    said = operation["responses"][str(answer.status)]
    if "$ref" in said:
        said = components["responses"][said["$ref"].rpartition("/")[2]]
    always = set(said["headers"]) - (
        {"Retry-After"} if answer.status == 409 else set()
    )  # of a conflict there is no end
    always -= {"Preference-Applied"}
    assert always <= set(answer.headers), operation["operationId"]
    if not answer.data:
        return
    kind = answer.headers["Content-Type"].partition(";")[0]
    schema = said["content"][kind]["schema"]
    if kind.endswith("json") and schema.get("format") != "binary":
        validator = Draft202012Validator(schema | {"components": components})
        assert [error.message for error in validator.iter_errors(answer.json)] == []


def test_what_it_says_comes(server: Server, document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    def ask(name: str, body: bytes | None = None, headers: dict[str, str] | None = None, **places: str) -> Answer:
        operation = operations[name]
        path = operation["path"].format(**places) + places.get("query", "")
        answer = server.ask(operation["method"].upper(), path, body, headers)
        fits(document, answer, operation)
        return answer

    hook = "&webhook=https://example.org/hooks"
    text = TEXT.encode()
    assert ask("convert", text, PLAIN, query="?to=html").status == 200
    assert ask("convert", text, PLAIN | {"Prefer": "respond-async"}, query="?to=html").status == 202
    assert ask("convert", b"", PLAIN).status == 422
    assert ask("convert", text, {"Content-Type": "image/png"}).status == 415
    assert ask("convert", text, PLAIN, query="?page=x").status == 400
    assert ask("inspect", json.dumps({"text": TEXT, "toc": True}).encode(), JSON).status == 200
    assert ask("check", text, PLAIN, query="?to=html").status == 200
    once = PLAIN | {"Idempotency-Key": "description"}
    job = ask("submit", text, once, query=f"?to=html,epub{hook}").json["id"]
    assert ask("submit", text + b"More.", once, query="?to=html").status == 409
    assert ask("events", id=job).status == 200
    assert ask("job", id=job).json["webhook"]["url"] == "https://example.org/hooks"
    assert ask("jobs").status == 200
    edition = ask("result", id=job, format="html")
    assert ask("result", None, {"Range": "bytes=0-9"}, id=job, format="html").data == edition.data[:10]
    assert ask("result", None, {"Range": "bytes=99999999-"}, id=job, format="html").status == 416
    assert ask("result", None, {"If-None-Match": edition.headers["ETag"]}, id=job, format="html").status == 304
    assert ask("result", id=job, format="pdf").status == 404
    assert ask("archive", id=job).status == 200
    assert ask("erase", id=job).status == 204
    assert ask("job", id=job).status == 404
    batch = ask("submitBatch", form(text, to="html"), FORM).json["id"]
    assert ask("batchEvents", id=batch).status == 200
    assert ask("batch", id=batch).json["succeeded"] == 1
    assert ask("batchArchive", id=batch).status == 200
    assert ask("eraseBatch", id=batch).status == 204
    assert ask("formats").status == ask("profiles").status == 200


def test_its_samples_run(server: Server, tmp_path: Path, operations: dict[str, dict[str, Any]]) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not here: apt-get install curl")
    for name in ("article.txt", "one.txt", "two.txt"):
        (tmp_path / name).write_text(TEXT, "utf-8")
    known: dict[str, str] = {"ONCE": "samples"}

    def run(name: str) -> str:
        (sample,) = operations[name]["x-codeSamples"]
        command = sample["source"].replace(openapi.HOST, server.url.rstrip("/")).replace("curl", "curl -sSf", 1)
        done = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=os.environ | known, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        return done.stdout

    run("convert")
    assert (tmp_path / "article.epub").read_bytes().startswith(b"PK")
    assert json.loads(run("check"))["checks"]
    (tmp_path / "article.epub").unlink()  # curl -OJ replaces nothing
    for variable, submit, follow, rest in (
        ("JOB", "submit", "events", ("jobs", "job", "result", "archive", "erase")),
        ("BATCH", "submitBatch", "batchEvents", ("batch", "batchArchive", "eraseBatch")),
    ):
        known[variable] = json.loads(run(submit).partition("\n\n")[2])["id"]
        assert "event: succeeded" in (told := run(follow)) or "event: done" in told
        for name in rest:
            run(name)
    for name in ("inspect", "formats", "profiles"):
        run(name)
    assert {path.suffix for path in tmp_path.iterdir()} >= {".epub", ".zip"}
    assert set(openapi.SAMPLES) == set(operations)
