"""This is where people show again who they are, before they do what only they should.

A browser that was left open is still signed in. What would take an account away from its owner
wants a proof that is not old: the password, a code of the second step, or a passkey.
"""

from dataclasses import dataclass

from fedlearn.db import sessions as db_sessions
from fedlearn.db import users as db_users
from fedlearn.domain.actors import User
from fedlearn.domain.ids import HOUR_MS, now
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import passkeys, second_step
from fedlearn.services.passwords import is_password
from fedlearn.services.tokens import hash_token
from fedlearn.text.languages import N_, _

FRESH_FOR_MS = HOUR_MS
WRONG_PROOF = N_("That is not right.")


@dataclass(frozen=True, slots=True)
class Proofs:
    """By what somebody can show who they are."""

    password: bool
    code: bool
    passkey: bool


async def is_fresh(instance: Instance, session: str, within_ms: int = FRESH_FOR_MS) -> bool:
    """Whether the owner of a session was proven so lately."""
    async with instance.db.read() as connection:
        proven_at = await db_sessions.session_proven_at(connection, hash_token(session))
    return proven_at is not None and proven_at > now() - within_ms


async def proofs_of(instance: Instance, user: User) -> Proofs:
    """What somebody has to show."""
    async with instance.db.read() as connection:
        password_hash = await db_users.password_hash_of(connection, user.id)
    return Proofs(
        password=password_hash is not None,
        code=await second_step.is_on(instance, user),
        passkey=bool(await passkeys.passkeys_of(instance, user)),
    )


async def prove(instance: Instance, user: User, session: str, given: str) -> None:
    """Somebody typed their password, or a code where they have a second step; else `Invalid`."""
    async with instance.db.read() as connection:
        password_hash = await db_users.password_hash_of(connection, user.id)
    is_right = await is_password(instance, given, password_hash)
    if not is_right and not await second_step.is_code(instance, user, given):
        message = _(WRONG_PROOF)
        raise Invalid(message, {"proof": message})
    await _note(instance, session)


async def prove_by_passkey(instance: Instance, user: User, session: str, answer: str) -> None:
    """Somebody's passkey signed our challenge; `Invalid` when it was nobody's, or another's."""
    owner = await passkeys.sign_in(instance, answer)
    if owner.id != user.id:
        raise passkeys.refused()
    await _note(instance, session)


async def _note(instance: Instance, session: str) -> None:
    async with instance.db.write() as connection:
        await db_sessions.prove_session(connection, hash_token(session))
