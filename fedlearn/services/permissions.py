"""This is where it is checked that somebody may look after the instance. Pages ask nothing else."""

from fedlearn.db import audit as db_audit
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, Role, User
from fedlearn.domain.audit import Act, Done
from fedlearn.domain.roles import Permission, Steward, outranks
from fedlearn.errors import Invalid, NotFound
from fedlearn.text.languages import _


def require(by: Steward, permission: Permission) -> None:
    """`NotFound` for who may not do this: they need not know that it can be done."""
    if not by.may(permission):
        raise NotFound(_("There is nothing here."))


async def require_above(connection: Connection, by: Steward, actor: Actor) -> User | None:
    """Who it is, if they are here; `Invalid` for who would act upon somebody not below them."""
    user = await db_users.user_of_actor(connection, actor.id) if actor.is_local else None
    role = user.role if user else Role.USER
    # Whoever sits at the terminal could change the database as well.
    if by.user is not None and not outranks(by.role, role):
        raise Invalid(_("You can do this only to people whose role is below yours."))
    return user


async def write_down(
    connection: Connection,
    by: Steward,
    act: Act,
    target: str | Actor,
    *,
    about: Actor | None = None,
    reason: str = "",
    **details: str,
) -> None:
    """Keep what is being done, in the same transaction, and `about` whom it is besides."""
    words = f"@{target.acct}" if isinstance(target, Actor) else target
    concerned = target if isinstance(target, Actor) else about
    done = Done(act, words, concerned.id if concerned else None, reason, details)
    await db_audit.insert_audit_entry(connection, by, done)
