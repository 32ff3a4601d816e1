"""This is where people say what they want to be told, and where that is weighed.

What is put aside can be looked at and let in, sender by sender, as in the Mastodon API.
"""

from fedlearn.db import follows as db_follows
from fedlearn.db import notification_policies as db_policies
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import DAY_MS, ActorId, StatusId, now
from fedlearn.domain.notifications import NotificationKind, NotificationPolicy, Verdict
from fedlearn.instance import Instance

NEW_FOR_MS = 30 * DAY_MS
# What people do of their own accord. Requests to follow have a place of their own already.
WEIGHED = frozenset(
    {
        NotificationKind.MENTION,
        NotificationKind.FOLLOW,
        NotificationKind.BOOST,
        NotificationKind.FAVOURITE,
        NotificationKind.REACTION,
        NotificationKind.QUOTE,
        NotificationKind.ADDED_TO_COLLECTION,
        NotificationKind.COLLECTION_UPDATE,
    }
)
STRICTER = (Verdict.ACCEPT, Verdict.FILTER, Verdict.DROP)


async def policy_of(instance: Instance, actor: Actor) -> NotificationPolicy:
    """What a person of ours wants to be told."""
    async with instance.db.read() as connection:
        return await db_policies.policy_of(connection, actor.id) or NotificationPolicy()


async def change_policy(instance: Instance, actor: Actor, policy: NotificationPolicy) -> None:
    """A person of ours says what they want to be told from now on."""
    async with instance.db.write() as connection:
        await db_policies.store_policy(connection, actor.id, policy)


async def let_in(instance: Instance, actor: Actor, sender: Actor) -> None:
    """A person of ours wants to be told what this sender does, whatever else they want."""
    async with instance.db.write() as connection:
        await db_policies.permit(connection, actor.id, sender.id)


async def dismiss(instance: Instance, actor: Actor, sender: Actor) -> None:
    """A person of ours does not care for what was put aside of this sender."""
    async with instance.db.write() as connection:
        await db_policies.dismiss_filtered(connection, actor.id, sender.id)


async def judge(
    connection: Connection,
    owner_id: ActorId,
    sender: Actor,
    kind: NotificationKind,
    status_id: StatusId | None,
) -> Verdict:
    """What becomes of a notification, by what its owner wants: the strictest of what applies."""
    policy = await db_policies.policy_of(connection, owner_id) or NotificationPolicy()
    if kind in policy.unwanted:
        return Verdict.DROP
    if kind.is_for_moderators or sender.id == owner_id:
        return Verdict.ACCEPT
    is_weighed = kind in WEIGHED and policy != NotificationPolicy(policy.unwanted)
    if not (is_weighed or sender.is_silenced):
        return Verdict.ACCEPT
    if await db_policies.is_permitted(connection, owner_id, sender.id):
        return Verdict.ACCEPT
    follows = await db_follows.is_following(connection, owner_id, sender.id)
    limited = policy.for_limited_accounts if sender.is_silenced and not follows else Verdict.ACCEPT
    if not is_weighed:
        return limited
    verdicts = [limited]
    if not follows:
        verdicts.append(policy.for_not_following)
        if sender.profile.published > now() - NEW_FOR_MS:
            verdicts.append(policy.for_new_accounts)
        if await _is_unasked_direct(connection, owner_id, kind, status_id):
            verdicts.append(policy.for_private_mentions)
    if not await db_follows.is_following(connection, sender.id, owner_id):
        verdicts.append(policy.for_not_followers)
    return max(verdicts, key=STRICTER.index)


async def _is_unasked_direct(
    connection: Connection, owner_id: ActorId, kind: NotificationKind, status_id: StatusId | None
) -> bool:
    """Whether somebody is named in a direct post that answers nothing of theirs."""
    if kind is not NotificationKind.MENTION or status_id is None:
        return False
    status = await db_statuses.status_by_id(connection, status_id)
    if status is None or status.reach is not Reach.DIRECT:
        return False
    parent_id = status.in_reply_to_id
    parent = await db_statuses.status_by_id(connection, parent_id) if parent_id else None
    return parent is None or parent.actor_id != owner_id
