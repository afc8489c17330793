"""The HTML edition: one self-contained page, no script needed, styled for screen, dark screens and print."""

from __future__ import annotations

from markupsafe import Markup

from convert import profiles
from convert.article import Article
from convert.editions.contents import listed, wanted
from convert.editions.describe import frame, json_ld, meta_elements, minutes
from convert.editions.markup import Setter
from convert.editions.numerals import numerals
from convert.editions.sheet import sheet
from convert.editions.words import words
from convert.options import Options
from convert.templating import render


def write(article: Article, options: Options) -> bytes:
    """The page as UTF-8."""
    m = article.metadata
    setter = Setter(hanging=True, numerals=numerals(article), words=words(m.language))
    body = setter.blocks(article.blocks)
    page = render(
        "article.html",
        **frame(m),
        minutes=minutes(article.blocks),
        meta=meta_elements(m),
        json_ld=json_ld(m, article.parts),
        contents=listed(article) if wanted(article, options.toc) else [],
        body=Markup(body),
        notes=Markup(setter.notes_found()),
        sheet=sheet(profiles.of(options), "screen"),
    )
    return page.encode("utf-8")
