"""This is where people make an account for themselves, or ask for one."""

from fedlearn.db import invitations as db_invitations
from fedlearn.domain.actors import User
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.accounts import NewAccount, check_new, insert_account
from fedlearn.services.ages import check_age
from fedlearn.services.email_domains import refuse_blocked
from fedlearn.services.notifications import tell_moderators
from fedlearn.services.passwords import hash_password
from fedlearn.services.tokens import hash_token
from fedlearn.settings import Registration
from fedlearn.text.languages import _

LONGEST_REASON = 420  # as on Mastodon


async def sign_up(
    instance: Instance, wanted: NewAccount, invitation: str, *, severity: Severity | None = None
) -> User:
    """Somebody makes an account for themselves, as far as the operator lets them.

    `severity` is what holds for where they come from. Moderators are told: at once, or when the
    address has proven to be theirs. Why somebody wants to join is kept for as long as they wait.
    """
    mode = instance.settings.registration
    if mode is Registration.CLOSED:
        raise Invalid(_("Accounts are made by the people who run this server."))
    if severity is Severity.NO_ACCESS or severity is Severity.NO_SIGN_UP:
        raise Invalid(_("Nobody signs up from where you are."))
    check_age(instance.settings.min_age, wanted.date_of_birth)
    if not wanted.password:
        raise Invalid(_("Choose a password."), {"password": _("Choose a password.")})
    confirmed = not instance.settings.confirms_email
    password_hash = await hash_password(instance, wanted.password)
    # In one transaction, so that a form that comes back has not used up the invitation.
    async with instance.db.write() as connection:
        await check_new(connection, wanted, tells_taken=confirmed)
        await refuse_blocked(connection, wanted.email)
        invited = await db_invitations.use_invitation(connection, hash_token(invitation))
        if mode is Registration.INVITE and invited is None:
            raise Invalid(_("This invitation has been used or has run out."))
        # Whoever was invited by somebody who may do so is let in with that.
        is_asked_why = mode is Registration.APPROVAL and invited is None
        approved = severity is None and not is_asked_why
        user = await insert_account(
            instance,
            connection,
            wanted,
            password_hash,
            approved=approved,
            confirmed=confirmed,
            invited_by=invited.by if invited else None,
            invite_request=None if approved else _read_reason(wanted, is_required=is_asked_why),
        )
        if confirmed:
            await tell_moderators(connection, user.actor, NotificationKind.SIGN_UP)
    return user


def _read_reason(wanted: NewAccount, *, is_required: bool) -> str | None:
    reason = wanted.invite_request.strip()
    if is_required and not reason:
        message = _("Say why you want to join.")
        raise Invalid(message, {"reason": message})
    if len(reason) > LONGEST_REASON:
        message = _("At most %(most)s characters.", most=LONGEST_REASON)
        raise Invalid(message, {"reason": message})
    return reason or None
