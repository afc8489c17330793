"""Links: addresses that stand in the text, mail addresses, and [words](address). Schemes are from a list."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from convert.marks.mark import Made, Mark, Parse
from convert.tree import Attr, Link, Str, Target

SCHEMES = ("http", "https", "ftp", "mailto")
AS_WRITTEN = "data-as-written"  # holds an address as the text had it, where it had to be encoded
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


def _angle(match: re.Match[str], _parse: Parse) -> Made | None:
    text = match.group()[1:-1]
    url = address(text)
    return Made(Link(Attr("", ("uri",)), (Str(text),), Target(url)), len(match.group())) if url else None


def _uri(match: re.Match[str], _parse: Parse) -> Made | None:
    text = match.group().rstrip(_TRAILING)
    while text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1].rstrip(_TRAILING)
    url = address(text if "://" in text else "http://" + text)
    return Made(Link(Attr("", ("uri",)), (Str(text),), Target(url)), len(text)) if url and "." in text else None


def _mail(match: re.Match[str], _parse: Parse) -> Made | None:
    text = match.group()
    url = address("mailto:" + text)
    return Made(Link(Attr("", ("email",)), (Str(text),), Target(url)), len(text)) if url else None


INLINE = Mark(
    "inline",
    r"(?<![\\!])\[[^\[\]\n]{1,400}\]\([^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500})?(?:\s+\"[^\"\n]{0,300}\")?\)",
    _inline,
)
ANGLE = Mark("angle", r"<(?:https?|ftp)://[^\s<>]{1,2000}>", _angle)
URI = Mark("uri", r"(?<![\w@/.])(?:(?:https?|ftp)://|www\.)[^\s<>\"“”«»\[\]{}|\\^`]{2,2000}", _uri)
MAIL = Mark(
    "mail", r"(?<![\w.+@/-])[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}(?![\w@-])", _mail
)
