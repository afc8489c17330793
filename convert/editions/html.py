"""The HTML edition: one self-contained page, no script needed, styled for screen, dark screens and print."""

from __future__ import annotations

from markupsafe import Markup

from convert.article import Article
from convert.editions.contents import contents, wanted
from convert.editions.describe import direction, json_ld, meta_elements, title_block
from convert.editions.markup import Setter
from convert.editions.numerals import numerals
from convert.options import Options
from convert.templating import render


def write(article: Article, options: Options) -> bytes:
    """The page as UTF-8."""
    m = article.metadata
    setter = Setter(numerals=numerals(article))
    body = setter.blocks(article.blocks)
    page = render(
        "article.html",
        language=m.language,
        direction=direction(m.language),
        head=title_block(m),
        metadata=m,
        meta=meta_elements(m),
        json_ld=json_ld(m),
        contents=contents(article.blocks) if wanted(article.blocks, options.toc) else [],
        body=Markup(body),
        notes=Markup(setter.notes_found()),
    )
    return page.encode("utf-8")
