"""This is where moderators silence and suspend one actor, and take that back.

They also have all its pictures folded, and keep a person here out of their account, of which the
profile stays as it is. Mastodon calls silence a limit. Who is suspended here can come back for
thirty days; then they are erased. Who is suspended elsewhere is to us as if their domain was
blocked.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from fedlearn.activitypub.render.activities import render_update_actor
from fedlearn.activitypub.render.actors import render_actor
from fedlearn.db import accounts as db_accounts
from fedlearn.db import actors as db_actors
from fedlearn.db import canonical_emails as db_canonical_emails
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import follows as db_follows
from fedlearn.db import policies as db_policies
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.doors import close_every_door
from fedlearn.domain.actors import Actor, Role, User
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import DAY_MS, Millis, Uri, now
from fedlearn.domain.policies import Measure
from fedlearn.domain.roles import SERVER, Permission, Steward
from fedlearn.domain.warnings import Consequence
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_followers
from fedlearn.services.canonical_emails import block_suspended
from fedlearn.services.deletion import delete_account
from fedlearn.services.moderation import erase_blocked
from fedlearn.services.permissions import require, require_above, write_down
from fedlearn.services.sign_ups import let_take_part
from fedlearn.services.warnings import check_message, tell
from fedlearn.text.languages import _

SUSPENDED_DAYS = 30
ERASED_AT_ONCE = 20


async def sensitize(
    instance: Instance,
    by: Steward,
    actor: Actor,
    *,
    text: str = "",
    reason: str = "",
    report_id: int | None = None,
    by_mail: bool = True,
) -> None:
    """From now on all pictures of somebody are folded, those that are there already as well."""

    async def take(connection: Connection, known: Actor) -> None:
        if known.is_sensitized:
            raise Invalid(_("Attachments of @%(acct)s are marked already.", acct=known.acct))
        await db_actors.set_sensitized(connection, known.id, is_sensitized=True)
        done = Consequence.SENSITIVE
        await tell(instance, connection, known, done, text, report_id=report_id, by_mail=by_mail)
        await write_down(connection, by, Act.SENSITIZE, known, reason=reason)

    await _act(instance, by, actor, take, text)


async def unsensitize(instance: Instance, by: Steward, actor: Actor, *, reason: str = "") -> None:
    """Only those pictures are folded that somebody has marked, or that were marked one by one."""

    async def take(connection: Connection, known: Actor) -> None:
        if not known.is_sensitized:
            raise Invalid(_("Attachments of @%(acct)s are not marked.", acct=known.acct))
        await db_actors.set_sensitized(connection, known.id, is_sensitized=False)
        await write_down(connection, by, Act.UNSENSITIZE, known, reason=reason)

    await _act(instance, by, actor, take)


async def disable(
    instance: Instance,
    by: Steward,
    actor: Actor,
    *,
    text: str = "",
    reason: str = "",
    report_id: int | None = None,
    by_mail: bool = True,
) -> None:
    """A person here is signed out everywhere, and cannot come in; others see no difference."""

    async def take(connection: Connection, known: Actor) -> None:
        user = await _person(connection, known)
        if user.disabled_at is not None:
            raise Invalid(_("@%(acct)s is disabled already.", acct=known.acct))
        await db_users.set_disabled(connection, user.id, now())
        await close_every_door(connection, user.id)
        done = Consequence.DISABLE
        await tell(instance, connection, known, done, text, report_id=report_id, by_mail=by_mail)
        await write_down(connection, by, Act.DISABLE, known, reason=reason)

    await _act(instance, by, actor, take, text)


async def enable(instance: Instance, by: Steward, actor: Actor, *, reason: str = "") -> None:
    """Somebody may come in again; they sign in anew, and let apps in anew."""

    async def take(connection: Connection, known: Actor) -> None:
        user = await _person(connection, known)
        if user.disabled_at is None:
            raise Invalid(_("@%(acct)s is not disabled.", acct=known.acct))
        await db_users.set_disabled(connection, user.id, None)
        await write_down(connection, by, Act.ENABLE, known, reason=reason)

    await _act(instance, by, actor, take)


async def silence(
    instance: Instance,
    by: Steward,
    actor: Actor,
    *,
    text: str = "",
    reason: str = "",
    report_id: int | None = None,
    by_mail: bool = True,
) -> None:
    """From now on only those who follow somebody, or whom they name or answer, hear of them.

    `text` is told to a person here; `reason` stands in the audit log.
    """

    async def take(connection: Connection, known: Actor) -> None:
        if known.measure is not None:
            raise Invalid(_("@%(acct)s is silenced or suspended already.", acct=known.acct))
        await db_policies.set_measure(connection, known, Measure.SILENCE)
        done = Consequence.SILENCE
        await tell(instance, connection, known, done, text, report_id=report_id, by_mail=by_mail)
        await write_down(connection, by, Act.SILENCE, known, reason=reason)

    await _act(instance, by, actor, take, text)


async def unsilence(instance: Instance, by: Steward, actor: Actor, *, reason: str = "") -> None:
    """Everybody may hear of somebody again, as far as their domain lets them."""

    async def take(connection: Connection, known: Actor) -> None:
        if known.measure is not Measure.SILENCE:
            raise Invalid(_("@%(acct)s is not silenced.", acct=known.acct))
        await db_policies.set_measure(connection, known, None)
        await write_down(connection, by, Act.UNSILENCE, known, reason=reason)

    await _act(instance, by, actor, take)


async def suspend(
    instance: Instance,
    by: Steward,
    actor: Actor,
    *,
    text: str = "",
    reason: str = "",
    report_id: int | None = None,
    by_mail: bool = True,
) -> None:
    """Somebody takes part no more. A person here is signed out, and can come back for a while."""

    async def take(connection: Connection, known: Actor) -> None:
        if known.measure is Measure.SUSPEND:
            raise Invalid(_("@%(acct)s is suspended already.", acct=known.acct))
        await db_policies.set_measure(connection, known, Measure.SUSPEND)
        if known.is_local:
            await _shut_out(instance, connection, known)
        done = Consequence.SUSPEND
        await tell(instance, connection, known, done, text, report_id=report_id, by_mail=by_mail)
        await write_down(connection, by, Act.SUSPEND, known, reason=reason)

    await _act(instance, by, actor, take, text)
    if not actor.is_local:
        await erase_blocked(instance)


async def unsuspend(instance: Instance, by: Steward, actor: Actor, *, reason: str = "") -> None:
    """Somebody takes part again: a person here with all that they had."""

    async def take(connection: Connection, known: Actor) -> None:
        if known.measure is not Measure.SUSPEND:
            raise Invalid(_("@%(acct)s is not suspended.", acct=known.acct))
        await db_policies.set_measure(connection, known, None)
        await db_canonical_emails.delete_canonical_emails_of(connection, known.id)
        if known.is_local and await let_take_part(connection, known):
            await _tell_followers(instance, connection, known, is_suspended=False)
        await write_down(connection, by, Act.UNSUSPEND, known, reason=reason)

    await _act(instance, by, actor, take)


async def erase_suspended(instance: Instance) -> None:
    """Erase for good who was suspended here so long ago that they will not come back."""
    before = Millis(now() - SUSPENDED_DAYS * DAY_MS)
    async with instance.db.read() as connection:
        users = await db_accounts.suspended_before(connection, before, ERASED_AT_ONCE)
    for user in users:
        await delete_account(instance, user, by=SERVER, if_suspended_before=before)


async def _act(
    instance: Instance,
    by: Steward,
    actor: Actor,
    take: Callable[[Connection, Actor], Awaitable[None]],
    text: str = "",
) -> None:
    require(by, Permission.MANAGE_USERS)
    check_message(text)
    async with instance.db.write() as connection:
        known = await db_actors.actor_by_id(connection, actor.id)
        if known is None or known.gone_at is not None or known.id == instance.actor.id:
            raise Invalid(_("There is nobody any more upon whom one could act."))
        _spare_owners(await require_above(connection, by, known))
        await take(connection, known)


def _spare_owners(user: User | None) -> None:
    if user is not None and user.role is Role.OWNER:
        raise Invalid(_("This cannot be done to an owner: change their role first."))


async def _person(connection: Connection, actor: Actor) -> User:
    user = await db_users.user_of_actor(connection, actor.id) if actor.is_local else None
    if user is None:
        raise Invalid(_("Nobody here has this account."))
    return user


async def _shut_out(instance: Instance, connection: Connection, actor: Actor) -> None:
    user = await db_users.user_of_actor(connection, actor.id)
    if user is not None:
        await close_every_door(connection, user.id)
        await block_suspended(connection, user)
    # What still waits must not go out any more; the news of this comes after it.
    await db_deliveries.drop_deliveries_of(connection, actor.id)
    await _tell_followers(instance, connection, actor, is_suspended=True)
    await db_actors.set_suspended(connection, actor.id, now())


async def _tell_followers(
    instance: Instance, connection: Connection, actor: Actor, *, is_suspended: bool
) -> None:
    """Servers of followers hide somebody who is suspended here, or show them again."""
    key = await db_actors.own_key(connection, actor.id)
    if key is None:
        return
    shown = replace(actor, suspended_at=None)
    document = render_actor(shown, key.public, instance.uris) | {"suspended": is_suspended}
    await publish_to_followers(
        connection,
        instance.settings.federation,
        sender=actor,
        activity=render_update_actor(document, Uri(f"{actor.uri}/followers"), now()),
        follower_inboxes=await db_follows.follower_inboxes(connection, actor.id),
    )
