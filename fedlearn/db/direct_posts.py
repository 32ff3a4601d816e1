"""This is where direct posts are gathered into conversations, for each of our people in them."""

from collections.abc import Iterable, Sequence

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.status_views import status_views
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.conversations import Conversation, ConversationId, ConversationView
from fedlearn.domain.events import MOST_READERS_NAMED, Messaged
from fedlearn.domain.ids import ActorId, StatusId, Uri, snowflake
from fedlearn.domain.statuses import Status, StatusView


async def gather_direct(connection: Connection, status: Status) -> None:
    """A direct post joins a conversation of each of our people in it; others have not read it."""
    rows = await connection.fetch_all(
        """
        SELECT a.id FROM actor a WHERE a.domain IS NULL AND (a.id = :author OR a.id IN (
            SELECT m.actor_id FROM mention m WHERE m.status_id = :status))
        """,
        author=status.actor_id,
        status=status.id,
    )
    await connection.execute_many(
        """
        INSERT INTO direct_conversation (id, owner_id, conversation, last_status_id, is_unread)
        VALUES (:id, :owner, :conversation, :status, :is_unread)
        ON CONFLICT (owner_id, conversation) DO UPDATE SET
            last_status_id = excluded.last_status_id, is_unread = excluded.is_unread
        WHERE excluded.last_status_id > direct_conversation.last_status_id
        """,
        [
            {
                "id": snowflake(),
                "owner": row["id"],
                "conversation": status.conversation,
                "status": status.id,
                "is_unread": row["id"] != status.actor_id,
            }
            for row in rows
        ],
    )
    if rows:
        connection.announce(
            Messaged(tuple(ActorId(row["id"]) for row in rows[:MOST_READERS_NAMED]))
        )


async def conversations_page(
    connection: Connection,
    viewer: Viewer,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
) -> list[ConversationView]:
    """Somebody's conversations, the latest first; of which nothing can be seen any more, not.

    The next page begins before the place of the last one on this; one that is upward begins next
    to `after`.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT * FROM (
            SELECT c.*, (
                SELECT s.id FROM status s
                WHERE s.conversation = c.conversation AND s.reach = 'direct'
                    AND {VISIBLE} AND {WANTED}
                ORDER BY s.id DESC LIMIT 1) AS shown_id
            FROM direct_conversation c
            WHERE c.owner_id = :viewer_id AND c.last_status_id < :before
                AND c.last_status_id > :after) found
        WHERE found.shown_id IS NOT NULL
        ORDER BY found.last_status_id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **wishes(viewer),
    )
    rows = from_above(rows, is_upward=is_upward)
    views = await status_views(connection, viewer, [StatusId(row["shown_id"]) for row in rows])
    by_id = {view.id: view for view in views}
    pairs = [(_conversation_of(row), by_id[row["shown_id"]]) for row in rows]
    people = await _people_in(connection, by_id.values())
    return [ConversationView(one, view, _others(people, view, one.owner_id)) for one, view in pairs]


async def conversation_by_id(
    connection: Connection, conversation_id: ConversationId
) -> Conversation | None:
    """The conversation with this id, whoever has it."""
    row = await connection.fetch_one(
        "SELECT * FROM direct_conversation WHERE id = :id", id=conversation_id
    )
    return _conversation_of(row) if row else None


async def conversation_with(
    connection: Connection, owner_id: ActorId, status: Status
) -> Conversation | None:
    """Somebody's conversation to which a post belongs."""
    row = await connection.fetch_one(
        "SELECT * FROM direct_conversation WHERE owner_id = :owner AND conversation = :uri",
        owner=owner_id,
        uri=status.conversation,
    )
    return _conversation_of(row) if row else None


async def direct_page(
    connection: Connection, viewer: Viewer, uri: Uri, *, before: StatusId | None, limit: int
) -> list[StatusId]:
    """The direct posts of a conversation that somebody may see, newest first."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.conversation = :uri AND s.reach = 'direct' AND s.id < :before AND {VISIBLE}
        ORDER BY s.id DESC LIMIT :limit
        """,
        uri=uri,
        before=before or LAST,
        limit=limit,
        **eyes(viewer),
    )
    return [StatusId(row["id"]) for row in rows]


async def people_in(connection: Connection, view: StatusView, reader_id: ActorId) -> list[Actor]:
    """Who wrote a post and who is named in it, the reader aside."""
    people = await _people_in(connection, [view])
    return list(_others(people, view, reader_id))


async def mark_conversation_read(
    connection: Connection, conversation_id: ConversationId, *, is_unread: bool = False
) -> None:
    """Somebody has read a conversation, or wants it to count as unread."""
    await connection.execute(
        "UPDATE direct_conversation SET is_unread = :is_unread WHERE id = :id",
        id=conversation_id,
        is_unread=is_unread,
    )


async def delete_conversation(connection: Connection, conversation_id: ConversationId) -> None:
    """Take a conversation off the list; a new post brings it back."""
    await connection.execute("DELETE FROM direct_conversation WHERE id = :id", id=conversation_id)


async def count_unread_conversations(connection: Connection, owner_id: ActorId) -> int:
    """How many conversations somebody has not read."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM direct_conversation WHERE owner_id = :owner AND is_unread",
        owner=owner_id,
    )
    return int(row["n"]) if row else 0


async def _people_in(connection: Connection, views: Iterable[StatusView]) -> dict[ActorId, Actor]:
    ids = {id_ for view in views for id_ in _ids_in(view)}
    return await actors_by_id(connection, list(ids))


def _others(
    people: dict[ActorId, Actor], view: StatusView, reader_id: ActorId
) -> tuple[Actor, ...]:
    ids = [one for one in dict.fromkeys(_ids_in(view)) if one != reader_id]
    return tuple(people[one] for one in ids if one in people)


def _ids_in(view: StatusView) -> Sequence[ActorId]:
    return [view.author.id, *(mention.actor_id for mention in view.mentions)]


def _conversation_of(row: Row) -> Conversation:
    return Conversation(
        id=ConversationId(int(row["id"])),
        owner_id=ActorId(row["owner_id"]),
        uri=Uri(row["conversation"]),
        last_status_id=StatusId(row["last_status_id"]),
        is_unread=bool(row["is_unread"]),
    )
