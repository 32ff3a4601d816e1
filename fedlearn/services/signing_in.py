"""This is where people prove who they are, and where their sessions begin and end."""

from fedlearn.db import second_steps as db_second_steps
from fedlearn.db import sessions as db_sessions
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.doors import close_every_door
from fedlearn.domain.actors import User
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import DAY_MS, MINUTE_MS, Millis, now
from fedlearn.domain.policies import Measure
from fedlearn.domain.roles import Steward
from fedlearn.errors import FedlearnError, Invalid
from fedlearn.instance import Instance
from fedlearn.services.mail_links import confirm
from fedlearn.services.notices import Change, plan_notice
from fedlearn.services.passwords import check_password, hash_password, is_password
from fedlearn.services.permissions import write_down
from fedlearn.services.tokens import hash_token, new_token
from fedlearn.text.languages import _

SEEN_AGAIN_AFTER_MS = 10 * MINUTE_MS


async def sign_in(instance: Instance, login: str, password: str) -> User:
    """Who has this name or address and this password; `Invalid` when nobody does."""
    async with instance.db.read() as connection:
        found = await db_users.user_with_password(connection, login.strip().removeprefix("@"))
    # Checked even for nobody, so that the time taken does not tell who has an account.
    is_right = await is_password(instance, password, found[1] if found else None)
    if found is None or not is_right:
        raise Invalid(_("The name or the password is not right."))
    return found[0]


async def account_of(instance: Instance, login: str) -> str:
    """One word for whoever a name or address means, so that tries at both count together.

    It is looked up in the same way whether there is such an account or not.
    """
    name = login.strip().removeprefix("@").lower()
    async with instance.db.read() as connection:
        found = await db_users.user_with_password(connection, name)
    return f"account {found[0].id}" if found else f"nobody {name}"


class SecondStepNeeded(FedlearnError):
    """The first step was taken, and this person wishes for two."""


async def open_session(
    instance: Instance, user: User, user_agent: str, *, took_second_step: bool = False
) -> str:
    """A new browser session; what comes back is the secret for its cookie.

    There is no other way to one, so nobody gets by without the second step: `SecondStepNeeded`.
    """
    if user.confirmed_at is None:
        raise Invalid(
            _(
                "Confirm your address first: we sent you a link. If it did not come, ask for a new "
                "password: that confirms it, too."
            )
        )
    if user.approved_at is None:
        raise Invalid(_("Your account waits for approval by the people who run this server."))
    if user.actor.measure is Measure.SUSPEND:
        raise Invalid(_("This account was suspended by those who look after this place."))
    if user.disabled_at is not None:
        raise Invalid(_("This account was disabled by those who look after this place."))
    if not user.actor.is_active:
        raise Invalid(_("This account is closed."))
    token = new_token()
    async with instance.db.write() as connection:
        step = await db_second_steps.second_step(connection, user.id)
        if step is not None and step.confirmed_at is not None and not took_second_step:
            raise SecondStepNeeded(_("A code from your phone is needed."))
        await db_sessions.insert_session(connection, user.id, hash_token(token), user_agent[:200])
    return token


async def user_of_session(instance: Instance, token: str) -> tuple[User, bool] | None:
    """Who is signed in with this cookie, if the session was used lately enough.

    And whether it was prolonged by that: then the browser, too, is to keep it for longer.
    """
    token_hash = hash_token(token)
    seen_since = session_must_be_seen_since(instance)
    async with instance.db.read() as connection:
        found = await db_sessions.user_of_session(connection, token_hash, seen_since)
    if found is None:
        return None
    user, seen_at = found
    is_prolonged = seen_at < now() - SEEN_AGAIN_AFTER_MS
    if is_prolonged:
        async with instance.db.write() as connection:
            await db_sessions.touch_session(connection, token_hash)
    return user, is_prolonged


async def is_session_open(instance: Instance, token: str) -> bool:
    """Whether somebody is still signed in with this cookie. To ask is not to use it."""
    async with instance.db.read() as connection:
        seen_since = session_must_be_seen_since(instance)
        return (
            await db_sessions.user_of_session(connection, hash_token(token), seen_since) is not None
        )


def session_must_be_seen_since(instance: Instance) -> Millis:
    """A session that was not used since then has ended."""
    return Millis(now() - instance.settings.session_days * DAY_MS)


async def close_session(instance: Instance, token: str) -> None:
    """Sign out."""
    async with instance.db.write() as connection:
        await db_sessions.delete_session(connection, hash_token(token))


async def make_sign_in_link(instance: Instance, user: User, *, by: Steward) -> str:
    """An address that signs this person in once, for as long as the settings say."""
    async with instance.db.write() as connection:
        await write_down(connection, by, Act.MAKE_SIGN_IN_LINK, user.actor)
        return await insert_link(instance, connection, user)


async def insert_link(instance: Instance, connection: Connection, user: User) -> str:
    """The same inside a transaction, for who has written down that it is made."""
    token = new_token()
    expires_at = Millis(now() + instance.settings.sign_in_link_minutes * MINUTE_MS)
    await db_sessions.insert_sign_in_link(connection, user.id, hash_token(token), expires_at)
    return f"{instance.uris.origin}/sign-in/{token}"


async def use_sign_in_link(instance: Instance, token: str) -> User:
    """Whom the link signs in; `Invalid` when it was used or has run out."""
    async with instance.db.write() as connection:
        user_id = await db_sessions.use_sign_in_link(connection, hash_token(token))
        user = await db_users.user_by_id(connection, user_id) if user_id else None
        if user is not None and user.confirmed_at is None:
            # Whoever runs the server gave them the link, and so vouches for them.
            await confirm(connection, user, user.email)
            user = await db_users.user_by_id(connection, user.id)
    if user is None:
        raise Invalid(_("This link has been used or has run out. Ask for a new one."))
    return user


async def change_password(instance: Instance, user: User, password: str, session: str) -> None:
    """Choose a password, or another; every browser but the one with this session is signed out."""
    check_password(password)
    password_hash = await hash_password(instance, password)
    async with instance.db.write() as connection:
        await db_users.set_password(connection, user.id, password_hash)
        await close_every_door(connection, user.id, but=hash_token(session))
        await plan_notice(connection, instance.settings, user, Change.PASSWORD)
