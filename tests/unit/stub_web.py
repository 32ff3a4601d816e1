"""This is where tests make up other servers: what each address answers, and what it was asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

ACTIVITY_JSON = "application/activity+json"


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answers."""

    body: bytes | dict[str, Any] = b""
    content_type: str = ACTIVITY_JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> httpx.Response:
        """The same as a new HTTP response."""
        body = self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
        fields = {"content-type": self.content_type, **self.headers}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
        return httpx.Response(self.status, headers=raw, content=body)


def redirect(location: str, status: int = 302) -> Page:
    """A page that is elsewhere."""
    return Page(status=status, headers={"location": location})


# A page, or what makes one of a request, where the answer depends on how one asks.
Answering = Page | Callable[[httpx.Request], Page]


class StubWeb(httpx.AsyncBaseTransport):
    """A transport that leads to pages instead of sockets; what it does not know is a 404."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Answering]] = {}
        self.requests: list[httpx.Request] = []

    def serve(self, url: str, *pages: Answering) -> None:
        """Answer an address so; several pages are answered in turn, the last for ever."""
        self.pages[url] = list(pages)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, and remember it."""
        self.requests.append(request)
        pages = self.pages.get(str(request.url), [Page(status=404)])
        page = pages.pop(0) if len(pages) > 1 else pages[0]
        return (page if isinstance(page, Page) else page(request)).response()

    @property
    def asked(self) -> list[str]:
        """The addresses of all requests, in order."""
        return [str(request.url) for request in self.requests]


async def let_all_in(_host: str) -> None:
    """A host guard for tests that are not about it."""


async def let_all_pass(_body: bytes) -> None:
    """An egress guard for tests that are not about it."""
