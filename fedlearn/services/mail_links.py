"""This is where links go out by mail: to choose a new password, and to confirm an address.

The tokens are made when a mail is sent, not when it is asked for, so none waits in a queue.
"""

import msgspec

from fedlearn.db import actors as db_actors
from fedlearn.db import mail_links as db_mail_links
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.actors import LinkPurpose, User
from fedlearn.domain.ids import Millis, UserId, now
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.mail import Letter, send
from fedlearn.services.passwords import check_password, hash_password
from fedlearn.services.tokens import hash_token, new_token

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
LONGEST_LOGIN = 320
USED_UP = "This link has been used or has run out. Ask for a new one."


class Confirmation(msgspec.Struct):
    """A job: an address is to be confirmed by a person."""

    user_id: int
    email: str


# --- a new password ------------------------------------------------------------------------------


async def ask_for_password_link(instance: Instance, login: str) -> None:
    """Somebody forgot the password to this name or address.

    Whether there is such a person is looked up later, so nobody can tell from the answer.
    """
    payload = msgspec.json.encode(login.strip().removeprefix("@")[:LONGEST_LOGIN]).decode()
    async with instance.db.write() as connection:
        await insert_jobs(connection, [NewJob(JobKind.MAIL_PASSWORD_LINK, payload)])


async def mail_password_link(instance: Instance, payload: str) -> None:
    """The job that sends the link, if there is such a person."""
    login = msgspec.json.decode(payload, type=str)
    async with instance.db.read() as connection:
        found = await db_users.user_with_password(connection, login)
    if found is None or not instance.settings.sends_mail:
        return
    user, minutes = found[0], instance.settings.password_link_minutes
    lasts = minutes * MINUTE_MS
    link = await _make_link(instance, user.id, LinkPurpose.PASSWORD, user.email, lasts)
    text = (
        f"Somebody, most likely you, asked for a new password for @{user.actor.acct} on "
        f"{instance.settings.name}.\n\nChoose it here within {minutes} minutes:\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n"
    )
    subject = f"A new password for {instance.settings.name}"
    await send(instance.settings, Letter(user.email, subject, text))


async def choose_password(instance: Instance, token: str, password: str) -> None:
    """Somebody came by the link: all their browsers are signed out. `Invalid` says why not."""
    check_password(password)
    password_hash = hash_password(password)
    async with instance.db.write() as connection:
        used = await db_mail_links.use_mail_link(
            connection, hash_token(token), LinkPurpose.PASSWORD
        )
        user = await db_users.user_by_id(connection, used[0]) if used else None
        # A link that went to an address which is not theirs any more counts for nothing.
        if used is None or user is None or user.email != used[1]:
            raise Invalid(USED_UP)
        await db_users.set_password(connection, user.id, password_hash)
        await db_users.delete_sessions(connection, user.id)
        await db_mail_links.delete_mail_links(connection, user.id)
        await confirm(connection, user, user.email)


# --- an address ----------------------------------------------------------------------------------


async def plan_confirmation(connection: Connection, user_id: UserId, email: str) -> None:
    """Ask by mail whether this address is somebody's."""
    payload = msgspec.json.encode(Confirmation(user_id, email)).decode()
    await insert_jobs(connection, [NewJob(JobKind.MAIL_CONFIRMATION, payload)])


async def mail_confirmation(instance: Instance, payload: str) -> None:
    """The job that sends the question."""
    wanted = msgspec.json.decode(payload, type=Confirmation)
    async with instance.db.read() as connection:
        user = await db_users.user_by_id(connection, UserId(wanted.user_id))
    if user is None or not instance.settings.sends_mail:
        return
    hours = instance.settings.confirmation_hours
    link = await _make_link(instance, user.id, LinkPurpose.EMAIL, wanted.email, hours * HOUR_MS)
    text = (
        f"This address was given for @{user.actor.acct} on {instance.settings.name}.\n\n"
        f"If that was you, confirm it within {hours} hours:\n{link}\n\n"
        "If it was not you, do nothing.\n"
    )
    subject = f"Your address for {instance.settings.name}"
    await send(instance.settings, Letter(wanted.email, subject, text))


async def confirm_email(instance: Instance, token: str) -> User:
    """Somebody came by the link: the address is theirs. `Invalid` says why not."""
    async with instance.db.write() as connection:
        used = await db_mail_links.use_mail_link(connection, hash_token(token), LinkPurpose.EMAIL)
        user = await db_users.user_by_id(connection, used[0]) if used else None
        if used is None or user is None:
            raise Invalid(USED_UP)
        email = used[1]
        is_other = email.lower() != user.email.lower()
        if is_other and await db_users.email_taken(connection, email):
            raise Invalid("Somebody else has this address by now.")
        await db_mail_links.delete_mail_links(connection, user.id)
        await confirm(connection, user, email)
    return user


async def confirm(connection: Connection, user: User, email: str) -> None:
    """The address is this person's, and theirs from now on."""
    await db_users.confirm_email(connection, user.id, email)
    if user.confirmed_at is None and user.approved_at is not None:
        # Only now do other servers learn of them.
        await db_actors.set_suspended(connection, user.actor.id, None)


async def _make_link(
    instance: Instance, user_id: UserId, purpose: LinkPurpose, email: str, lasts: int
) -> str:
    token = new_token()
    async with instance.db.write() as connection:
        await db_mail_links.insert_mail_link(
            connection,
            token_hash=hash_token(token),
            user_id=user_id,
            purpose=purpose,
            email=email,
            expires_at=Millis(now() + lasts),
        )
    path = "new-password" if purpose is LinkPurpose.PASSWORD else "confirm"
    return f"{instance.uris.origin}/{path}/{token}"
