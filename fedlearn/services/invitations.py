"""This is where people are invited by a link, which is shown once."""

from fedlearn.db import invitations as db_invitations
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import DAY_MS, ActorId, Millis, now
from fedlearn.domain.invitations import Invitation
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.permissions import require, write_down
from fedlearn.services.tokens import hash_token, new_token
from fedlearn.text.languages import _

INVITATION_DAYS = 14
MOST_DAYS = 90
MOST_USES = 1000


async def make_invitation(
    instance: Instance,
    *,
    by: Steward,
    max_uses: int | None = 1,
    days: int = INVITATION_DAYS,
) -> str:
    """An address with which so many people may sign up; `Invalid` names what is out of bounds."""
    require(by, Permission.INVITE_USERS)
    _check(max_uses, days)
    token = new_token()
    expires_at = Millis(now() + days * DAY_MS)
    async with instance.db.write() as connection:
        await db_invitations.insert_invitation(
            connection, hash_token(token), expires_at, made_by=by.actor_id, max_uses=max_uses
        )
        uses = str(max_uses) if max_uses else "any"
        await write_down(
            connection, by, Act.INVITE, _name(hash_token(token)), uses=uses, days=str(days)
        )
    return f"{instance.uris.origin}/sign-up?invitation={token}"


async def invitations(instance: Instance, by: Steward) -> list[Invitation]:
    """Invitations that hold: one's own, or everybody's for who looks after them."""
    require(by, Permission.INVITE_USERS)
    async with instance.db.read() as connection:
        return await db_invitations.invitations(connection, _whose(by))


async def revoke_invitation(instance: Instance, by: Steward, token_hash: str) -> None:
    """Let nobody in by an invitation any more; `NotFound` when there is none that one may see."""
    require(by, Permission.INVITE_USERS)
    async with instance.db.write() as connection:
        if not await db_invitations.delete_invitation(connection, token_hash, _whose(by)):
            raise NotFound(_("There is no such invitation."))
        await write_down(connection, by, Act.REVOKE_INVITATION, _name(token_hash))


def _whose(by: Steward) -> ActorId | None:
    return None if by.may(Permission.MANAGE_INVITES) else by.actor_id


def _name(token_hash: str) -> str:
    """By what the log tells invitations apart."""
    return token_hash[:8]


def _check(max_uses: int | None, days: int) -> None:
    errors = {}
    if max_uses is not None and not 1 <= max_uses <= MOST_USES:
        errors["uses"] = _("Between 1 and %(most)s people.", most=MOST_USES)
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = _("Between 1 and %(most)s days.", most=MOST_DAYS)
    if errors:
        raise Invalid(_("No invitation was made."), errors)
