"""This is where it is remembered what people want to be told, and what was put aside for them."""

from dataclasses import fields

import msgspec

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.domain.events import Told
from fedlearn.domain.ids import ActorId, Millis, StatusId
from fedlearn.domain.notifications import (
    NotificationKind,
    NotificationPolicy,
    NotificationRequest,
    Verdict,
)

GROUPS = tuple(one.name for one in fields(NotificationPolicy) if one.name != "unwanted")


async def policy_of(connection: Connection, actor_id: ActorId) -> NotificationPolicy | None:
    """What somebody wants to be told; None when they have not said."""
    row = await connection.fetch_one(
        "SELECT * FROM notification_policy WHERE actor_id = :id", id=actor_id
    )
    return _policy_of(row) if row else None


async def store_policy(
    connection: Connection, actor_id: ActorId, policy: NotificationPolicy
) -> None:
    """Remember what somebody wants to be told."""
    await connection.execute(
        """
        INSERT INTO notification_policy (
            actor_id, unwanted, for_not_following, for_not_followers, for_new_accounts,
            for_private_mentions, for_limited_accounts)
        VALUES (
            :id, :unwanted, :for_not_following, :for_not_followers, :for_new_accounts,
            :for_private_mentions, :for_limited_accounts)
        ON CONFLICT (actor_id) DO UPDATE SET
            unwanted = excluded.unwanted, for_not_following = excluded.for_not_following,
            for_not_followers = excluded.for_not_followers,
            for_new_accounts = excluded.for_new_accounts,
            for_private_mentions = excluded.for_private_mentions,
            for_limited_accounts = excluded.for_limited_accounts
        """,
        id=actor_id,
        unwanted=msgspec.json.encode(sorted(policy.unwanted)).decode(),
        **{group: getattr(policy, group).value for group in GROUPS},
    )


async def is_permitted(connection: Connection, owner_id: ActorId, sender_id: ActorId) -> bool:
    """Whether somebody wants to be told what this sender does, whatever else they want."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM notification_permission
        WHERE owner_id = :owner AND sender_id = :sender
        """,
        owner=owner_id,
        sender=sender_id,
    )
    return row is not None


async def permit(connection: Connection, owner_id: ActorId, sender_id: ActorId) -> None:
    """From now on somebody is told what this sender does, and what was put aside of them."""
    await connection.execute(
        """
        INSERT INTO notification_permission (owner_id, sender_id) VALUES (:owner, :sender)
        ON CONFLICT DO NOTHING
        """,
        owner=owner_id,
        sender=sender_id,
    )
    await connection.execute(
        """
        UPDATE notification SET is_filtered = FALSE
        WHERE owner_id = :owner AND sender_id = :sender AND is_filtered
        """,
        owner=owner_id,
        sender=sender_id,
    )
    connection.announce(Told(owner_id))


async def dismiss_filtered(connection: Connection, owner_id: ActorId, sender_id: ActorId) -> None:
    """What was put aside of this sender is forgotten."""
    await connection.execute(
        """
        DELETE FROM notification
        WHERE owner_id = :owner AND sender_id = :sender AND is_filtered
        """,
        owner=owner_id,
        sender=sender_id,
    )


async def notification_requests(
    connection: Connection, owner_id: ActorId, limit: int
) -> list[NotificationRequest]:
    """Of whom something was put aside, the latest first."""
    rows = await connection.fetch_all(
        """
        SELECT sender_id, count(*) AS n, max(id) AS latest_id, max(created_at) AS latest_at,
            min(created_at) AS first_at, max(status_id) AS last_status_id
        FROM notification WHERE owner_id = :owner AND is_filtered
        GROUP BY sender_id ORDER BY max(id) DESC LIMIT :limit
        """,
        owner=owner_id,
        limit=limit,
    )
    senders = await actors_by_id(connection, [row["sender_id"] for row in rows])
    return [
        NotificationRequest(
            sender=senders[row["sender_id"]],
            count=int(row["n"]),
            latest_id=int(row["latest_id"]),
            latest_at=Millis(row["latest_at"]),
            first_at=Millis(row["first_at"]),
            last_status_id=(
                None if row["last_status_id"] is None else StatusId(row["last_status_id"])
            ),
        )
        for row in rows
    ]


async def count_put_aside(connection: Connection, owner_id: ActorId) -> tuple[int, int]:
    """Of how many people something was put aside, and how much."""
    row = await connection.fetch_one(
        """
        SELECT count(DISTINCT sender_id) AS people, count(*) AS n FROM notification
        WHERE owner_id = :owner AND is_filtered
        """,
        owner=owner_id,
    )
    return (int(row["people"]), int(row["n"])) if row else (0, 0)


def _policy_of(row: Row) -> NotificationPolicy:
    unwanted = msgspec.json.decode(row["unwanted"], type=list[NotificationKind])
    return NotificationPolicy(frozenset(unwanted), **{one: Verdict(row[one]) for one in GROUPS})
