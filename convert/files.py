"""Files: inputs found and read, editions written whole or not at all, for the command line."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from convert import covers, profiles
from convert.article import Edition, Source
from convert.errors import InputError, OutputError, UsageError
from convert.profiles import Profile
from convert.profiles.lint import parse
from convert.readers import BY_ENDING, READERS, TEXT_ENDINGS

READABLE = (*TEXT_ENDINGS, *BY_ENDING)  # how the names end that a folder is searched for
_SET = (*READERS["html"].endings, *READERS["epub"].endings)  # of what lies beside a manuscript, its editions
SIDECAR = ".editions.yaml"
STATE = ".editions"  # the folder in an output that says what was done there; no text is looked for in it
LARGEST_BESIDE = 20_000_000  # bytes of a profile, a style sheet, a cover
LARGEST_SIDECAR = 100_000  # characters; one more is read, so that it is refused


def read_source(name: str) -> Source:
    """The Source in file `name`, or on standard input for `-`. InputError says why it cannot be read."""
    if name == "-":
        return Source("", sys.stdin.buffer.read())
    path = Path(name)
    if is_folder(path):
        raise InputError(f"{name} is a folder.", "Name its files, or use: editions batch.", code="folder")
    try:
        return Source(path.name, path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"There is no file {name}.", "Check its name.", code="missing") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.", "Check its permissions.") from None


def sidecar(name: str) -> str:
    """The overrides beside text `name`: what its NAME.editions.yaml says, "" where there is none."""
    path = Path(name)
    beside = path.with_name(path.stem + SIDECAR) if name != "-" and path.name else path
    return overrides(str(beside)) if beside != path and os.path.isfile(beside) else ""


def overrides(name: str) -> str:
    """The overrides in file `name`. UsageError says why they cannot be read."""
    try:
        with open(name, encoding="utf-8-sig") as file:
            return file.read(LARGEST_SIDECAR + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UsageError(f"The overrides {name} cannot be read: {reason}.", "Check the file.") from None


def picture(name: str) -> bytes:
    """The image in file `name`, for a cover. UsageError says why it cannot be read."""
    try:
        with open(name, "rb") as file:
            return file.read(covers.MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"The cover {name} cannot be read: {reason}.", "Name an image, or say generated or none.", code="bad-cover"
        ) from None


def text_of(name: str, what: str) -> str:
    """The text in file `name`. UsageError says why `what` it is cannot be read."""
    try:
        return _content(Path(name), f"The {what} {name}").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"The {what} {name} is not UTF-8.", "Save it as UTF-8.") from None


def _content(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BESIDE)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{what} cannot be read: {reason}.", "Check its name and its permissions.") from None


# ---------------------------------------------------------------- house styles


def house_style(said: str, folder: str = "") -> Profile:
    """The profile in file `said`, else the one of that name. UsageError says what is wrong with it."""
    return styled_by(Path(said)) if said.endswith(".toml") or "/" in said else style_named(said, folder)


def style_named(name: str, folder: str = "") -> Profile:
    """The profile `name` of those in `folder` and built in. UsageError lists them."""
    there = house_styles(folder)
    if name not in there:
        raise profiles.unknown(name, tuple(there))
    path = there[name]
    return styled_by(path) if path else profiles.built_in(name)


def house_styles(folder: str = "") -> dict[str, Path | None]:
    """The profiles that may be named, each with its file; None for one that is built in."""
    own = sorted(Path(folder).glob("*.toml")) if folder else []
    return dict.fromkeys(profiles.BUILT_IN) | {path.stem: path for path in own}


def styled_by(path: Path) -> Profile:
    """The profile in file `path`; what it names stands beside it."""

    def beside(name: str) -> bytes:
        return _content(path.parent / name, f"The profile {path.name}: {name}")

    try:
        text = _content(path, f"The profile {path}").decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"The profile {path} is not UTF-8.", "Save it as UTF-8.", code="bad-profile") from None
    return parse(text, path.name, beside)


# ---------------------------------------------------------------- texts


def one_each(paths: Iterable[Path]) -> Iterable[Path]:
    """Of files beside each other that differ in their ending only, the first kind: the others are its editions."""
    first: dict[Path, Path] = {}
    for path in sorted(paths, key=lambda p: (p.suffix.lower() in _SET, READABLE.index(p.suffix.lower()))):
        first.setdefault(path.with_suffix(""), path)
    return first.values()


def write_editions(editions: Sequence[Edition], paths: Sequence[Path], force: bool) -> None:
    """Write each edition to its path: first all beside their places, then each in one step."""
    refuse_existing(paths, force)
    waiting: list[str] = []
    try:
        for edition, path in zip(editions, paths, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            waiting.append(_beside(path, edition.data))
        for temporary, path in zip(waiting, paths, strict=True):
            _place(temporary, path, force)
    except OSError as error:
        raise OutputError(
            f"{error.filename or paths[0]} cannot be written: {error.strerror}.",
            "Check the folder, its permissions and the space left.",
            code="output-unwritable",
        ) from None
    finally:
        for temporary in waiting:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)


def refuse_existing(paths: Iterable[Path], force: bool) -> None:
    """OutputError for the first of `paths` that is there already, unless `force`."""
    for path in paths:
        if is_folder(path):
            raise OutputError(f"{path} is a folder.", "Name a file, or end the folder's name with /.")
        if path.exists() and not force:
            raise OutputError(f"{path} exists already.", "Use --force to replace it.")


def refuse_source(name: str, paths: Iterable[Path]) -> None:
    """OutputError where an edition would take the place of the very file it is made from."""
    for path in paths:
        if name != "-" and os.path.exists(name) and path.exists() and os.path.samefile(name, path):
            raise OutputError(f"{path} is the input itself.", "Choose another place or name with -o.")


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder. OutputError where nothing can have such a name."""
    try:
        return path.is_dir()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"{str(path)[:80]!r} cannot be a file's name: {reason}.", "Choose another.", code="output-unwritable"
        ) from None


def _beside(path: Path, data: bytes) -> str:
    handle, temporary = tempfile.mkstemp(prefix=".editions-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.chmod(temporary, 0o666 & ~_umask())
    return temporary


def _place(temporary: str, path: Path, force: bool) -> None:
    if force:
        os.replace(temporary, path)
        return
    try:
        os.link(temporary, path)  # unlike a rename, it never replaces what came there meanwhile
    except FileExistsError:
        raise OutputError(f"{path} exists already.", "Use --force to replace it.") from None
    except PermissionError:  # a file system without links (FAT): look, then rename
        refuse_existing((path,), force)
        os.replace(temporary, path)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
