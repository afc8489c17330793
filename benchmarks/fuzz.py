"""Attacks a running service for minutes: by its own description, by mutants, by a canary, by hostile texts.

    make fuzz                        all four, ten minutes of mutants
    make fuzz MINUTES=1 SEED=7       shorter, with another seed
    python -m benchmarks.fuzz again FILE PORT
                                     send a request that was kept once more

Exit status 1 where anything went wrong: a check of the description, an answer out of order (`tests/attacks.py` judges),
a visitor at the canary, an ordinary request that waited for longer than SLOWEST because of hostile ones. Each request
that was answered out of order is kept in out/fuzz, whole.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import attacks
from tests.attacks import Attack, Kept, sent, wrong_with
from tests.canary import Canary
from tests.hostile import HOSTILE
from tests.nasty import TEXTS
from tests.serving import PLAIN, Server, serving, serving_to

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "out" / "fuzz"
NEVER = 999.0  # seconds, of who is refused
SLOWEST = 5.0  # seconds, of 99 ordinary requests in a hundred
CLIENTS = 8  # that send hostile texts
FREE = {"EDITIONS_RATE": "0", "EDITIONS_AT_ONCE": "64", "EDITIONS_JOBS": "2"}
ORDINARY = (ROOT / "samples" / "harbour-lights.txt").read_bytes()


def main() -> None:
    """Run the campaign, or send again what it kept."""
    if sys.argv[1:2] == ["again"]:
        print(sent(int(sys.argv[3]), Attack("again", Path(sys.argv[2]).read_bytes())))
        return
    warnings.simplefilter("ignore")  # of archives with two members of one name, which are made on purpose
    said = _said()
    parts: dict[str, Callable[[], int]] = {
        "description": lambda: described(said.seed, said.minutes),
        "mutants": lambda: mutated(said.seed, said.minutes),
        "canary": lambda: lured(said.seed),
        "hostile": lambda: beset(said.minutes),
    }
    wrong = sum(part() for name, part in parts.items() if said.only in ("", name))
    print(f"{wrong} wrong" if wrong else "nothing wrong")
    sys.exit(bool(wrong))


def _said() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--minutes", type=float, default=10.0, help="of mutants; the other parts take as long together")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", default="", help="description, mutants, canary or hostile")
    return parser.parse_args()


# ---------------------------------------------------------------- by its own description


def described(seed: int, minutes: float) -> int:
    """Ask all that the OpenAPI document allows, and what it does not: openly, and with a key."""
    print(f"\nThe description, open; seed {seed}", flush=True)
    with serving(**FREE) as server:
        wrong = _schemathesis(server, seed, minutes, [])
    print("\nThe description, with a key", flush=True)
    with serving_to("fuzz", **FREE) as (server, headers):
        return wrong + _schemathesis(
            server, seed, minutes, ["-H", f"Authorization: {headers['fuzz']['Authorization']}"]
        )


def _schemathesis(server: Server, seed: int, minutes: float, more: list[str]) -> int:
    command = [
        Path(sys.executable).with_name("schemathesis"), "--config-file", ROOT / "tests" / "schemathesis.toml",
        "run", f"{server.url}openapi.json", "--checks", "all", "--continue-on-failure", "--no-color",
        "--seed", str(seed), "--max-time", str(int(minutes * 30)), *more,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"description-{seed}.txt").write_text(done.stdout)
    print(done.stdout[done.stdout.rfind("= SUMMARY =") :].strip("= \n"), flush=True)
    return int(done.returncode != 0)


# ---------------------------------------------------------------- by mutants


def mutated(seed: int, minutes: float) -> int:
    """Send attacks for so many minutes, two at a time; after each hundred an ordinary request must be answered."""
    kept = attacks.sound_files()
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    end = time.monotonic() + 60 * minutes
    with serving(**FREE, EDITIONS_ALLOW_CSS="yes") as server:
        print(f"\nMutants for {minutes:g} minutes; seed {seed}", flush=True)
        with ThreadPoolExecutor(2) as pool:
            for own in (seed, seed + 1):
                pool.submit(_attack, server, kept, own, end, statuses, wrong)
    print(f"{sum(statuses.values())} requests; answers by status: {dict(sorted(statuses.items()))} (0: broken off)")
    print(*wrong, sep="\n")
    return len(wrong)


def _attack(server: Server, kept: Kept, seed: int, end: float, statuses: Counter[int], wrong: list[str]) -> None:
    number = 0
    while time.monotonic() < end:
        dice = random.Random(f"{seed} {number}")
        attack = attacks.editions(dice, kept) if number % 200 == 199 else attacks.attack(dice, kept)
        answer = sent(server.port, attack)
        statuses[answer.status] += 1
        if said := wrong_with(attack, answer):
            wrong.append(_kept(seed, number, attack, said))
        if number % 100 == 99 and server.ask("POST", "/v1/convert?to=html", ORDINARY, PLAIN).status != 200:
            wrong.append(f"seed {seed}: after number {number} an ordinary request is not answered")
        number += 1


def _kept(seed: int, number: int, attack: Attack, said: str) -> str:
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{seed}-{number}.http"
    path.write_bytes(attack.data)
    return f"seed {seed}, number {number}: {attack.what}: {said} (out/fuzz/{path.name})"


# ---------------------------------------------------------------- by a canary


def lured(seed: int) -> int:
    """Name a canary in texts, options, manuscripts and editions in every way: how often somebody came, or failed."""
    canary, kept, dice, count, wrong = Canary(), attacks.sound_files(), random.Random(seed), 0, 0
    with serving(**FREE, EDITIONS_ALLOW_CSS="yes") as server:
        print(f"\nThe canary; seed {seed}", flush=True)
        lures = attacks.lures(dice.sample(canary.addresses, 9), kept, dice)
        for bait in (*attacks.baits(canary.addresses, kept, dice), *lures):
            count += 1
            if said := wrong_with(bait, sent(server.port, bait)):
                print(_kept(seed, count, bait, said))
                wrong += 1
        while any(sign in server.ask("GET", "/metrics").data for sign in (b'="queued"} ', b'="running"} ')):
            time.sleep(0.5)  # jobs may be led there, too
    canary.close()
    print(f"{count} requests, {len(canary.hits)} hits", *canary.hits)
    return wrong + len(canary.hits)


# ---------------------------------------------------------------- by hostile texts


def beset(minutes: float) -> int:
    """Let CLIENTS send hostile texts without a pause while another asks for ordinary ones; whether these were late.

    Each side has a key of its own. Of the ordinary ones one that is refused counts as late for ever.
    """
    statuses: Counter[int] = Counter()
    took: list[float] = []
    done = threading.Event()
    with serving_to("hostile", "ordinary", **FREE) as (server, keys), ThreadPoolExecutor(CLIENTS) as pool:
        texts, lock = iter(_hostile()), threading.Lock()
        print(f"\nHostile texts from {CLIENTS} clients", flush=True)
        for _ in range(CLIENTS):
            pool.submit(_beset, server, keys["hostile"], texts, lock, done, statuses)
        end = time.monotonic() + max(20.0, 12 * minutes)
        while time.monotonic() < end:
            start = time.monotonic()
            status = server.ask("POST", "/v1/convert?to=html", ORDINARY, {**keys["ordinary"], **PLAIN}).status
            took.append(time.monotonic() - start if status == 200 else NEVER)
            time.sleep(0.1)
        done.set()
    centiles = statistics.quantiles(took, n=100)
    print(f"{sum(statuses.values())} hostile texts, answers by status: {dict(sorted(statuses.items()))}")
    print(f"{len(took)} ordinary ones: p50 {centiles[49]:.2f} s, p99 {centiles[98]:.2f} s (at most {SLOWEST} s)")
    return int(centiles[98] > SLOWEST)


def _hostile() -> Iterator[bytes]:
    """The hostile texts as the benchmark has them, and the nasty, over and over."""
    while True:
        for hostile in HOSTILE.values():
            yield hostile.make(min(hostile.size, 500_000)).encode()
        for text in TEXTS.values():
            yield text.encode()


def _beset(
    server: Server, key: Mapping[str, str], texts: Iterator[bytes], lock: threading.Lock, done: threading.Event,
    statuses: Counter[int],
) -> None:  # fmt: skip
    while not done.is_set():
        with lock:
            text = next(texts)
        status = server.ask("POST", "/v1/convert?to=html,epub", text, {**key, **PLAIN}).status
        statuses[status] += 1
        if status == 429:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
