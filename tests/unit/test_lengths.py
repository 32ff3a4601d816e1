"""How long a post is, counted as people on Mastodon are used to."""

import json
from pathlib import Path

import pytest

from fedlearn.text.lengths import length_of

EXAMPLES = json.loads((Path(__file__).parent / "lengths.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "length"), EXAMPLES)
def test_length(text: str, length: int) -> None:
    """An address counts as 23 characters, a handle without its domain, all else as it is."""
    assert length_of(text) == length
