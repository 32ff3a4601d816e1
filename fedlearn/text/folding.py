"""This is where it is guessed how many lines a post takes, so that a long one can be folded."""

import html
import re

from fedlearn.text.sanitize import BLOCK_END

# How many characters fit on a line of a card, at a desk and on a phone.
WIDE_LINE = 62
NARROW_LINE = 34
MOST_LINES = 14
TAG = re.compile(r"<[^>]*>")
UNSEEN = re.compile(r'<span class="invisible">[^<]*</span>')


def folding(markup: str) -> str:
    """Where a post is so long that only its beginning is shown at first.

    "folded" is everywhere, "folded-narrow" on a phone, and "" nowhere.
    """
    if len(markup) <= NARROW_LINE:
        return ""
    parts = BLOCK_END.split(UNSEEN.sub("", markup))
    lengths = [len(html.unescape(TAG.sub("", part))) for part in parts]
    if _lines(lengths, WIDE_LINE) > MOST_LINES:
        return "folded"
    return "folded-narrow" if _lines(lengths, NARROW_LINE) > MOST_LINES else ""


def _lines(lengths: list[int], line: int) -> int:
    return sum(-(-length // line) for length in lengths)
