"""This is where texts become the words by which they are found, and a search is described.

Both databases get words that are made here, and never what somebody typed: so they cut texts alike,
and no sign with a meaning in their own languages of search reaches them.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# Scripts that leave no space between words: each sign is a word, and several are a phrase.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
TAG = re.compile(r"<[^<>]*>")
LEADING_ON = re.compile(r"<a (?![^>]*\bclass=\"[^\"]*\b(?:mention|hashtag)\b)[^>]*\bhref=")
# Both databases have limits, and no text that is meant to be read comes near these.
MOST_WORDS = 3_000
LONGEST_WORD = 40

Phrase = tuple[str, ...]


class Only(StrEnum):
    """What posts are to be like that are looked for, or where they are to be."""

    ANSWERS = "reply"
    SENSITIVE = "sensitive"
    TAKEN_PART = "library"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Sought:
    """What a row must say: all these phrases, none of those, and bear all these marks."""

    phrases: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    marks: tuple[str, ...] = ()
    by_beginning: bool = False

    @property
    def is_something(self) -> bool:
        """Whether there is anything to look for; that something is absent is not enough."""
        return bool(self.phrases or self.marks)


def words_of(text: str) -> list[str]:
    """The words of a plain text in order, without case and accents."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return [word[:LONGEST_WORD] for word in WORD.findall(text.casefold())[:MOST_WORDS]]


def said(*, markup: Iterable[str] = (), plain: Iterable[str] = ()) -> str:
    """The words of several texts, as an index takes them."""
    # A tag in the middle of a word is part of no word; most stand between two.
    stripped = [html.unescape(TAG.sub(" ", one)) for one in markup]
    return " ".join(words_of("\n".join([*stripped, *plain])))


def leads_on(markup: str) -> bool:
    """Whether a text has a link in it, other than to people and hashtags."""
    return LEADING_ON.search(markup) is not None
