"""This is where it is known which app calls, for whom, and what it may do."""

from starlette.requests import HTTPConnection

from fedlearn.domain.actors import User
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.oauth import grants
from fedlearn.errors import FedlearnError, Forbidden
from fedlearn.services import oauth
from fedlearn.services.oauth import Caller
from fedlearn.web.context import instance_of

WAITS_FOR_CONFIRMATION = "Your login is missing a confirmed e-mail address"
WAITS_FOR_APPROVAL = "Your login is currently pending approval"


class TokenNeeded(FedlearnError):
    """Only an app with a token that counts may ask this."""


async def caller_of(request: HTTPConnection) -> Caller | None:
    """The app that calls; None without a token. `TokenNeeded` for one that counts for nothing."""
    if not hasattr(request.state, "caller"):
        secret, known = token_of(request), None
        if secret:
            known = await oauth.caller_with(instance_of(request), secret)
            if known is None:
                raise await _refusal(request, secret)
        request.state.caller = known
    caller: Caller | None = request.state.caller
    return caller


async def require_app(request: HTTPConnection, *scopes: str) -> Caller:
    """The app that calls, for somebody or for itself."""
    caller = await caller_of(request)
    if caller is None:
        raise TokenNeeded("The access token is invalid")
    _check(caller, scopes)
    return caller


async def require_user(request: HTTPConnection, *scopes: str) -> User:
    """For whom the app calls, when one of these scopes was granted; `Forbidden` when none was."""
    caller = await require_app(request, *scopes)
    if caller.user is None:
        raise Forbidden("This method requires an authenticated user")
    return caller.user


async def user_of(request: HTTPConnection, *scopes: str) -> User | None:
    """For whom the app calls; None for a stranger, and for an app that speaks for nobody."""
    caller = await caller_of(request)
    if caller is None or caller.user is None:
        return None
    _check(caller, scopes)
    return caller.user


async def viewer_of(request: HTTPConnection, *scopes: str) -> Viewer:
    """With whose eyes a public page is read: those of whom the app calls for, or a stranger's."""
    user = await user_of(request, *scopes)
    return user.actor.viewer if user else STRANGER


async def require_newcomer(request: HTTPConnection, *scopes: str) -> User:
    """For whom the app calls, be they let in or waiting for it; errors as for `require_user`."""
    waiting = await oauth.newcomer_with(instance_of(request), token_of(request))
    if waiting is None or waiting.user is None:
        return await require_user(request, *scopes)
    _check(waiting, scopes)
    return waiting.user


async def _refusal(request: HTTPConnection, secret: str) -> FedlearnError:
    """Why a token counts for nothing: apps forget one of which they are told that it is none."""
    waiting = await oauth.newcomer_with(instance_of(request), secret)
    if waiting is None or waiting.user is None:
        return TokenNeeded("The access token is invalid")
    is_confirmed = waiting.user.confirmed_at is not None
    return Forbidden(WAITS_FOR_APPROVAL if is_confirmed else WAITS_FOR_CONFIRMATION)


def _check(caller: Caller, scopes: tuple[str, ...]) -> None:
    if scopes and not any(grants(caller.token.scopes, scope) for scope in scopes):
        raise Forbidden("This action is outside the authorized scopes")


def token_of(request: HTTPConnection) -> str:
    """The token of a request (RFC 6750, section 2); "" when there is none.

    Scripts in browsers cannot add headers to a socket, and so name the token as its protocol.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    named = request.query_params.get("access_token", "")
    return named or next(iter(request.scope.get("subprotocols", ())), "")
