"""This is where what people are told is gathered into groups: who liked one post in half a day.

A group has its place by the latest that belongs to it, so that one which grows comes to the top,
and does not come again further down.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.db.notifications import NOT_OF_THE_SUSPENDED, SEEN, collections_told
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.status_views import status_views
from fedlearn.db.visibility import eyes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, Millis, StatusId
from fedlearn.domain.notifications import (
    GROUPED,
    GROUPED_FOR_MS,
    NotificationGroup,
    NotificationKind,
)

MOST_SAMPLES = 8
# As `NotificationView.group_key` makes it.
KEYED = f"""(
    SELECT n.*, CASE WHEN n.kind IN :grouped
        THEN n.kind || '-' || coalesce(n.status_id, 0) || '-' || (n.created_at / {GROUPED_FOR_MS})
        ELSE 'ungrouped-' || n.id END AS group_key
    FROM notification n
    WHERE n.owner_id = :viewer_id AND n.kind IN :kinds AND (:with_put_aside OR NOT n.is_filtered)
        AND (CAST(:sender AS BIGINT) IS NULL OR n.sender_id = :sender)
        AND {NOT_OF_THE_SUSPENDED})"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose notifications are asked for, of which kinds, which are told together, and by whom.

    What was put aside is told only where that is asked for.
    """

    viewer: Viewer
    kinds: Collection[NotificationKind]
    grouped: Collection[NotificationKind] = GROUPED
    sender_id: ActorId | None = None
    with_put_aside: bool = False

    def parameters(self) -> dict[str, Any]:
        """What `KEYED` and `SEEN` need."""
        return {
            **eyes(self.viewer),
            "kinds": [kind.value for kind in self.kinds],
            "grouped": [kind.value for kind in self.grouped],
            "sender": self.sender_id,
            "with_put_aside": self.with_put_aside,
        }


async def groups_page(
    connection: Connection,
    asked: Asked,
    *,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[NotificationGroup]:
    """What this person is told, group by group, the latest first."""
    rows = await connection.fetch_all(
        f"""
        SELECT n.*, found.group_key, found.how_many, found.first_id FROM (
            SELECT k.group_key, max(k.id) AS latest_id, min(k.id) AS first_id,
                count(*) AS how_many
            FROM {KEYED} k GROUP BY k.group_key) found
        JOIN notification n ON n.id = found.latest_id
        WHERE found.latest_id < :before AND found.latest_id > :after AND {SEEN}
        ORDER BY found.latest_id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **asked.parameters(),
    )
    return await _groups(connection, asked, from_above(rows, is_upward=is_upward))


async def group_with(connection: Connection, asked: Asked, key: str) -> NotificationGroup | None:
    """The group that has this key, if it is one of this person's and may be seen."""
    rows = await connection.fetch_all(
        f"""
        SELECT n.*, found.group_key, found.how_many, found.first_id FROM (
            SELECT k.group_key, max(k.id) AS latest_id, min(k.id) AS first_id,
                count(*) AS how_many
            FROM {KEYED} k WHERE k.group_key = :key GROUP BY k.group_key) found
        JOIN notification n ON n.id = found.latest_id
        WHERE {SEEN}
        """,
        key=key,
        **asked.parameters(),
    )
    return next(iter(await _groups(connection, asked, rows)), None)


async def members_of_group(
    connection: Connection, asked: Asked, key: str
) -> list[tuple[int, ActorId]]:
    """The notifications of a group and who sent each, the latest first."""
    rows = await connection.fetch_all(
        f"SELECT k.id, k.sender_id FROM {KEYED} k WHERE k.group_key = :key ORDER BY k.id DESC",
        key=key,
        **asked.parameters(),
    )
    return [(int(row["id"]), ActorId(row["sender_id"])) for row in rows]


async def count_unread_groups(connection: Connection, asked: Asked) -> int:
    """How many groups hold something that this person has not seen."""
    row = await connection.fetch_one(
        f"SELECT count(DISTINCT k.group_key) AS n FROM {KEYED} k WHERE NOT k.is_read",
        **asked.parameters(),
    )
    return int(row["n"]) if row else 0


async def _groups(
    connection: Connection, asked: Asked, rows: Sequence[Row]
) -> list[NotificationGroup]:
    samples = await _samples(connection, asked, [row["group_key"] for row in rows])
    ids = [StatusId(row["status_id"]) for row in rows if row["status_id"] is not None]
    views = {view.id: view for view in await status_views(connection, asked.viewer, ids)}
    collections = await collections_told(connection, asked.viewer, rows)
    return [
        NotificationGroup(
            key=row["group_key"],
            kind=NotificationKind(row["kind"]),
            count=int(row["how_many"]),
            first_id=int(row["first_id"]),
            latest_id=int(row["id"]),
            latest_at=Millis(row["created_at"]),
            senders=samples[row["group_key"]],
            status=views.get(row["status_id"]),
            collection=collections.get(row["collection_id"]),
        )
        for row in rows
        if (row["status_id"] is None or row["status_id"] in views)
        and (row["collection_id"] is None or row["collection_id"] in collections)
    ]


async def _samples(
    connection: Connection, asked: Asked, keys: Sequence[str]
) -> dict[str, tuple[Actor, ...]]:
    """Who did it last in each of these groups."""
    rows = await connection.fetch_all(
        f"""
        SELECT found.group_key, found.sender_id FROM (
            SELECT k.group_key, k.sender_id, k.id,
                row_number() OVER (PARTITION BY k.group_key ORDER BY k.id DESC) AS place
            FROM {KEYED} k WHERE k.group_key IN :keys) found
        WHERE found.place <= :most ORDER BY found.id DESC
        """,
        keys=keys,
        most=MOST_SAMPLES,
        **asked.parameters(),
    )
    senders = await actors_by_id(connection, list({row["sender_id"] for row in rows}))
    return {
        key: tuple(senders[row["sender_id"]] for row in rows if row["group_key"] == key)
        for key in keys
    }
