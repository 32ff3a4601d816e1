"""This is where scripts of other sites are let in, as apps in a browser need it (Fetch, CORS).

They come without cookies: who they act for, their token says.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Read by programs of any origin, browsers' scripts among them.
READ_PATHS = (
    "/.well-known/",
    "/nodeinfo/",
    "/users/",
    "/actor/",
    "/@",
    "/contexts/",
    "/oembed/",
    "/media/",
)
# Used by apps, with a token or to get one.
APP_PATHS = ("/api/", "/oauth/token/", "/oauth/revoke/", "/oauth/userinfo/")
EXPOSED = (
    b"Link, Mastodon-Async-Refresh, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
    b"X-Request-Id"
)
ALLOWED = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, PUT, DELETE, PATCH, OPTIONS"),
    # "*" does not cover this one.
    (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key, *"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]


class CrossOrigin:
    """Answers what browsers ask before a script may call, and says that it may read the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = f"{scope.get('path', '')}/"
        is_app = path.startswith(APP_PATHS)
        if scope["type"] != "http" or not (is_app or path.startswith(READ_PATHS)):
            await self._app(scope, receive, send)
            return
        if is_app and scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": ALLOWED})
            await send({"type": "http.response.body"})
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"access-control-allow-origin", b"*"),
                    *([(b"access-control-expose-headers", EXPOSED)] if is_app else []),
                ]
            await send(message)

        await self._app(scope, receive, send_open)
