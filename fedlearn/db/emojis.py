"""This is where custom emoji become the JSON text of a column, and the other way round."""

from collections.abc import Sequence

import msgspec

from fedlearn.domain.emojis import Emoji

NONE = "[]"


def write_emojis(emojis: Sequence[Emoji]) -> str:
    """As they are stored."""
    return msgspec.json.encode(emojis).decode() if emojis else NONE


def read_emojis(text: str) -> tuple[Emoji, ...]:
    """As they were stored; most statuses have none."""
    return () if text == NONE else msgspec.json.decode(text, type=tuple[Emoji, ...])
