"""This is where it is counted how much apps ask, and where they are told how much is left to them.

What is asked counts for the token with which it is asked, and for the person in whose name,
whichever of their apps it is; where there is nobody, for the address. An answer tells of that count
of which least is left.
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fedlearn.domain.rates import Rate
from fedlearn.errors import Forbidden
from fedlearn.services.oauth import Caller
from fedlearn.web.context import address_of, parts_of
from fedlearn.web.limits import Left, TooManyRequests
from fedlearn.web.mastodon.callers import TokenNeeded, caller_of
from fedlearn.web.mastodon.entities.describing import moment

API_PATHS = "/api/"


def metered(route: BaseRoute) -> BaseRoute:
    """The same method, counted among all that an app asks; what is no method is left as it is."""
    if not isinstance(route, Route) or not route.path.startswith(API_PATHS):
        return route
    endpoint: Callable[[Request], Awaitable[Response]] = route.endpoint

    @wraps(endpoint)
    async def ask(request: Request) -> Response:
        await _spend_on_asking(request)
        return await endpoint(request)

    return Route(route.path, ask, methods=sorted(route.methods or ()))


async def spend_on(request: Request, costly: str) -> None:
    """Count something that costs the server or others more, by a word for it."""
    _, who = _for_whom(await _caller(request), request)
    try:
        left = await parts_of(request).limits.spend(Rate.API_COSTLY, f"{costly} {who}")
    except TooManyRequests as refusal:
        _say(request, refusal.left)
        raise
    _say(request, left)


async def _spend_on_asking(request: Request) -> None:
    caller = await _caller(request)
    asked = [_for_whom(caller, request)]
    if caller is not None:
        asked.append((Rate.API, f"token {caller.token.id}"))
    try:
        left = parts_of(request).limits.spend_together(*asked)
    except TooManyRequests as refusal:
        _say(request, refusal.left)
        raise
    _say(request, left)


async def _caller(request: Request) -> Caller | None:
    try:
        return await caller_of(request)
    except (TokenNeeded, Forbidden):
        # The method says so itself, if it asks for a token at all.
        return None


def _for_whom(caller: Caller | None, request: Request) -> tuple[Rate, str]:
    """An app that speaks for nobody is a stranger: anybody makes as many of them as they like."""
    if caller is not None and caller.user is not None:
        return Rate.API_OF_A_PERSON, f"user {caller.user.id}"
    return Rate.API, f"address {address_of(request)}"


def _say(request: Request, left: Left | None) -> None:
    """Headers for the answer, whatever it will be: an error, too, says what is left."""
    before: Left | None = request.scope.get("fedlearn.left")
    if left is None or (before is not None and before.remaining < left.remaining):
        return
    request.scope["fedlearn.left"] = left
    request.scope["fedlearn.headers"] = [
        (b"x-ratelimit-limit", str(left.limit).encode()),
        (b"x-ratelimit-remaining", str(left.remaining).encode()),
        (b"x-ratelimit-reset", moment(left.resets_at).encode()),
    ]
