"""This is where those are let in, or not, who ask for an account."""

from fedlearn.db import accounts as db_accounts
from fedlearn.db import actors as db_actors
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.audit import Act
from fedlearn.domain.policies import Measure
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.letters import plan_letter
from fedlearn.services.mail import Letter
from fedlearn.services.permissions import require, write_down
from fedlearn.text.languages import SOURCE, _, speaking


async def approve(instance: Instance, user: User, *, by: Steward) -> None:
    """Let somebody in who asked for an account; they are told by mail."""
    require(by, Permission.MANAGE_USERS)
    async with instance.db.write() as connection:
        known = await db_users.user_by_id(connection, user.id)
        if known is None or known.approved_at is not None:
            return
        await db_users.approve_user(connection, user.id)
        await let_take_part(connection, user.actor)
        await write_down(connection, by, Act.APPROVE, user.actor)
        if instance.settings.sends_mail and known.confirmed_at is not None:
            await plan_letter(connection, _welcome(instance, known))


async def let_take_part(connection: Connection, actor: Actor) -> bool:
    """Have somebody seen, here and elsewhere, unless something is still missing; whether it was so.

    They have been let in, their address is confirmed, and nobody has suspended them.
    """
    user = await db_users.user_of_actor(connection, actor.id)
    if user is None or user.approved_at is None or user.confirmed_at is None:
        return False
    if user.actor.measure is Measure.SUSPEND:
        return False
    await db_actors.set_suspended(connection, actor.id, None)
    return True


async def reject(instance: Instance, user: User, *, by: Steward, reason: str = "") -> None:
    """Do not let somebody in who asked for an account: nothing is kept of them."""
    require(by, Permission.MANAGE_USERS)
    async with instance.db.write() as connection:
        known = await db_users.user_by_id(connection, user.id)
        if known is None or known.approved_at is not None:
            raise Invalid(_("@%(acct)s does not wait to be let in.", acct=user.actor.acct))
        await write_down(connection, by, Act.REJECT, f"@{user.actor.acct}", reason=reason)
        await db_accounts.delete_newcomer(connection, known)


def _welcome(instance: Instance, user: User) -> Letter:
    name, link = instance.settings.name, f"{instance.uris.origin}/sign-in"
    with speaking(user.locale or SOURCE):
        text = _(
            "Your account @%(acct)s on %(name)s has been approved. Sign in here:\n%(link)s\n",
            acct=user.actor.acct,
            name=name,
            link=link,
        )
        return Letter(user.email, _("Welcome to %(name)s", name=name), text)
