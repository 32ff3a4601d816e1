"""This is where documents that many ask for are kept as bytes: actors, WebFinger, NodeInfo."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cachetools import TTLCache
from starlette.requests import Request
from starlette.responses import Response

DOCUMENTS = 4096
# Another process may have changed what we keep, so it is not kept for long.
SECONDS_KEPT = 15


@dataclass(frozen=True, slots=True)
class CachedDocument:
    """A document ready to be sent."""

    body: bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, body: bytes, content_type: str) -> "CachedDocument":
        """A document with its ETag."""
        return cls(body, content_type, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


class DocumentCache:
    """Bytes by key, for a short while."""

    def __init__(self) -> None:
        self._kept: TTLCache[str, CachedDocument] = TTLCache(DOCUMENTS, SECONDS_KEPT)

    async def get(self, key: str, make: Callable[[], Awaitable[CachedDocument]]) -> CachedDocument:
        """What is kept under the key, else what `make` makes."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = await make()
        return found

    def forget(self, key: str) -> None:
        """What the key stood for has changed."""
        self._kept.pop(key, None)


def send(request: Request, document: CachedDocument, headers: dict[str, str]) -> Response:
    """The document, or 304 for who has it already."""
    # Proxies that compress what they hand on call it weakly the same (RFC 9110, section 13.1.2).
    known = request.headers.get("if-none-match", "").split(",")
    if document.etag in {etag.strip().removeprefix("W/") for etag in known}:
        return Response(status_code=304, headers={"etag": document.etag, **headers})
    return Response(
        document.body,
        headers={"content-type": document.content_type, "etag": document.etag, **headers},
    )
