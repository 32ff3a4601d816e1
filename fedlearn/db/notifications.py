"""This is where it is remembered what people are to be told.

Ids are small sequential numbers: clients read them as JSON integers.
"""

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.db.follows import LAST
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, Millis, StatusId, now
from fedlearn.domain.notifications import NotificationKind, NotificationView


async def insert_notification(
    connection: Connection,
    *,
    owner_id: ActorId,
    sender_id: ActorId,
    kind: NotificationKind,
    status_id: StatusId | None,
) -> None:
    """Tell a local actor of something, once."""
    await connection.execute(
        """
        INSERT INTO notification (owner_id, sender_id, status_id, kind, created_at, is_read)
        VALUES (:owner, :sender, :status, :kind, :at, FALSE) ON CONFLICT DO NOTHING
        """,
        owner=owner_id,
        sender=sender_id,
        status=status_id,
        kind=kind.value,
        at=now(),
    )


async def delete_notification(
    connection: Connection,
    *,
    owner_id: ActorId,
    sender_id: ActorId,
    kind: NotificationKind,
    status_id: StatusId | None,
) -> None:
    """What was told has been taken back."""
    await connection.execute(
        """
        DELETE FROM notification WHERE owner_id = :owner AND sender_id = :sender AND kind = :kind
            AND status_id IS NOT DISTINCT FROM CAST(:status AS BIGINT)
        """,
        owner=owner_id,
        sender=sender_id,
        kind=kind.value,
        status=status_id,
    )


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


async def notifications_page(
    connection: Connection, viewer: Viewer, *, before: int | None, limit: int
) -> list[NotificationView]:
    """What this person is told, newest first; what they may no longer see is left out."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM notification WHERE owner_id = :owner AND id < :before
        ORDER BY id DESC LIMIT :limit
        """,
        owner=viewer.actor_id or 0,
        before=before or LAST,
        limit=limit,
    )
    senders = await actors_by_id(connection, [row["sender_id"] for row in rows])
    ids = [StatusId(row["status_id"]) for row in rows if row["status_id"] is not None]
    views = {view.id: view for view in await status_views(connection, viewer, ids)}
    return [
        NotificationView(
            id=int(row["id"]),
            kind=NotificationKind(row["kind"]),
            sender=senders[row["sender_id"]],
            status=views.get(row["status_id"]),
            created_at=Millis(row["created_at"]),
            is_read=bool(row["is_read"]),
        )
        for row in rows
        if row["status_id"] is None or row["status_id"] in views
    ]


async def count_unread(connection: Connection, owner_id: ActorId) -> int:
    """How many notifications this person has not seen."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM notification WHERE owner_id = :owner AND NOT is_read",
        owner=owner_id,
    )
    return int(row["n"]) if row else 0


async def mark_read(connection: Connection, owner_id: ActorId, up_to: int) -> None:
    """This person has seen everything up to this notification."""
    await connection.execute(
        """
        UPDATE notification SET is_read = TRUE
        WHERE owner_id = :owner AND id <= :up_to AND NOT is_read
        """,
        owner=owner_id,
        up_to=up_to,
    )
