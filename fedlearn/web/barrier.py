"""This is where those are turned away who come from an IP address that is shut out.

That is done before anything else, and whatever they ask, as on Mastodon: other servers that come
from there deliver nothing either.
"""

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fedlearn.domain.ip_blocks import Severity
from fedlearn.text.languages import _
from fedlearn.web.context import severity_of
from fedlearn.web.errors import is_for_machine
from fedlearn.web.json import json

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


class Barrier:
    """Lets requests by, or answers 403."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan" or not await is_shut_out(HTTPConnection(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await _refuse(scope, receive, send)


async def is_shut_out(request: HTTPConnection) -> bool:
    """Whether nobody comes in from where this comes from."""
    return await severity_of(request) is Severity.NO_ACCESS


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if is_for_machine(Request(scope)):
        await json({"error": "Forbidden"}, status=403)(scope, receive, send)
    else:
        # As text: the files that make a page look like one are not given out either.
        message = _("Nobody is let in here from your IP address.")
        await PlainTextResponse(message, status_code=403)(scope, receive, send)
