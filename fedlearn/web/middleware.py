"""This is where every answer gets the headers that all answers have, and every request an id."""

import secrets
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Read by programs of any origin (browsers' scripts among them), and never with cookies.
OPEN_PATHS = ("/.well-known/", "/nodeinfo/", "/users/", "/actor/", "/@", "/contexts/", "/oembed/")

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "media-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

Headers = list[tuple[bytes, bytes]]


class CommonHeaders:
    """Adds a request id, the security headers, and CORS where anybody may read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["fedlearn.request_id"] = secrets.token_hex(8)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *added_headers(scope, message["headers"]),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def added_headers(scope: Scope, sent: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What an answer to this request gets besides its own headers."""
    added: Headers = [
        (b"x-request-id", scope["fedlearn.request_id"].encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    content_type = next((value for name, value in sent if name == b"content-type"), b"")
    if content_type.startswith(b"text/html"):
        added += [
            (b"content-security-policy", CSP.encode()),
            (b"referrer-policy", b"same-origin"),
        ]
    if f"{scope['path']}/".startswith(OPEN_PATHS):
        added.append((b"access-control-allow-origin", b"*"))
    return added
