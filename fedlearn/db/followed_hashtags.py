"""This is where it is remembered which hashtags people follow."""

from functools import partial

from fedlearn.db.database import Connection
from fedlearn.db.paging import names_page
from fedlearn.domain.ids import ActorId, snowflake

# The hashtags that somebody follows, the latest first, each with a cursor.
followed_hashtags_page = partial(names_page, kept=("followed_hashtag", "name"))


async def follow_hashtag(connection: Connection, actor_id: ActorId, name: str) -> None:
    """Somebody follows a hashtag, given in lower case. Following twice is following once."""
    await connection.execute(
        """
        INSERT INTO followed_hashtag (id, name, actor_id) VALUES (:id, :name, :actor)
        ON CONFLICT (name, actor_id) DO NOTHING
        """,
        id=snowflake(),
        name=name,
        actor=actor_id,
    )


async def unfollow_hashtag(connection: Connection, actor_id: ActorId, name: str) -> None:
    """Somebody follows a hashtag no more."""
    await connection.execute(
        "DELETE FROM followed_hashtag WHERE name = :name AND actor_id = :actor",
        name=name,
        actor=actor_id,
    )


async def follows_hashtag(connection: Connection, actor_id: ActorId, name: str) -> bool:
    """Whether somebody follows a hashtag, given in lower case."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM followed_hashtag WHERE name = :name AND actor_id = :actor",
        name=name,
        actor=actor_id,
    )
    return row is not None


async def hashtags_followed_by(connection: Connection, actor_id: ActorId) -> list[str]:
    """Every hashtag that somebody follows, by name."""
    rows = await connection.fetch_all(
        "SELECT name FROM followed_hashtag WHERE actor_id = :actor ORDER BY name", actor=actor_id
    )
    return [row["name"] for row in rows]


async def empty_home_of_hashtag(connection: Connection, owner_id: ActorId, name: str) -> None:
    """After a hashtag is followed no more: what nothing else has brought leaves the home."""
    await connection.sweep(
        """
        DELETE FROM home_entry WHERE owner_id = :owner AND status_id IN (
            SELECT s.id FROM hashtag h JOIN status s ON s.id = h.status_id
            WHERE h.name = :name AND s.actor_id <> :owner AND s.reach = 'public'
                AND NOT EXISTS (
                    SELECT 1 FROM follow f WHERE f.follower_id = :owner
                        AND f.followee_id = s.actor_id AND f.state = 'accepted')
                AND NOT EXISTS (
                    SELECT 1 FROM hashtag o JOIN followed_hashtag t ON t.name = o.name
                    WHERE o.status_id = s.id AND t.actor_id = :owner))
        """,
        owner=owner_id,
        name=name,
    )
