"""This is where people hear by mail that their account was changed, in case it was not they.

A letter goes to the address that was theirs until then, so that who takes an account over cannot
keep it from its owner. Where the server sends no mail, nobody is told.
"""

from enum import StrEnum

import msgspec

from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.actors import User
from fedlearn.domain.jobs import JobKind
from fedlearn.instance import Instance
from fedlearn.services.mail import Letter, send
from fedlearn.settings import Settings
from fedlearn.text.languages import N_, SOURCE, _, speaking


class Change(StrEnum):
    """What was changed."""

    PASSWORD = "password"  # noqa: S105 - the word, not a secret
    EMAIL = "email"
    PASSKEY = "passkey"
    ONE_STEP = "one_step"
    MOVED = "moved"


WORDS = {
    Change.PASSWORD: N_("The password was changed."),
    Change.EMAIL: N_("The e-mail address was changed. This is the last letter to this one."),
    Change.PASSKEY: N_("A passkey was added, which signs in without the password."),
    Change.MOVED: N_("The account has moved to another one, and its followers with it."),
    Change.ONE_STEP: N_("The second step was turned off: the password is enough to sign in."),
}


class Notice(msgspec.Struct):
    """A job: somebody is told at this address."""

    to: str
    acct: str
    change: Change
    locale: str | None = None


async def plan_notice(
    connection: Connection, settings: Settings, user: User, change: Change
) -> None:
    """Somebody's account is changed by this transaction; they will hear of it."""
    if settings.sends_mail and user.confirmed_at is not None:
        payload = msgspec.json.encode(
            Notice(user.email, user.actor.acct, change, user.locale)
        ).decode()
        await insert_jobs(connection, [NewJob(JobKind.MAIL_NOTICE, payload)])


async def mail_notice(instance: Instance, payload: str) -> None:
    """The job that sends the letter."""
    notice, settings = msgspec.json.decode(payload, type=Notice), instance.settings
    if not settings.sends_mail:
        return
    with speaking(notice.locale or SOURCE):
        text = _(
            "%(change)s This is about @%(acct)s on %(name)s.\n\n"
            "If it was you, there is nothing to do.\n\n"
            "If it was not you, somebody else is in your account. Choose a new password here: "
            "that signs everybody out, ends what apps may do, and removes all passkeys:\n"
            "%(link)s\n",
            change=_(WORDS[notice.change]),
            acct=notice.acct,
            name=settings.name,
            link=f"{instance.uris.origin}/new-password",
        )
        if settings.contact_email:
            text += "\n" + _(
                "If that does not work, write to %(email)s.\n", email=settings.contact_email
            )
        subject = _("Your account on %(name)s was changed", name=settings.name)
    await send(settings, Letter(notice.to, subject, text))
