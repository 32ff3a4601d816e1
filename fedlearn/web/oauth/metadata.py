"""This is where programs learn how to ask for access here (RFC 8414)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.oauth import KNOWN
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user


async def get_metadata(request: Request) -> Response:
    """The addresses, scopes and ways that are open."""
    instance = instance_of(request)
    origin = instance.uris.origin
    grants = ["authorization_code", "client_credentials"]
    if instance.settings.password_grant:
        grants.append("password")
    document = {
        "issuer": f"{origin}/",
        "authorization_endpoint": f"{origin}/oauth/authorize",
        "token_endpoint": f"{origin}/oauth/token",
        "revocation_endpoint": f"{origin}/oauth/revoke",
        "userinfo_endpoint": f"{origin}/oauth/userinfo",
        "app_registration_endpoint": f"{origin}/api/v1/apps",
        "service_documentation": "https://docs.joinmastodon.org/",
        "scopes_supported": sorted(KNOWN),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "code_challenge_methods_supported": ["S256"],
    }
    return json(document, headers={"cache-control": "max-age=300, public"})


async def get_userinfo(request: Request) -> Response:
    """Who it is that has agreed (OpenID Connect Core, section 5.3)."""
    user = await require_user(request, "profile", "read:accounts")
    instance, profile = instance_of(request), user.actor.profile
    body = {
        "iss": f"{instance.uris.origin}/",
        "sub": profile.uri,
        "name": user.actor.display_name,
        "preferred_username": profile.username,
        "profile": profile.url,
        "picture": profile.avatar,
    }
    return json(body)
