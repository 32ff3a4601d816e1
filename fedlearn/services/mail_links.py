"""This is where links go out by mail: to choose a new password, and to confirm an address.

The tokens are made when a mail is sent, not when it is asked for, so none waits in a queue.
"""

import msgspec

from fedlearn.db import mail_links as db_mail_links
from fedlearn.db import passkeys as db_passkeys
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.doors import close_every_door
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.actors import LinkPurpose, User
from fedlearn.domain.ids import HOUR_MS, MINUTE_MS, Millis, UserId, now
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.mail import Letter, send
from fedlearn.services.notices import Change, plan_notice
from fedlearn.services.notifications import tell_moderators
from fedlearn.services.passwords import check_password, hash_password
from fedlearn.services.sign_ups import let_take_part
from fedlearn.services.tokens import hash_token, new_token
from fedlearn.text.languages import N_, SOURCE, _, speaking

LONGEST_LOGIN = 320
USED_UP = N_("This link has been used or has run out. Ask for a new one.")


class Confirmation(msgspec.Struct):
    """A job: an address is to be confirmed by a person."""

    user_id: int
    email: str


# --- a new password ------------------------------------------------------------------------------


async def ask_for_password_link(instance: Instance, login: str) -> None:
    """Somebody forgot the password to this name or address.

    Whether there is such a person is looked up later, so nobody can tell from the answer.
    """
    async with instance.db.write() as connection:
        await insert_jobs(connection, [job_for_password_link(login)])


def job_for_password_link(login: str) -> NewJob:
    """The job that sends a link to whoever has this name or address."""
    payload = msgspec.json.encode(login.strip().removeprefix("@")[:LONGEST_LOGIN]).decode()
    return NewJob(JobKind.MAIL_PASSWORD_LINK, payload)


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
    with speaking(user.locale or SOURCE):
        text = _(
            "Somebody, most likely you, asked for a new password for @%(acct)s on %(name)s.\n\n"
            "Choose it here within %(minutes)s minutes:\n%(link)s\n\n"
            "If it was not you, do nothing: your password stays as it is.\n",
            acct=user.actor.acct,
            name=instance.settings.name,
            minutes=minutes,
            link=link,
        )
        subject = _("A new password for %(name)s", name=instance.settings.name)
    await send(instance.settings, Letter(user.email, subject, text))


async def choose_password(instance: Instance, token: str, password: str) -> None:
    """Somebody came by the link: from now on only their new password signs in.

    `Invalid` says why not. Passkeys go, too: whoever reads their mail has the password instead.
    """
    check_password(password)
    password_hash = await hash_password(instance, password)
    async with instance.db.write() as connection:
        used = await db_mail_links.use_mail_link(
            connection, hash_token(token), LinkPurpose.PASSWORD
        )
        user = await db_users.user_by_id(connection, used[0]) if used else None
        # A link that went to an address which is not theirs any more counts for nothing.
        if used is None or user is None or user.email != used[1]:
            raise Invalid(_(USED_UP))
        await db_users.set_password(connection, user.id, password_hash)
        await close_every_door(connection, user.id)
        # Whoever was in the account may have added one, and this is how its owner gets rid of them.
        await db_passkeys.delete_passkeys(connection, user.id)
        await confirm(connection, user, user.email)
        await plan_notice(connection, instance.settings, user, Change.PASSWORD)


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
        owner = await db_users.owner_of_email(connection, wanted.email)
    if user is None or not instance.settings.sends_mail:
        return
    if user.confirmed_at is None and user.email != wanted.email:
        # They have given another one since.
        return
    if owner is not None and owner.id != user.id:
        await _tell_owner(instance, owner)
        return
    hours = instance.settings.confirmation_hours
    link = await _make_link(instance, user.id, LinkPurpose.EMAIL, wanted.email, hours * HOUR_MS)
    with speaking(user.locale or SOURCE):
        text = _(
            "This address was given for @%(acct)s on %(name)s.\n\n"
            "If that was you, confirm it within %(hours)s hours:\n%(link)s\n\n"
            "If it was not you, do nothing.\n",
            acct=user.actor.acct,
            name=instance.settings.name,
            hours=hours,
            link=link,
        )
        subject = _("Your address for %(name)s", name=instance.settings.name)
    await send(instance.settings, Letter(wanted.email, subject, text))


async def _tell_owner(instance: Instance, owner: User) -> None:
    """An address was given that belongs to somebody already: they hear of it, and nobody else."""
    name, link = instance.settings.name, f"{instance.uris.origin}/new-password"
    with speaking(owner.locale or SOURCE):
        text = _(
            "Somebody, maybe you, gave this address for another account on %(name)s. It belongs "
            "to @%(acct)s already, so nothing was changed.\n\n"
            "If you forgot your password, choose another here:\n%(link)s\n\n"
            "If it was not you, do nothing.\n",
            name=name,
            acct=owner.actor.acct,
            link=link,
        )
        subject = _("Your address for %(name)s", name=name)
    await send(instance.settings, Letter(owner.email, subject, text))


async def confirm_email(instance: Instance, token: str) -> User:
    """Somebody came by the link: the address is theirs. `Invalid` says why not."""
    async with instance.db.write() as connection:
        used = await db_mail_links.use_mail_link(connection, hash_token(token), LinkPurpose.EMAIL)
        user = await db_users.user_by_id(connection, used[0]) if used else None
        if used is None or user is None:
            raise Invalid(_(USED_UP))
        email = used[1]
        await db_mail_links.delete_mail_links(connection, user.id)
        await confirm(connection, user, email)
        if user.email.lower() != email.lower():
            await plan_notice(connection, instance.settings, user, Change.EMAIL)
    return user


async def confirm(connection: Connection, user: User, email: str) -> None:
    """The address is this person's, and theirs from now on; `Invalid` when another was quicker."""
    owner = await db_users.owner_of_email(connection, email)
    if owner is not None and owner.id != user.id:
        raise Invalid(_("Somebody else has this address by now."))
    await db_users.confirm_email(connection, user.id, email)
    if user.confirmed_at is not None:
        return
    await let_take_part(connection, user.actor)
    await tell_moderators(connection, user.actor, NotificationKind.SIGN_UP)


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
