"""This is where it is remembered what is said to everybody here, and who has read it."""

from collections.abc import Sequence
from dataclasses import replace

from fedlearn.db.database import Connection, Row
from fedlearn.domain.events import Announced, Reacted
from fedlearn.domain.ids import ActorId, Millis, now
from fedlearn.domain.rules import Announcement, AnnouncementReaction

MOST_LISTED = 100


async def announcements(connection: Connection) -> list[Announcement]:
    """All of them, those over too, the latest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM announcement ORDER BY id DESC LIMIT :limit", limit=MOST_LISTED
    )
    return [_announcement_of(row) for row in rows]


async def announcement_by_id(connection: Connection, announcement_id: int) -> Announcement | None:
    """The one of this number."""
    row = await connection.fetch_one(
        "SELECT * FROM announcement WHERE id = :id", id=announcement_id
    )
    return _announcement_of(row) if row else None


async def shown_announcements(connection: Connection, reader_id: ActorId) -> list[Announcement]:
    """Those whose time it is and that the reader has not put away, oldest first."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM announcement a
        WHERE (a.starts_at IS NULL OR a.starts_at <= :at)
            AND (a.ends_at IS NULL OR a.ends_at > :at)
            AND NOT EXISTS (SELECT 1 FROM announcement_dismissal d
                WHERE d.announcement_id = a.id AND d.actor_id = :reader)
        ORDER BY a.id
        """,
        at=now(),
        reader=reader_id,
    )
    shown = [_announcement_of(row) for row in rows]
    reactions = await _reactions_to(connection, [one.id for one in shown], reader_id)
    return [replace(one, reactions=tuple(reactions.get(one.id, ()))) for one in shown]


async def _reactions_to(
    connection: Connection, ids: Sequence[int], reader_id: ActorId
) -> dict[int, list[AnnouncementReaction]]:
    """With what people answer these, what most answer first."""
    found: dict[int, list[AnnouncementReaction]] = {}
    if not ids:
        return found
    rows = await connection.fetch_all(
        """
        SELECT announcement_id, name, count(*) AS n,
            sum(CASE WHEN actor_id = :reader THEN 1 ELSE 0 END) AS own
        FROM announcement_reaction WHERE announcement_id IN :ids
        GROUP BY announcement_id, name ORDER BY count(*) DESC, name
        """,
        ids=ids,
        reader=reader_id,
    )
    for row in rows:
        reaction = AnnouncementReaction(row["name"], int(row["n"]), is_own=bool(row["own"]))
        found.setdefault(int(row["announcement_id"]), []).append(reaction)
    return found


async def react(
    connection: Connection, announcement_id: int, reader_id: ActorId, name: str
) -> None:
    """Somebody answers with an emoji. Twice is once."""
    await connection.execute(
        """
        INSERT INTO announcement_reaction (announcement_id, actor_id, name)
        VALUES (:id, :reader, :name) ON CONFLICT DO NOTHING
        """,
        id=announcement_id,
        reader=reader_id,
        name=name,
    )
    connection.announce(Reacted(announcement_id, name))


async def unreact(
    connection: Connection, announcement_id: int, reader_id: ActorId, name: str
) -> None:
    """Somebody takes it back."""
    changed = await connection.execute(
        """
        DELETE FROM announcement_reaction
        WHERE announcement_id = :id AND actor_id = :reader AND name = :name
        """,
        id=announcement_id,
        reader=reader_id,
        name=name,
    )
    if changed:
        connection.announce(Reacted(announcement_id, name))


async def insert_announcement(
    connection: Connection,
    *,
    text: str,
    content: str,
    starts_at: Millis | None,
    ends_at: Millis | None,
) -> None:
    """Something new is said."""
    row = await connection.fetch_one(
        """
        INSERT INTO announcement (text, content, starts_at, ends_at, created_at, updated_at)
        VALUES (:text, :content, :starts_at, :ends_at, :at, :at) RETURNING id
        """,
        text=text,
        content=content,
        starts_at=starts_at,
        ends_at=ends_at,
        at=now(),
    )
    if row is not None:
        connection.announce(Announced(row["id"]))


async def change_announcement(
    connection: Connection,
    announcement_id: int,
    *,
    text: str,
    content: str,
    starts_at: Millis | None,
    ends_at: Millis | None,
) -> None:
    """It says something else; who has put it away is not shown it again."""
    await connection.execute(
        """
        UPDATE announcement SET text = :text, content = :content, starts_at = :starts_at,
            ends_at = :ends_at, updated_at = :at
        WHERE id = :id
        """,
        id=announcement_id,
        text=text,
        content=content,
        starts_at=starts_at,
        ends_at=ends_at,
        at=now(),
    )
    connection.announce(Announced(announcement_id))


async def delete_announcement(connection: Connection, announcement_id: int) -> None:
    """It is said no more."""
    await connection.execute("DELETE FROM announcement WHERE id = :id", id=announcement_id)
    connection.announce(Announced(announcement_id))


async def dismiss(connection: Connection, announcement_id: int, reader_id: ActorId) -> None:
    """Somebody has read it and puts it away; nothing happens where there is none."""
    await connection.execute(
        """
        INSERT INTO announcement_dismissal (announcement_id, actor_id)
        SELECT a.id, CAST(:reader AS BIGINT) FROM announcement a WHERE a.id = :id
        ON CONFLICT DO NOTHING
        """,
        id=announcement_id,
        reader=reader_id,
    )


def _announcement_of(row: Row) -> Announcement:
    return Announcement(
        id=int(row["id"]),
        text=row["text"],
        content=row["content"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        created_at=Millis(row["created_at"]),
        updated_at=Millis(row["updated_at"]),
    )
