"""This is where passwords are checked, hashed with Argon2, and compared."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.text.languages import _

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 512

_hasher = PasswordHasher()


def check_password(password: str) -> None:
    """Whether somebody may choose this password; `Invalid` when not."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        message = _("A password has at least %(least)s characters.", least=SHORTEST_PASSWORD)
        raise Invalid(message, {"password": message})


async def hash_password(instance: Instance, password: str) -> str:
    """How a password is stored. It takes long: asked for before a transaction, not in it."""
    return await instance.hashing.run(lambda: _hasher.hash(password))


async def is_password(instance: Instance, password: str, stored: str | None) -> bool:
    """Whether this is the password that was stored; it takes as long when there is none."""
    return await instance.hashing.run(lambda: _is_password(password, stored))


def _is_password(password: str, stored: str | None) -> bool:
    try:
        _hasher.verify(stored or _hash_of_nobody(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    # Of a secret: what is never compared with anything else needs no password that works.
    return _hasher.hash(secrets.token_hex())
