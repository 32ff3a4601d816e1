"""This is where every answer gets the headers that all answers have, and every request an id."""

import logging
import secrets
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedlearn.text.languages import preferred, speak

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "media-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The form of this page leads on to an app, whatever address that has, and browsers ask the rule of
# a page also where the answer to its form leads.
CONSENT = "/oauth/authorize"
OPEN_CSP = CSP.replace("form-action 'self'; ", "")

# What a page of ours may ask the browser for: nothing but passkeys of this very site.
PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), "
    "display-capture=(), browsing-topics=(), publickey-credentials-get=(self), "
    "publickey-credentials-create=(self)"
)
PAGE_HEADERS = (
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", PERMISSIONS.encode()),
    # No other site holds a window of ours, nor puts a page of ours into its own.
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NO_ROUTE = "no address of ours"

Added = list[tuple[bytes, bytes]]
log = logging.getLogger(__name__)


class CommonHeaders:
    """Adds a request id and the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope["fedlearn.request_id"] = secrets.token_hex(8)
        speak(preferred(Headers(scope=scope).get("accept-language", "")))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note_refusal(scope, message["status"])
                message["headers"] = [
                    *message["headers"],
                    *added_headers(scope, message["headers"]),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def added_headers(scope: Scope, sent: Iterable[tuple[bytes, bytes]]) -> Added:
    """What an answer to this request gets besides its own headers."""
    added: Added = [
        (b"x-request-id", scope["fedlearn.request_id"].encode()),
        (b"x-content-type-options", b"nosniff"),
        *scope.get("fedlearn.headers", ()),
    ]
    content_type = next((value for name, value in sent if name == b"content-type"), b"")
    if content_type.startswith(b"text/html"):
        csp = OPEN_CSP if scope["path"] == CONSENT else CSP
        added += [(b"content-security-policy", csp.encode()), *PAGE_HEADERS]
    return added


def _note_refusal(scope: Scope, status: int) -> None:
    """A line in the log, by which the number on an error page is found. It names nobody.

    What broke on our side is noted where it is caught, with all that is known of it.
    """
    if 400 <= status < 500:
        request_id, route = scope["fedlearn.request_id"], scope.get("route")
        path = getattr(route, "path", NO_ROUTE)
        log.info("request %s refused: %s %s, %s", request_id, scope["method"], path, status)
