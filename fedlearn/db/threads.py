"""This is where it is answered which statuses belong together: what answers what, near and far.

Each question answers with ids that the viewer may see; db/status_views.py makes statuses of them.
"""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import StatusId


async def ancestors(
    connection: Connection, viewer: Viewer, status_id: StatusId, limit: int = 50
) -> list[StatusId]:
    """What a status answers, the beginning of the conversation first.

    Other servers can make posts answer each other in a circle; each is then told once.
    """
    rows = await connection.fetch_all(
        f"""
        WITH RECURSIVE above (id, parent, depth) AS (
            SELECT id, in_reply_to_id, 0 FROM status WHERE id = :id
            UNION ALL
            SELECT p.id, p.in_reply_to_id, above.depth + 1
            FROM above CROSS JOIN status p WHERE p.id = above.parent AND above.depth < :limit
        )
        SELECT s.id FROM (SELECT id, min(depth) AS depth FROM above GROUP BY id) found
        CROSS JOIN status s
        WHERE s.id = found.id AND found.depth > 0 AND {VISIBLE} ORDER BY found.depth DESC
        """,
        id=status_id,
        limit=limit,
        **eyes(viewer),
    )
    return _ids(rows)


async def descendants(
    connection: Connection, viewer: Viewer, status_id: StatusId, limit: int = 200
) -> list[StatusId]:
    """What answers a status, directly or through other answers, in the order of writing.

    Below the beginning of a conversation also what belongs to it, and answers what is not here.
    """
    rows = await connection.fetch_all(
        f"""
        WITH RECURSIVE below (id, depth) AS (
            SELECT id, 0 FROM status WHERE id = :id
            UNION ALL
            SELECT o.id, 1 FROM status r JOIN status o ON o.conversation = r.conversation
            WHERE r.id = :id AND r.in_reply_to_uri IS NULL
                AND o.in_reply_to_id IS NULL AND o.in_reply_to_uri IS NOT NULL
            UNION ALL
            SELECT c.id, below.depth + 1
            FROM status c JOIN below ON c.in_reply_to_id = below.id WHERE below.depth < 50
        )
        SELECT s.id FROM status s
        WHERE s.id IN (SELECT id FROM below WHERE depth > 0) AND s.id <> :id AND {VISIBLE}
        ORDER BY s.id LIMIT :limit
        """,
        id=status_id,
        limit=limit,
        **eyes(viewer),
    )
    return _ids(rows)


async def replies_page(
    connection: Connection,
    viewer: Viewer,
    status_id: StatusId,
    *,
    after: StatusId,
    limit: int,
    others_only: bool = False,
) -> list[StatusId]:
    """Direct answers to a status, those by its author first, then oldest first.

    `after` is the last one had; `others_only` when that was not by the author.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s JOIN status parent ON parent.id = s.in_reply_to_id
        WHERE parent.id = :id AND {VISIBLE}
            AND (CASE WHEN s.actor_id = parent.actor_id THEN 0 ELSE 1 END, s.id)
                > (CAST(:by_others AS INTEGER), CAST(:after AS BIGINT))
        ORDER BY CASE WHEN s.actor_id = parent.actor_id THEN 0 ELSE 1 END, s.id LIMIT :limit
        """,
        id=status_id,
        by_others=int(others_only),
        after=after,
        limit=limit,
        **eyes(viewer),
    )
    return _ids(rows)


async def conversation_page(
    connection: Connection, viewer: Viewer, conversation: str, limit: int
) -> list[StatusId]:
    """What belongs to one conversation, oldest first."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s WHERE s.conversation = :conversation AND {VISIBLE}
        ORDER BY s.id LIMIT :limit
        """,
        conversation=conversation,
        limit=limit,
        **eyes(viewer),
    )
    return _ids(rows)


def _ids(rows: Sequence[Row]) -> list[StatusId]:
    return [StatusId(row["id"]) for row in rows]
