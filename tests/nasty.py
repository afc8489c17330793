"""NASTY: one text of everything that editions choke on, all of it valid to write (issue 4, bad input)."""

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

Term
:   Its definition, H~2~O and x^2^ and ~~struck~~ and *em* and **strong**.

An address <https://example.org/{"path/" * 20}?q=a&b=%20c#frag>, mail <ada@example.org>, and https://example.org/ü/é.

* * *

Roses are red & white,
    Violets are <blue>,
Sugar is "sweet",
    And so are you.

# A heading with <angle> & "quotes" and `code`

The same heading twice.
"""
