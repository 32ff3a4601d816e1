"""This is where servers of one test reach each other: a network of ASGI applications, no sockets."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette

Answerer = Callable[[httpx.Request], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Exchange:
    """A request that crossed the network, and how it was answered."""

    request: httpx.Request
    status: int

    @property
    def url(self) -> str:
        """Where it went."""
        return str(self.request.url)

    @property
    def body(self) -> bytes:
        """What was sent."""
        return self.request.content


class Network(httpx.AsyncBaseTransport):
    """Carries requests to whichever host of the test is meant, and remembers each of them."""

    def __init__(self) -> None:
        self._hosts: dict[str, Answerer] = {}
        self._unplugged: set[str] = set()
        self.exchanges: list[Exchange] = []

    def connect(self, host: str, answerer: Answerer) -> None:
        """Put a host on the network, or something else in its place."""
        self._hosts[host] = answerer

    def connect_app(self, host: str, app: Starlette) -> None:
        """Put a server on the network."""
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        self.connect(host, transport.handle_async_request)

    def unplug(self, host: str) -> None:
        """From now on nothing reaches this host."""
        self._unplugged.add(host)

    def plug_in(self, host: str) -> None:
        """The host is reached again."""
        self._unplugged.discard(host)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request of one server to another."""
        host = request.url.netloc.decode()
        if host not in self._hosts or host in self._unplugged:
            raise httpx.ConnectError(f"{host} is not on the network")
        response = await self._hosts[host](request)
        await response.aread()
        self.exchanges.append(Exchange(request, response.status_code))
        return response

    def sent(self, method: str, host: str) -> list[Exchange]:
        """What was sent to a host so far."""
        return [
            one
            for one in self.exchanges
            if one.request.method == method and one.request.url.netloc.decode() == host
        ]
