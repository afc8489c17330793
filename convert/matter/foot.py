"""The foot of a text: what it says below its last words of who, when and where. It is read, and stays in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.matter import fields
from convert.matter.draft import Draft
from convert.text import Line

ZONE = 30  # lines
_TAGS = re.compile(
    r"(?:tags?|tagged|filed under|posted in|keywords?|categor(?:y|ies)|schlagw[oö]rte?r?|stichw[oö]rte?r?|mots[- ]clés|"
    r"étiquettes|etiquetas|palabras clave|parole chiave|palavras-chave|trefwoorden|nyckelord|emneord|avainsanat|"
    r"słowa kluczowe|klíčová slova|теги|метки|ключевые слова|etiketler|kata kunci|từ khóa|标签|標籤|關鍵詞|关键词|タグ|"
    r"태그)"
    r"\s?[:：]\s*(?P<tags>\S.{0,300})",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"(?:©|\(c\)|copyright\b)\W{0,3}(?=.{0,20}\d{4}).{4,150}", re.IGNORECASE)
_RULE_SIGNS = tuple("-—_=*~#")


def foot(lines: Sequence[Line], draft: Draft) -> None:
    """Note what the last lines say, as far as the head has not said it; nothing is taken out of the text."""
    last = [line for line in lines[-ZONE:] if not line.blank]
    for entry in _fields(lines):
        where = fields.home(entry)
        if where and where not in ("mail", "role", "site") and where not in draft.values:
            fields.note(entry, draft)
    for line in last:
        if (tags := _TAGS.fullmatch(line.text)) and "subjects" not in draft.values:
            found = tuple(t.strip(" #.") for t in re.split(r"[,;、，|]", tags["tags"]) if t.strip(" #."))
            draft.say("subjects", found, line.number, "the tags at the foot")
        elif _RIGHTS.fullmatch(line.text):
            draft.say("rights", line.text, line.number, "the rights at the foot")


def _fields(lines: Sequence[Line]) -> list[fields.Entry]:
    """The block of fields that ends the text, alone in its chunk or below a rule; [] where there is none."""
    end = len(lines)
    while end and lines[end - 1].blank:
        end -= 1
    start = end
    while start and end - start < 13 and not lines[start - 1].blank and not _is_rule(lines[start - 1].text):
        start -= 1
    if not start or end - start > 12:
        return []
    entries = fields.block(lines[start:end])
    homes = {fields.home(entry) for entry in entries} - {"", "mail"}
    return entries if len(homes) > 1 else []


def _is_rule(text: str) -> bool:
    """Whether a line is three of one sign or more, a space at most between two. A pattern would remember each."""
    sign = text[:1]
    return sign in _RULE_SIGNS and set(text) <= {sign, " "} and "  " not in text and text.count(sign) > 2
