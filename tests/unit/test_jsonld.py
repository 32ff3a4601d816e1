"""Documents read from bytes within limits, and the meaning of the terms that we send."""

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fedlearn.activitypub.jsonld import (
    AS,
    CONTEXT,
    SECURITY,
    expand,
    has_as_context,
    read_document,
    write_document,
)
from fedlearn.errors import RefusedDocument
from tests.unit.strategies import json_values

DEPTH = 64
BOUND = 5.0  # seconds; what is meant takes milliseconds


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    """An object with a value nested so deep; the object itself counts."""
    return f'{{"a":{opening * (depth - 1)}{closing * (depth - 1)}}}'.encode()


@given(st.dictionaries(st.text(), json_values))
@example({"a": '"[[{{\\"', 'b\\": [': {}})
def test_what_is_written_is_read_again(document: dict[str, Any]) -> None:
    """Our own bytes come back as the document that they were made from."""
    assert read_document(write_document(document), DEPTH) == document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1',
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":1}x',
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\x00"}',
        b"<html></html>",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """Cut, garbled, or in another language."""
    with pytest.raises(RefusedDocument, match="not JSON"):
        read_document(body, DEPTH)


@pytest.mark.parametrize("body", [b"[]", b'["a"]', b'"text"', b"1", b"null", b"true"])
def test_what_is_not_an_object_is_refused(body: bytes) -> None:
    """A document is an object."""
    with pytest.raises(RefusedDocument, match="not an object"):
        read_document(body, DEPTH)


def test_documents_are_read_to_their_deepest_allowed_level() -> None:
    """64 levels are read, 65 are not; brackets in strings are no levels."""
    assert "a" in read_document(nested(DEPTH), DEPTH)
    with pytest.raises(RefusedDocument, match="deeper than 64"):
        read_document(nested(DEPTH + 1), DEPTH)
    with pytest.raises(RefusedDocument, match="deeper than 64"):
        read_document(nested(DEPTH + 1, '[{"b":', "}]"), DEPTH)
    text = "[{" * 1000 + '\\"' + "[" * 1000
    assert read_document(b'{"a":"%s"}' % text.encode(), DEPTH)["a"].count("[") == 2000


@given(json_values)
def test_depth_is_counted_rightly(value: Any) -> None:
    """The limit holds exactly at the depth that a document has, strings in it or not."""
    document = {"a": value}
    body, deep = json.dumps(document).encode(), levels(document)
    assert read_document(body, deep) == document
    with pytest.raises(RefusedDocument, match="deeper"):
        read_document(body, deep - 1)


def levels(value: Any) -> int:
    """How deep a value is nested."""
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(levels, value), default=0)
    return 0


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b'{"a":' + b"[" * 1_000_000,
        b"[]" * 65 + b'"' + b'\\"' * 500_000,
        b"[]" * 65 + b'"' * 1_000_000,
        b"[]" * 65 + b'"\\' * 500_000,
        b"[]" * 65 + b'"' + b"\\" * 1_000_001,
        b"[[[" * 40_000 + b'"',
        b"<" * 120_000,
    ],
    ids=["arrays", "objects", "mixed", "escapes", "quotes", "both", "backslashes", "[[[", "<"],
)
def test_large_junk_is_refused_quickly(body: bytes) -> None:
    """A megabyte made to take long is refused in a fraction of a second."""
    started = time.thread_time()
    with pytest.raises(RefusedDocument):
        read_document(body, DEPTH)
    assert time.thread_time() - started < BOUND


def test_large_array_is_read() -> None:
    """An array of 100,000 elements is no trouble, be they strings or objects."""
    started = time.thread_time()
    for element in (b'"https://far.example/1"', b"{}", b"[]"):
        body = b'{"to":[%s]}' % b",".join([element] * 100_000)
        assert len(read_document(body, DEPTH)["to"]) == 100_000
    assert time.thread_time() - started < BOUND


@given(st.binary())
@example(b'{"a":' + b"9" * 4400 + b"}")
def test_no_bytes_break_the_reader(body: bytes) -> None:
    """Whatever bytes come in, the answer is an object or RefusedDocument."""
    try:
        document = read_document(body, DEPTH)
    except RefusedDocument as error:
        assert str(error)  # noqa: PT017 - either is fine
    else:
        assert isinstance(document, dict)


# --- contexts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("context", [AS, [AS], [SECURITY, AS, {"x": "y"}], CONTEXT])
def test_activitystreams_is_recognised(context: Any) -> None:
    """Alone or in a list."""
    assert has_as_context({"@context": context})


@pytest.mark.parametrize(
    "context", [None, "", SECURITY, [SECURITY], {"as": AS}, [[AS]], [], 5, f"{AS}#", AS.upper()]
)
def test_other_languages_are_not(context: Any) -> None:
    """Without the very IRI of ActivityStreams a document speaks something else."""
    assert not has_as_context({"@context": context})
    assert not has_as_context({})


def test_terms_become_what_they_stand_for() -> None:
    """A document with our context expands to full IRIs, from bundled files alone."""
    document = {
        "@context": CONTEXT,
        "id": "https://our.example/1",
        "type": "Note",
        "sensitive": True,
    }
    assert expand(document) == [
        {
            "@id": "https://our.example/1",
            "@type": [f"{AS}#Note"],
            f"{AS}#sensitive": [{"@value": True}],
        }
    ]


@pytest.mark.parametrize("context", ["https://far.example/context", "file:///etc/passwd", "x"])
def test_no_context_is_fetched(context: str) -> None:
    """A context that is not bundled is refused, not asked for."""
    with pytest.raises(RefusedDocument, match="cannot be expanded"):
        expand({"@context": [AS, context], "type": "Note"})
