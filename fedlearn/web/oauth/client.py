"""This is where an app says who it is, when it comes for a token (RFC 6749, section 2.3)."""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import unquote_plus

from starlette.requests import Request

from fedlearn.domain.oauth import Application
from fedlearn.services import oauth
from fedlearn.web.context import instance_of
from fedlearn.web.mastodon.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Client:
    """An app, and whether it has shown its secret."""

    application: Application
    has_secret: bool


async def read_client(request: Request, parameters: Parameters) -> Client:
    """The app that calls; `RefusedGrant` when it is unknown, or the secret is wrong."""
    client_id, secret = _basic(request)
    client_id = client_id or parameters.text("client_id") or ""
    secret = secret or parameters.text("client_secret") or ""
    instance = instance_of(request)
    if not secret:
        return Client(await oauth.application_of(instance, client_id), has_secret=False)
    return Client(await oauth.proven_application(instance, client_id, secret), has_secret=True)


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        decoded = b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
