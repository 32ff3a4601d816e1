"""This is where apps get their tokens, and give them back."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.oauth import AccessToken, read_scopes
from fedlearn.errors import RefusedGrant
from fedlearn.services import oauth
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.entities.oauth import token_entity
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.oauth.client import Client, read_client
from fedlearn.web.pages.signing_in import spend_try

# RFC 6749, section 5.1: nothing in between keeps a token.
NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}

Grant = Callable[[Request, Client, Parameters], Awaitable[tuple[AccessToken, str]]]


async def post_token(request: Request) -> Response:
    """A token for a code, or for the app itself."""
    parameters = await read_parameters(request)
    grant = GRANTS.get(parameters.text("grant_type") or "")
    if grant is None:
        message = "The authorization grant type is not supported by the authorization server."
        raise RefusedGrant("unsupported_grant_type", message)
    client = await read_client(request, parameters)
    token, secret = await grant(request, client, parameters)
    return json(token_entity(token, secret), headers=NOT_KEPT)


async def post_revoke(request: Request) -> Response:
    """A token counts no more (RFC 7009); of one that never counted nothing is said."""
    parameters = await read_parameters(request)
    client = await read_client(request, parameters)
    if not client.has_secret:
        message = "You are not authorized to revoke this token"
        raise RefusedGrant("unauthorized_client", message, status=403)
    token = parameters.text("token") or ""
    await oauth.revoke(instance_of(request), client.application, token)
    return json({}, headers=NOT_KEPT)


async def _for_code(
    request: Request, client: Client, parameters: Parameters
) -> tuple[AccessToken, str]:
    return await oauth.token_for_code(
        instance_of(request),
        client.application,
        code=parameters.text("code") or "",
        redirect_uri=parameters.text("redirect_uri") or "",
        verifier=parameters.text("code_verifier") or "",
        has_secret=client.has_secret,
    )


async def _for_itself(
    request: Request, client: Client, parameters: Parameters
) -> tuple[AccessToken, str]:
    if not client.has_secret:
        raise RefusedGrant("invalid_client", "The app has not shown its secret.", status=401)
    scopes = oauth.granted_of(client.application, read_scopes(parameters.text("scope") or ""))
    return await oauth.issue(instance_of(request), client.application, None, scopes)


async def _for_password(
    request: Request, client: Client, parameters: Parameters
) -> tuple[AccessToken, str]:
    await spend_try(request)
    return await oauth.token_for_password(
        instance_of(request),
        client.application,
        parameters.text("username") or "",
        parameters.text("password") or "",
        read_scopes(parameters.text("scope") or ""),
    )


GRANTS: dict[str, Grant] = {
    "authorization_code": _for_code,
    "client_credentials": _for_itself,
    "password": _for_password,
}
