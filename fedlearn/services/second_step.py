"""This is where signing in takes a second step, for who wishes so: a code from a phone (RFC 6238).

Each code works once. Recovery codes stand in for a phone that is lost; each works once, too.
"""

import hmac
import secrets

import pyotp

from fedlearn.db import second_steps as db_second_steps
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import SecondStep, User
from fedlearn.domain.ids import MINUTE_MS, Millis, now
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.notices import Change, plan_notice
from fedlearn.services.tokens import hash_token, new_token
from fedlearn.text.languages import N_, _

STEP_MS = 30_000
HALF_SIGN_IN_MS = 10 * MINUTE_MS
RECOVERY_CODES = 10
RECOVERY_GROUPS = 4
RECOVERY_GROUP = 4
# Neither 0 and o nor 1 and l: people write these on paper.
RECOVERY_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
START_OVER = N_("That took too long, or too many tries. Sign in again.")


# --- choosing it ---------------------------------------------------------------------------------


async def is_on(instance: Instance, user: User) -> bool:
    """Whether this person signs in by two steps."""
    step = await _stored(instance, user)
    return step is not None and step.confirmed_at is not None


async def recovery_codes_left(instance: Instance, user: User) -> int:
    """How many recovery codes work still."""
    async with instance.db.read() as connection:
        return await db_second_steps.count_recovery_codes(connection, user.id)


async def begin(instance: Instance, user: User) -> None:
    """Make a secret for a phone; it counts for nothing until a code from there has come."""
    secret = pyotp.random_base32().encode()
    sealed = instance.keys.seal_secret(secret, _name(user))
    async with instance.db.write() as connection:
        await db_second_steps.store_second_step(connection, user.id, sealed)


async def new_secret(instance: Instance, user: User) -> pyotp.TOTP:
    """The secret that waits to be confirmed; nobody is shown one that counts already."""
    step = await _stored(instance, user)
    if step is None or step.confirmed_at is not None:
        raise Invalid(_("There is no second step to set up: begin from your settings."))
    return _codes(instance, user, step)


async def confirm(instance: Instance, user: User, code: str) -> list[str]:
    """The phone works: from now on codes are asked for. What comes back is shown once."""
    codes = await new_secret(instance, user)
    recovery = [_recovery_code() for _ in range(RECOVERY_CODES)]
    async with instance.db.write() as connection:
        if not await _is_new_code(connection, user, codes, code):
            raise _wrong_code()
        await db_second_steps.confirm_second_step(connection, user.id)
        hashes = [hash_token(_as_stored(one)) for one in recovery]
        await db_second_steps.insert_recovery_codes(connection, user.id, hashes)
    return recovery


async def turn_off(instance: Instance, user: User, code: str) -> None:
    """The password is enough again; it takes a code to say so."""
    if not await is_code(instance, user, code):
        raise _wrong_code()
    async with instance.db.write() as connection:
        await db_second_steps.delete_second_step(connection, user.id)
        await plan_notice(connection, instance.settings, user, Change.ONE_STEP)


# --- signing in ----------------------------------------------------------------------------------


async def begin_sign_in(instance: Instance, user: User) -> str:
    """Somebody has taken the first step; the token leads to the second, for ten minutes."""
    token = new_token()
    expires_at = Millis(now() + HALF_SIGN_IN_MS)
    async with instance.db.write() as connection:
        await db_second_steps.insert_half_sign_in(
            connection, user.id, hash_token(token), expires_at
        )
    return token


async def finish_sign_in(instance: Instance, token: str, code: str) -> User:
    """Who has taken both steps. `Invalid` names the field when another try may be made."""
    async with instance.db.write() as connection:
        user_id = await db_second_steps.try_half_sign_in(connection, hash_token(token))
        user = await db_users.user_by_id(connection, user_id) if user_id else None
    if user is None:
        raise Invalid(_(START_OVER))
    if not await is_code(instance, user, code):
        raise _wrong_code()
    async with instance.db.write() as connection:
        await db_second_steps.delete_half_sign_ins(connection, user.id)
    return user


# --- codes ---------------------------------------------------------------------------------------


async def is_code(instance: Instance, user: User, code: str) -> bool:
    """Whether this is a code of somebody, or a recovery code; it works no second time."""
    step = await _stored(instance, user)
    if step is None or step.confirmed_at is None:
        return False
    codes = _codes(instance, user, step)
    async with instance.db.write() as connection:
        return await _is_new_code(
            connection, user, codes, code
        ) or await db_second_steps.use_recovery_code(
            connection, user.id, hash_token(_as_stored(code))
        )


async def _is_new_code(connection: Connection, user: User, codes: pyotp.TOTP, code: str) -> bool:
    """Whether this is the code of now, or of the step before or after, as clocks differ."""
    this, given = now() // STEP_MS, _as_stored(code).encode()
    for step in (this - 1, this, this + 1):
        if hmac.compare_digest(codes.generate_otp(step).encode(), given):
            return await db_second_steps.use_step(connection, user.id, step)
    return False


async def _stored(instance: Instance, user: User) -> SecondStep | None:
    async with instance.db.read() as connection:
        return await db_second_steps.second_step(connection, user.id)


def _codes(instance: Instance, user: User, step: SecondStep) -> pyotp.TOTP:
    secret = instance.keys.open_secret(step.sealed, _name(user)).decode()
    handle = f"{user.actor.profile.username}@{instance.uris.domain}"
    return pyotp.TOTP(secret, name=handle, issuer=instance.settings.name)


def _name(user: User) -> str:
    """What the secret is bound to, so that it opens for nobody else."""
    return f"second step of {user.id}"


def _recovery_code() -> str:
    groups = (
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_GROUP))
        for _ in range(RECOVERY_GROUPS)
    )
    return "-".join(groups)


def _as_stored(code: str) -> str:
    """A code without what people put in between."""
    return "".join(code.replace("-", "").split()).lower()


def _wrong_code() -> Invalid:
    message = _("This code is not right, or has been used. Wait for the next one.")
    return Invalid(message, {"code": message})
