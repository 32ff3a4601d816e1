"""This is where it is counted how long a post is: as Mastodon counts, so that nobody is surprised.

An address counts as 23 characters, however long it is, and a handle without its domain. The browser
counts by the same rule (web/static/lengths.js); tests/unit/lengths.json has examples for both.
"""

from fedlearn.text.mentions import Token, TokenKind, tokens

ADDRESS_COUNTS = 23


def length_of(text: str) -> int:
    """How many characters a text counts for."""
    return sum(map(_length, tokens(text)))


def _length(token: Token) -> int:
    match token.kind:
        case TokenKind.URL:
            return ADDRESS_COUNTS
        case TokenKind.MENTION:
            return 1 + len(token.value.partition("@")[0])
        case TokenKind.HASHTAG:
            return 1 + len(token.value)
    return len(token.value)
