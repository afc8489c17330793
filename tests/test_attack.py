"""Attacks: whatever is sent is answered, refused in the words of a problem, or cut off; nothing breaks what comes next.

What `make fuzz` does for minutes (`benchmarks/fuzz.py`) is done here for seconds; what it ever found stands here too.
"""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest

from convert import check, manuscript, parcel, pipeline
from convert.article import Edition, Source
from convert.errors import ConvertError
from convert.options import Limits, options_from
from convert.web.pool import Busy, Pool
from tests import attacks, mutants
from tests.attacks import Attack, Kept, request, sent, wrong_with
from tests.canary import sitting
from tests.serving import JSON, PLAIN, Server, serving, serving_to, wait_until

SEED = 20261129
TEXT = b"A Walk\n\nBy Ada van Loon\n\nThe path goes down to the river.\n"


@pytest.fixture(scope="module")
def kept() -> Kept:
    return attacks.sound_files()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(EDITIONS_RATE="0", EDITIONS_AT_ONCE="64") as server:
        yield server


# ---------------------------------------------------------------- inside


def test_a_mutant_is_read_or_refused() -> None:
    for number in range(300):
        dice = random.Random(f"{SEED} {number}")
        data, said = mutants.as_bytes(mutants.text(dice, 25), dice), mutants.options(dice)
        with suppress(ConvertError):
            options = options_from({k: v[0] if len(v) == 1 else v for k, v in said.items()}, "http")
            article = pipeline.convert(Source("a.txt", data), ("html",), options).article
            assert "ledger" not in {remark.code for remark in article.remarks}, (SEED, number)


def test_a_broken_archive_is_named(kept: Kept) -> None:
    for number in range(60):
        dice = random.Random(f"{SEED} {number}")
        ending = dice.choice(("docx", "odt", "epub"))
        source = Source(f"a.{ending}", mutants.repacked(kept[ending], dice))
        with suppress(ConvertError):
            manuscript.kind_of(source)
        with suppress(ConvertError):
            manuscript.archive.opened(source.data, ending)
        with suppress(ConvertError):
            parcel.unpacked(source, 100, 1_000_000, 1_000_000)
        if ending == "epub":
            proof = check.Proof("a", (Edition("epub", "a.epub", "", source.data),))
            assert check.check([proof], ())[0].checks


# ---------------------------------------------------------------- on the wire


def test_whatever_is_sent_is_answered_in_order(server: Server, kept: Kept) -> None:
    for number in range(100):
        attack = attacks.attack(random.Random(f"{SEED} {number}"), kept)
        wrong = wrong_with(attack, sent(server.port, attack))
        assert not wrong, (SEED, number, attack.what, wrong)
    assert server.ask("POST", "/v1/convert?to=html", TEXT, PLAIN).status == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request("*", method="OPTIONS"), 404),
        (request("/", TEXT, method="PUT"), 405),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),  # TLS
        (request("/v1/formats", method="G(T"), 400),
        (request("/v1/convert", TEXT, {"Content-Length": "-1"}, framed=False), 400),
        (request("/v1/convert", TEXT, {"Transfer-Encoding": "rot13"}, framed=False), 400),
        (request("/v1/convert", TEXT, {"Expect": "a miracle"}), 417),
        (request("/v1/convert?title=" + "x" * 9000, TEXT), 414),
        (request("/v1/convert", TEXT, {"X": "y" * 90_000}), 431),
        (request("/v1/convert", TEXT * 90_000, {"X": "y" * 9000}), 431),
    ],
    ids=["everywhere", "a page", "TLS", "method", "length", "coding", "expect", "line", "headers", "a long body"],
)
def test_what_is_no_request_is_refused_in_our_words(server: Server, data: bytes, status: int) -> None:
    answer = sent(server.port, Attack("", data))
    assert answer.status == status, answer
    assert not wrong_with(Attack("", data), answer)


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/formats", "/v1/convert?colour=red", "/v1/jobs?limit=x"])
def test_who_is_refused_while_sending_hears_why(server: Server, path: str) -> None:
    answer = sent(server.port, Attack("", request(path, b"x" * 12_000_000, {"Content-Type": "image/png"})))
    assert 400 <= answer.status < 500, answer


@pytest.mark.parametrize("name", ["name", "title", "overrides", "profile", "webhook", "to"])
def test_half_a_surrogate_pair_is_no_option(server: Server, name: str) -> None:
    for value in ('"\\ud800"', '["\\ud800"]', '{"\\udfff": 1}'):
        answer = server.ask("POST", "/v1/jobs", f'{{"text": "A text.", "{name}": {value}}}'.encode(), JSON)
        assert (answer.status, answer.json["code"]) == (400, "bad-json")


def test_options_that_lie_too_deep_are_refused(server: Server) -> None:
    for depth in (100, 900, 980, 5000):
        deep = b'{"a":' * depth + b"1" + b"}" * depth
        answer = server.ask("POST", "/v1/convert", b'{"text": "A text.", "overrides": ' + deep + b"}", JSON)
        assert answer.status == 400, answer.data


def test_a_caller_who_goes_away_takes_nobody_along(server: Server) -> None:
    data = request("/v1/convert", TEXT, PLAIN)
    for size in (1, 20, len(data) - 40, len(data) - 1, len(data)):
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(data[:size])
    assert server.ask("POST", "/v1/convert?to=html", TEXT, PLAIN).status == 200


# ---------------------------------------------------------------- led nowhere


def test_no_text_and_no_option_leads_us_to_an_address(kept: Kept) -> None:
    with sitting() as canary, serving(EDITIONS_RATE="0", EDITIONS_ALLOW_CSS="yes") as server:
        dice = random.Random(SEED)
        for bait in attacks.baits(dice.sample(canary.addresses, 5), kept, dice):
            wrong = wrong_with(bait, sent(server.port, bait))
            assert not wrong, (bait.what, wrong)
        for lure in attacks.lures(dice.sample(canary.addresses, 1), kept, dice):
            assert sent(server.port, lure).status == 200
        wait_until(lambda: not {b"queued", b"running"} & states(server))


def states(server: Server) -> set[bytes]:
    """The states in which there are jobs."""
    return set(re.findall(rb'editions_jobs\{state="(\w+)"\} [1-9]', server.ask("GET", "/metrics").data))


def test_who_asks_often_shuts_nobody_out() -> None:
    first_of_all = "import convert.web.pool as pool; pool.WAITING = 1"
    with serving_to("often", "seldom", first=first_of_all) as (server, headers), ThreadPoolExecutor(4) as callers:

        def ask(who: str) -> Future[int]:
            made = {**headers[who], **PLAIN}
            return callers.submit(lambda: server.ask("POST", "/v1/convert?to=html", TEXT, made).status)

        assert ask("seldom").result() == 200
        (child,) = server.children()
        os.kill(child, signal.SIGSTOP)
        try:
            first, second = ask("often"), ask("often")
            wait_until(lambda: b"editions_children_busy 1" in server.ask("GET", "/metrics").data)
            time.sleep(0.3)
            assert ask("often").result(10) == 429, "one is set, one waits"
            other = ask("seldom")
            wait_until(lambda: first.done() or second.done())
        finally:
            os.kill(child, signal.SIGCONT)
        assert (other.result(), sorted((first.result(), second.result()))) == (200, [200, 429])


def test_the_last_child_is_kept_for_others_who_asked_lately() -> None:
    pool = Pool(Limits(), 2, wait=0.1)
    with pool._child("often"), pool._child("often"):
        assert pool.busy == 2, "nobody else is here"
    with pool._child("seldom"):
        pass
    with pool._child("often"):
        with pytest.raises(Busy), pool._child("often"):
            pass
        with pool._child("seldom"):
            assert pool.busy == 2
