"""Hostile texts: for each part of the reader the text that costs it most, by the number of characters asked for.

The laws read each at two sizes (`test_laws`), the benchmark at the size given here (`benchmarks/reading.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

MEGABYTE = 1_000_000
LONG = "A line as long as those of people who write for the web and never break one by hand, however far it may run on."


class Hostile(NamedTuple):
    """A text made to be slow."""

    make: Callable[[int], str]  # how many characters, about → the text
    size: int = 500_000  # characters that the benchmark asks for


def again(text: str) -> Callable[[int], str]:
    """`text` over and over."""
    return lambda n: text * max(1, n // len(text))


def below(first: str, text: str) -> Callable[[int], str]:
    """`text` over and over, below what makes a rule look at it."""
    return lambda n: first + text * max(1, n // len(text))


def numbered(line: str) -> Callable[[int], str]:
    """`line` over and over, `{0}` in it a number from 0 to 999 and `{1}` an indent from 0 to 30 columns."""

    def lines(n: int) -> str:
        size = len(line.format(999, " " * 15))
        return "".join(line.format(i % 1000, " " * (i % 31)) for i in range(max(1, n // size)))

    return lines


def stray(n: int) -> str:
    """Stars, underscores and letters without any order."""
    dice = random.Random(1)
    return "".join(dice.choice("*_ a") for _ in range(n))


def rules_of_all_lengths(n: int, sign: str = "-", between: str = "") -> str:
    """Lines of one sign, each a little longer than the last, from four to fifty."""

    each = 28 + len(between)  # characters of a line, on the average
    return "".join(sign * (4 + i % 47) + "\n" + between for i in range(max(1, n // each)))


INTERVIEW = "Q: Why?\n\nA: So.\n\nQ: How?\n\nA: Thus.\n\n"
MARKDOWN = "# One\n\n# Two\n\n[a](http://b.example) [c](http://d.example)\n\n"

HOSTILE: dict[str, Hostile] = {
    # marks
    "stray stars and underscores": Hostile(stray, 263_000),
    "brackets": Hostile(again("["), 20_000),
    "brackets and words": Hostile(again("[a](b "), MEGABYTE),
    "links never closed": Hostile(again("[a](http://b.c/"), 300_000),
    "links with titles never closed": Hostile(again('[a](b "c ')),
    "backticks": Hostile(again("`a ")),
    "angles": Hostile(again("<http://a.b "), 300_000),
    "addresses": Hostile(again("http://a.b/("), 300_000),
    "brackets after an address": Hostile(again("http://a.b/" + ")" * 1980 + " "), 300_000),
    "mail": Hostile(again("a.a@a.a@")),
    "mail hosts": Hostile(below("a@", "b.")),
    "emphasis in emphasis": Hostile(lambda n: "_*" * (n // 4) + "a" + "*_" * (n // 4)),
    "strong in strong": Hostile(again("**_`*_" * 20 + "a" + "_*`_**" * 20 + " ")),
    "quotation marks": Hostile(again("\"'"), MEGABYTE),
    "dashes in a line": Hostile(again("--"), MEGABYTE),
    "points": Hostile(again("."), MEGABYTE),
    # characters
    "words in one line": Hostile(again("word "), 2 * MEGABYTE),
    "one line without a space": Hostile(again("word"), 2 * MEGABYTE),
    "Chinese in one line": Hostile(again("天地玄黃宇宙洪荒"), 333_333),
    "digits": Hostile(again("7"), MEGABYTE),
    "punctuation": Hostile(again(".,;:!?-"), MEGABYTE),
    "combining marks of one kind": Hostile(below("a", "\u0301"), 500_000),
    "combining marks out of order": Hostile(below("a", "\u0301\u0316"), 500_000),
    "emoji joined": Hostile(again("\U0001f468\u200d\U0001f469\u200d\U0001f467"), 280_000),
    "tabs": Hostile(lambda n: "\t" * n + "x", MEGABYTE),
    "tabs before words": Hostile(again("\t\t\tx\n")),
    "spaces in a line": Hostile(lambda n: "a" + " " * n + "b", MEGABYTE),
    "gaps in a line": Hostile(again("a   b "), MEGABYTE),
    "blank lines": Hostile(lambda n: "a" + "\n" * n + "b", 100_000),
    # short lines
    "one word a line": Hostile(again("word\n"), 500_000),
    "short lines apart": Hostile(again("Short Line\n\n"), 1_200_000),
    "set in and out": Hostile(again("x\n    x\n"), 400_000),
    "set in and out, apart": Hostile(again("    set in\n\nout\n\n")),
    "steps": Hostile(numbered("{1}word one two\n")),
    "steps, apart": Hostile(numbered("{1}word one two\n\n")),
    "left of the margin": Hostile(again("   word one two three four five six seven eight nine\n  x\n")),
    "paragraphs a line, then short ones": Hostile(
        lambda n: f"{LONG} {LONG}\n" * (n // 500) + "Short line\n" * (n // 22)
    ),
    "hyphens at line ends": Hostile(again("exam-\nple exam-\nple example\n")),
    # lists
    "bullets": Hostile(again("- item\n"), 350_000),
    "nested bullets": Hostile(numbered("{1}- item\n"), 1_100_000),
    "bullets without letters": Hostile(again("- ..\n")),
    "bullets alone, apart": Hostile(again("-\n\n"), 200_000),
    "numbered items": Hostile(numbered("{0}. item\n"), 550_000),
    "numbered items apart": Hostile(numbered("{0}. item\n\n")),
    "one number over and over": Hostile(again("7. Item goes here\n")),
    "one number, set in anyhow": Hostile(numbered("{1}7. Item goes here\n")),
    "lines ended on purpose": Hostile(below("This:\n\n", "Item one goes\nItem two goes\n")),
    # quotations
    "quotation signs in a line": Hostile(lambda n: ">" * (n // 10) + " deep\n" + "> a\n" * (n // 5), 30_000),
    "quotations in one another": Hostile(
        lambda n: "".join(">" * (1 + i % 3000) + " a\n" for i in range(n // 1500)), 4_500_000
    ),
    "signs that quote nothing": Hostile(again(">= this is what people write here\n")),
    "attributions": Hostile(again("    -- Some Name\n\n")),
    "attributions quoted": Hostile(again("> -- Some Name\n")),
    "quotations after colons": Hostile(again('He said:\n\n"one two"\n\n')),
    "a quotation never closed": Hostile(below("He said:\n\n", '"one two ')),
    # headings
    "capitals apart": Hostile(again("CAPS LINE HERE\n\n")),
    "underlined": Hostile(again("Head\n====\n")),
    "underlined, apart": Hostile(again("Head\n====\n\n")),
    "hashes": Hostile(below("# ", "#  "), MEGABYTE),
    "framed by stars": Hostile(again("*** so it goes\n")),
    "ornaments": Hostile(again("* " * 90 + "\n\n")),
    # code
    "fences": Hostile(lambda n: rules_of_all_lengths(n, "`")),
    "fences of equals signs": Hostile(lambda n: rules_of_all_lengths(n, "=", "abc\n")),
    "lines of dashes": Hostile(again("----------\n"), 1_100_000),
    "lines of dashes of all lengths": Hostile(rules_of_all_lengths),
    "fences around chunks": Hostile(again("```\nabc\n\n")),
    "code": Hostile(again("    x = f(y);\n\n")),
    "code and words": Hostile(again("    x = f(y);\n\nword\n\n")),
    "braces": Hostile(again("line x {\n"), 450_000),
    "braces set in": Hostile(again("    b {\n"), 400_000),
    "set in by four among Markdown": Hostile(below(MARKDOWN, "    x\nout\n")),
    # tables
    "bars": Hostile(again("|"), 200_000),
    "rows of bars": Hostile(again("| a | b |\n"), MEGABYTE),
    "rows of bars, uneven": Hostile(again("| a | b\n| c |\n")),
    "tables announced in a chunk": Hostile(again("Head\na  b\na  b\na  b\n")),
    "columns": Hostile(again("Word    word   word\n")),
    "columns, ragged": Hostile(numbered("{1}word    word   word\n")),
    "boxes": Hostile(again("+---+---+\n| a | b |\n")),
    "ruled": Hostile(again("---- ----\n")),
    "AsciiDoc's tables never closed": Hostile(again("|===\n\n|a\n\n")),
    # definitions
    "terms": Hostile(again("term::\n"), 350_000),
    "terms apart": Hostile(again("term::\n\n"), 350_000),
    "terms and meanings": Hostile(again("term:: x\n")),
    "terms beside": Hostile(again("[ab]  what it means\n      more\n")),
    "terms above": Hostile(again("Term\n    what it means to me here\n")),
    "terms that say more than is said of them": Hostile(again("A long term is here\n   x\n\n")),
    "terms beside, the same": Hostile(again("[abcdef]  x\n\n")),
    "terms above terms": Hostile(lambda n: "".join(f"{'    ' * (i % 12)}Term\n" for i in range(n // 27))),
    # contents, notes, figures, speech, verse
    "contents": Hostile(numbered("Chapter {0} ........ {0}\n"), 1_350_000),
    "contents over and over": Hostile(again("Contents\n\n")),
    "entries below contents": Hostile(below("Contents\n\n", "Some entry here\n")),
    "leaders without a page": Hostile(again("a" + " ." * 100 + " x1\n")),
    "notes": Hostile(again("[1] note\n"), 450_000),
    "notes apart": Hostile(again("[1] note\n\n")),
    "captions never closed": Hostile(again("[Illustration: x\n")),
    "credits": Hostile(again("." * 140 + "/\n\n")),
    "speakers": Hostile(again("Q: a\n\nA: b\n\n"), 600_000),
    "speakers in a chunk": Hostile(below(INTERVIEW, "Q: go\nA: to\n")),
    "a speech that does not end": Hostile(below(INTERVIEW, "and on it goes here\n")),
    "verse": Hostile(again("The river asks\nNobody who\n\n")),
    # matter
    "fields": Hostile(again("Key: value\n"), 550_000),
    "fields of their own": Hostile(numbered("Title: a{0}\nKey{0}: b\nSubject: c{0}\n")),
    "fields apart": Hostile(numbered("Title: a{0}\nDate: b{0}\n\n")),
    "front matter never ended": Hostile(again("---\n")),
    "front matter, nested": Hostile(lambda n: "---\na: " + "[" * min(n, 19_000) + "\n---\nx\n"),
    "a memorandum": Hostile(again("left                    1 March 2019\n")),
    "a title with stars": Hostile(lambda n: "a" + "*" * n + "b\n====\n\nText.", MEGABYTE),
    "a head with spaces": Hostile(lambda n: "Title\n\n12 March 2019\nA" + " " * n + "b\n", MEGABYTE),
    "a hash and spaces": Hostile(lambda n: "# a" + " " * n + "b", MEGABYTE),
    "dates": Hostile(again("12 March 2019 ")),
}
