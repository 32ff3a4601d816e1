"""Custom emoji: their names in a text give way to pictures, and nothing else does."""

import pytest

from fedlearn.text.emojis import with_pictures
from fedlearn.text.sanitize import SafeHtml

PICTURES = {"bee": "/media/bee.png", "o_o": '/media/"><script>.png'}
BEE = '<img class="emoji" src="/media/bee.png" alt=":bee:" title=":bee:">'


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p>:bee:</p>", f"<p>{BEE}</p>"),
        ("a :bee::bee: b", f"a {BEE}{BEE} b"),
        (":wasp: :bee", ":wasp: :bee"),
        ("12:30:45 and :bee:", f"12:30:45 and {BEE}"),
        (
            '<a href="https://x.example/:bee:">:bee:</a>',
            f'<a href="https://x.example/:bee:">{BEE}</a>',
        ),
        ("&lt;:bee:&gt;", f"&lt;{BEE}&gt;"),
    ],
)
def test_names_outside_of_tags_become_pictures(markup: str, shown: str) -> None:
    """A name between colons becomes its picture in the text, and stays as it is in a tag."""
    assert with_pictures(SafeHtml(markup), PICTURES) == shown


def test_address_cannot_break_out() -> None:
    """Whatever stands in an address stays in it."""
    assert "<script>" not in with_pictures(SafeHtml(":o_o:"), PICTURES)
