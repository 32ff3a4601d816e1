"""Requests that leave: how they are signed, which addresses they reach, and when enough came back.

What goes over the wire is looked at behind real sockets on this machine.
"""

import asyncio
import gzip
import itertools
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from email.utils import formatdate
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from aiohttp.abc import AbstractResolver
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from fedlearn.activitypub import bodies, cavage
from fedlearn.activitypub import client as client_module
from fedlearn.activitypub.claims import RequestHead, sha256_base64
from fedlearn.activitypub.client import FederationClient, Receipt
from fedlearn.activitypub.keys import SigningKey, VerifyingKey
from fedlearn.domain.ids import Millis, now
from fedlearn.errors import BadSignature, FetchError, RefusedDocument, Unreachable
from fedlearn.settings import Settings
from tests.clock import MINUTE, Clock
from tests.unit.stub_web import Page, StubWeb, let_all_in, let_all_pass, redirect
from tests.unit.test_guard import Dns

ACTOR = "https://far.example/users/robin"
INBOX = "https://far.example/users/robin/inbox"
BODY = b'{"type":"Follow"}'
LOOPBACK = ip_network("127.0.0.0/8")
LAB = Settings(
    url="http://localhost:3000",
    allow_private_addresses=(LOOPBACK,),
    connect_timeout=1,
    read_timeout=1,
    total_timeout=2,
)

# --- servers behind real sockets -----------------------------------------------------------------


class Server:
    """A server on this machine that answers every request alike and remembers them all."""

    def __init__(self, answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> None:
        self._answer = answer
        self.heads: list[list[str]] = []
        self.bodies: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and answer it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
        self.heads.append(head)
        length = int(self.headers.get("content-length", "0"))
        self.bodies.append(await reader.readexactly(length))
        try:
            await self._answer(writer)
            await writer.drain()
        except ConnectionError:
            # The client had enough, which is what some tests are about.
            self.bodies.append(b"")
        finally:
            writer.close()

    @property
    def origin(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """Those of the last request, names in small letters."""
        pairs = (line.partition(": ") for line in self.heads[-1][1:])
        return {name.lower(): value for name, _, value in pairs}

    @property
    def target(self) -> str:
        """That of the last request, as it was sent."""
        return self.heads[-1][0].split(" ")[1]


Serve = Callable[..., Awaitable[Server]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers, which stop with the test."""
    running: list[asyncio.Server] = []

    async def start(
        answer: Callable[[asyncio.StreamWriter], Awaitable[None]] | bytes,
        tls: ssl.SSLContext | None = None,
    ) -> Server:
        async def write(writer: asyncio.StreamWriter) -> None:
            assert isinstance(answer, bytes)
            writer.write(answer)

        server = Server(write if isinstance(answer, bytes) else answer)
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
        server.port = listening.sockets[0].getsockname()[1]
        running.append(listening)
        return server

    yield start
    for listening in running:
        listening.close()
        await listening.wait_closed()


Connect = Callable[..., FederationClient]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes clients that reach this machine, and closes them after the test."""
    made: list[FederationClient] = []

    def make(
        settings: Settings = LAB, resolver: AbstractResolver | None = None
    ) -> FederationClient:
        made.append(
            FederationClient(
                settings,
                user_agent="fedlearn/test",
                egress_guard=let_all_pass,
                host_guard=let_all_in,
                resolver=resolver,
            )
        )
        return made[-1]

    yield make
    for one in made:
        await one.close()


def http(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    """The bytes of an answer."""
    fields = {"content-type": "application/activity+json", "content-length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


# --- what goes out -------------------------------------------------------------------------------


async def test_delivery_goes_out_signed(
    serve: Serve, connect: Connect, key: SigningKey, public: VerifyingKey
) -> None:
    """A delivered POST has all that peers insist on, and its digest is that of the bytes sent.

    Conformance: 57, 58.
    """
    server = await serve(http(b"", "202 Accepted"))
    receipt = await connect().post_activity(f"{server.origin}/inbox", BODY, signer=key)
    assert receipt == Receipt(202, "", None)
    headers = server.headers
    assert server.heads[0][0] == "POST /inbox HTTP/1.1"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert re.fullmatch(
        r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", headers["date"]
    )
    assert re.fullmatch(r"SHA-256=[A-Za-z0-9+/]{43}=", headers["digest"])
    assert server.bodies == [BODY]
    assert headers["digest"] == f"SHA-256={sha256_base64(server.bodies[0])}"
    assert headers["content-type"] == "application/activity+json"
    assert headers["user-agent"] == "fedlearn/test"
    assert 'headers="(request-target) host date digest content-type"' in headers["signature"]
    head = RequestHead("POST", server.target, headers, server.origin)
    assert cavage.read(head, BODY, now()).is_proven_by(public)
    with pytest.raises(BadSignature):
        cavage.read(head, b"tampered", now())


async def test_each_delivery_is_signed_anew(
    client: FederationClient, web: StubWeb, key: SigningKey, clock: Clock
) -> None:
    """A second try some time later has another Date and another signature.

    Conformance: 60.
    """
    web.serve(INBOX, Page(status=503))
    await client.post_activity(INBOX, BODY, signer=key)
    clock.forward(MINUTE)
    await client.post_activity(INBOX, BODY, signer=key)
    first, second = (request.headers for request in web.requests)
    assert first["date"] == formatdate((clock.now - MINUTE) / 1000, usegmt=True)
    assert second["date"] == formatdate(clock.now / 1000, usegmt=True)
    assert first["signature"] != second["signature"]


async def test_documents_are_asked_for_signed(
    serve: Serve, connect: Connect, key: SigningKey, public: VerifyingKey
) -> None:
    """A GET has Accept, Host and Date, is signed, and says who asks; the answer comes back whole."""
    server = await serve(http(b'{"a":1}', link="<x>; rel=y"))
    url = f"{server.origin}/users/robin?page=1"
    answer = await connect().get(url, accept="text/x", signer=key)
    assert (answer.url, answer.status, answer.body) == (url, 200, b'{"a":1}')
    assert (answer.content_type, answer.link) == ("application/activity+json", "<x>; rel=y")
    headers = server.headers
    assert headers["accept"] == "text/x"
    assert headers["user-agent"] == "fedlearn/test"
    head = RequestHead("GET", server.target, headers, server.origin)
    assert cavage.read(head, None, now()).is_proven_by(public)


async def test_one_may_ask_unsigned(serve: Serve, connect: Connect) -> None:
    """WebFinger is asked without a signature."""
    server = await serve(http())
    await connect().get(f"{server.origin}/x", accept="text/x", signer=None)
    assert "signature" not in server.headers
    assert server.headers["host"] == f"127.0.0.1:{server.port}"


ODD_PATHS = [
    "",
    "/",
    "/@dave@far.example/inbox/",
    "/users/ü",
    "/users/%C3%BC",
    "/users/%c3%bc",
    "/%7Erobin",
    "/a%2Fb",
    "/a/../b",
    "/a b|c",
    "/a%zz",
    "/x?q=a+b&c=%2B",
    "/x?q=a b",
    "/x?resource=acct%3Arobin%40far.example",
    "/x?a[]=1&b='\"",
    "/x?",
    "/x#fragment",
    "//x;y=1",
]


async def test_what_is_signed_is_what_is_sent(
    serve: Serve, connect: Connect, key: SigningKey, public: VerifyingKey
) -> None:
    """However an address is written, its signature is for the target that goes over the wire."""
    server, one = await serve(http()), connect()
    for path in ODD_PATHS:
        await one.get(f"{server.origin}{path}", accept="x", signer=key)
        head = RequestHead("GET", server.target, server.headers, server.origin)
        assert cavage.read(head, None, now()).is_proven_by(public), path
        await one.post_activity(f"{server.origin}{path}", BODY, signer=key)
        head = RequestHead("POST", server.target, server.headers, server.origin)
        assert cavage.read(head, BODY, now()).is_proven_by(public), path


@given(st.text(alphabet=st.characters(min_codepoint=32, blacklist_categories=["Cs"])))
def test_addresses_are_put_in_order_once(path: str) -> None:
    """An address as it is sent stays so, whatever the libraries on the way make of it."""
    sent = client_module._as_sent(f"https://far.example/{path}")
    assert client_module._as_sent(sent) == sent
    assert str(URL(str(httpx.URL(sent)))) == sent


async def test_guard_of_what_leaves_has_the_last_word(web: StubWeb, key: SigningKey) -> None:
    """When the guard raises, nothing is sent; what it lets pass is."""

    class LeakError(Exception):
        """Something must not leave."""

    async def guard(body: bytes) -> None:
        if b"secret" in body:
            raise LeakError

    one = FederationClient(
        Settings(url="https://our.example"),
        user_agent="x",
        egress_guard=guard,
        host_guard=let_all_in,
        transport=web,
    )
    with pytest.raises(LeakError):
        await one.post_activity(INBOX, b'"secret"', signer=key)
    assert web.requests == []
    await one.post_activity(INBOX, b'"open"', signer=key)
    assert web.asked == [INBOX]


# --- knocking twice ------------------------------------------------------------------------------


def is_rfc9421(request: httpx.Request) -> bool:
    """Whether a request is signed in the newer way."""
    return "signature-input" in request.headers


def schemes(web: StubWeb) -> list[str]:
    """How each request so far was signed."""
    return ["rfc9421" if is_rfc9421(request) else "cavage" for request in web.requests]


def only_rfc9421(request: httpx.Request) -> Page:
    """A server that takes only the newer way."""
    return Page(status=202 if is_rfc9421(request) else 401)


def only_cavage(request: httpx.Request) -> Page:
    """A server that takes only the older way."""
    return Page(status=401 if is_rfc9421(request) else 202)


KNOCKS = [
    (INBOX, 401, 2),
    (INBOX, 400, 2),
    (INBOX, 403, 1),
    (INBOX, 404, 1),
    (INBOX, 410, 1),
    (INBOX, 429, 1),
    (INBOX, 500, 1),
    (INBOX, 202, 1),
    ("https://threads.net/ap/inbox", 404, 2),
    ("https://www.threads.net/ap/inbox", 403, 2),
    ("https://threads.net/ap/inbox", 500, 1),
    ("https://notthreads.net/ap/inbox", 404, 1),
    ("https://threads.net.example/ap/inbox", 404, 1),
]


async def test_refused_delivery_knocks_once_more(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """The first try is cavage; where the signature may be what is refused, RFC 9421 is tried once.

    Conformance: 62.
    """
    for inbox, status, knocks in KNOCKS:
        web.requests.clear()
        web.serve(inbox, Page(b"no", status=status))
        receipt = await client.post_activity(inbox, BODY, signer=key)
        assert (receipt.status, receipt.detail) == (status, "no")
        assert schemes(web) == ["cavage", "rfc9421"][:knocks], (inbox, status)


async def test_what_worked_is_remembered(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """An origin that took RFC 9421 gets it first from then on; others begin with cavage.

    Conformance: 63.
    """
    other = "https://other.example/inbox"
    web.serve(INBOX, only_rfc9421)
    web.serve("https://far.example/inbox", only_rfc9421)
    web.serve(other, only_rfc9421)
    assert (await client.post_activity(INBOX, BODY, signer=key)).status == 202
    assert schemes(web) == ["cavage", "rfc9421"]
    await client.post_activity("https://far.example/inbox", BODY, signer=key)
    assert schemes(web)[2:] == ["rfc9421"]
    await client.post_activity(other, BODY, signer=key)
    assert schemes(web)[3:] == ["cavage", "rfc9421"]


async def test_peer_may_change_its_mind(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """An origin that no longer takes RFC 9421 is tried with cavage again, and that is remembered."""
    web.serve(INBOX, only_rfc9421)
    await client.post_activity(INBOX, BODY, signer=key)
    web.serve(INBOX, only_cavage)
    assert (await client.post_activity(INBOX, BODY, signer=key)).status == 202
    assert schemes(web)[2:] == ["rfc9421", "cavage"]
    await client.post_activity(INBOX, BODY, signer=key)
    assert schemes(web)[4:] == ["cavage"]


@pytest.mark.parametrize("status", [202, 500, 403, 404, 429])
async def test_only_success_is_remembered(
    status: int, client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """A second knock that ends otherwise than well is no reason to begin with it next time."""
    answers = [Page(status=401), Page(status=status), Page(status=202)]
    web.serve(INBOX, *answers)
    await client.post_activity(INBOX, BODY, signer=key)
    await client.post_activity(INBOX, BODY, signer=key)
    assert schemes(web)[2] == ("rfc9421" if status == 202 else "cavage")
    web.serve(ACTOR, Page(status=401), Page(status=status), Page(status=202))
    web.requests.clear()
    fresh = FederationClient(
        Settings(url="https://our.example"),
        user_agent="x",
        egress_guard=let_all_pass,
        host_guard=let_all_in,
        transport=web,
    )
    await fresh.get(ACTOR, accept="x", signer=key)
    await fresh.get(ACTOR, accept="x", signer=key)
    assert schemes(web)[2] == ("rfc9421" if status == 202 else "cavage")


async def test_refused_delivery_tells_the_first_refusal(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """When both ways are refused, the answer to the usual one is what counts."""
    web.serve(INBOX, Page(b"first", status=401), Page(b"second", status=400))
    receipt = await client.post_activity(INBOX, BODY, signer=key)
    assert (receipt.status, receipt.detail) == (401, "first")


PAGE = f"{ACTOR}/outbox?page=true"


def signed_target(request: httpx.Request, public: VerifyingKey) -> str:
    """The target that a cavage signature is for: the whole of it, or the path alone."""
    whole = request.url.raw_path.decode()
    head = RequestHead("GET", whole, dict(request.headers), "https://far.example")
    claim = cavage.read(head, None, now())
    proven = [public.verifies(claim.signature, reading) for reading in claim.readings]
    return {(True, False): whole, (False, True): request.url.path}[proven[0], proven[1]]


async def test_query_string_is_signed_then_left_out(
    client: FederationClient, web: StubWeb, key: SigningKey, public: VerifyingKey
) -> None:
    """A page is asked for with path and query signed; on 401 once more with the path alone.

    Conformance: 61.
    """
    web.serve(PAGE, Page(status=401), Page(b"{}"))
    answer = await client.get(PAGE, accept="x", signer=key)
    assert answer.status == 200
    targets = [signed_target(request, public) for request in web.requests]
    assert targets == ["/users/robin/outbox?page=true", "/users/robin/outbox"]
    assert web.asked == [PAGE, PAGE]


async def test_asking_knocks_in_each_way_once(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """Whoever refuses all is asked at most three times, and twice where there is no query."""
    web.serve(PAGE, Page(status=401))
    web.serve(ACTOR, Page(status=401))
    assert (await client.get(PAGE, accept="x", signer=key)).status == 401
    assert schemes(web) == ["cavage", "cavage", "rfc9421"]
    assert (await client.get(ACTOR, accept="x", signer=key)).status == 401
    assert schemes(web)[3:] == ["cavage", "rfc9421"]
    web.requests.clear()
    await client.get(ACTOR, accept="x", signer=None)
    assert len(web.requests) == 1


async def test_remembered_way_of_asking_may_end(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """An origin that was remembered for RFC 9421 is asked with cavage again when it refuses it."""
    web.serve(ACTOR, only_rfc9421)
    await client.get(ACTOR, accept="x", signer=key)
    web.serve(ACTOR, only_cavage)
    web.requests.clear()
    assert (await client.get(ACTOR, accept="x", signer=key)).status == 202
    assert schemes(web) == ["rfc9421", "cavage"]
    assert (await client.get(ACTOR, accept="x", signer=key)).status == 202
    assert schemes(web)[2:] == ["cavage"]


# --- redirects -----------------------------------------------------------------------------------


def hops(count: int) -> list[str]:
    """So many addresses, and one to begin with."""
    return [f"https://far.example/{number}" for number in range(count + 1)]


async def test_few_redirects_are_followed(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """Three hops are followed, whatever they are called and however they are written."""
    web.serve("https://far.example/0", redirect("/1", 301))
    web.serve("https://far.example/1", redirect("https://other.example/2", 307))
    web.serve("https://other.example/2", redirect("3?x=y", 308))
    web.serve("https://other.example/3?x=y", Page(b"found"))
    answer = await client.get("https://far.example/0", accept="x", signer=key)
    assert (answer.url, answer.body) == ("https://other.example/3?x=y", b"found")
    assert len(web.requests) == 4
    # Each hop is signed for the host that it goes to.
    assert [request.headers["host"] for request in web.requests[1:3]] == [
        "far.example",
        "other.example",
    ]
    assert len({request.headers["signature"] for request in web.requests}) == 4


async def test_endless_redirects_are_given_up(client: FederationClient, web: StubWeb) -> None:
    """Four hops, a loop, or a step down from https are errors, and are not followed.

    Conformance: 40.
    """
    chain = hops(5)
    for here, there in itertools.pairwise(chain):
        web.serve(here, redirect(there))
    with pytest.raises(FetchError, match="more than 3 redirects"):
        await client.get(chain[0], accept="x", signer=None)
    assert web.asked == chain[:4]

    web.requests.clear()
    web.serve("https://loop.example/a", redirect("https://loop.example/b"))
    web.serve("https://loop.example/b", redirect("https://loop.example/a"))
    with pytest.raises(FetchError, match="more than 3 redirects"):
        await client.get("https://loop.example/a", accept="x", signer=None)
    assert len(web.requests) == 4

    web.requests.clear()
    web.serve("https://down.example/", redirect("http://down.example/"))
    with pytest.raises(FetchError, match="from https to http"):
        await client.get("https://down.example/", accept="x", signer=None)
    assert web.asked == ["https://down.example/"]


@pytest.mark.parametrize("location", ["https://[::1", "https://", "javascript:alert(1)", "", "//"])
async def test_redirect_to_nowhere_is_an_error(
    location: str, client: FederationClient, web: StubWeb
) -> None:
    """A Location that is no address ends it; so does one that leads back here for ever."""
    web.serve(ACTOR, redirect(location))
    with pytest.raises(FetchError):
        await client.get(ACTOR, accept="x", signer=None)
    assert set(web.asked) == {ACTOR}


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "gopher", "javascript"])
async def test_only_https_is_spoken(
    scheme: str, client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """An instance on https talks to no server without TLS, and in no other language."""
    url = f"{scheme}://far.example/users/robin"
    with pytest.raises(FetchError, match=r"https|address"):
        await client.get(url, accept="x", signer=key)
    with pytest.raises(FetchError, match=r"https|address"):
        await client.post_activity(url, BODY, signer=key)
    assert web.requests == []


PRIVATE_HOSTS = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[fd00::1]",
    "0.0.0.0",
]


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
async def test_private_addresses_are_out_of_reach(
    host: str, client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """An address inside is not asked, be it given or the end of a redirect.

    Conformance: 192.
    """
    inside = f"https://{host}/latest/meta-data"
    web.serve(ACTOR, redirect(inside))
    for url in (inside, ACTOR):
        with pytest.raises(FetchError, match="not a public address"):
            await client.get(url, accept="x", signer=None)
    with pytest.raises(FetchError, match="not a public address"):
        await client.post_activity(inside, BODY, signer=key)
    assert web.asked == [ACTOR]


SPELLINGS_OF_HERE = [
    "127.0.0.1",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "127\u30020\u30020\u30021",
    "\u2460\u2461\u2466.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
]


async def test_no_spelling_reaches_this_machine(serve: Serve, connect: Connect) -> None:
    """A server that listens here is not reached under any name, until its network is allowed."""
    server, outside = await serve(http()), connect(replace(LAB, allow_private_addresses=()))
    for host in SPELLINGS_OF_HERE:
        with pytest.raises(FetchError) as refused:
            await outside.get(f"http://{host}:{server.port}/", accept="x", signer=None)
        assert not isinstance(refused.value, Unreachable), host
        assert server.heads == [], host
    await connect().get(f"http://127.0.0.1:{server.port}/", accept="x", signer=None)
    assert len(server.heads) == 1


async def test_name_that_leads_inside_is_out_of_reach(serve: Serve, connect: Connect) -> None:
    """What counts is where a name leads, at the moment of connecting and for every hop."""
    server = await serve(http())
    url = f"http://far.example:{server.port}/x"
    outside = replace(LAB, allow_private_addresses=())
    with pytest.raises(FetchError, match="no public address"):
        await connect(outside, Dns("127.0.0.1")).get(url, accept="x", signer=None)
    assert server.heads == []
    # In a lab that allows it, the same name is reached, under its name.
    await connect(LAB, Dns("127.0.0.1")).get(url, accept="x", signer=None)
    assert server.headers["host"] == f"far.example:{server.port}"


async def test_redirect_inside_is_not_followed(serve: Serve, connect: Connect) -> None:
    """A server outside cannot send us to one that is allowed for nobody."""
    inside = await serve(http())
    outside = await serve(http(b"", "302 Found", location=f"http://127.0.0.2:{inside.port}/"))
    only_one = replace(LAB, allow_private_addresses=(ip_network("127.0.0.1/32"),))
    with pytest.raises(FetchError, match=r"127\.0\.0\.2 is not a public address"):
        await connect(only_one).get(f"{outside.origin}/", accept="x", signer=None)
    assert (len(outside.heads), len(inside.heads)) == (1, 0)


NO_ADDRESSES = [
    "",
    "far.example",
    "https://",
    "https:///x",
    "https://user:secret@far.example/",
    "https://far.example:99999/",
    "https://[::1",
    "https://[v1.x]/",
    "https://a..b/",
    f"https://{'a' * 70}.example/",
    "https://\x00.example/",
    "https://xn--zzzzzzz-.example/",
    "https://\U0001f4a9.example/",
    "https://\uff20.example/",
]


async def test_what_is_no_address_is_refused(connect: Connect, key: SigningKey) -> None:
    """An address that cannot be fetched is an error like any other, whatever is wrong with it."""
    one = connect(replace(LAB, url="https://our.example"), Dns())
    for url in NO_ADDRESSES:
        with pytest.raises(FetchError):
            await one.get(url, accept="x", signer=key)
        with pytest.raises(FetchError):
            await one.post_activity(url, BODY, signer=key)


# --- limits --------------------------------------------------------------------------------------


async def drip_head(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, of a header that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, of a body that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_packed(writer: asyncio.StreamWriter) -> None:
    """The same, of an archive."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n")
    for byte in gzip.compress(bytes(range(256)) * 40):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.02)


async def say_nothing(_writer: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.sleep(60)


async def test_slow_answer_is_given_up(serve: Serve, connect: Connect, key: SigningKey) -> None:
    """A server that lets us wait, or keeps us busy with drops, is left when the time is up."""
    one = connect(replace(LAB, total_timeout=0.2, read_timeout=60))
    started = time.perf_counter()
    for slow in (drip_head, drip_body, drip_packed, say_nothing):
        server = await serve(slow)
        with pytest.raises(Unreachable, match="took too long"):
            await one.get(f"{server.origin}/", accept="x", signer=None)
        with pytest.raises(Unreachable, match="took too long"):
            await one.post_activity(f"{server.origin}/", BODY, signer=key)
    assert time.perf_counter() - started < 20


async def test_silence_is_given_up_sooner(serve: Serve, connect: Connect) -> None:
    """A server that says nothing for the time of reading is left before the total time is up."""
    server = await serve(say_nothing)
    one = connect(replace(LAB, read_timeout=0.1, total_timeout=60))
    with pytest.raises(Unreachable):
        await one.get(f"{server.origin}/", accept="x", signer=None)


async def pour(writer: asyncio.StreamWriter) -> None:
    """Bytes without end and without a length."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\n\r\n")
    while True:
        writer.write(b" " * 65_536)
        await writer.drain()


ZEROS = bytes(16 * 1024 * 1024)


async def test_large_answer_is_given_up(serve: Serve, connect: Connect) -> None:
    """Slow drops, ten megabytes, bytes without end and a packed flood: none is taken in whole.

    Conformance: 193.
    """
    dripping = await serve(drip_body)
    with pytest.raises(Unreachable, match="took too long"):
        await connect(replace(LAB, total_timeout=0.2)).get(
            f"{dripping.origin}/", accept="x", signer=None
        )
    limit, one = LAB.max_fetch_bytes, connect(replace(LAB, total_timeout=60))
    bomb = gzip.compress(ZEROS)
    assert len(bomb) < 100_000
    for answer in (
        http(b'"%s"' % (b"x" * 10 * limit)),
        http(b" " * (limit + 1)),
        pour,
        http(bomb, content_encoding="gzip"),
    ):
        server = await serve(answer)
        with pytest.raises(FetchError, match=f"over {limit} bytes"):
            await one.get(f"{server.origin}/", accept="x", signer=None)
    # Unpacking stops at the limit too; it does not make all of it and then look.
    flood = httpx.Response(200, headers={"content-encoding": "gzip"})
    assert len(bodies.unpacker(flood)(bomb, 1000)) == 1000


async def test_answer_of_just_the_limit_is_taken(serve: Serve, connect: Connect) -> None:
    """Plain or packed, what fits is taken."""
    limit, one = LAB.max_fetch_bytes, connect()
    body = b" " * limit
    for answer in (http(body), http(gzip.compress(body), content_encoding="gzip")):
        server = await serve(answer)
        got = await one.get(f"{server.origin}/", accept="x", signer=None)
        assert got.body == body
        assert server.headers["accept-encoding"] == "gzip"


async def test_small_limit_holds_too(serve: Serve, connect: Connect) -> None:
    """The limit is that of the settings."""
    server = await serve(http(b"x" * 1001))
    with pytest.raises(FetchError, match="over 1000 bytes"):
        await connect(replace(LAB, max_fetch_bytes=1000)).get(
            f"{server.origin}/", accept="x", signer=None
        )


async def test_download_is_handed_over_up_to_its_limit(serve: Serve, connect: Connect) -> None:
    """A file of just its limit is had, piece by piece; a longer one is not, and not all of it.

    It has a limit of its own: it may be larger than a document.

    Conformance: 193.
    """
    limit, one = 2 * LAB.max_fetch_bytes, connect(replace(LAB, total_timeout=60))
    pieces: list[bytes]
    packed = http(gzip.compress(b"x" * limit), content_encoding="gzip")
    for whole in (http(b"x" * limit), packed):
        pieces = []
        server = await serve(whole)
        await one.download(f"{server.origin}/", accept="x", limit=limit, into=pieces.append)
        assert b"".join(pieces) == b"x" * limit
        assert server.headers["accept-encoding"] == "identity"
        assert "signature" not in server.headers
    for answer in (
        http(b"x" * (limit + 1)),
        pour,
        http(gzip.compress(ZEROS), content_encoding="gzip"),
    ):
        pieces = []
        server = await serve(answer)
        with pytest.raises(FetchError, match=f"over {limit} bytes"):
            await one.download(f"{server.origin}/", accept="x", limit=limit, into=pieces.append)
        assert sum(map(len, pieces)) <= limit


async def test_download_that_fails(serve: Serve, connect: Connect) -> None:
    """What is not there, moves on for ever, or drips, is an error; what a sink raises passes."""
    one = connect(replace(LAB, total_timeout=0.2, read_timeout=60))

    async def fails(answer: Any, error: type[Exception], **how: Any) -> None:
        server = await serve(answer)
        with pytest.raises(error) as raised:
            await one.download(f"{server.origin}/", **{"accept": "x", "limit": 9, **how})
        assert raised.type is error

    def refuse(_piece: bytes) -> None:
        raise RefusedDocument("not this")

    taken: list[bytes] = []
    into = taken.append
    await fails(http(b"x", "404 Not Found"), FetchError, into=into)
    await fails(http(b"x", "503 Busy"), Unreachable, into=into)
    await fails(http(b"", "302 Found", location="/"), FetchError, into=into)
    await fails(say_nothing, Unreachable, into=into)
    assert taken == []
    await fails(drip_body, Unreachable, into=into, limit=10_000)
    await fails(http(b"x"), RefusedDocument, into=refuse)


async def test_answer_packed_otherwise_is_refused(serve: Serve, connect: Connect) -> None:
    """What is packed twice or in a way that was not asked for, or is broken, is not unpacked."""
    one = connect()
    for body, encoding in (
        (gzip.compress(gzip.compress(ZEROS)), "gzip, gzip"),
        (b"{}", "br"),
        (b"{}", "deflate"),
        (b"{}", "gzip"),
        (gzip.compress(b"{}")[:10] + b"x" * 100, "gzip"),
    ):
        server = await serve(http(body, content_encoding=encoding))
        with pytest.raises(FetchError, match="packed"):
            await one.get(f"{server.origin}/", accept="x", signer=None)


async def test_broken_connection_is_unreachable(
    serve: Serve, connect: Connect, key: SigningKey
) -> None:
    """An answer that breaks off or is none may be whole another time."""
    one = connect()
    for answer in (
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"no http at all\r\n\r\n",
    ):
        server = await serve(answer)
        with pytest.raises(Unreachable):
            await one.get(f"{server.origin}/", accept="x", signer=None)
        with pytest.raises(Unreachable):
            await one.post_activity(f"{server.origin}/", BODY, signer=key)


async def test_connection_that_was_closed_is_opened_again(
    serve: Serve, connect: Connect, key: SigningKey
) -> None:
    """A server that closes after each answer, as snac does, gets one delivery after the other."""
    server, one = await serve(http(b"", "202 Accepted")), connect()
    for _ in range(5):
        assert (await one.post_activity(server.origin, BODY, signer=key)).status == 202
    assert len(server.bodies) >= 5


async def test_closed_port_is_unreachable(serve: Serve, connect: Connect) -> None:
    """The error says what the matter was."""
    server = await serve(http())
    with pytest.raises(Unreachable, match=r"127\.0\.0\.2:\d+: .*127\.0\.0\.2"):
        await connect().get(f"http://127.0.0.2:{server.port}/", accept="x", signer=None)


# --- receipts ------------------------------------------------------------------------------------


async def test_talkative_inbox_has_taken_it(
    serve: Serve, connect: Connect, key: SigningKey
) -> None:
    """A delivery that was taken is no failure because the answer is long, or packed, or odd."""
    one = connect()
    for answer in (
        http(b"<html>" * 100_000, "202 Accepted"),
        http(b"\xff\xfe", "202 Accepted"),
        http(b"not packed", "202 Accepted", content_encoding="gzip"),
    ):
        server = await serve(answer)
        receipt = await one.post_activity(f"{server.origin}/", BODY, signer=key)
        assert receipt.status == 202
        assert len(receipt.detail) <= 300
        assert server.headers["accept-encoding"] == "identity"


async def test_redirected_delivery_is_not_followed(
    client: FederationClient, web: StubWeb, key: SigningKey
) -> None:
    """An inbox that points elsewhere has not taken the delivery; nobody else gets it."""
    web.serve(INBOX, redirect("https://other.example/inbox", 307))
    assert (await client.post_activity(INBOX, BODY, signer=key)).status == 307
    assert web.asked == [INBOX]


LATER = Millis(1_767_268_860_000)  # 2026-01-01T12:01:00Z


RETRY_AFTER = [
    ("120", 120),
    ("0", 0),
    ("9" * 5000, 999_999_999),
    ("Thu, 01 Jan 2026 12:03:00 GMT", 120),
    ("Thu, 01 Jan 2026 12:00:00 GMT", 0),
    ("Thu, 01 Jan 2026 12:03:00", 120),
    ("soon", None),
    ("-5", None),
    ("1.5", None),
    ("\u00b2", None),
    ("", None),
    ("Thu, 01 Jan 99999999999 12:03:00 GMT", None),
]


async def test_busy_inbox_says_when_to_come_again(
    client: FederationClient, web: StubWeb, key: SigningKey, clock: Clock
) -> None:
    """Retry-After is a number of seconds or a date; anything else says nothing."""
    clock.now = LATER
    for header, seconds in RETRY_AFTER:
        web.serve(INBOX, Page(status=429, headers={"retry-after": header}))
        receipt = await client.post_activity(INBOX, BODY, signer=key)
        assert (receipt.status, receipt.retry_after) == (429, seconds), header


# --- TLS -----------------------------------------------------------------------------------------


async def test_certificates_are_checked(
    serve: Serve, connect: Connect, tmp_path: Path, key: SigningKey
) -> None:
    """A server must show a certificate for its name, of an authority that we know or are told of."""
    authority = trustme.CA()
    known = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(known)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("far.example").configure_cert(tls)
    server = await serve(http(b'"secure"'), tls)
    url = f"https://far.example:{server.port}/"
    trusting = replace(LAB, url="https://our.example", ca_file=known)

    answer = await connect(trusting, Dns("127.0.0.1")).get(url, accept="x", signer=key)
    assert answer.body == b'"secure"'
    distrusting = replace(trusting, ca_file=None)
    with pytest.raises(Unreachable, match=r"(?i)certificate"):
        await connect(distrusting, Dns("127.0.0.1")).get(url, accept="x", signer=key)
    other = f"https://other.example:{server.port}/"
    with pytest.raises(Unreachable, match=r"(?i)certificate"):
        await connect(trusting, Dns("127.0.0.1")).get(other, accept="x", signer=key)
    assert len(server.heads) == 1
