"""This is where it is remembered what people are to be told.

Ids are small sequential numbers: clients read them as JSON integers.
"""

from collections.abc import Collection, Sequence

from fedlearn.db.actors import actors_by_id
from fedlearn.db.collections import collection_views
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.status_views import status_views
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.collections import CollectionView
from fedlearn.domain.events import Told
from fedlearn.domain.ids import ActorId, CollectionId, Millis, StatusId, now
from fedlearn.domain.notifications import NotificationKind, NotificationView

EVERY_KIND = tuple(NotificationKind)
# Whoever is suspended may come back, so what they did is still there. Moderators are told anyway.
NOT_OF_THE_SUSPENDED = """(
    n.kind IN ('admin.report', 'admin.sign_up') OR NOT EXISTS (
        SELECT 1 FROM actor na WHERE na.id = n.sender_id AND na.suspended_at IS NOT NULL))"""
# As one value, since PostgreSQL would rather read all posts once than look up a few of them.
SEEN = f"""(n.status_id IS NULL OR (
    SELECT {VISIBLE} FROM status s WHERE s.id = n.status_id))"""


async def insert_notification(
    connection: Connection,
    *,
    owner_id: ActorId,
    sender_id: ActorId,
    kind: NotificationKind,
    status_id: StatusId | None,
    collection_id: CollectionId | None = None,
    is_filtered: bool = False,
) -> int | None:
    """Tell a local actor of something, once, or put it aside for them.

    The id where apps are to be woken for it.
    """
    row = await connection.fetch_one(
        """
        INSERT INTO notification (
            owner_id, sender_id, status_id, collection_id, kind, created_at, is_read, is_filtered)
        VALUES (:owner, :sender, :status, :collection, :kind, :at, FALSE, :is_filtered)
        ON CONFLICT DO NOTHING
        RETURNING id, EXISTS (
            SELECT 1 FROM push_subscription p WHERE p.owner_id = :owner) AS wakes
        """,
        is_filtered=is_filtered,
        owner=owner_id,
        sender=sender_id,
        status=status_id,
        collection=collection_id,
        kind=kind.value,
        at=now(),
    )
    connection.announce(Told(owner_id))
    return row["id"] if row and row["wakes"] and not is_filtered else None


async def delete_notification(
    connection: Connection,
    *,
    owner_id: ActorId,
    sender_id: ActorId,
    kind: NotificationKind,
    status_id: StatusId | None,
    collection_id: CollectionId | None = None,
) -> None:
    """What was told has been taken back."""
    await connection.execute(
        """
        DELETE FROM notification WHERE owner_id = :owner AND sender_id = :sender AND kind = :kind
            AND status_id IS NOT DISTINCT FROM CAST(:status AS BIGINT)
            AND collection_id IS NOT DISTINCT FROM CAST(:collection AS BIGINT)
        """,
        owner=owner_id,
        sender=sender_id,
        kind=kind.value,
        status=status_id,
        collection=collection_id,
    )
    connection.announce(Told(owner_id))


async def delete_notifications_between(
    connection: Connection, one: ActorId, other: ActorId
) -> None:
    """Two actors are told nothing of each other any more."""
    await connection.execute(
        """
        DELETE FROM notification WHERE owner_id = :one AND sender_id = :other
            OR owner_id = :other AND sender_id = :one
        """,
        one=one,
        other=other,
    )
    connection.announce(Told(one))
    connection.announce(Told(other))


async def notifications_page(
    connection: Connection,
    viewer: Viewer,
    *,
    before: int | None,
    limit: int,
    after: int | None = None,
    is_upward: bool = False,
    kinds: Collection[NotificationKind] = EVERY_KIND,
    sender_id: ActorId | None = None,
    with_put_aside: bool = False,
) -> list[NotificationView]:
    """What this person is told, newest first; what they may no longer see is left out.

    A page that is upward begins next to `after`, with the oldest of what came since. It may be
    what one sender did, and hold what was put aside.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT n.* FROM notification n
        WHERE n.owner_id = :viewer_id AND n.id < :before AND n.id > :after AND n.kind IN :kinds
            AND (:with_put_aside OR NOT n.is_filtered) AND {SEEN}
            AND (CAST(:sender AS BIGINT) IS NULL OR n.sender_id = :sender)
            AND {NOT_OF_THE_SUSPENDED}
        ORDER BY n.id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        kinds=[kind.value for kind in kinds],
        sender=sender_id,
        with_put_aside=with_put_aside,
        **eyes(viewer),
    )
    return await _views(connection, viewer, from_above(rows, is_upward=is_upward))


async def filtered_page(
    connection: Connection, viewer: Viewer, sender_id: ActorId, *, before: int | None, limit: int
) -> list[NotificationView]:
    """What was put aside of one sender, newest first; what may no longer be seen is left out."""
    rows = await connection.fetch_all(
        f"""
        SELECT n.* FROM notification n
        WHERE n.owner_id = :viewer_id AND n.sender_id = :sender AND n.is_filtered
            AND n.id < :before AND {SEEN}
        ORDER BY n.id DESC LIMIT :limit
        """,
        sender=sender_id,
        before=before or LAST,
        limit=limit,
        **eyes(viewer),
    )
    return await _views(connection, viewer, rows)


async def _views(
    connection: Connection, viewer: Viewer, rows: Sequence[Row]
) -> list[NotificationView]:
    senders = await actors_by_id(connection, [row["sender_id"] for row in rows])
    ids = [StatusId(row["status_id"]) for row in rows if row["status_id"] is not None]
    views = {view.id: view for view in await status_views(connection, viewer, ids)}
    collections = await collections_told(connection, viewer, rows)
    return [
        NotificationView(
            id=int(row["id"]),
            kind=NotificationKind(row["kind"]),
            sender=senders[row["sender_id"]],
            status=views.get(row["status_id"]),
            created_at=Millis(row["created_at"]),
            is_read=bool(row["is_read"]),
            collection=collections.get(row["collection_id"]),
        )
        for row in rows
        if (row["status_id"] is None or row["status_id"] in views)
        and (row["collection_id"] is None or row["collection_id"] in collections)
    ]


async def collections_told(
    connection: Connection, viewer: Viewer, rows: Sequence[Row]
) -> dict[CollectionId, CollectionView]:
    """The collections that notifications are about, as far as they may be read."""
    ids = [CollectionId(row["collection_id"]) for row in rows if row["collection_id"] is not None]
    return await collection_views(connection, viewer, ids)


async def count_unread(connection: Connection, owner_id: ActorId) -> int:
    """How many notifications this person has not seen; what was put aside does not count."""
    row = await connection.fetch_one(
        f"""
        SELECT count(*) AS n FROM notification n
        WHERE n.owner_id = :owner AND NOT n.is_read AND NOT n.is_filtered
            AND {NOT_OF_THE_SUSPENDED}
        """,
        owner=owner_id,
    )
    return int(row["n"]) if row else 0


async def mark_read(
    connection: Connection,
    owner_id: ActorId,
    up_to: int,
    kinds: Collection[NotificationKind] = EVERY_KIND,
) -> None:
    """This person has seen everything up to this notification, of these kinds."""
    await connection.execute(
        """
        UPDATE notification SET is_read = TRUE
        WHERE owner_id = :owner AND id <= :up_to AND NOT is_read AND NOT is_filtered
            AND kind IN :kinds
        """,
        owner=owner_id,
        up_to=up_to,
        kinds=[kind.value for kind in kinds],
    )
    connection.announce(Told(owner_id))


async def dismiss_notifications(
    connection: Connection, owner_id: ActorId, ids: Sequence[int]
) -> int:
    """This person wants to keep these no longer; how many there were."""
    deleted = await connection.execute(
        "DELETE FROM notification WHERE owner_id = :owner AND id IN :ids", owner=owner_id, ids=ids
    )
    connection.announce(Told(owner_id))
    return deleted


async def clear_notifications(connection: Connection, owner_id: ActorId) -> None:
    """This person wants to keep nothing of what they were told; what was put aside stays so."""
    await connection.execute(
        "DELETE FROM notification WHERE owner_id = :owner AND NOT is_filtered", owner=owner_id
    )
    connection.announce(Told(owner_id))
