"""This is where it is remembered with which emoji people answered posts."""

from collections import defaultdict
from collections.abc import Sequence

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, StatusId, now, snowflake
from fedlearn.domain.statuses import ReactionView


async def insert_reaction(
    connection: Connection,
    *,
    actor_id: ActorId,
    status_id: StatusId,
    name: str,
    emoji_url: str | None,
    uri: str,
) -> bool:
    """Keep a reaction; False when this actor had answered with the same before."""
    row = await connection.fetch_one(
        """
        INSERT INTO reaction (id, uri, actor_id, status_id, name, emoji_url, created_at)
        VALUES (:id, :uri, :actor_id, :status_id, :name, :emoji_url, :at)
        ON CONFLICT DO NOTHING RETURNING id
        """,
        id=snowflake(),
        uri=uri,
        actor_id=actor_id,
        status_id=status_id,
        name=name,
        emoji_url=emoji_url,
        at=now(),
    )
    return row is not None


async def delete_reaction(connection: Connection, actor_id: ActorId, uri: str) -> StatusId | None:
    """An actor takes a reaction back, given by its identity; on which status it was."""
    row = await connection.fetch_one(
        "DELETE FROM reaction WHERE uri = :uri AND actor_id = :actor RETURNING status_id",
        uri=uri,
        actor=actor_id,
    )
    return StatusId(row["status_id"]) if row else None


async def reactions_to(
    connection: Connection, ids: Sequence[StatusId]
) -> dict[StatusId, list[ReactionView]]:
    """How people answered these statuses, the most frequent first."""
    rows = await connection.fetch_all(
        """
        SELECT status_id, name, max(emoji_url) AS emoji_url, count(*) AS n FROM reaction
        WHERE status_id IN :ids GROUP BY status_id, name ORDER BY n DESC, name
        """,
        ids=ids,
    )
    found: dict[StatusId, list[ReactionView]] = defaultdict(list)
    for row in rows:
        reaction = ReactionView(row["name"], row["emoji_url"], int(row["n"]))
        found[StatusId(row["status_id"])].append(reaction)
    return found
