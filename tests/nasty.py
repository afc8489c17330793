"""TEXTS: all that editions choke on and may be written all the same (issue 4, bad input); GIVEN: the same as fields.

NASTY has some of everything; each of the others drives one thing to its limit or past it.
"""

from __future__ import annotations

_WORD = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung"
_TITLE = "On the “Tides” & <Currents> of the Long Bay, ]]> with an \\ and a ‘quotation’: " + "a very long title " * 20
_ROW = "| " + " | ".join(f"cell {n}" for n in range(12)) + " |"
_RULE = "|" + "---|" * 12
_NESTED = "\n".join(f"{'  ' * n}- level {n} <b>bold?</b> & so on" for n in range(9))

NASTY = f"""---
title: |
  {_TITLE.strip()}
author: ["Ada \\"Quote\\" O'Neill & <Sons>", "Émile Brun"]
date: 2020-02-29
subjects: ["<tag>", "a, b", "c&d"]
description: "Says \\"this\\" & <that>."
publisher: "Press & <Co>"
---

The first paragraph has 😀 an emoji, a family 👩‍👩‍👧, a check ✓, an arrow →, a sum ∑, mixed scripts: Ελληνικά,
русский, עברית, العربية, 中文字, 日本語, 한국어, हिन्दी, ไทย, and a soft\u00adhyphen, a zero\u200bwidth space.

# A heading with <angle> & "quotes" and `code`

# An empty section

## Another empty one

{_WORD}{_WORD}{_WORD} stands here, and {"x" * 300} too.[1] It goes on.[^n]

[1] A note with "quotes", <angles> & an ampersand.

[^n]: A note with a label, and a [link](https://example.org/a?b=c&d=e "A <title>") in it.

{_NESTED}

1. one
   a. inner
   b. inner two
2. two

   A second paragraph in item two.

{_ROW.replace("cell", "head")}
{_RULE}
{_ROW}
{_ROW}

    def code(x):
        return "<b>" + x + "&amp;" + '{"y" * 120}'

> A quotation with an attribution.
>
> > A quotation in it.
>
> — Somebody <b>

- an item

      with code

- one

  > with a quotation

Term
:   Its definition, H~2~O and x^2^ and ~~struck~~ and *em* and **strong**.

ebb::
  The water goes.
flow::
  It comes.
ebb::
  It goes again.

A link of [*emphasis* and `code` and **weight**](https://example.org/em) that goes on over the end of its line.

An address <https://example.org/{"path/" * 20}?q=a&b=%20c#frag>, mail <ada@example.org>, and https://example.org/ü/é.

* * *

Roses are red & white,
    Violets are <blue>,
Sugar is "sweet",
    And so are you.

# A heading with <angle> & "quotes" and `code`

The same heading twice.
"""

# ---------------------------------------------------------------- one thing each


def _table(columns: int, rows: int, cell: str) -> str:
    """A table with a head; `cell` says with `r` and `c` what stands in each."""
    head = [f"| {' | '.join(cell.format(r='head', c=c) for c in range(columns))} |", "|---" * columns + "|"]
    body = [f"| {' | '.join(cell.format(r=r, c=c) for c in range(columns))} |" for r in range(rows)]
    return "\n".join((*head, *body)) + "\n"


_TABLES = f"""# Tables

Few rows, so that it is turned:

{_table(18, 1, "cell {r}{c}")}| a | b^2^ | c |

Forty columns, in parts:

{_table(40, 20, "{r}.{c}")}
A note in one:

{_table(12, 12, "{r}and{c}").replace("3and3", "3and3[1]", 1)}
Nothing but one figure:

{_table(31, 12, "0")}
A long word, and what is empty:

| a | {"w" * 300} | |
|---|---|---|
| | b | |
| | | |

[1] A note of a cell.
"""

_HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
_LEFTWARD = f"""# השעון בכיכר 👍🏽

השעון בכיכר *מאחר* בשבע **דקות** ו *so* הוא (1984).[1] Then English, \u202eturned\u202c, and العربية 456.

- עברית
- العربية

{_table(14, 12, "{c}").replace("| 1", "| " + _HEBREW[:7])}
> ציטוט של `code` כאן.

[1] כך כתוב.
"""

_SCRIPTS = """# Ελληνικά русский עברית العربية 中文 日本語 한국어 हिन्दी ไทย ქართული Հայերեն አማርኛ 👍🏽 🇩🇪 1️⃣ 👩🏿\u200d🚀

བོད། Mixed in a line: עברית, العربية مع 123 English 456, 中文字 English 中文, हिन्दी का *उद्धरण* है।

| עברית | 中文 | हिन्दी |
|---|---|---|
| א | 一 | अ |

A pile Z\u0301{pile}, joiners \u200d\u200c\ufeff\u2060, controls \x0b\x85,
no characters \ufffe\uffff, and \U00012000 \u0378.

Die Lampen brennen,
    der Hafen schläft,
        ❤️ und ☃ stehen da,
und عربي auch.
""".replace("{pile}", "\u0301" * 60)

_RUN = "theharbourwasquietthatmorningandnobodycame"  # without an end, and English: Nu guesses at the language
_WORDS = "\n\n".join(
    (
        "---\nlanguage: en\n---", "# " + _RUN.upper() * 8, _RUN * 120, "- " + _RUN * 12, "> " + _RUN * 12,
        "`" + _RUN * 12 + "`", "    " + _RUN * 12, "https://example.org/" + _RUN * 45, "The harbour was quiet. " * 40,
        "ü" * 400 + "-" + "中" * 400 + " " + "ا" * 400, "a/" * 400,
        f"| {_RUN * 10} | b |\n|---|---|\n| c | {_RUN * 10} |", "## " + _RUN * 6, "End.",
    )
)  # fmt: skip

_NESTED_DEEP = "\n\n".join(
    (
        "# Nested",
        "\n".join(f"{'  ' * n}- level {n}" for n in range(30)),
        "\n".join(f"{'   ' * n}1. number {n}" for n in range(20)),
        "\n".join(f"{'>' * n} quoted {n}" for n in range(1, 30)),
        "End.",
    )
)

_EMPTY = """#

# One

## Two

### Three

#### Four

##### Five

###### Six

# One

* * *

* * *

-
- a
-

>

[^1]:

```
```

| | |
|---|---|
| | |

#
"""

_NAMES = "1|!!!|<>|a b|a-b|Text|Note 1|Ref 1|Contents|Toc|Title|É|E|日本|日本|-|id=x|a/b#c?d|%20|_text|fn 1|fn-1-ref"
_HEADINGS = "".join(f"# {name}\n\nWords[1] of {name}.[^x]\n\n" for name in _NAMES.split("|"))
_HEADINGS += "[1] One[2] with\n\n    - a list\n\n    > and a quotation\n\n[2] Two, see [1].\n\n[^x]: Ex.\n"

TEXTS = {
    "nasty": NASTY,
    "nasty-tables": _TABLES,
    "nasty-leftward": _LEFTWARD,
    "nasty-scripts": _SCRIPTS,
    "nasty-words": _WORDS,
    "nasty-nested": _NESTED_DEEP,
    "nasty-empty": _EMPTY,
    "nasty-headings": _HEADINGS,
    "nasty-rule": "* * *\n",
    "nasty-given": "Words <b> here & more.[1]\n\n# H\n\n[1] A note.\n",
}

# ---------------------------------------------------------------- fields that are given

_EVIL = (
    '"Quote" \'s & <b>x</b> ]]> <!-- -->\r\nline\ttwo \x00\x01\x1b\x7f\x85\u2028\u2029 \ufffe\uffff \ud800 \\ {{x}} %s '
    "👍🏽 עברית \u202eabc"
)
GIVEN = {  # those of nasty-given, as options_from takes them
    "title": _EVIL + " and many words" * 30,
    "language": "en",
    "authors": [_EVIL, "A" * 300, "שרה כהן", "O'Neill, Ada; Brun & Sons"],
    "publisher": _EVIL,
    "rights": "\u200b" + "R " * 300,
    "identifier": _EVIL,
    "subjects": [_EVIL, "a,b", "s" * 200],
    "description": _EVIL * 20,
    "date": "0079-08-24",
    "modified": "2020-02-29T23:59:59.5+14:00",
    "source": "https://example.org/a'b{c}|d\\e^f`g%zz?x=ü&y#ü#[]",
    "extra": {_EVIL: _EVIL, "<key>": "<value>"},
}
