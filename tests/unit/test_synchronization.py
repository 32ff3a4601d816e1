"""The digest of followers, and the header it travels in (FEP-8fcf)."""

import pytest

from fedlearn.activitypub.synchronization import (
    Synchronization,
    digest_of,
    read_header,
    write_header,
)

# The example of FEP-8fcf.
SAMPLES = ("https://testing.example.org/users/1", "https://testing.example.org/users/2")
PUBLISHED = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
TOLD = Synchronization("https://a.example/users/a/followers", "https://a.example/part", PUBLISHED)


def test_digest_of_the_samples() -> None:
    """The two identities of the proposal have the digest that it gives, in either order.

    Conformance: 92.
    """
    assert digest_of(SAMPLES) == digest_of(reversed(SAMPLES)) == PUBLISHED
    assert digest_of(SAMPLES[:1]) != PUBLISHED
    assert digest_of([]) == "0" * 64


def test_header_says_what_was_written() -> None:
    """What is written is read again, whatever the order, the spaces and the capitals."""
    assert read_header(write_header(TOLD)) == TOLD
    other = (
        f'digest="{PUBLISHED.upper()}" ,url="{TOLD.url}",collectionId="{TOLD.collection}",more=""'
    )
    assert read_header(other) == TOLD


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        f'collectionId="{TOLD.collection}", url="{TOLD.url}"',
        f'collectionId="{TOLD.collection}", digest="{PUBLISHED}"',
        f'url="{TOLD.url}", digest="{PUBLISHED}"',
        f'collectionId="{TOLD.collection}", url="{TOLD.url}", digest="{PUBLISHED[1:]}"',
        f'collectionId="{TOLD.collection}", url="{TOLD.url}", digest="{"g" * 64}"',
        write_header(TOLD) + "; and more",
        write_header(TOLD) + " " * 10_000,
    ],
)
def test_header_that_says_nothing_sound(header: str) -> None:
    """What lacks a part, has an unsound digest or cannot be parsed is no header at all."""
    assert read_header(header) is None
