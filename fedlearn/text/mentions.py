"""This is where handles, hashtags and addresses are found in what people type."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

TOKEN = re.compile(
    r"""
    (?P<url>https?://\w[^\s<>"'`]*)
    | (?<![\w/@.])@(?P<name>\w(?:[\w.-]*\w)?)
        (?:@(?P<domain>[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?))?
    | (?<![\w/&])\#(?P<hashtag>\w*[^\W\d_]\w*)
    """,
    re.VERBOSE,
)
# What ends a sentence rather than an address.
TRAILING = ".,;:!?)]}…"


class TokenKind(Enum):
    """What a piece of a text is."""

    TEXT = auto()
    URL = auto()
    MENTION = auto()
    HASHTAG = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text; the value is the handle without its first @, or the bare hashtag."""

    kind: TokenKind
    value: str


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a text, in order; put together again they are the text."""
    end = 0
    for found in TOKEN.finditer(text):
        token = _token(found)
        yield Token(TokenKind.TEXT, text[end : found.start()])
        yield token
        # A URL may have given back the punctuation behind it.
        end = found.start() + len(token.value) + (0 if token.kind is TokenKind.URL else 1)
    yield Token(TokenKind.TEXT, text[end:])


def _token(found: re.Match[str]) -> Token:
    if url := found["url"]:
        return Token(TokenKind.URL, _trimmed(url))
    if hashtag := found["hashtag"]:
        return Token(TokenKind.HASHTAG, hashtag)
    return Token(TokenKind.MENTION, found.group()[1:])


def _trimmed(url: str) -> str:
    trimmed = url.rstrip(TRAILING)
    # "https://example.org/wiki/Bee_(insect)" ends in its own bracket.
    return trimmed + ")" if url[len(trimmed) :].startswith(")") and "(" in trimmed else trimmed


def handles_in(text: str) -> list[str]:
    """The handles that a text names, each once, in order."""
    found = (token.value for token in tokens(text) if token.kind is TokenKind.MENTION)
    return list(dict.fromkeys(found))


def hashtags_in(text: str) -> list[str]:
    """The hashtags of a text in lower case, each once, in order."""
    found = (token.value.lower() for token in tokens(text) if token.kind is TokenKind.HASHTAG)
    return list(dict.fromkeys(found))
