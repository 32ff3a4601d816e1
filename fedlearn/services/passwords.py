"""This is where passwords are checked, hashed with Argon2, and compared."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fedlearn.errors import Invalid

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 512

_hasher = PasswordHasher()


def check_password(password: str) -> None:
    """Whether somebody may choose this password; `Invalid` when not."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        message = f"A password has at least {SHORTEST_PASSWORD} characters."
        raise Invalid(message, {"password": message})


def hash_password(password: str) -> str:
    """How a password is stored."""
    return _hasher.hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Whether this is the password that was stored; it takes as long when there is none."""
    try:
        _hasher.verify(stored or _hash_of_nobody(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    # Of a secret: what is never compared with anything else needs no password that works.
    return _hasher.hash(secrets.token_hex())
