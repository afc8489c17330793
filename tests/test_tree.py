"""The tree: pandoc's own documents come back unchanged, and walking changes only what it is told to."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from convert import pandoc
from convert import tree as t

EVERYTHING = r"""
---
title: Everything
author: [One *Person*, Another]
flag: true
deep: {list: [1, two], text: "a"}
---

# Heading {#id .class key=value}

Plain *emph* **strong** ~~strike~~ H~2~O x^2^ [small]{.smallcaps} [under]{.underline} 'single' "double" --- ...\
a hard break, `code`{.python} $x^2$ $$y$$ [link](https://a.example "T") ![image](a.png "T"){width=5} <https://b.example>
[span]{#s .c} @cite [see @one, p. 3; -@two] raw `<b>`{=html} note[^1] and inline^[note *two*].

[^1]: A note.

    With two paragraphs.

> Quote
>
> > twice

| verse
|   indented

- tight
- list
    - nested

1) one

   para

2) two

(@) example

i. roman
ii. two

term
:   definition

    two

:   another

---

```{.python #c}
code
```

    plain code

```{=html}
<i>raw</i>
```

::: {.aside key=v}
div
:::

| Right | Left | Center | None |
|------:|:-----|:------:|------|
| 1     | a    | b      | c    |

: Caption

+---+---------+
| A | B       |
+===+=========+
| 1 | - item  |
|   | - two   |
+---+---------+

![A figure](a.png){#fig}
"""


def _pandoc_json(text: str) -> Any:
    done = subprocess.run(
        [pandoc.binary(), "-f", "markdown", "-t", "json"], input=text.encode(), capture_output=True, check=True
    )
    return json.loads(done.stdout)


def test_a_document_with_every_node_comes_back_unchanged() -> None:
    value = _pandoc_json(EVERYTHING)
    document = t.from_json(value)
    assert t.to_json(document) == value
    used = {type(n).__name__ for n in t.nodes(document.blocks)}
    missing = set(t.KINDS) - used - {"MetaMap", "MetaList", "MetaBool", "MetaString", "MetaInlines", "MetaBlocks"}
    assert missing <= {
        "SoftBreak",
        "Plain",
        "RawBlock",
        "Row",
        "Cell",
        "Caption",
        "TableHead",
        "TableBody",
        "TableFoot",
    }


_words = st.text(st.characters(exclude_characters=" \n", exclude_categories=["Cs"]), min_size=1, max_size=8)
_inline = st.recursive(
    st.builds(t.Str, st.lists(_words, min_size=1, max_size=4).map(" ".join)),
    lambda inner: st.one_of(
        st.builds(t.Emph, st.tuples(inner)),
        st.builds(t.Link, st.just(t.NO_ATTR), st.tuples(inner), st.builds(t.Target, _words, _words)),
        st.builds(t.Note, st.tuples(st.builds(t.Para, st.tuples(inner)))),
    ),
    max_leaves=5,
)
_block = st.recursive(
    st.builds(t.Para, st.tuples(_inline))
    | st.builds(t.Header, st.integers(1, 6), st.just(t.NO_ATTR), st.tuples(_inline)),
    lambda inner: st.one_of(
        st.builds(t.BlockQuote, st.tuples(inner)),
        st.builds(t.BulletList, st.tuples(st.tuples(inner), st.tuples(inner, inner))),
        st.builds(t.Div, st.builds(t.Attr, _words, st.tuples(_words)), st.tuples(inner)),
    ),
    max_leaves=8,
)


@given(st.lists(_block, max_size=4).map(tuple))
def test_what_is_written_reads_back_equal(blocks: t.Blocks) -> None:
    document = t.Pandoc(t.MetaMap(()), blocks)
    assert t.from_json(json.loads(json.dumps(t.to_json(document)))) == document


@given(st.lists(_block, max_size=4).map(tuple))
def test_a_walk_that_changes_nothing_copies_nothing(blocks: t.Blocks) -> None:
    assert t.walk(blocks, lambda node: node) is blocks


def test_a_walk_changes_leaves_and_keeps_pos() -> None:
    para = t.Para((t.Emph((t.Str("a"),)),), pos=t.Pos(1, 2, "paragraph"))
    loud = t.walk(para, lambda n: t.Str(n.text.upper()) if isinstance(n, t.Str) else n)
    assert loud == t.Para((t.Emph((t.Str("A"),)),))
    assert loud.pos == para.pos


def test_plain_text_parts_lines_and_blocks() -> None:
    verse = t.LineBlock(((t.Str("one"),), (t.Str("two"),)))
    assert t.plain_text((verse, t.Para((t.Str("three"), t.Note((t.Para((t.Str("no"),)),)))))).split() == [
        "one",
        "two",
        "three",
    ]
