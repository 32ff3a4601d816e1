"""What a file is, told by its first bytes."""

import pytest

from fedlearn.domain.media import HEAD_BYTES, media_type_of
from tests.pictures import BEGINNINGS, OTHERS


@pytest.mark.parametrize(
    ("media_type", "beginning"),
    [(kind, beginning) for kind, beginnings in BEGINNINGS.items() for beginning in beginnings],
)
def test_what_browsers_show_is_recognised(media_type: str, beginning: bytes) -> None:
    """Each kind by its beginning, whatever follows."""
    for rest in (bytes(HEAD_BYTES), b"<script>" * 20, b"\n" * HEAD_BYTES):
        assert media_type_of((beginning + rest)[:HEAD_BYTES]) == media_type


@pytest.mark.parametrize("beginning", OTHERS)
def test_anything_else_is_nothing(beginning: bytes) -> None:
    """Pages, documents, programs and drawings that can run scripts are no pictures."""
    assert media_type_of(beginning) is None
    assert media_type_of((beginning + b" " * HEAD_BYTES)[:HEAD_BYTES]) is None


def test_types_are_all_pictures_sounds_or_films() -> None:
    """Nothing that a browser would run, or a server would take for a document.

    Conformance: 194.
    """
    assert {kind.partition("/")[0] for kind in BEGINNINGS} == {"image", "audio", "video"}
    assert not [kind for kind in BEGINNINGS if "svg" in kind or "json" in kind]
