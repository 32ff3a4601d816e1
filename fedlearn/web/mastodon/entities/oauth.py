"""Entity of what an app is allowed: Token."""

from fedlearn.domain.oauth import AccessToken, write_scopes
from fedlearn.web.mastodon.entities.describing import Entity


def token_entity(token: AccessToken, secret: str) -> Entity:
    """Token, to the app that gets it (RFC 6749, section 5.1)."""
    return {
        "access_token": secret,
        "token_type": "Bearer",
        "scope": write_scopes(token.scopes),
        "created_at": token.created_at // 1000,
    }
