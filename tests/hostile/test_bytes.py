"""Bytes that are no proper HTTP, sent to a server with a socket: it refuses them, and serves the next."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.federation.live import LOOPBACK, Authority, listening
from tests.federation.peer import Document, Person, signed_headers
from tests.federation.scenes import count
from tests.federation.server import Server, settle
from tests.hostile.searching import search

Say = Callable[[bytes], Awaitable[list[int]]]


@pytest.fixture
async def say(alpha: Server, authority: Authority) -> AsyncIterator[Say]:
    """Sends bytes to alpha and closes; the statuses of all answers that came."""
    async with listening(alpha.app, *authority.certificate("alpha.test")) as port:
        trusting = ssl.create_default_context(cafile=authority.ca)

        async def talk(sent: bytes) -> list[int]:
            reader, writer = await asyncio.open_connection(
                LOOPBACK, port, ssl=trusting, server_hostname="alpha.test"
            )
            writer.write(sent)
            heard = b""
            try:
                async with asyncio.timeout(0.3):
                    while chunk := await reader.read(65_536):
                        heard += chunk
            except (TimeoutError, ConnectionError) as ended:
                heard += b"" if isinstance(ended, TimeoutError) else b"\r\n"
            writer.close()
            lines = heard.split(b"HTTP/1.1 ")[1:]
            return [int(line[:3]) for line in lines if line[:3].isdigit()]

        yield talk


def request(person: Person, activity: Document, **changes: str) -> tuple[bytes, bytes]:
    """Head and body of a signed delivery, the head without its end; headers as a test wants them."""
    body = json.dumps(activity).encode()
    headers = signed_headers(
        person.key, person.key_id, host="alpha.test", target="/inbox", body=body
    )
    told = {**headers, "content-length": str(len(body)), **changes}
    lines = [f"{name}: {value}" for name, value in told.items() if value]
    return ("POST /inbox HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n").encode(), body


ABOUT = b"GET /about HTTP/1.1\r\nhost: alpha.test\r\nconnection: close\r\n\r\n"


async def test_requests_that_say_two_things(alpha: Server, bob: Person, say: Say) -> None:
    """Two hosts, two lengths, or a length beside chunks: nothing is taken in, or one thing only.

    The same delivery that says one thing is taken.
    """
    alice = (await alpha.actor("alice")).uri
    head, body = request(bob, bob.activity("Follow", alice))
    lengths = ["1", "999", "-1", "1e3", ""]
    wrong = [
        request(bob, bob.activity("Follow", alice), **{"content-length": one}) for one in lengths
    ]
    for sent in (
        head + b"host: evil.test\r\n\r\n" + body,
        b"\r\nhost: evil.test\r\n".join(head.split(b"\r\n", 1)) + b"\r\n" + body,
        head + b"content-length: 5\r\n\r\n" + body,
        head + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        head + b"transfer-encoding: identity, chunked\r\n\r\n" + body,
        *(other + b"\r\n" + same for other, same in wrong),
    ):
        assert all(400 <= status < 500 for status in await say(sent)), sent[-300:]
        await settle(alpha)
        assert await count(alpha, "/users/alice/followers") == 0
    assert await say(head + b"\r\n" + body) == [202]
    await settle(alpha)
    assert await count(alpha, "/users/alice/followers") == 1


async def test_two_deliveries_on_one_connection(alpha: Server, bob: Person, say: Say) -> None:
    """What follows a delivery on its connection is a request of its own, signed or refused."""
    first = request(bob, bob.activity("Like", "x"))
    unsigned = b"POST /inbox HTTP/1.1\r\nhost: alpha.test\r\ncontent-length: 2\r\n\r\n{}"
    said = await say(first[0] + b"\r\n" + first[1] + unsigned + ABOUT)
    assert said == [202, 415, 200]


ODD = [
    b"",
    b"\x00" * 100,
    b"GET /",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET http://evil.test/ HTTP/1.1\r\nhost: alpha.test\r\n\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nhost: alpha.test\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nx: " + b"y" * 200_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: a\x00b\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost : alpha.test\r\n\r\n",
    b"GET / HTTP/1.1\r\n host: alpha.test\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx\r\n",
    b"POST /inbox HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    b"CONNECT evil.test:443 HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01" + b"\xff" * 500,
]


@search(25)
@given(sent=st.sampled_from(ODD) | st.binary(max_size=200))
async def test_bytes_that_are_no_request(sent: bytes, alpha: Server, say: Say) -> None:
    """Whatever comes, the answer is no broken page, and whoever asks next is served."""
    assert all(status < 500 for status in await say(sent)), sent[:100]
    assert await say(ABOUT) == [200]
