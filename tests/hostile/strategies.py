"""This is where hypothesis learns what an attacker would put into a document, a header or a form."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
Path = tuple[str | int, ...]

AS = "https://www.w3.org/ns/activitystreams"

# Characters that end, turn round, hide or break a text, and halves of a surrogate pair.
ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\nX-Injected: yes",
    "\u202e\u2066evil",
    "\u200b\u200d\ufeff",
    "\ud800",
    "\udfff\ud800",
    "\uffff\U0010ffff",
    "e\u0301" * 50,
    "\ufdfa" * 1000,
    "\u0430lice",  # with a Cyrillic letter
    "%00%0a%ff",
    "../../../../etc/passwd",
    "'; DROP TABLE status; --",
    "{{ 7 * 7 }}",
    "<script>alert(1)</script>",
    "<" * 6000,
    "[" * 3000,
    "&" * 5000,
    "x" * 70_000,
    "null",
    "NaN",
]
ODD_NUMBERS = [0, -1, 2**31, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 10**30, 1e308, -0.0, 0.1]
ODD_TIMES = [
    "1970-01-01T00:00:00+14:00",
    "1969-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999Z",
    "2026-02-30T10:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:00:60Z",
    "2026-W01-1",
    "20260101T100000+0000",
    "2026-01-01",
    "-2026-01-01T10:00:00Z",
    "2026-01-01T10:00:00+99:99",
]
ODD_ADDRESSES = [
    "https://alpha.test/users/alice",
    "https://ALPHA.test:443/users/alice",
    "https://alpha.test./users/alice",
    "https://\uff41lpha.test/users/alice",
    "https://alpha.test/users/al%69ce",
    "https://alpha.test/users/alice#main-key",
    "https://alpha.test/users/alice?x=1",
    "https://user@alpha.test/users/alice",
    "https://peer.test/users/bob",
    "https://peer.test/users/bob/followers",
    "https://peer.test:8443/users/bob",
    "http://peer.test/users/bob",
    "https://evil.test\\@peer.test/",
    "https://peer.test@evil.test/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]:22/",
    "https://127.1/",
    "https://[",
    "https://xn--zzzzzzz-.example/",
    "https://peer.test/" + "a" * 1100,
    "https://peer.test/" + "é" * 600,
    "//peer.test/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "acct:bob@peer.test",
    "as:Public",
    f"{AS}#Public",
    "tag:peer.test,2026:1",
]
WORDS = ["id", "type", "actor", "object", "@id", "@type", "@value", "@graph", "@context", "href"]
WORDS += ["Note", "Person", "Create", "Collection", "OrderedCollection", "Tombstone", "Mention"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(ODD_NUMBERS),
    st.sampled_from(ODD_TEXTS),
    st.sampled_from(ODD_TIMES),
    st.sampled_from(ODD_ADDRESSES),
    st.sampled_from(WORDS),
    st.text(max_size=20),
)
# What is deep or long is chosen rarely enough by itself, so it is offered by name.
monsters = st.sampled_from(
    [
        [],
        {},
        [[]],
        [None] * 2000,
        ["https://peer.test/users/bob"] * 3000,
        {"@value": {"@value": {"@value": "deep"}}},
        json.loads("[" * 50 + "]" * 50),
        json.loads('{"object":' * 50 + "1" + "}" * 50),
        {f"k{number}": number for number in range(2000)},
        [{"type": "Mention", "href": "https://alpha.test/users/alice"}] * 600,
        [{"type": "Hashtag", "name": f"#t{number}"} for number in range(600)],
        {"type": "Collection", "items": [{"type": "Collection", "items": []}]},
    ]
)
values = st.recursive(
    scalars | monsters,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def paths(value: Any, here: Path = ()) -> list[Path]:
    """Where something stands in a document, at every depth."""
    if isinstance(value, dict):
        inside = [paths(inner, (*here, name)) for name, inner in value.items()]
    elif isinstance(value, list):
        inside = [paths(inner, (*here, index)) for index, inner in enumerate(value)]
    else:
        inside = []
    return [here, *(path for some in inside for path in some)]


@st.composite
def changed(draw: st.DrawFn, document: Document) -> Document:
    """A document in which one to three things are no more what they should be."""
    places = paths(document)[1:]
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        *way, name = draw(st.sampled_from(places))
        holder = _reached(document, way)
        if isinstance(holder, dict) and isinstance(name, str):
            holder[name] = draw(_instead_of(holder.get(name)))
            if draw(st.booleans()):
                holder[draw(st.sampled_from(WORDS))] = copy.deepcopy(draw(values))
        elif isinstance(holder, list) and isinstance(name, int):
            holder[name : name + 1] = [draw(_instead_of(None))]
    return document


def _reached(document: Any, way: list[str | int]) -> Any:
    """What stands at a path, None when an earlier change has led it elsewhere."""
    for step in way:
        if isinstance(document, dict) and isinstance(step, str):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def _instead_of(value: Any) -> st.SearchStrategy[Any]:
    """Something else, or the same in another shape."""
    wrapped = st.sampled_from(
        [[value], {"id": value}, {"@value": value}, {"@id": value}, [value, value], [None, value]]
    )
    joined = st.tuples(values, st.booleans()).map(
        lambda drawn: [drawn[0], value] if drawn[1] else [value, drawn[0]]
    )
    return (values | values | wrapped | joined).map(copy.deepcopy)


def as_bytes(document: Any) -> bytes:
    """JSON of anything, half surrogates as the escapes that JSON has for them."""
    return json.dumps(document).encode()


@st.composite
def broken(draw: st.DrawFn, body: bytes) -> bytes:
    """Bytes that were JSON: cut off, with bytes changed, with a name twice, or with bytes before."""
    place = draw(st.integers(0, 1000)) * len(body) // 1000
    piece = draw(st.binary(max_size=8))
    return draw(
        st.sampled_from(
            [
                body[:place],
                body[:place] + piece + body[place:],
                body[:place] + piece + body[place + len(piece) :],
                body[:-1] + b', "actor": "https://evil.test/users/mallory"}',
                body[:-1] + b', "id": 1, "type": ["Delete", "Create"]}',
                b"\xef\xbb\xbf" + body,
                body.decode().encode("utf-16"),
                body + body,
            ]
        )
    )
