"""This is where it is remembered which conversations were asked for elsewhere, and when."""

from collections.abc import Sequence

from fedlearn.db.database import Connection
from fedlearn.db.statuses import status_of
from fedlearn.domain.ids import MINUTE_MS, Millis, StatusId, now
from fedlearn.domain.statuses import Status

FRESH_MS = 15 * MINUTE_MS


async def open_ends(
    connection: Connection, status_id: StatusId, *, fresh_ms: int = FRESH_MS
) -> list[Status]:
    """Where the rest of a post's conversation can be asked for: its beginning, and the post itself.

    Only open posts of other servers that say where their answers are listed, and not those that
    were asked for lately, which is for so long.
    """
    rows = await connection.fetch_all(
        """
        WITH RECURSIVE above (id, parent, depth) AS (
            SELECT id, in_reply_to_id, 0 FROM status WHERE id = :id
            UNION ALL
            SELECT p.id, p.in_reply_to_id, above.depth + 1
            FROM above CROSS JOIN status p WHERE p.id = above.parent AND above.depth < 50
        )
        SELECT s.* FROM status s
        WHERE s.id IN (SELECT id FROM above WHERE depth = 0 OR parent IS NULL)
            AND NOT s.is_local AND s.reach IN ('public', 'unlisted') AND s.boost_of_id IS NULL
            AND (s.replies IS NOT NULL OR s.context IS NOT NULL)
            AND coalesce(s.replies_fetched_at, 0) < :fresh_since
        ORDER BY CASE WHEN s.id = :id THEN 1 ELSE 0 END
        """,
        id=status_id,
        fresh_since=_fresh_since(fresh_ms),
    )
    return [status_of(row) for row in rows]


async def claim_ends(
    connection: Connection, ids: Sequence[StatusId], *, fresh_ms: int = FRESH_MS
) -> list[StatusId]:
    """Note that the answers to these are asked for now; which of them were not, lately."""
    rows = await connection.fetch_all(
        """
        UPDATE status SET replies_fetched_at = :at
        WHERE id IN :ids AND coalesce(replies_fetched_at, 0) < :fresh_since RETURNING id
        """,
        ids=ids,
        at=now(),
        fresh_since=_fresh_since(fresh_ms),
    )
    return [StatusId(row["id"]) for row in rows]


async def is_open_conversation(connection: Connection, conversation: str) -> bool:
    """Whether a post that may leave this server belongs to a conversation."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM status WHERE conversation = :uri AND scope = 'fed' LIMIT 1",
        uri=conversation,
    )
    return row is not None


def _fresh_since(fresh_ms: int) -> Millis:
    return Millis(now() - fresh_ms)
