"""Links: addresses and DOIs that stand in the text, mail addresses, and words with an address. Schemes are from a list.

What follows an address as punctuation stays outside; brackets inside one are paired (RFC 3986, appendix C).
"""

from __future__ import annotations

import itertools
import re
from urllib.parse import quote, urlsplit

from convert.marks.mark import Made, Mark, Parse
from convert.tree import Attr, Link, Str, Target

SCHEMES = ("http", "https", "ftp", "mailto")
AS_WRITTEN = "data-as-written"  # holds an address as the text had it, where it had to be encoded
WRITTEN_BEFORE = "data-written-before"  # the same, where it stood before its words
_TRAILING = ".,;:!?'\"”’»*_"
_HOST = re.compile(r"(?=.{1,253}$)[^\W_](?:[\w-]{0,61}\w)?(?:\.[^\W_](?:[\w-]{0,61}\w)?)*\.?")
_INLINE_PARTS = re.compile(r"\[([^\[\]\n]{1,400})\]\(\s?<?(\S{1,2000}?)>?(?:\s+\"([^\"\n]{0,300})\")?\s?\)")


def address(text: str) -> str:
    """`text` as a URL that every reader takes, or "" where it is none of the schemes in SCHEMES."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        return quote(text, safe=":/@?=&%+,;!$'()*~#-._") if "@" in parts.path else ""
    if parts.scheme not in SCHEMES or not _HOST.fullmatch(host) or parts.username:
        return ""
    try:
        name = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return ""
    place = name + (f":{port}" if port else "")
    rest = _quoted(parts.path) + ("?" + _quoted(parts.query) if parts.query else "")
    return f"{parts.scheme}://{place}{rest}" + ("#" + _quoted(parts.fragment) if parts.fragment else "")


def _quoted(part: str) -> str:
    """`part` of a URL with what may not stand in one percent-encoded; a percent sign that encodes nothing too."""
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(part, safe="/?:@!$&'()*+,;=-._~%"))


def _inline(match: re.Match[str], parse: Parse) -> Made | None:
    parts = _INLINE_PARTS.fullmatch(match.group())
    url = address(re.sub(r"\\([()_*])", r"\1", parts.group(2))) if parts else ""
    if parts is None or not url:
        return None
    inner = parse(parts.group(1))
    if any(isinstance(x, Link) for x in inner):
        inner = (Str(parts.group(1)),)
    attr = Attr() if url == parts.group(2) else Attr("", (), ((AS_WRITTEN, parts.group(2)),))
    return Made(Link(attr, inner, Target(url, parts.group(3) or "")), len(match.group()))


def _named(match: re.Match[str], parse: Parse) -> Made | None:
    """reStructuredText: `words <address>`_."""
    words, _, rest = match.group()[1:].rpartition("<")
    written = rest.partition(">")[0]
    url = address(written)
    attr = Attr() if url == written else Attr("", (), ((AS_WRITTEN, written),))
    return Made(Link(attr, parse(words.rstrip()), Target(url)), len(match.group())) if url else None


def _called(match: re.Match[str], parse: Parse) -> Made | None:
    """AsciiDoc: address[words], perhaps after link:."""
    written, _, words = match.group()[:-1].partition("[")
    url = address(written.removeprefix("link:"))
    inner = parse(words)
    if not url or any(isinstance(x, Link) for x in inner):
        return None
    return Made(Link(Attr("", (), ((WRITTEN_BEFORE, written),)), inner, Target(url)), len(match.group()))


def _angle(match: re.Match[str], _parse: Parse) -> Made | None:
    """An address between angle brackets; where it was wrapped, its pieces are put together again."""
    first, *more = match.group()[1:-1].split()
    if not all(a[-1] in "/-=&?_.%" or re.search(r"[/=&?%#_.\d]", b) for a, b in itertools.pairwise((first, *more))):
        return None
    text = "".join((first, *more))
    url = address(text)
    return Made(Link(Attr("", ("uri",)), (Str(text),), Target(url)), len(match.group())) if url else None


def _uri(match: re.Match[str], _parse: Parse) -> Made | None:
    text = _trimmed(match.group())
    url = address(text if "://" in text else "http://" + text)
    return Made(Link(Attr("", ("uri",)), (Str(text),), Target(url)), len(text)) if url and "." in text else None


def _trimmed(text: str) -> str:
    """`text` without the punctuation of the sentence it stands in."""
    text = text.rstrip(_TRAILING)
    while text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1].rstrip(_TRAILING)
    return text


def _doi(match: re.Match[str], _parse: Parse) -> Made | None:
    """A DOI, with or without `doi:`. Without, it has a letter after the slash: 10.5000/2 may be a sum."""
    text = _trimmed(match.group())
    number = text[text.index("10.") :]
    prefix, _, suffix = number.partition("/")
    if not suffix or (len(number) == len(text) and not any(c.isalpha() for c in suffix)):
        return None
    return Made(
        Link(Attr("", ("uri",)), (Str(text),), Target(f"https://doi.org/{prefix}/{_quoted(suffix)}")), len(text)
    )


def _mail(match: re.Match[str], _parse: Parse) -> Made | None:
    text = match.group()
    url = address("mailto:" + text)
    return Made(Link(Attr("", ("email",)), (Str(text),), Target(url)), len(text)) if url else None


_REST = r"[^\s<>\"“”«»\[\]{}|\\^`]"  # a character of an address
_KNOWN = "com|org|net|edu|gov|int|mil"  # the oldest domains; the others are words or files too (it, io, py)
_LANDS = "|".join(
    "at au be br ca ch cn cz de dk es eu fi fr gr hu ie info in io is it jp kr mx nl no nz pl pt ro ru se sk tr ua uk "
    "us za dev app".split()
)
_LABELS = r"(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){0,4}[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?"

NAMED = Mark(
    "named", "`", r"(?<![`\w\\])`[^`<>\n]{1,300} <[^\s<>`]{1,2000}>`__?(?!\w)", _named, only=("rst", "technical")
)
CALLED = Mark(
    "called",
    ":",
    r"(?:link:)?(?:https?|ftp)://[^\s<>\[\]\"`]{2,2000}\[[^\[\]\n]{1,400}\]",
    _called,
    then="//",
    lead=r"(?<![\w@/.:])(?:link:)?(?:https?|ftp)",
    only=("asciidoc",),
)
INLINE = Mark(
    "inline",
    "[",
    r"(?<![\\!])\[[^\[\]\n]{1,400}\]\([^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500})?(?:\s+\"[^\"\n]{0,300}\")?\)",
    _inline,
)
ANGLE = Mark(
    "angle", "<", r"<(?:https?|ftp)://[^\s<>]{1,2000}(?: [^\s<>]{1,500}){0,2}>", _angle, then="(?:https?|ftp):"
)
URI = Mark(
    "uri",
    ":w",
    rf"(?<![\w@/.])(?:(?:https?|ftp)://|www\.){_REST}{{2,2000}}",
    _uri,
    then=r"//|ww\.",
    lead="(?<![a-z])(?:https?|ftp)|",
    reach=5,
)
DOI = Mark(
    "doi",
    "1",
    rf"(?<![\w./])(?:doi: ?|DOI: ?)?10\.\d{{4,9}}/{_REST}{{1,200}}",
    _doi,
    then=r"0\.\d{4,9}/",
    lead="(?:doi: ?|DOI: ?)?",
    reach=5,
)
MAIL = Mark(
    "mail",
    "@",
    r"(?<![\w.+@/-])[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}(?![\w@-])",
    _mail,
    lead=r"[\w.+-]{1,64}",
)
DOMAIN = Mark(
    "domain",
    ".",
    rf"(?<![\w@/.:~-]){_LABELS}\.(?:(?:{_KNOWN})(?:\.[a-z]{{2}})?(?![\w-]|\.\w|@)(?:/{_REST}{{0,500}})?|(?:{_LANDS})/{_REST}{{1,500}})",
    _uri,
    then=rf"(?:{_KNOWN})\b|(?:{_LANDS})/",
    lead=_LABELS,
)
