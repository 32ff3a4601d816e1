"""How we find out who a handle of another server means, and whom we do not believe."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network

import httpx
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.actors import Actor
from fedlearn.errors import FetchError, RefusedDocument
from fedlearn.settings import Settings
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import Peer, Person, account
from tests.federation.server import Server, run_server

WEBFINGER = "/.well-known/webfinger"
HOST_META = "/.well-known/host-meta"
NOT_FOUND = httpx.Response(404)
LOOPBACK = "127.0.0.1"


@pytest.fixture
def home(network: Network, peer_keys: list[RSAPrivateKey]) -> Peer:
    """Another domain, which has handles for the people of peer.test."""
    return Peer(network, "home.test", peer_keys)


async def knock(server: Server, person: Person) -> Actor | None:
    """Somebody never heard of delivers something; who they are taken for, if it is taken at all."""
    follow = person.activity("Follow", (await server.actor("alice")).uri)
    answer = await person.deliver(server, follow)
    known = await server.known(person.uri)
    assert answer.status_code == (202 if known else 401)
    return known


def jrd(subject: str, actor: str) -> httpx.Response:
    """An answer of WebFinger."""
    document = account(subject, actor)
    return httpx.Response(200, headers={"content-type": "application/jrd+json"}, json=document)


def host_meta(template: str) -> httpx.Response:
    """An XRD that leads to WebFinger."""
    link = f'<Link rel="lrdd" template="{template}"/>'
    text = f'<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">{link}</XRD>'
    return httpx.Response(200, headers={"content-type": "application/xrd+xml"}, text=text)


# --- where WebFinger is ------------------------------------------------------------------------------


async def test_host_meta_after_not_found(alpha: Server, peer: Peer) -> None:
    """After a 404 the template of host-meta is tried, once; any other refusal ends the search.

    Conformance: 16.
    """
    ann = peer.person("ann")
    peer.answers[WEBFINGER] = NOT_FOUND
    peer.answers[HOST_META] = host_meta("https://peer.test/finger?resource={uri}")
    peer.answers["/finger"] = jrd("ann@peer.test", ann.uri)
    assert (await alpha.find("@ann@peer.test")).uri == ann.uri
    asked = next(one for one in peer.requests if one.url.path == "/finger")
    assert asked.url.params["resource"] == "acct:ann@peer.test"

    peer.answers["/finger"] = NOT_FOUND
    before = peer.asked_for(HOST_META), peer.asked_for("/finger")
    with pytest.raises(FetchError):
        await alpha.find("@max@peer.test")
    assert (peer.asked_for(HOST_META), peer.asked_for("/finger")) == (before[0] + 1, before[1] + 1)

    for status in (204, 400, 401, 403, 405, 410, 418, 429, 500, 503):
        peer.answers[WEBFINGER] = httpx.Response(status)
        with pytest.raises(FetchError):
            await alpha.find("@max@peer.test")
        assert peer.asked_for(HOST_META) == before[0] + 1, status


async def test_host_meta_without_template(alpha: Server, peer: Peer) -> None:
    """A host-meta that names no template leads nowhere."""
    peer.person("ann")
    other = '<XRD><Link rel="other" template="https://peer.test/{uri}"/></XRD>'
    for answer in (
        NOT_FOUND,
        httpx.Response(200, text="not XML at all <"),
        httpx.Response(200, text=other),
        host_meta("https://peer.test/finger"),
        host_meta(""),
    ):
        peer.answers |= {WEBFINGER: NOT_FOUND, HOST_META: answer}
        with pytest.raises(FetchError, match="404"):
            await alpha.find("@ann@peer.test")


async def test_answers_that_name_no_actor(alpha: Server, peer: Peer) -> None:
    """An answer without a subject, or without an actor by its exact type, is not used."""
    uri = peer.person("ann").uri
    page = [{"rel": "self", "type": "text/html", "href": uri}]
    useless: list[object] = [
        [],
        {},
        {"subject": "acct:ann@peer.test"},
        {"subject": "acct:ann@peer.test", "links": uri},
        {"subject": "acct:ann@peer.test", "links": page},
        {"subject": 7, "links": account("ann@peer.test", uri)["links"]},
        account("ann", uri),
        account("ann@peer.test", ""),
    ]
    for document in useless:
        peer.answers[WEBFINGER] = httpx.Response(200, content=json.dumps(document))
        with pytest.raises(RefusedDocument):
            await alpha.find("@ann@peer.test")
    del peer.answers[WEBFINGER]
    assert (await alpha.find("@ann@peer.test")).acct == "ann@peer.test"


# --- whose handle it is --------------------------------------------------------------------------------


async def test_subject_is_followed_once(
    alpha: Server, peer: Peer, home: Peer, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """Another subject is looked up where it belongs; if that names a third one, nobody is believed.

    Conformance: 17.
    """
    third = Peer(network, "third.test", peer_keys)
    ann, max_ = peer.person("ann"), peer.person("max")
    for name, person in (("ann", ann), ("max", max_)):
        peer.accounts[name] = account(f"{name}@home.test", person.uri)
        third.accounts[name] = account(f"{name}@third.test", person.uri)
    home.accounts["ann"] = account("ann@home.test", ann.uri)
    home.accounts["max"] = account("max@third.test", max_.uri)
    known = await knock(alpha, ann)
    assert known is not None
    assert known.acct == "ann@home.test"
    assert await knock(alpha, max_) is None
    with pytest.raises(RefusedDocument, match="third"):
        await alpha.find("@max@peer.test")
    assert home.asked_for(WEBFINGER) == 3
    assert third.requests == []


async def test_capitals_are_no_other_subject(alpha: Server, peer: Peer) -> None:
    """A subject that differs in capitals is the same; the handle is written as its domain does."""
    ann = peer.person("ann")
    peer.accounts["ann"] = account("Ann@PEER.test", ann.uri)
    known = await knock(alpha, ann)
    assert known is not None
    assert known.acct == "Ann@peer.test"
    assert peer.asked_for(WEBFINGER) == 1


async def test_handle_of_somebody_else(alpha: Server, peer: Peer, home: Peer) -> None:
    """Whoever claims a handle that leads to somebody else is not believed, and not remembered.

    Conformance: 18.
    """
    vic, mallory = home.person("vic"), peer.person("mallory", webfinger="vic@home.test")
    assert await knock(alpha, mallory) is None
    again = peer.person("again", preferredUsername="ann")
    peer.person("ann")
    assert await knock(alpha, again) is None
    almost = peer.person("almost")
    peer.accounts["almost"] = account("almost@peer.test", f"{almost.uri}/")
    assert await knock(alpha, almost) is None
    assert (await alpha.find("@vic@home.test")).uri == vic.uri
    honest = await knock(alpha, peer.person("ann"))
    assert honest is not None
    assert honest.acct == "ann@peer.test"


async def test_handle_that_cannot_be_theirs(alpha: Server, peer: Peer) -> None:
    """Nobody elsewhere gets a handle of ours, or one that is none."""
    for handle in ("alice@alpha.test", "no handle", "ann@peer.test@home.test"):
        person = peer.person(f"p{len(peer.people)}", webfinger=handle)
        assert await knock(alpha, person) is None, handle
    assert await knock(alpha, peer.person("bob")) is not None


async def test_no_domain_renames_others(alpha: Server, peer: Peer, home: Peer) -> None:
    """A domain may point its handles at anybody; they keep the handle that they claim themselves."""
    ann = peer.person("ann")
    home.accounts["fake"] = account("fake@home.test", ann.uri)
    assert (await alpha.find("@ann@peer.test")).acct == "ann@peer.test"
    assert (await alpha.find("@fake@home.test")).acct == "ann@peer.test"
    known = await alpha.known(ann.uri)
    assert known is not None
    assert known.acct == "ann@peer.test"


async def test_webfinger_property_comes_first(alpha: Server, peer: Peer, home: Peer) -> None:
    """Where an actor names its handle, that is looked up, and not its name at its own host.

    Conformance: 20.
    """
    ann = peer.person("ann", webfinger="ann.smith@home.test")
    home.accounts["ann.smith"] = account("ann.smith@home.test", ann.uri)
    peer.accounts["ann"] = account("ann@peer.test", "https://peer.test/users/somebody-else")
    known = await knock(alpha, ann)
    assert known is not None
    assert known.acct == "ann.smith@home.test"
    assert peer.asked_for(WEBFINGER) == 0
    without = peer.person("max")
    home.accounts["max"] = account("max@home.test", without.uri)
    known = await knock(alpha, without)
    assert known is not None
    assert known.acct == "max@peer.test"


async def test_split_domain_by_either_name(alpha: Server, peer: Peer, home: Peer) -> None:
    """Who has a handle at another domain than their server is the same person under both."""
    ann = peer.person("ann")
    peer.accounts["ann"] = home.accounts["ann"] = account("ann@home.test", ann.uri)
    for handle in ("@ann@home.test", "@ann@peer.test"):
        found = await alpha.find(handle)
        assert (found.uri, found.acct) == (ann.uri, "ann@home.test")


# --- where we do not go ----------------------------------------------------------------------------------


class Flood(httpx.AsyncByteStream):
    """An answer without end; it knows how much of it was taken."""

    def __init__(self, length: int = 10_000) -> None:
        self.taken = 0
        self._length = length

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self._length):
            self.taken += 1
            yield b" " * 1024


class Flooded(Network):
    """A network on which one host floods whoever asks it."""

    def __init__(self) -> None:
        super().__init__()
        self.flood = Flood()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The flood, or what comes from elsewhere."""
        if request.url.host == "flood.test":
            return httpx.Response(200, stream=self.flood, request=request)
        return await super().handle_async_request(request)


class Names(AbstractResolver):
    """Every name leads to this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Loopback."""
        return [
            ResolveResult(hostname=host, host=LOOPBACK, port=port, family=family, proto=0, flags=0)
        ]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def counting_callers() -> AsyncIterator[tuple[int, list[object]]]:
    """A port of loopback, and who has called there."""
    callers: list[object] = []

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(hang_up, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1], callers


async def test_answers_without_end(
    settings_of: Callable[..., Settings], quick_keys: None, caplog: pytest.LogCaptureFixture
) -> None:
    """What WebFinger answers is read up to the limit and no further; a short answer is read whole."""
    flooded = Flooded()
    settings = settings_of("delta.test", max_fetch_bytes=64 * 1024)
    caplog.set_level(logging.INFO, logger="fedlearn.web.refusals")
    async with run_server(settings, flooded) as delta:
        browser = await sign_in(delta, "alice")
        answer = await browser.get("/search", params={"q": "@ann@flood.test"})
        assert answer.status_code == 404
        assert "over 65536 bytes" in caplog.text
        assert flooded.flood.taken <= 65
        flooded.flood = Flood(length=60)
        answer = await browser.get("/search", params={"q": "@ann@flood.test"})
        assert answer.status_code == 404
        assert "not JSON" in caplog.text
        assert flooded.flood.taken == 60


async def test_addresses_that_are_not_asked(
    alpha: Server, peer: Peer, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """No template and no redirect of another server leads us inside, or away from https."""
    ann = peer.person("ann")
    for address in (
        "https://127.0.0.1/finger",
        "https://10.1.2.3/finger",
        "https://169.254.169.254/finger",
        "https://[::1]/finger",
        "https://[::ffff:10.0.0.1]/finger",
        "https://0x7f000001/finger",
        "http://peer.test/finger",
        "ftp://peer.test/finger",
        "https://user@peer.test/finger",
    ):
        host = httpx.URL(address).netloc.decode()
        inside = peer if host == "peer.test" else Peer(network, host, peer_keys)
        inside.answers["/finger"] = jrd("ann@peer.test", ann.uri)
        location = f"{address}?resource=acct:ann@peer.test"
        redirect = httpx.Response(302, headers={"location": location})
        for answers in (
            {WEBFINGER: NOT_FOUND, HOST_META: host_meta(f"{address}?resource={{uri}}")},
            {WEBFINGER: NOT_FOUND, HOST_META: redirect},
            {WEBFINGER: redirect},
        ):
            peer.answers |= answers
            with pytest.raises(FetchError):
                await alpha.find("@ann@peer.test")
        assert inside.asked_for("/finger") == 0, address
    peer.answers[WEBFINGER] = httpx.Response(302, headers={"location": "https://peer.test/finger"})
    assert (await alpha.find("@ann@peer.test")).uri == ann.uri


async def test_limits_of_asking(settings_of: Callable[..., Settings], quick_keys: None) -> None:
    """Whoever names a private host gets no connection made there; a long answer is not read on.

    Only where the operator allows that network, a connection is made.

    Conformance: 24.
    """
    flooded = Flooded()
    async with run_server(settings_of("delta.test"), flooded) as delta:
        with pytest.raises(FetchError, match="over 1048576 bytes"):
            await delta.find("@ann@flood.test")
        assert flooded.flood.taken <= 1025
        with pytest.raises(FetchError, match="not a public address"):
            await delta.find("@ann@127.0.0.1")
        flooded.connect("plain.test", answer_to_plain)
        with pytest.raises(FetchError, match="from https to http:"):
            await delta.find("@ann@plain.test")
    async with counting_callers() as (port, callers):
        settings = settings_of("strict.test")
        async with run_server(settings, None, resolver=Names()) as strict:
            with pytest.raises(FetchError, match="no public address"):
                await strict.find(f"@ann@inside.test:{port}")
        assert callers == []
        settings = settings_of("lax.test", allow_private_addresses=(ip_network("127.0.0.0/8"),))
        async with run_server(settings, None, resolver=Names()) as lax:
            with pytest.raises(FetchError):
                await lax.find(f"@ann@inside.test:{port}")
        assert len(callers) == 1


async def answer_to_plain(request: httpx.Request) -> httpx.Response:
    """A redirect that gives up TLS."""
    location = str(request.url.copy_with(scheme="http"))
    return httpx.Response(301, headers={"location": location}, request=request)
