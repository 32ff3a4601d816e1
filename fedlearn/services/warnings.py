"""This is where moderators say something to somebody: they are told here, and by mail."""

from fedlearn.db import notifications as db_notifications
from fedlearn.db import users as db_users
from fedlearn.db import warnings as db_warnings
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.audit import Act
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.warnings import AccountWarning, Consequence
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.letters import plan_letter
from fedlearn.services.mail import Letter
from fedlearn.services.notifications import take_back
from fedlearn.services.permissions import require, require_above, write_down
from fedlearn.text.languages import N_, SOURCE, _, speaking

LONGEST_MESSAGE = 2000
WHAT_WAS_DONE = {
    Consequence.NONE: "",
    Consequence.DELETE_POSTS: N_("Posts of yours were deleted."),
    Consequence.MARK_SENSITIVE: N_("Posts of yours were put behind a warning."),
    Consequence.REMOVE_COLLECTION: N_("A collection of yours was removed:"),
    Consequence.DISABLE: N_("Your account was disabled: you cannot sign in any more."),
    Consequence.SENSITIVE: N_(
        "From now on all that is attached to your posts is put behind a warning."
    ),
    Consequence.SILENCE: N_("From now on only those who follow you are shown what you post."),
    Consequence.SUSPEND: N_("Your account was suspended: you cannot sign in any more."),
}


async def warn(
    instance: Instance,
    by: Steward,
    actor: Actor,
    text: str,
    *,
    report_id: int | None = None,
    by_mail: bool = True,
) -> None:
    """Say something to a person here, and do nothing else."""
    require(by, Permission.MANAGE_USERS)
    if not text.strip():
        message = _("Write what they are to be told.")
        raise Invalid(message, {"text": message})
    check_message(text)
    if not actor.is_local:
        raise Invalid(_("Only people here can be told something."))
    async with instance.db.write() as connection:
        await require_above(connection, by, actor)
        told = Consequence.NONE
        await tell(instance, connection, actor, told, text, report_id=report_id, by_mail=by_mail)
        await write_down(connection, by, Act.WARN, actor, reason=text.strip())


async def tell(
    instance: Instance,
    connection: Connection,
    actor: Actor,
    consequence: Consequence,
    text: str,
    *,
    report_id: int | None = None,
    by_mail: bool = True,
) -> None:
    """Somebody here is told what was done and why; nobody elsewhere is."""
    if not actor.is_local:
        return
    text = text.strip()
    await db_warnings.insert_warning(connection, actor.id, consequence, text, report_id)
    # The latest is the one that is told; its page shows them all.
    await take_back(connection, actor.id, instance.actor, NotificationKind.WARNING)
    await db_notifications.insert_notification(
        connection,
        owner_id=actor.id,
        sender_id=instance.actor.id,
        kind=NotificationKind.WARNING,
        status_id=None,
    )
    user = await db_users.user_of_actor(connection, actor.id)
    by_mail = by_mail and instance.settings.sends_mail
    if by_mail and user is not None and user.confirmed_at is not None:
        await plan_letter(connection, _letter(instance, user, consequence, text))


async def warnings_of(instance: Instance, actor: Actor) -> list[AccountWarning]:
    """What somebody was told, the latest first."""
    async with instance.db.read() as connection:
        return await db_warnings.warnings_of(connection, actor.id)


def check_message(text: str) -> None:
    """`Invalid` for a message that is too long."""
    if len(text) > LONGEST_MESSAGE:
        message = _("At most %(most)s characters.", most=LONGEST_MESSAGE)
        raise Invalid(message, {"text": message})


def _letter(instance: Instance, user: User, consequence: Consequence, text: str) -> Letter:
    name, email = instance.settings.name, instance.settings.contact_email
    with speaking(user.locale or SOURCE):
        about = _(
            "The people who look after %(name)s write to @%(acct)s:",
            name=name,
            acct=user.actor.acct,
        )
        answer = _("If you want to answer, write to %(email)s.", email=email) if email else ""
        done = _(WHAT_WAS_DONE[consequence])
        words = "\n\n".join(filter(None, (about, done, text, answer)))
        return Letter(user.email, _("About your account on %(name)s", name=name), f"{words}\n")
