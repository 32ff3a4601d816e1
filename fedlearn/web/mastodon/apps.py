"""Methods of apps (https://docs.joinmastodon.org/methods/apps/)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.oauth import Application, read_scopes
from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import oauth
from fedlearn.services.push import sender_of
from fedlearn.web.context import address_of, instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_app
from fedlearn.web.mastodon.parameters import Parameters, read_parameters


async def create_app(request: Request) -> Response:
    """Register an app."""
    address = address_of(request)
    await parts_of(request).limits.spend(Rate.APPS, address)
    application, secret = await _register(instance_of(request), await read_parameters(request))
    private = {"client_id": application.client_id, "client_secret": secret}
    made = application_entity(instance_of(request), application)
    return json({**made, **private, "client_secret_expires_at": 0})


async def verify_app(request: Request) -> Response:
    """Which app the token was made for."""
    caller = await require_app(request)
    return json(application_entity(instance_of(request), caller.token.application))


async def _register(instance: Instance, parameters: Parameters) -> tuple[Application, str]:
    try:
        return await oauth.register(
            instance,
            parameters.text("client_name") or "",
            redirect_uris_of(parameters),
            read_scopes(parameters.text("scopes") or ""),
            parameters.text("website") or "",
        )
    except Invalid as error:
        raise Invalid(f"Validation failed: {error}", error.fields) from error


def redirect_uris_of(parameters: Parameters) -> list[str]:
    """Where an app may lead people back to: a list, or lines."""
    return [uri for text in parameters.texts("redirect_uris") for uri in text.split()]


def application_entity(instance: Instance, application: Application) -> dict[str, Any]:
    """An app as it sees itself."""
    return {
        "id": str(application.id),
        "name": application.name,
        "website": application.website,
        "scopes": sorted(application.scopes),
        "redirect_uris": list(application.redirect_uris),
        "redirect_uri": "\n".join(application.redirect_uris),
        "vapid_key": sender_of(instance).public_key,
    }
