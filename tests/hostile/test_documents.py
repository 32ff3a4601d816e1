"""Any JSON whatever, given to the readers of documents: a sound value comes out, or a refusal."""

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub import values as readers
from fedlearn.activitypub.jsonld import expand, read_document
from fedlearn.activitypub.multikeys import read_multikey
from fedlearn.activitypub.uris import host_of, origin_of, same_origin
from fedlearn.activitypub.vocabulary.activities import read_activity
from fedlearn.activitypub.vocabulary.actors import key_owner, read_actor
from fedlearn.activitypub.vocabulary.notes import read_note
from fedlearn.activitypub.webfinger import read_handle
from fedlearn.errors import RefusedDocument
from fedlearn.web.moments import exact, iso
from tests.hostile.searching import grows_no_faster_than_its_input, search
from tests.hostile.strategies import (
    AS,
    ODD_ADDRESSES,
    ODD_TEXTS,
    ODD_TIMES,
    as_bytes,
    changed,
    values,
)

ACTOR = {
    "@context": [AS, "https://w3id.org/security/v1"],
    "id": "https://far.example/users/robin",
    "type": "Person",
    "preferredUsername": "robin",
    "name": "Robin",
    "summary": "<p>hello</p>",
    "inbox": "https://far.example/users/robin/inbox",
    "endpoints": {"sharedInbox": "https://far.example/inbox"},
    "url": "https://far.example/@robin",
    "icon": {"type": "Image", "url": "https://far.example/icon.png"},
    "attachment": [{"type": "PropertyValue", "name": "Web", "value": "x"}],
    "alsoKnownAs": ["https://far.example/users/ro"],
    "published": "2026-01-01T00:00:00Z",
    "publicKey": {"id": "https://far.example/users/robin#k", "owner": "x", "publicKeyPem": "x"},
}
NOTE = {
    "@context": AS,
    "id": "https://far.example/notes/1",
    "type": "Note",
    "attributedTo": "https://far.example/users/robin",
    "content": "<p>hello</p>",
    "contentMap": {"en": "<p>hello</p>"},
    "published": "2026-01-01T00:00:00Z",
    "updated": "2026-01-01T00:00:00Z",
    "to": [f"{AS}#Public"],
    "tag": [{"type": "Mention", "href": "https://our.example/users/alice", "name": "@alice"}],
    "attachment": [{"type": "Document", "url": "https://far.example/1.png", "width": 1}],
}
ACTIVITY = {**NOTE, "type": "Create", "actor": "https://far.example/users/robin", "object": NOTE}

# As a delivery or an answer would hold it: what JSON cannot say does not reach a reader.
documents = st.one_of(changed(ACTOR), changed(NOTE), changed(ACTIVITY))


def read(document: Any) -> list[Any]:
    """All that the readers make of a document."""
    made: list[Any] = []
    for reader in (read_activity, read_actor, read_note):
        try:
            made.append(reader(document))
        except RefusedDocument as refused:
            made.append(str(refused))
    return made


def assert_sound(value: Any) -> None:
    """No text, list or number beyond what fits a database, an index and a page."""
    assert len(repr(value)) < 3_000_000
    for name in ("uri", "actor", "object_uri", "in_reply_to", "inbox", "conversation"):
        address = getattr(value, name, None)
        assert address is None or (0 < len(address.encode()) <= readers.LONGEST_ID), name
    for name in ("published", "updated"):
        at = getattr(value, name, None)
        if at is not None:
            assert at >= 0
            assert iso(at)
            assert exact(at)
    assert all(len(tag.encode()) <= 1024 for tag in getattr(value, "hashtags", ()))


@search(150)
@given(document=documents)
def test_any_document(document: Any) -> None:
    """Each reader refuses a document, or makes values of it that can be stored and shown."""
    try:
        document = read_document(as_bytes(document), 64)
    except RefusedDocument:
        return
    for made in read(document):
        assert_sound(made)
    key_owner(document, "https://far.example/users/robin#k")


@search(120)
@given(value=values)
def test_any_value(value: Any) -> None:
    """Each reader of one value takes any, and answers with what it promises or nothing."""
    uri = readers.uri(value)
    assert uri is None or isinstance(uri, str)
    url = readers.web_url(value)
    assert url is None or origin_of(url)
    at = readers.moment(value)
    assert at is None or (at >= 0 and bool(exact(at)))
    number = readers.number(value)
    assert number is None or abs(number) < 2**31
    document = value if isinstance(value, dict) else {"type": value, "name": value}
    kind = readers.kind(document)
    assert len(kind) <= readers.LONGEST_ID
    assert not readers.CONTROLS.search(kind)


@search(120)
@given(text=st.sampled_from([*ODD_ADDRESSES, *ODD_TEXTS, *ODD_TIMES]) | st.text(max_size=40))
def test_any_text(text: str) -> None:
    """An address has a host of plain letters or none; a handle fits an index; a key is one."""
    for url in (text, f"https://{text}", f"https://peer.test/{text}"):
        host = host_of(url)
        assert host.isascii()
        assert host == host.lower().rstrip(".")
        assert same_origin(url, url) is bool(host)
    handle = read_handle(text)
    assert handle is None or (handle.domain.isascii() and len(str(handle)) <= 512)
    with suppress(ValueError):
        assert read_multikey(text).startswith("-----BEGIN PUBLIC KEY-----")


@search(60)
@given(document=documents)
def test_any_document_expanded(document: Any) -> None:
    """JSON-LD processing ends as well, in a list or a refusal, and asks the network for nothing."""
    with suppress(RefusedDocument):
        assert isinstance(expand(read_document(as_bytes(document), 64)), list)


def test_time_grows_with_the_document() -> None:
    """Eight times as long a document takes about eight times as long to read."""
    pieces = ['"', "\\", "[", "{", "[[]],", '{"a":', '"\\u0000",', "1,", '"a",', "\\u"]
    for piece in pieces:

        def body(size: int, piece: str = piece) -> Any:
            return read_or_refuse(b'{"a":[' + piece.encode() * size + b"1]}")

        assert grows_no_faster_than_its_input(body, 10_000), piece


def read_or_refuse(body: bytes) -> Any:
    """What the reader makes of these bytes."""
    try:
        return read(read_document(body, 64))
    except RefusedDocument as refused:
        return refused


def test_what_is_remembered_is_short() -> None:
    """No address that somebody made a mebibyte long is kept in memory: it is no address."""
    long = f"https://far.example/{'x' * 1_000_000}"
    assert origin_of(long) is None
    assert origin_of(long[:2048]) == "https://far.example"
    note = {**NOTE, "tag": [{"type": "Mention", "href": long, "name": "@x"}]}
    assert all(len(tag.href) <= readers.LONGEST_ID for tag in read_note(note).mentions)
