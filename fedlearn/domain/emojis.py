"""This is where a custom emoji is described."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emoji:
    """A picture that stands for `:name:` in a text; `url` is where its owner serves it."""

    name: str
    url: str
