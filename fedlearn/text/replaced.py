"""This is where pictures and formulas in HTML from elsewhere become words, since none are shown.

A picture becomes a link with its description, a formula the TeX that it was written in (FEP-dc88).
It comes before text/sanitize.py, which makes the result safe whatever stands in it.
"""

import html
import re

# No "<" stands inside of these, so looking for them takes time by the length of the text alone.
ANCHORS_AND_PICTURES = re.compile(
    r"""<(?P<name>a|/a|img)\b(?P<attributes>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""", re.IGNORECASE
)
ATTRIBUTE = re.compile(
    r"""(?<![a-z-])([a-z-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
EMOJI = re.compile(r"emoji|wp-smiley", re.IGNORECASE)
FORMULA_END = re.compile(r"</math\s*>", re.IGNORECASE)
TEX = re.compile(
    r"""<annotation\b[^<>]*application/x-tex["'][^<>]*>([^<]*)</annotation""", re.IGNORECASE
)
DISPLAYED = re.compile(r"""<math\b[^<>]*\bdisplay\s*=\s*["']?block""", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
NAMELESS = "Picture"


def in_words(markup: str) -> str:
    """HTML in which pictures and formulas are replaced."""
    lower = markup.lower()
    if "</math" in lower:
        *pieces, rest = FORMULA_END.split(markup)
        markup = "".join([*map(_with_tex, pieces), rest])
    return _without_pictures(markup) if "<img" in lower else markup


def _without_pictures(markup: str) -> str:
    is_linked = False

    def replace(found: re.Match[str]) -> str:
        nonlocal is_linked
        name = found["name"].lower()
        if name == "img":
            return _picture(found["attributes"], is_linked=is_linked)
        is_linked = name == "a"
        return found[0]

    return ANCHORS_AND_PICTURES.sub(replace, markup)


def _picture(attributes: str, *, is_linked: bool) -> str:
    """What stands for a picture; inside of a link, and for a small one in the text, words alone."""
    values = {
        name.lower(): html.unescape(double or single or bare)
        for name, double, single, bare in ATTRIBUTE.findall(attributes)
    }
    words = html.escape(values.get("alt", "").strip())
    source = values.get("src", "")
    if not source.startswith(("https://", "http://")) or EMOJI.search(values.get("class", "")):
        return words
    if is_linked:
        return words or NAMELESS
    return f'<a href="{html.escape(source)}">{words or NAMELESS}</a>'


def _with_tex(piece: str) -> str:
    """Text up to the end of a formula, with the formula as TeX if that is in it, else its signs."""
    start = piece.lower().rfind("<math")
    if start < 0:
        return piece
    tex = TEX.search(piece, start)
    if tex is None:
        return piece[:start] + TAG.sub("", piece[start:])
    mark = "$$" if DISPLAYED.match(piece, start) else "$"
    return f"{piece[:start]}{mark}{tex[1].strip()}{mark}"
