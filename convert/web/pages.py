"""The desk: the page where a publisher gives a text and takes its editions. It works without its script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from convert import __version__
from convert.article import Edition
from convert.editions import EDITIONS
from convert.errors import ConvertError, UsageError
from convert.files import READABLE
from convert.options import FIELDS, Field
from convert.pipeline import DEFAULT_FORMATS
from convert.settings import Settings
from convert.templating import render, templates_folder
from convert.web.body import Said, of_one, said_by
from convert.web.colophon import source_zip
from convert.web.delivery import attachment, called, delivered, in_parts
from convert.web.order import order_of
from convert.web.problems import Problem, problem_of, wants_parts
from convert.web.service import Service, Wish

# The options a title page holds come first; the rest follow as they stand in Options.
FIRST = ("title", "authors", "date", "language", "publisher", "rights", "description")


class Words(NamedTuple):
    """What the page calls an option, where the option's own name and help speak to programs."""

    label: str
    hint: str


WORDS = {
    "title": Words("Title", ""),
    "authors": Words("Authors", "Separate several with semicolons."),
    "date": Words("Date", "Like 2017-09-18; a year will do."),
    "language": Words("Language", "A tag: en, de-AT, zh-Hant."),
    "publisher": Words("Publisher", ""),
    "rights": Words("Rights", "A statement or a licence."),
    "description": Words("Description", "One or two sentences."),
    "identifier": Words("Identifier", "A URN, ISBN, DOI or address."),
    "subjects": Words("Subjects", "Separate several with semicolons."),
    "source": Words("Address of the original", ""),
    "modified": Words("Last changed", "Like 2017-09-18T10:00:00Z."),
    "extra": Words("Other fields", "Like series=Essays; separate several with semicolons."),
    "toc": Words("Table of contents", "By itself: where there are three headings."),
    "profile": Words("House style", "article, book, or one of this house's own."),
    "page": Words("Size of the PDF's pages", "A5, A4, letter, 129x198mm, 6x9in."),
    "css": Words("Style sheet", "CSS whose rules come after the design's own."),
    "cover": Words("Cover of the EPUB", "JPEG or PNG, up to 10 MB."),
    "reader": Words("Kind of file", "By itself; else text, docx, odt, epub, rtf, html, markdown or rst."),
    "encoding": Words("Encoding of the file", "Where it cannot be told from the bytes: windows-1252."),
    "detect": Words("Look for as well", "What is off by itself: smallcaps."),
    "no_detect": Words("Do not look for", "Structures, with commas: verse, table, list."),
    "overrides": Words("Corrections", "YAML: what stands at which lines; see the guide."),
}
STATIC = {
    "desk.css": "text/css",
    "desk.js": "text/javascript",
    "desk.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was filled in, to be shown again."""

    ticked: tuple[str, ...] = DEFAULT_FORMATS
    text: str = ""
    values: Mapping[str, str] | None = None
    had_file: bool = False

    def value(self, name: str) -> str:
        """What stands in the field `name`."""
        return (self.values or {}).get(name, "")


def blueprint(service: Service, settings: Settings) -> Blueprint:
    """The desk at /, what it is drawn with, and the source of this version at /source."""
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def desk() -> Response:
        return _desk(settings, Filled())

    @pages.post("/")
    def set_article() -> Response:
        said = Said()
        try:
            said = said_by(request, of_one(settings))
            order = order_of(_as_meant(said), settings)
            result = service.convert(order, Wish(g.owner))
        except ConvertError as error:
            if wants_parts():
                raise
            return _desk(settings, _filled(said), problem_of(error))
        return in_parts(result) if wants_parts() else delivered(result, order.source)

    @pages.get("/desk.<any(css, js, svg):kind>")
    def drawn(kind: str) -> Response:
        name = f"desk.{kind}"
        response = Response((templates_folder() / name).read_bytes(), mimetype=STATIC[name])
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]

    @pages.get("/source")
    def source() -> AnyResponse:
        if settings.source_url:
            return redirect(settings.source_url)
        return attachment(Edition("zip", f"editions-{__version__}-source.zip", "application/zip", source_zip()))

    return pages


def problem_page(settings: Settings, problem: Problem) -> Response:
    """The desk with `problem` named on it, for a browser that met one anywhere."""
    return _desk(settings, Filled(), problem)


def _desk(settings: Settings, filled: Filled, problem: Problem | None = None) -> Response:
    fields = [f for f in FIELDS if "http" in f.doors and (f.name != "css" or settings.allow_css)]
    page = render(
        "desk.html",
        editions=EDITIONS,
        first_formats=DEFAULT_FORMATS,
        more_formats=[name for name in EDITIONS if name not in DEFAULT_FORMATS],
        called=called,
        fields=sorted(fields, key=_rank),
        words=_words,
        filled=filled,
        unfolded=any((filled.values or {}).get(f.name) for f in fields),
        problem=problem,
        posted=request.method == "POST",
        max_bytes=settings.max_bytes,
        accepted=",".join(READABLE),
        version=__version__,
        signed_in=g.get("in_session", False),
    )
    return Response(page, problem.status if problem else 200, mimetype="text/html")


def _rank(field: Field) -> int:
    return FIRST.index(field.name) if field.name in FIRST else len(FIRST)


def _words(field: Field) -> Words:
    return WORDS.get(field.name) or Words(field.name.replace("_", " ").capitalize(), field.help)


def _as_meant(said: Said) -> Said:
    """What the form says as an order means it: several values in one field are parted, and something is ticked."""
    if not said.values.get("to"):
        raise UsageError("No edition was ticked.", "Tick at least one edition.", code="unknown-format")
    several = {f.name for f in FIELDS if f.kind in ("many", "pairs")}
    values = {k: [x for v in vs for x in _parted(v)] if k in several else vs for k, vs in said.values.items()}
    return replace(said, values=values)


def _parted(value: Any) -> list[str]:
    return [part.strip() for part in str(value).split(";") if part.strip()]


def _filled(said: Said) -> Filled:
    values = {name: "; ".join(map(str, given)) for name, given in said.values.items() if name != "cover"}
    return Filled(
        ticked=tuple(map(str, said.values.get("to", ()))),
        text="\n".join(data.decode("utf-8", "replace") for data in said.pasted),
        values=values,
        had_file=bool(said.files),
    )
