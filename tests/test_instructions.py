"""Instructions to the typesetter in Japanese texts are done, taken out, and accounted for."""

from __future__ import annotations

from convert import pipeline
from convert.article import Article, Source
from convert.editions.markup import Setter

HEAD = "風の電報\n遠山冬子\n\n"
RULE = "-------------------------------------------------------\n"
LEGEND = f"{RULE}【テキスト中に現れる記号について】\n\n《》：ルビ\n（例）燈台《とうだい》\n{RULE}\n"
BODY = (
    "［＃７字下げ］一［＃「一」は中見出し］\n\n"
    "　岬の燈台《とうだい》には、海の見えない窓がひとつあった。\n"
    "「何と云って来ましたか」\n"
    "　と、女房が訊《き》いた。大根は［＃「大根は」に傍点］もう抜いてよい。\n"
    "　女房は信じなかったが、大根は抜いた。よい大根であった。\n"
)


def read(written: str) -> Article:
    article = pipeline.read(Source("", written.encode()))
    assert not [r for r in article.remarks if r.code == "ledger"]
    return article


def test_headings_are_set_and_instructions_are_gone() -> None:
    article = read(HEAD + LEGEND + BODY)
    body = Setter().blocks(article.blocks)
    assert body.startswith('<h2 id="一">一</h2>\n<p>岬の燈台')
    assert "［＃" not in body
    assert "記号について" not in body
    assert body.count("<p>") == 4


def test_each_instruction_is_accounted_for() -> None:
    taken = [(t.line, t.text) for t in read(HEAD + BODY).taken if t.into == "instruction to the typesetter"]
    assert taken == [(4, "［＃７字下げ］"), (4, "［＃「一」は中見出し］"), (8, "［＃「大根は」に傍点］")]


def test_a_block_set_in_is_a_quotation() -> None:
    inset = "［＃ここから３字下げ］\n来年もまた来ると、風は云った。\n［＃ここで字下げ終わり］\n"
    article = read(HEAD + BODY + "\n" + inset + "\n　風は、その晩おそくに吹いた。\n")
    assert "<blockquote>\n<p>来年もまた" in Setter().blocks(article.blocks)


def test_near_miss_other_brackets_stay() -> None:
    body = Setter().blocks(read(HEAD + BODY.replace("［＃", "［")).blocks)
    assert "［「大根は」に傍点］" in body


def test_a_heading_that_becomes_the_title_is_accounted_for_with_the_notes_around_it() -> None:
    text = "［＃７字下げ］一［＃「一」は中見出し］\n\n岬の燈台には、海の見えない窓がひとつあった。\n"
    article = pipeline.read(Source("", text.encode()))
    assert article.metadata.title == "一"
    assert "ledger" not in {remark.code for remark in article.remarks}
