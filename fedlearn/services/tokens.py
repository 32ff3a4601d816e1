"""This is where secrets that people carry are made: of sessions, links and invitations."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """A secret that nobody guesses, fit for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """How a secret token is stored; it is random, so one quick hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
