"""The article that all this started from, kept beside the repository: skipped where it is absent."""

from __future__ import annotations

from pathlib import Path

from lxml import etree, html

from convert import ledger
from tests.test_editions import editions, has_every_sentence, json_ld, members, pdfinfo, poppler, run, strings

TITLE = "Lavrov/Tillerson Meeting at UN"


@poppler
def test_saved_article(shared: Path) -> None:
    path = shared / "samples" / "saved-article.txt"
    made = editions(path.read_text("utf-8"), ("html", "pdf", "epub"))
    page = html.fromstring(made["html"])
    assert page.xpath("//h1/text()") == [TITLE]
    said = json_ld(made["html"])
    assert (said["headline"], said["datePublished"], said["inLanguage"]) == (TITLE, "2017-09-18", "en")
    assert (said["author"][0]["name"], said["keywords"]) == ("Stephen Lendman", ["United Nations"])
    info = pdfinfo(made["pdf"])
    assert (info["Title"], info["Author"], info["Keywords"]) == (TITLE, "Stephen Lendman", "United Nations")
    files = members(made["epub"])
    opf = etree.fromstring(files["EPUB/content.opf"])
    assert strings(opf, "//dc:title/text() | //dc:creator/text() | //dc:date/text() | //dc:subject/text()") == [
        TITLE, "Stephen Lendman", "2017-09-18", "United Nations",
    ]  # fmt: skip
    has_every_sentence(path, ledger.letters(page.xpath("string(//body)")))
    book = "".join("".join(etree.fromstring(files[f"EPUB/{name}.xhtml"]).itertext()) for name in ("title", "text"))
    has_every_sentence(path, ledger.letters(book))
    pages = run(["pdftotext", "-", "-"], made["pdf"]).decode().rstrip("\f").split("\f")
    kept = "\n".join("\n".join(p.strip("\n").split("\n")[1 if i else 0 : -1]) for i, p in enumerate(pages))
    has_every_sentence(path, ledger.letters(kept.replace("-\n", "")))
