"""This is where it is remembered which hashtags people show on their profile."""

from fedlearn.db.database import Connection, Row
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.featured import FeaturedHashtag
from fedlearn.domain.ids import ActorId, Millis, snowflake


async def feature_hashtag(connection: Connection, owner_id: ActorId, name: str) -> None:
    """Somebody shows a hashtag, given in lower case. Twice is once."""
    await connection.execute(
        """
        INSERT INTO featured_hashtag (id, owner_id, name) VALUES (:id, :owner, :name)
        ON CONFLICT (owner_id, name) DO NOTHING
        """,
        id=snowflake(),
        owner=owner_id,
        name=name,
    )


async def unfeature_hashtag(connection: Connection, owner_id: ActorId, name: str) -> None:
    """Somebody shows a hashtag no more."""
    await connection.execute(
        "DELETE FROM featured_hashtag WHERE owner_id = :owner AND name = :name",
        owner=owner_id,
        name=name,
    )


async def hashtags_featured_by(connection: Connection, owner_id: ActorId) -> list[str]:
    """Every hashtag that somebody shows, by name."""
    rows = await connection.fetch_all(
        "SELECT name FROM featured_hashtag WHERE owner_id = :owner ORDER BY name", owner=owner_id
    )
    return [row["name"] for row in rows]


async def featured_hashtags(
    connection: Connection, viewer: Viewer, owner_id: ActorId
) -> list[FeaturedHashtag]:
    """The same with how many posts of theirs this viewer finds behind each, the most first."""
    rows = await connection.fetch_all(
        f"""
        SELECT f.id, f.name, count(own.id) AS posts, max(own.published) AS last_at
        FROM featured_hashtag f LEFT JOIN (
            SELECT h.name, s.id, s.published FROM status s JOIN hashtag h ON h.status_id = s.id
            WHERE s.actor_id = :owner AND s.reach IN ('public', 'unlisted') AND {VISIBLE}
        ) own ON own.name = f.name
        WHERE f.owner_id = :owner
        GROUP BY f.id, f.name ORDER BY count(own.id) DESC, f.name
        """,
        owner=owner_id,
        **eyes(viewer),
    )
    return [_featured(row) for row in rows]


async def often_used_by(connection: Connection, owner_id: ActorId, limit: int) -> list[str]:
    """Which hashtags somebody uses most in public and does not show yet."""
    rows = await connection.fetch_all(
        f"""
        SELECT h.name FROM status s JOIN hashtag h ON h.status_id = s.id
        WHERE s.actor_id = :viewer_id AND s.reach IN ('public', 'unlisted') AND {VISIBLE}
            AND NOT EXISTS (SELECT 1 FROM featured_hashtag f
                WHERE f.owner_id = :viewer_id AND f.name = h.name)
        GROUP BY h.name ORDER BY count(*) DESC, h.name LIMIT :limit
        """,
        limit=limit,
        **eyes(Viewer(owner_id, is_local=True)),
    )
    return [row["name"] for row in rows]


def _featured(row: Row) -> FeaturedHashtag:
    last = row["last_at"]
    return FeaturedHashtag(
        id=int(row["id"]),
        name=row["name"],
        posts=int(row["posts"]),
        last_at=None if last is None else Millis(last),
    )
