"""This is where requests leave: the one outgoing client, with every limit on what comes back.

It knows HTTP and signatures, not what documents mean (activitypub/fetch.py does). Requests are
signed with draft-cavage first; a server that refuses is asked once more with RFC 9421, and what
worked is remembered for its origin.
"""

import asyncio
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import aiohttp
import httpx
from cachetools import TTLCache
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from fedlearn.activitypub import bodies
from fedlearn.activitypub.bodies import Sink
from fedlearn.activitypub.claims import NOTHING
from fedlearn.activitypub.guard import ForbiddenAddress, GuardedResolver, Resolver, check_literal
from fedlearn.activitypub.keys import SigningKey
from fedlearn.activitypub.signatures import Scheme, sign
from fedlearn.activitypub.turnstile import Turnstile
from fedlearn.activitypub.uris import host_of, joined, origin_of
from fedlearn.domain.ids import now
from fedlearn.errors import FetchError, StartError, Unreachable
from fedlearn.settings import Settings

WEEK = 7 * 24 * 3600
ORIGINS_REMEMBERED = 10_000
ADDRESSES_REMEMBERED = 10_000
CONNECTIONS = 512
CONNECTION_KEPT = 60.0  # seconds, about as long as others keep theirs
LONGEST_REFUSAL = 300  # characters of a refusing answer kept for the operator
MOST_OF_AN_ANSWER = 64 * 1024
MOST_DIGITS = 9  # of a number of seconds
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSALS = frozenset({400, 401})
# Threads says that it does not know the way when it dislikes a signature.
REFUSALS_OF_THREADS = frozenset({400, 401, 403, 404})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the final URL, the status and a body within limits, whole or cut."""

    url: str
    status: int
    content_type: str
    body: bytes
    link: str = ""
    date: str = ""
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """How an inbox answered a delivery. `retry_after` is in seconds."""

    status: int
    detail: str
    retry_after: int | None


class Address(NamedTuple):
    """An address that may be asked: as it goes over the wire, and as httpx wants it."""

    sent: str
    parsed: httpx.URL


Result = TypeVar("Result")

# Raises when a body holds what must never leave (the fifth lock of organisation-only posts).
EgressGuard = Callable[[bytes], Awaitable[None]]
# Raises when we do not talk with a host.
HostGuard = Callable[[str], Awaitable[None]]
# The way to other servers; tests and labs put their own in its place.
Transport = httpx.AsyncBaseTransport


class FederationClient:
    """Fetches and delivers. One for the whole process; `close()` it at the end."""

    def __init__(
        self,
        settings: Settings,
        *,
        user_agent: str,
        egress_guard: EgressGuard,
        host_guard: HostGuard,
        transport: Transport | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self._settings = settings
        self._user_agent = user_agent
        self._egress_guard = egress_guard
        self._host_guard = host_guard
        self._transport = transport or _aiohttp_transport(settings, resolver)
        # What was found sound once, stays so: names are checked whenever they are resolved.
        self._address = lru_cache(ADDRESSES_REMEMBERED)(self._checked_address)
        self._turnstile = Turnstile()
        self._scheme_of: TTLCache[str, Scheme] = TTLCache(ORIGINS_REMEMBERED, WEEK)
        self._timeouts = httpx.Timeout(
            settings.read_timeout, connect=settings.connect_timeout, pool=settings.total_timeout
        ).as_dict()

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def get(self, url: str, *, accept: str, signer: SigningKey | None) -> Answer:
        """GET a document, following a few redirects; `FetchError` says what went wrong.

        Any status is an answer. `Unreachable` is for silence, broken connections, and whatever
        breaks a limit, and when too many wait for that host already.
        """
        answer = await self.glance(url, accept=accept, signer=signer)
        if not answer.is_whole:
            raise FetchError(f"{answer.url}: the answer is over {len(answer.body)} bytes")
        return answer

    async def glance(self, url: str, *, accept: str, signer: SigningKey | None) -> Answer:
        """The same for what is of use without its end: a body over the limit is cut there."""
        async with self._turnstile.passage(host_of(url), self._settings.total_timeout):
            return await self._within_limits(url, self._follow(url, accept, signer))

    async def download(self, url: str, *, accept: str, limit: int, into: Sink) -> None:
        """GET a file piece by piece, unsigned; `FetchError` when it is not there or too long."""
        await self._within_limits(url, self._pour(url, accept, limit, into))

    async def post_activity(
        self, inbox: str, body: bytes, *, signer: SigningKey, also: Mapping[str, str] = NOTHING
    ) -> Receipt:
        """POST an activity to an inbox, signed anew; `Unreachable` when there was no answer.

        `also` holds headers that are sent and signed with it.
        """
        await self._egress_guard(body)
        return await self._within_limits(inbox, self._post_knocking(inbox, body, signer, also))

    async def post_sealed(
        self, url: str, body: bytes, headers: Mapping[str, str], *, holding: bytes
    ) -> Receipt:
        """POST what only its receiver can open, and what it holds must be fit to leave.

        `Unreachable` when there was no answer.
        """
        await self._egress_guard(holding)
        return await self._within_limits(url, self._post(url, body, headers))

    async def _follow(self, url: str, accept: str, signer: SigningKey | None) -> Answer:
        """What a GET leads to, after a few redirects."""
        for _ in range(self._settings.max_redirects + 1):
            await self._host_guard(host_of(self._address(url).sent))
            answer, location = await self._get_knocking(url, accept, signer)
            if location is None:
                return answer
            url = self._redirected(url, location)
        raise FetchError(f"{url}: more than {self._settings.max_redirects} redirects")

    async def _pour(self, url: str, accept: str, limit: int, into: Sink) -> None:
        """The same for a file, which goes where it is wanted piece by piece."""
        headers = {"accept": accept, "accept-encoding": "identity"}
        for _ in range(self._settings.max_redirects + 1):
            await self._host_guard(host_of(self._address(url).sent))
            response = await self._send("GET", url, headers)
            try:
                if response.status_code not in REDIRECTS:
                    _check_file(response, url)
                    await bodies.pour(response, limit, into)
                    return
            finally:
                await response.aclose()
            url = self._redirected(url, response.headers.get("location", ""))
        raise FetchError(f"{url}: more than {self._settings.max_redirects} redirects")

    async def _post_knocking(
        self, inbox: str, body: bytes, signer: SigningKey, also: Mapping[str, str]
    ) -> Receipt:
        """One POST, signed in the other way if the signature may be what is refused."""
        origin = origin_of(inbox) or ""
        first = self._scheme_of.get(origin, Scheme.CAVAGE)
        receipt = await self._post_signed(inbox, body, signer, first, also)
        if receipt.status not in _knock_refusals(inbox):
            return receipt
        second = Scheme.RFC9421 if first is Scheme.CAVAGE else Scheme.CAVAGE
        again = await self._post_signed(inbox, body, signer, second, also)
        if again.status < 300:
            self._scheme_of[origin] = second
            return again
        return receipt

    async def _get_knocking(
        self, url: str, accept: str, signer: SigningKey | None
    ) -> tuple[Answer, str | None]:
        """One GET, signed in other ways as long as the signature is what is refused."""
        plain = {"accept": accept}
        if signer is None:
            return await self._get_once(url, plain)
        origin = origin_of(url) or ""
        first = self._scheme_of.get(origin, Scheme.CAVAGE)
        tries = [(first, True), (Scheme.CAVAGE, True)]
        if urlsplit(url).query:
            tries.append((Scheme.CAVAGE, False))
        tries.append((Scheme.RFC9421, True))
        sent = self._address(url).sent
        for scheme, with_query in dict.fromkeys(tries):
            signed = sign(scheme, signer, method="GET", url=sent, at=now(), with_query=with_query)
            answer, location = await self._get_once(url, plain | signed)
            if answer.status not in _knock_refusals(url):
                if scheme is not first and answer.status < 300:
                    self._scheme_of[origin] = scheme
                break
        return answer, location

    async def _get_once(self, url: str, headers: dict[str, str]) -> tuple[Answer, str | None]:
        limit = self._settings.max_fetch_bytes
        response = await self._send("GET", url, {"accept-encoding": "gzip", **headers})
        try:
            if response.status_code in REDIRECTS:
                nothing = Answer(url, response.status_code, content_type="", body=b"")
                return nothing, response.headers.get("location", "")
            body = await bodies.read(response, limit, bodies.unpacker(response))
        finally:
            await response.aclose()
        return Answer(
            url=url,
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            body=body[:limit],
            link=response.headers.get("link", ""),
            date=response.headers.get("date", ""),
            is_whole=len(body) <= limit,
        ), None

    async def _post_signed(
        self,
        inbox: str,
        body: bytes,
        signer: SigningKey,
        scheme: Scheme,
        also: Mapping[str, str],
    ) -> Receipt:
        sent = self._address(inbox).sent
        headers = sign(scheme, signer, method="POST", url=sent, at=now(), body=body, also=also)
        return await self._post(inbox, body, headers)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Receipt:
        response = await self._send("POST", url, {"accept-encoding": "identity", **headers}, body)
        try:
            # Read to the end where that is short, so that the connection can be used again. A long
            # page of words makes a taken delivery no failure.
            said = await bodies.read(response, MOST_OF_AN_ANSWER, bodies.as_it_is)
        finally:
            await response.aclose()
        return Receipt(
            status=response.status_code,
            detail=said.decode(errors="replace")[:LONGEST_REFUSAL],
            retry_after=_retry_after(response.headers.get("retry-after")),
        )

    async def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None
    ) -> httpx.Response:
        request = httpx.Request(
            method,
            self._address(url).parsed,
            headers={"user-agent": self._user_agent, **headers},
            content=body,
            extensions={"timeout": self._timeouts},
        )
        try:
            return await self._transport.handle_async_request(request)
        except httpx.TransportError as error:
            if not _was_left_open(error):
                raise
        # Some servers (snac) close a connection after each answer without having said so. Whoever
        # gets an activity twice takes it for one.
        return await self._transport.handle_async_request(request)

    def _checked_address(self, url: str) -> Address:
        sent = _as_sent(url)
        parts = urlsplit(sent)
        if origin_of(sent) is None or parts.username is not None:
            raise FetchError(f"{sent} is not an address that can be fetched")
        # Only an instance that is itself on plain http (a lab) talks to others without TLS.
        if parts.scheme == "http" and self._settings.is_https:
            raise FetchError(f"{sent} is not https")
        check_literal(parts.hostname or "", self._settings.allow_private_addresses)
        return Address(sent, httpx.URL(sent))

    @staticmethod
    def _redirected(url: str, location: str) -> str:
        target = joined(url, location)
        if target is None:
            raise FetchError(f"{url} redirects to {location!r}, which is no address")
        if url.startswith("https:") and not target.startswith("https:"):
            raise FetchError(f"{url} redirects from https to {target}")
        return target

    async def _within_limits(self, url: str, work: Awaitable[Result]) -> Result:
        """Ask within the total time; whatever the network does is `Unreachable`."""
        try:
            async with asyncio.timeout(self._settings.total_timeout):
                return await work
        except TimeoutError as error:
            raise Unreachable(f"{host_of(url)} took too long") from error
        except (ValueError, httpx.InvalidURL) as error:
            # There is more to a sound address than urlsplit knows: IDNA, lengths of labels, ports.
            raise FetchError(f"{url} is not an address that can be fetched") from error
        except zlib.error as error:
            raise FetchError(f"{url}: the answer cannot be unpacked") from error
        except (httpx.HTTPError, aiohttp.ClientError, OSError, ssl.SSLError) as error:
            cause = _innermost(error)
            if isinstance(cause, ForbiddenAddress):
                raise FetchError(f"{url}: {cause}") from error
            # The innermost says "Connection refused" where the outermost says little.
            said = str(cause) or type(cause).__name__
            raise Unreachable(f"{host_of(url)}: {said}") from error


def _aiohttp_transport(settings: Settings, resolver: Resolver | None) -> AiohttpTransport:
    context = ssl.create_default_context()
    if settings.ca_file:
        try:
            context.load_verify_locations(settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise StartError(f"{settings.ca_file} holds no certificates: {error}") from error

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(settings.allow_private_addresses, resolver),
            ssl=context,
            limit=CONNECTIONS,
            keepalive_timeout=CONNECTION_KEPT,
            use_dns_cache=False,
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    # The transport would otherwise read all certificates once more, for nothing.
    return AiohttpTransport(verify=context, client=session)


def _as_sent(url: str) -> str:
    """An address as it goes over the wire, which is how it must be signed and checked.

    "https://example.org/ü" asks for "/%C3%BC", and "https://127。0。0。1" is an address after all.
    """
    return str(URL(url))


def _check_file(response: httpx.Response, url: str) -> None:
    if response.status_code != 200:
        failed = Unreachable if response.status_code >= 500 else FetchError
        raise failed(f"{host_of(url)} answered {response.status_code} for {url}")


def _was_left_open(error: httpx.TransportError) -> bool:
    """Whether a connection that was kept turned out to be closed at the other end."""
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorError):
        return False
    return isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)


def _knock_refusals(url: str) -> frozenset[int]:
    host = host_of(url)
    is_threads = host == "threads.net" or host.endswith(".threads.net")
    return REFUSALS_OF_THREADS if is_threads else REFUSALS


def _retry_after(header: str | None) -> int | None:
    """Seconds, from a number or a date (RFC 9110, section 10.2.3)."""
    if not header:
        return None
    if header.isascii() and header.isdigit():
        return int(header[:MOST_DIGITS])
    try:
        at = parsedate_to_datetime(header)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, int(at.timestamp() - now() / 1000))
    except (ValueError, TypeError, OverflowError):
        return None


def _innermost(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error
