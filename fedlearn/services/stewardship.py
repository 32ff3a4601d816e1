"""This is where those who look after the instance find accounts, and help their people."""

from typing import Any

from fedlearn.db import accounts as db_accounts
from fedlearn.db import second_steps as db_second_steps
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.jobs import insert_jobs
from fedlearn.domain.accounts import Account, AccountFilter, AccountRecord, AccountSearch, Origin
from fedlearn.domain.actors import Actor, Role, User
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import ActorId
from fedlearn.domain.roles import TERMINAL, Permission, Steward, outranks
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.remote.actors import known_by_handle, read_typed
from fedlearn.services.mail_links import job_for_password_link
from fedlearn.services.notices import Change, plan_notice
from fedlearn.services.permissions import require, require_above, write_down
from fedlearn.services.signing_in import insert_link
from fedlearn.text.languages import _


async def find_accounts(
    instance: Instance, by: Steward, wanted: AccountFilter, *, before: int | None, limit: int
) -> list[Account]:
    """Accounts that are looked for, newest first."""
    require(by, Permission.MANAGE_USERS)
    find = {
        Origin.LOCAL: db_accounts.local_accounts,
        Origin.REMOTE: db_accounts.remote_accounts,
    }[wanted.origin]
    async with instance.db.read() as connection:
        return await find(connection, wanted, before=before, limit=limit)


async def search_accounts(
    instance: Instance, by: Steward, wanted: AccountSearch, **page: Any
) -> list[Account]:
    """Accounts here and elsewhere that an app looks for, newest first, by their ids."""
    require(by, Permission.MANAGE_USERS)
    async with instance.db.read() as connection:
        return await db_accounts.search_accounts(connection, wanted, **page)


async def account(
    instance: Instance, by: Steward, actor_id: ActorId
) -> tuple[Account, AccountRecord]:
    """One account, and what it has come to; `NotFound` when there is none."""
    require(by, Permission.MANAGE_USERS)
    async with instance.db.read() as connection:
        found = await db_accounts.account(connection, actor_id)
        figures = await db_accounts.account_record(connection, actor_id)
    if found is None or found.actor.id == instance.actor.id:
        raise NotFound(_("There is no such account."))
    return found, figures


async def find_actor(instance: Instance, handle: str) -> Actor:
    """Whom we know by a name here or a handle; `NotFound` when we know nobody."""
    async with instance.db.read() as connection:
        actor = await known_by_handle(instance, connection, read_typed(instance, handle))
    if actor is None:
        raise NotFound(f"nobody called {handle} is known here")
    return actor


async def change_role(instance: Instance, user: User, role: Role, *, by: Steward) -> None:
    """Let somebody look after the instance, or no more. One owner there always is."""
    require(by, Permission.MANAGE_ROLES)
    async with instance.db.write() as connection:
        known = await _user(connection, user)
        _check_change(by, known.role, role)
        if known.role is Role.OWNER and role is not Role.OWNER:
            await _keep_an_owner(connection)
        if known.role is role:
            return
        await db_users.set_role(connection, user.id, role)
        await write_down(
            connection, by, Act.CHANGE_ROLE, user.actor, before=known.role.value, after=role.value
        )


async def send_password_link(instance: Instance, by: Steward, user: User) -> str:
    """Help somebody in who forgot their password: a mail, or where none is sent, a link for them.

    What comes back is the link, which is shown once, or "" when the mail is on its way.
    """
    require(by, Permission.MANAGE_USER_ACCESS)
    async with instance.db.write() as connection:
        known = await _user(connection, user)
        await require_above(connection, by, known.actor)
        if instance.settings.sends_mail:
            await insert_jobs(connection, [job_for_password_link(known.actor.profile.username)])
            await write_down(connection, by, Act.SEND_PASSWORD_LINK, known.actor)
            return ""
        await write_down(connection, by, Act.MAKE_SIGN_IN_LINK, known.actor)
        return await insert_link(instance, connection, known)


async def forget_second_step(instance: Instance, user: User, *, by: Steward) -> None:
    """Let somebody sign in by password alone who has lost phone and recovery codes."""
    require(by, Permission.MANAGE_USER_ACCESS)
    async with instance.db.write() as connection:
        known = await _user(connection, user)
        await require_above(connection, by, known.actor)
        await db_second_steps.delete_second_step(connection, known.id)
        await plan_notice(connection, instance.settings, known, Change.ONE_STEP)
        await write_down(connection, by, Act.FORGET_SECOND_STEP, known.actor)


async def acted_in_name(instance: Instance, user: User, doing: str) -> None:
    """Whoever sits at the terminal has done something as somebody here; it was not refused."""
    async with instance.db.write() as connection:
        await write_down(connection, TERMINAL, Act.ACT_IN_NAME, user.actor, doing=doing)


async def _user(connection: Connection, user: User) -> User:
    known = await db_users.user_by_id(connection, user.id)
    if known is None:
        raise NotFound(_("There is no such account."))
    return known


def _check_change(by: Steward, before: Role, after: Role) -> None:
    """One gives and takes what stands below oneself; an owner makes and unmakes owners, too."""
    is_owner = by.role is Role.OWNER
    if is_owner or (outranks(by.role, before) and outranks(by.role, after)):
        return
    raise Invalid(_("You can give and take only roles below yours."))


async def _keep_an_owner(connection: Connection) -> None:
    if await db_users.count_owners(connection) < 2:
        raise Invalid(_("This is the last owner: make somebody else one first."))
