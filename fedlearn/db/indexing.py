"""This is where what posts and people are found by is written. Whatever deletes them deletes it.

On SQLite the words of posts wait until several go into the index together, which costs a third:
when one in so many comes, or somebody searches. On PostgreSQL nothing ever waits.
"""

from fedlearn.db.database import Connection
from fedlearn.db.details import Details
from fedlearn.db.marks import (
    Has,
    marks_of_actor,
    marks_of_status,
    words_of_actor,
    words_of_status,
)
from fedlearn.domain.actors import Profile
from fedlearn.domain.ids import ActorId
from fedlearn.domain.polls import Poll
from fedlearn.domain.statuses import Status

# How many wait, more or less: ids end in numbers that are counted.
ONE_IN = 64
AT_ONCE = 1_000


async def index_status(
    connection: Connection, status: Status, details: Details, poll: Poll | None
) -> None:
    """A new post is found by its words."""
    descriptions = [one.description for one in details.attachments]
    answers = [one.title for one in poll.options] if poll else []
    has = [
        *([Has.MEDIA] if details.attachments else []),
        *([Has.POLL] if poll else []),
        *([Has.LINK] if details.preview else []),
    ]
    await _keep(connection, status, [*descriptions, *answers], has)
    if status.id % ONE_IN == 0:
        await index_waiting(connection)


async def anything_waits(connection: Connection) -> bool:
    """Whether there are words that are not in the index yet."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM status_words WHERE NOT is_indexed LIMIT 1"
    )
    return row is not None


async def index_waiting(connection: Connection) -> None:
    """Put the words that wait into the index."""
    await connection.execute(
        """
        UPDATE status_words SET is_indexed = true WHERE id IN (
            SELECT id FROM status_words WHERE NOT is_indexed ORDER BY id DESC LIMIT :limit)
        """,
        limit=AT_ONCE,
    )


async def index_again(connection: Connection, status: Status) -> None:
    """After an edit: a post is found by what it says and encloses now."""
    rows = await connection.fetch_all(
        """
        SELECT 'media' AS has, description AS text, position FROM attachment WHERE status_id = :id
        UNION ALL SELECT 'poll', title, position FROM poll_option WHERE status_id = :id
        UNION ALL SELECT 'link', '', 0 FROM preview WHERE status_id = :id
        ORDER BY 1, 3
        """,
        id=status.id,
    )
    await _keep(connection, status, [row["text"] for row in rows], [row["has"] for row in rows])


async def index_actor(connection: Connection, actor_id: ActorId, profile: Profile) -> None:
    """Somebody new or changed is found by what their profile says now."""
    await connection.execute(
        """
        INSERT INTO actor_words (id, said, marks) VALUES (:id, :said, :marks)
        ON CONFLICT (id) DO UPDATE SET said = excluded.said, marks = excluded.marks
        WHERE actor_words.said <> excluded.said OR actor_words.marks <> excluded.marks
        """,
        id=actor_id,
        said=words_of_actor(profile.username, profile.domain, profile.name, profile.summary),
        marks=marks_of_actor(profile.domain, is_discoverable=profile.is_discoverable),
    )


async def _keep(
    connection: Connection, status: Status, enclosed: list[str], has: list[Has]
) -> None:
    await connection.execute(
        """
        INSERT INTO status_words (id, said, marks) VALUES (:id, :said, :marks)
        ON CONFLICT (id) DO UPDATE SET said = excluded.said, marks = excluded.marks
        """,
        id=status.id,
        said=words_of_status(status.content, status.content_warning, enclosed),
        marks=marks_of_status(status.actor_id, status.content, has),
    )
