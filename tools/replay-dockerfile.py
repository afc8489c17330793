#!/usr/bin/env python3
"""Executes the steps of the Dockerfile in folders made with debootstrap, where no container engine runs.

In: the Dockerfile, .dockerignore and the checkout. Out: a root folder for each stage under --work, the words of
every step, and an exit status: 0 if each step succeeded and the finished image did its work, else 1.

What it proves: each RUN ends well on a bare Debian with nothing of this machine's in it; each COPY finds its files
behind .dockerignore; the stages fit together; and, as the image's own user, without any network but loopback, under
a read-only root: `editions --version` answers, `editions convert` sets a text, and CMD serves until HEALTHCHECK's
command succeeds.

What it does not prove: that a container engine parses the file as we do; that debian:bookworm-slim equals a minimal
debootstrap (it is smaller by some documentation); layer caching, image size, VOLUME, EXPOSE, health intervals; any
limit an engine sets. The kernel and the processes are this machine's: a chroot separates files, no more.

Needs root, Debian's debootstrap, and the registries during RUN. What these need of this machine (name servers, Debian
sources, the certificate store, pip's system-wide settings) is lent to a stage for its RUN steps and taken out again.

    sudo tools/replay-dockerfile.py --work /tmp/replay [--until builder]
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PLAIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LENT = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/apt/sources.list", "/etc/apt/sources.list.d")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
PROVE_LIMIT = 60.0  # seconds for the service to become healthy


class ReplayError(Exception):
    """A step that failed, or one this script does not know."""


@dataclass
class Stage:
    """One FROM: its root folder and what its instructions have set so far."""

    name: str
    root: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PLAIN_PATH})
    user: str = "root"
    workdir: str = "/"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the roots; removed stage by stage")
    parser.add_argument("--until", default="", help="stop after the stage of this name, and prove nothing")
    chosen = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("chroot needs root")
    try:
        stage = replay(PROJECT / "Dockerfile", chosen.work.resolve(), chosen.until)
        if not chosen.until:
            prove(stage)
    except ReplayError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print("replayed: every step succeeded")
    return 0


# --- Reading -----------------------------------------------------------------------------------------------------


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The pairs of keyword and arguments: comments gone, continued lines joined."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n", " ", kept).splitlines():
        if line.strip():
            keyword, _, arguments = line.strip().partition(" ")
            yield keyword.upper(), arguments.strip()


def flags(arguments: str) -> tuple[dict[str, str], str]:
    """The leading --name=value of an instruction, and what follows them."""
    found: dict[str, str] = {}
    while match := re.match(r"--([a-z-]+)=(\S+)\s+", arguments):
        found[match[1]] = match[2]
        arguments = arguments[match.end() :]
    return found, arguments


def ignored(path: str, patterns: list[str]) -> bool:
    """Whether .dockerignore keeps this path (relative, of a file) out: the last pattern that fits decides."""
    verdict = False
    prefixes = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 2)]
    for pattern in patterns:
        wanted = pattern.removeprefix("!")
        anywhere = wanted.removeprefix("**/")
        tried = path.split("/") if anywhere != wanted else prefixes
        if any(fnmatch.fnmatchcase(one, anywhere) for one in tried):
            verdict = not pattern.startswith("!")
    return verdict


def context_files(project: Path) -> list[str]:
    """The files a build may see: those of the checkout that .dockerignore lets through."""
    lines = (project / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")]
    found = []
    for folder, folders, names in os.walk(project):
        folders[:] = [name for name in folders if name not in {".git", ".venv", "node_modules"}]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), project)
            if not ignored(path, patterns):
                found.append(path)
    return sorted(found)


# --- Executing ---------------------------------------------------------------------------------------------------


def replay(dockerfile: Path, work: Path, until: str) -> Stage:
    """The last stage, built. Earlier ones stay under `work` to be looked at."""
    work.mkdir(parents=True, exist_ok=True)
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for keyword, arguments in instructions(dockerfile.read_text(encoding="utf-8")):
        if keyword == "FROM":
            if stage and stage.name == until:
                break
            stage = begin(arguments, work, stages)
            stages[stage.name] = stage
        elif stage is None:
            raise ReplayError(f"{keyword} before FROM")
        else:
            started = time.monotonic()
            print(f"[{stage.name}] {keyword} {arguments}", flush=True)
            step(stage, keyword, arguments, stages)
            print(f"[{stage.name}]   {time.monotonic() - started:.1f} s", flush=True)
    if stage is None:
        raise ReplayError("no FROM")
    return stage


def begin(arguments: str, work: Path, stages: dict[str, Stage]) -> Stage:
    """A new stage: a copy of an earlier one, or of a Debian made once and kept."""
    source, _, name = re.sub(r"\s+AS\s+", " ", arguments, flags=re.IGNORECASE).partition(" ")
    name = name or "final"
    root = work / name
    shutil.rmtree(root, ignore_errors=True)
    parent = stages.get(source)
    copied = parent.root if parent else bare_debian(source, work)
    print(f"[{name}] FROM {source}", flush=True)
    run(["cp", "-a", "--reflink=auto", str(copied), str(root)])
    if parent is None:
        return Stage(name, root)
    return Stage(name, root, dict(parent.env), parent.user, parent.workdir)


def bare_debian(image: str, work: Path) -> Path:
    """The root of a minimal Debian of the release that the image's tag names."""
    match = re.fullmatch(r"debian:([a-z]+)-slim", image)
    if match is None:
        raise ReplayError(f"no way known here to make {image}")
    root = work / f"debian-{match[1]}"
    if not (root / "etc/debian_version").exists():
        mirror = debian_mirror()
        run(["debootstrap", "--variant=minbase", match[1], str(root), *([mirror] if mirror else [])])
        run(["chroot", str(root), "apt-get", "clean"])
    return root


def debian_mirror() -> str | None:
    """The first Debian source of this machine, for debootstrap to use too."""
    for file in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.sources"))):
        if file.exists() and (match := re.search(r"^(?:URIs:|deb)\s+(\S+)", file.read_text(), re.MULTILINE)):
            return match[1]
    return None


def step(stage: Stage, keyword: str, arguments: str, stages: dict[str, Stage]) -> None:
    match keyword:
        case "RUN":
            with lent(stage.root) as borrowed:
                inside(stage, ["/bin/sh", "-c", arguments], extra=borrowed)
        case "COPY":
            copy(stage, arguments, stages)
        case "ENV":
            for word in shlex.split(arguments):
                name, _, value = word.partition("=")
                stage.env[name] = re.sub(r"\$\{?(\w+)\}?", lambda m: stage.env.get(m[1], ""), value)
        case "USER":
            stage.user = arguments
        case "WORKDIR":
            stage.workdir = arguments
            within(stage.root, arguments).mkdir(parents=True, exist_ok=True)
        case "CMD":
            stage.command = json.loads(arguments)
        case "HEALTHCHECK":
            stage.health = json.loads(arguments[arguments.index("CMD") + 3 :])
        case "VOLUME" | "EXPOSE" | "LABEL":
            pass
        case _:
            raise ReplayError(f"{keyword}: not known to this script")


def copy(stage: Stage, arguments: str, stages: dict[str, Stage]) -> None:
    """COPY as the Dockerfile reference defines it: a folder gives its content, several sources need a folder."""
    said, rest = flags(arguments)
    *sources, target = shlex.split(rest)
    if unknown := set(said) - {"from"}:
        raise ReplayError(f"COPY --{unknown.pop()}: not known to this script")
    if origin := said.get("from"):
        for source in sources:
            goal = within(stage.root, target)
            goal.mkdir(parents=True, exist_ok=True)
            run(["cp", "-a", f"{within(stages[origin].root, source)}/.", str(goal)])
        return
    seen = context_files(PROJECT)
    for source in sources:
        found = [path for path in seen if path == source or path.startswith(source.rstrip("/") + "/")]
        if not found:
            raise ReplayError(f"COPY {source}: not there, or kept out by .dockerignore")
        for path in found:
            if path != source:
                goal = within(stage.root, target) / os.path.relpath(path, source)
            else:
                goal = within(stage.root, target) / (Path(path).name if target.endswith("/") else "")
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / path, goal)
            goal.chmod(0o755 if os.access(PROJECT / path, os.X_OK) else 0o644)


@contextmanager
def lent(root: Path) -> Iterator[dict[str, str]]:
    """What a RUN step needs of this machine, in the root while it runs. Yields the environment that names it."""
    certificates = root / "tmp/lent-certificates.crt"
    kept: list[tuple[Path, Path]] = []
    fresh: list[Path] = []
    for name in LENT:
        here, there = Path(name), within(root, name)
        if there.exists():
            aside = there.with_name(there.name + ".aside")
            there.rename(aside)
            kept.append((aside, there))
        if here.is_dir():
            shutil.copytree(here, there)
            fresh.append(there)
        elif here.exists():
            shutil.copyfile(here, there)
            fresh.append(there)
    borrowed = {}
    if Path(CERTIFICATES).exists():
        shutil.copyfile(CERTIFICATES, certificates)
        fresh.append(certificates)
        borrowed = {"PIP_CERT": "/tmp/lent-certificates.crt"}
    try:
        yield borrowed
    finally:
        for path in fresh:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for aside, there in kept:
            aside.rename(there)


# Mounts live in a namespace of their own and end with the step, whatever becomes of it.
MOUNTS = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --make-rslave "$0/dev"'
SEALED = (
    f'{MOUNTS} && ip link set lo up && mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'
    ' && mount -t tmpfs tmpfs "$0/tmp" && mount --bind "$0.data" "$0/data"'
)


def inside(stage: Stage, argv: list[str], extra: dict[str, str] | None = None) -> None:
    """Runs one command in the stage's root, as its user. Raises ReplayError if that fails."""
    run(entering(stage, argv, "--mount", MOUNTS), env=stage.env | (extra or {}))


def entering(stage: Stage, argv: list[str], namespaces: str, prepare: str) -> list[str]:
    """The command line that runs `argv` in the stage's root: new namespaces, mounts, chroot, user, folder."""
    folder_then = """sh -c 'cd "$0" && exec "$@"' "$folder" "$@\""""
    enter = f'root=$0 user=$1 folder=$2; shift 2; exec chroot --userspec="$user" "$root" {folder_then}'
    unshare = ["unshare", *namespaces.split(), "--pid", "--fork", "--kill-child"]
    return [*unshare, "sh", "-c", f"{prepare} && {enter}", str(stage.root), userspec(stage), stage.workdir, *argv]


def userspec(stage: Stage) -> str:
    """uid:gid of the stage's USER, read from the stage's own passwd file."""
    for line in (stage.root / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if stage.user in (name, uid):
            return f"{uid}:{gid}"
    raise ReplayError(f"USER {stage.user} is not in the image's passwd file")


def within(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def run(argv: list[str], env: dict[str, str] | None = None) -> None:
    full = None if env is None else {"HOME": "/root"} | env
    argv = [shutil.which(argv[0]) or argv[0], *argv[1:]]
    ended = subprocess.run(argv, env=full, stdin=subprocess.DEVNULL, check=False)
    if ended.returncode:
        raise ReplayError(f"exit {ended.returncode}: {shlex.join(argv)[-300:]}")


# --- Proving -----------------------------------------------------------------------------------------------------


def prove(stage: Stage) -> None:
    """The finished image at work: its own user, only loopback for a network, a root it cannot write to."""
    data = stage.root.with_name(stage.root.name + ".data")  # stands for the volume
    shutil.rmtree(data, ignore_errors=True)
    run(["cp", "-a", str(within(stage.root, "/data")), str(data)])
    sealed = "--mount --net"
    (data / "trial.txt").write_text("A Trial\n\nOne paragraph, for the image to set.\n", encoding="utf-8")
    run(entering(stage, ["editions", "--version"], sealed, SEALED), env=stage.env)
    run(entering(stage, ["editions", "convert", "trial.txt", "-o", "trial/"], sealed, SEALED), env=stage.env)

    # Both in one namespace: the service, and HEALTHCHECK's command until it succeeds.
    check = shlex.join(stage.health) + " 2>/dev/null"
    script = (
        f"{shlex.join(stage.command)} & service=$!; tries=0;"
        f" until {check}; do tries=$((tries + 1)); sleep 0.5;"
        f" kill -0 $service && [ $tries -lt {int(PROVE_LIMIT * 2)} ] || exit 1; done;"
        " echo healthy after $tries tries; kill $service; wait $service; exit 0"
    )
    run(entering(stage, ["/bin/sh", "-c", script], sealed, SEALED), env=stage.env)
    print("the state it left:", sorted(path.name for path in data.iterdir()))


if __name__ == "__main__":
    sys.exit(main())
