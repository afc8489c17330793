"""The sheet: a house style as CSS, after the design's own; "" where it asks for nothing but the design.

Its words are variables that the design and the house's own rules may use: --text --head --mono --ink --accent.
"""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup, escape

from convert.article import Metadata
from convert.editions.naming import paragraphs
from convert.paper import Paper, paper
from convert.profiles import Profile

Medium = Literal["screen", "pages", "epub"]
DARK = "#191816"  # the paper of the design on dark screens
FALLBACK = {"text": '"Libertinus Serif", "Noto Serif", serif', "head": '"Noto Sans", sans-serif', "mono": "monospace"}
HEADS = "h1, h2, h3, h4, h5, h6, .kicker, .byline"
TITLE = ", ".join(f"article > header > {part}" for part in ("h1", ".kicker", ".subtitle", ".standfirst", ".byline"))
ACCENTED = "h2, h3, .kicker, hr"


def sheet(profile: Profile, medium: Medium) -> Markup:
    """The rules that set an edition in the style of `profile`, the style sheets of house and caller after them."""
    return Markup(rules(profile, medium) + (profile.css + "\n" if profile.css else ""))


def rules(profile: Profile, medium: Medium) -> str:
    """The rules that say in CSS what `profile` says of faces, colours and pages."""
    parts = [*_faces(profile, medium), *_colours(profile, medium)]
    if medium == "pages":
        parts += _pages(profile)
    elif medium == "epub" and profile.legal:
        parts.append(".legal { font-size: .85em; padding-top: 40%; } .legal p + p { margin-top: 1em; text-indent: 0; }")
    elif medium == "screen" and profile.page != "A5":
        parts.append(f"@media print {{ @page {{ size: {paper(profile.page)}; }} }}")
    return "".join(part + "\n" for part in parts)


def legal(profile: Profile, m: Metadata) -> Markup:
    """The legal page, a section; "" where the house has none."""
    said = [Markup("<br/>\n").join(map(escape, lines)) for lines in paragraphs(profile.legal, m)]
    inside = Markup("").join(Markup("<p>{}</p>\n").format(lines) for lines in said)
    return Markup('<section class="legal" data-generated="">\n{}</section>\n').format(inside) if said else Markup("")


# ---------------------------------------------------------------- faces and colours


def _faces(profile: Profile, medium: Medium) -> list[str]:
    said = {"text": profile.text_face, "head": profile.head_face, "mono": profile.mono_face}
    named = "".join(f" --{name}: {face}, {FALLBACK[name]};" for name, face in said.items() if face)
    rules = [f":root {{{named} }}"] if named else []
    if profile.text_face:
        rules.append("body { font-family: var(--text); }")
    if profile.mono_face:
        rules.append("pre, code { font-family: var(--mono); }")
    if profile.head_face:
        rules.append(f"{HEADS} {{ font-family: var(--head); }}")
    running = "head" if profile.head_face else "text" if profile.text_face else ""
    if running and medium == "pages":
        rules += [f"@page {{ @{box} {{ font-family: var(--{running}); }} }}" for box in ("top-center", "bottom-center")]
    return rules


def _colours(profile: Profile, medium: Medium) -> list[str]:
    """Ink and accent; on dark screens the accent is lightened until it can be read. An EPUB has no ink of its own."""
    accent, ink = profile.accent, "" if medium == "epub" else profile.ink
    said = {"ink": ink, "accent": accent, "link": accent}
    named = "".join(f" --{name}: {code};" for name, code in said.items() if code)
    if not named:
        return []
    rules = [f":root {{{named} }}"]
    if medium == "screen":
        rules = [f"@media print, (prefers-color-scheme: light) {{ {rules[0]} }}", *_by_night(accent)]
    if medium == "pages" and ink:
        rules.append("body { color: var(--ink); }")
    if accent:
        rules.append(f"{ACCENTED} {{ color: var(--accent); }}")
    return rules


def _by_night(accent: str) -> list[str]:
    from convert.profiles.style import lightened

    light = lightened(accent, DARK) if accent else ""
    said = f":root {{ --accent: {light}; --link: {light}; }}"
    return [f"@media screen and (prefers-color-scheme: dark) {{ {said} }}"] if light else []


# ---------------------------------------------------------------- pages


def _pages(profile: Profile) -> list[str]:
    rules = []
    if profile.page != "A5" or profile.margins:
        size = paper(profile.page)
        rules += [f"@page {{ size: {size}; }}", *_margins(profile.margins or _fitting(size))]
        if profile.page != "A5":
            rules.append(f"html {{ font-size: {_points(size):g}pt; }}")
    if profile.title_page:
        rules.append("article > header { page: unnumbered; break-after: page; padding-top: 28%; }")
        rules.append(f"{TITLE} {{ text-align: center; }}")
        rules.append(".contents { break-after: page; }")
    if profile.legal:
        rules.append(".legal { page: unnumbered; break-before: page; break-after: page; padding-top: 62%; }")
        rules.append(".legal { font-size: .82em; text-align: start; font-variant-numeric: lining-nums; }")
        rules.append(".legal p + p { margin-top: 1em; text-indent: 0; }")
    if profile.title_page or profile.legal:
        rules.append("@page unnumbered { @top-center { content: none; } @bottom-center { content: none; } }")
    if profile.chapters:
        rules.append(".text > h2:not(:first-child) { break-before: page; }")
        rules.append(".text > h2 { padding-top: 12%; }")
    return rules


def _margins(said: str) -> list[str]:
    """Margins of right and left pages: the second is the outer one, the fourth the inner."""
    lengths = said.split()
    top, outer, bottom, inner = (lengths * 4)[:4] if len(lengths) in (1, 2, 4) else (*lengths, lengths[1])
    if outer == inner:
        return [f"@page {{ margin: {top} {outer} {bottom} {inner}; }}"]
    return [
        f"@page :right {{ margin: {top} {outer} {bottom} {inner}; }}",
        f"@page :left {{ margin: {top} {inner} {bottom} {outer}; }}",
    ]


def _points(size: Paper) -> float:
    """The size of the text's type: larger pages are read from further off."""
    return 10 if size.width < 140 else 10.5 if size.width < 170 else 11 if size.width < 200 else 11.5


def _fitting(size: Paper) -> str:
    """Margins that leave lines of some 65 letters, and the page its proportions."""
    measure = min(size.width * 0.77, _points(size) * 11.2)  # of 10.5 points 65 letters take 118 mm
    side = round((size.width - measure) / 2, 1)
    top = round(max(15.0, size.height * 0.081), 1)
    return f"{top:g}mm {side:g}mm {round(top * 1.18, 1):g}mm {side:g}mm"
