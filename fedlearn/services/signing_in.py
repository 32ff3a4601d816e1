"""This is where people prove who they are, and where their sessions begin and end."""

from fedlearn.db import mail_links as db_mail_links
from fedlearn.db import second_steps as db_second_steps
from fedlearn.db import users as db_users
from fedlearn.domain.actors import User
from fedlearn.domain.ids import Millis, now
from fedlearn.errors import FedlearnError, Invalid
from fedlearn.instance import Instance
from fedlearn.services.mail_links import confirm
from fedlearn.services.passwords import check_password, hash_password, is_password
from fedlearn.services.tokens import hash_token, new_token

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
SEEN_AGAIN_AFTER_MS = 10 * MINUTE_MS


async def sign_in(instance: Instance, login: str, password: str) -> User | None:
    """Who has this name or address and this password."""
    async with instance.db.read() as connection:
        found = await db_users.user_with_password(connection, login.strip().removeprefix("@"))
    # Checked even for nobody, so that the time taken does not tell who has an account.
    is_right = is_password(password, found[1] if found else None)
    return found[0] if found and is_right else None


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
            "Confirm your address first: we sent you a link. If it did not come, ask for a new "
            "password: that confirms it, too."
        )
    if user.approved_at is None:
        raise Invalid("Your account waits for approval by the people who run this server.")
    if not user.actor.is_active:
        raise Invalid("This account is closed.")
    token = new_token()
    async with instance.db.write() as connection:
        step = await db_second_steps.second_step(connection, user.id)
        if step is not None and step.confirmed_at is not None and not took_second_step:
            raise SecondStepNeeded("A code from your phone is needed.")
        await db_users.insert_session(connection, user.id, hash_token(token), user_agent[:200])
    return token


async def user_of_session(instance: Instance, token: str) -> User | None:
    """Who is signed in with this cookie, if the session was used lately enough."""
    token_hash = hash_token(token)
    seen_since = session_must_be_seen_since(instance)
    async with instance.db.read() as connection:
        found = await db_users.user_of_session(connection, token_hash, seen_since)
    if found is None:
        return None
    user, seen_at = found
    if seen_at < now() - SEEN_AGAIN_AFTER_MS:
        async with instance.db.write() as connection:
            await db_users.touch_session(connection, token_hash)
    return user


def session_must_be_seen_since(instance: Instance) -> Millis:
    """A session that was not used since then has ended."""
    return Millis(now() - instance.settings.session_days * DAY_MS)


async def close_session(instance: Instance, token: str) -> None:
    """Sign out."""
    async with instance.db.write() as connection:
        await db_users.delete_session(connection, hash_token(token))


async def make_sign_in_link(instance: Instance, user: User) -> str:
    """An address that signs this person in once, for as long as the settings say."""
    token = new_token()
    expires_at = Millis(now() + instance.settings.sign_in_link_minutes * MINUTE_MS)
    async with instance.db.write() as connection:
        await db_users.insert_sign_in_link(connection, user.id, hash_token(token), expires_at)
    return f"{instance.uris.origin}/sign-in/{token}"


async def use_sign_in_link(instance: Instance, token: str) -> User | None:
    """Whom the link signs in; None when it was used or has run out."""
    async with instance.db.write() as connection:
        user_id = await db_users.use_sign_in_link(connection, hash_token(token))
        user = await db_users.user_by_id(connection, user_id) if user_id else None
        if user is None or user.confirmed_at is not None:
            return user
        # Whoever runs the server gave them the link, and so vouches for them.
        await confirm(connection, user, user.email)
        return await db_users.user_by_id(connection, user.id)


async def change_password(instance: Instance, user: User, password: str, session: str) -> None:
    """Choose a password, or another; every browser but the one with this session is signed out."""
    check_password(password)
    async with instance.db.write() as connection:
        await db_users.set_password(connection, user.id, hash_password(password))
        await db_users.delete_other_sessions(connection, user.id, hash_token(session))
        # A link that somebody else may have asked for must not undo it.
        await db_mail_links.delete_mail_links(connection, user.id)
