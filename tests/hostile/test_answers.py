"""A server that answers our fetches with anything: what comes of it is an error that has a name.

The bytes go through a real socket, so what the libraries below make of them is tried as well.
"""

import asyncio
import gzip
import zlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub.client import Answer
from fedlearn.activitypub.fetch import Fetcher, alternate_link
from fedlearn.activitypub.keys import SigningKey
from fedlearn.activitypub.webfinger import Handle, WebFinger
from fedlearn.errors import FetchError, RefusedDocument
from tests.federation.peer import Peer
from tests.federation.server import Server
from tests.hostile.searching import grows_no_faster_than_its_input, search
from tests.hostile.soundness import Overseer
from tests.hostile.strategies import ODD_ADDRESSES, as_bytes, values
from tests.unit.test_client import LAB, Connect, Serve

MOST_REQUESTS = 16  # four redirects, each knocked at in four ways
MOST_BYTES = LAB.max_fetch_bytes
A_BOMB = gzip.compress(bytes(8 * MOST_BYTES))

kinds = st.sampled_from(
    [
        "application/activity+json",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        "application/jrd+json",
        "application/xrd+xml",
        "text/html",
        "application/json",
        "multipart/mixed",
        "application/activity+json; charset=utf-7",
        "",
        "\xff",
        ";;;=",
    ]
)
statuses = st.sampled_from(
    [100, 101, 103, 200, 200, 200, 204, 206, 301, 302, 304, 307, 308, 400, 401]
)
statuses |= st.sampled_from([403, 404, 410, 418, 429, 500, 503, 599, 600, 999, 0])
bodies = st.one_of(
    st.binary(max_size=200),
    values.map(as_bytes),
    st.sampled_from(
        [
            b"",
            b"{" * 5000,
            b"[" * 100_000,
            b'{"@context":"https://www.w3.org/ns/activitystreams","id":"https://evil.test/1"}',
            b'<link rel="alternate" type="application/activity+json" href="/loop">',
            b'<link rel="lrdd" template="http://127.0.0.1:1/{uri}">',
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
            b"<" * 10_000,
            A_BOMB,
            gzip.compress(A_BOMB),
            zlib.compress(b"{}"),
            gzip.compress(b"{}")[:-4],
        ]
    ),
)
locations = st.sampled_from(
    ["/loop", "", "//", "?", "/%00", "http://127.0.0.1:1/", "http://[", *ODD_ADDRESSES]
)
others = st.dictionaries(
    st.sampled_from(
        [
            "content-length",
            "transfer-encoding",
            "content-encoding",
            "location",
            "link",
            "retry-after",
            "connection",
            "date",
            "set-cookie",
            "x",
        ]
    ),
    st.one_of(
        locations.filter(lambda one: one.isascii()),
        st.sampled_from(["gzip", "gzip, gzip", "br", "deflate", "identity", "chunked", "close"]),
        st.sampled_from(["-1", "0", "5", "99999999999", "1, 2", "x", "a=b; domain=evil.test"]),
        st.sampled_from(['</loop>; rel="alternate"; type="application/activity+json"', "<" * 500]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    ),
    max_size=4,
)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """The bytes of an answer, from one that is almost sound to one that is none."""
    body = draw(bodies)
    fields = {"content-type": draw(kinds), "content-length": str(len(body)), **draw(others)}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    whole = f"HTTP/1.1 {draw(statuses)} OK\r\n{head}\r\n".encode("latin-1") + body
    cut = draw(st.none() | st.integers(0, 300))
    return draw(
        st.sampled_from([whole[:cut], whole[:cut], whole[:cut], body, b"\r\n" * 50 + whole])
    )


@search(40)
@given(answer=answers())
async def test_any_answer(answer: bytes, serve: Serve, connect: Connect, key: SigningKey) -> None:
    """Whatever comes back, it is a document, or a `FetchError` or `RefusedDocument`."""
    server, client = await serve(answer), connect()
    fetcher, host = Fetcher(client, LAB), server.origin.removeprefix("http://")
    asked = [
        fetcher.fetch(f"{server.origin}/users/robin", key),
        fetcher.fetch_page(f"{server.origin}/@robin", key),
        fetcher.fetch_key_document(f"{server.origin}/users/robin#k", key),
        WebFinger(client, LAB).look_up(Handle("robin", host)),
        client.post_activity(f"{server.origin}/inbox", b"{}", signer=key),
    ]
    for one in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(one, BaseException):
            assert isinstance(one, FetchError | RefusedDocument), repr(one)
    assert len(server.heads) <= len(asked) * MOST_REQUESTS
    await client.close()


async def test_packed_answers_stay_small(serve: Serve, connect: Connect) -> None:
    """What unpacks to more than the limit is given up; what fits is read."""
    for body, fits in ((A_BOMB, False), (gzip.compress(bytes(MOST_BYTES)), True)):
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n"
        server = await serve(head.encode() + body)
        if fits:
            answer = await connect().get(f"{server.origin}/", accept="x", signer=None)
            assert len(answer.body) == MOST_BYTES
        else:
            with pytest.raises(FetchError, match="over"):
                await connect().get(f"{server.origin}/", accept="x", signer=None)


@search(40)
@given(data=st.data())
async def test_search_for_any_address(
    data: st.DataObject, browser: httpx.AsyncClient, peer: Peer, overseer: Overseer
) -> None:
    """A person who pastes the address of such a server is led to a page, or told why not."""
    path = f"/{next(peer.numbers)}"
    body = data.draw(bodies)
    given_headers = data.draw(others) | {"content-type": data.draw(kinds)}
    raw = [
        (name.encode(), value.encode("latin-1"))
        for name, value in given_headers.items()
        if name not in {"content-length", "transfer-encoding", "content-encoding"}
    ]
    status = data.draw(statuses.filter(lambda number: 200 <= number <= 599))
    peer.answers[path] = httpx.Response(status, headers=raw, content=body)
    answer = await browser.get("/search", params={"q": f"https://peer.test{path}"})
    assert answer.status_code in {303, 404, 422}
    await overseer.looks_over()


@search(40)
@given(text=st.sampled_from(ODD_ADDRESSES) | st.text(max_size=30))
async def test_search_for_any_text(
    text: str, browser: httpx.AsyncClient, alpha: Server, overseer: Overseer
) -> None:
    """Any text is an account, a post, or none; in the search as on the way in from elsewhere."""
    for path, name in (("/search", "q"), ("/authorize_interaction", "uri")):
        answer = await browser.get(path, params={name: text})
        assert answer.status_code in {200, 303, 404, 422}, text
    resource: dict[str, Any] = {"resource": text}
    answer = await alpha.http.get("/.well-known/webfinger", params=resource)
    assert answer.status_code in {200, 400, 404}, text
    await overseer.looks_over()


LONG_HTML = [
    "<a ",
    "<!--",
    "<",
    "<![",
    '<a a="',
    "<link a=",
    "</",
    "<title>",
    "&#1",
    "<?",
    "<script>",
]


@pytest.mark.parametrize("piece", LONG_HTML)
def test_time_grows_with_the_page(piece: str) -> None:
    """Eight times as long a page takes about eight times as long to search for its link."""

    def look(size: int) -> object:
        page = piece.encode() * size
        return alternate_link(Answer("https://far.example/", 200, "text/html", page))

    assert grows_no_faster_than_its_input(look, 20_000 // len(piece))
