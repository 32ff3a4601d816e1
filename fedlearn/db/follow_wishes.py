"""This is where it is remembered what people want of whom they follow."""

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.follows import Follow
from fedlearn.domain.ids import ActorId


async def keep_wishes(connection: Connection, follow: Follow) -> None:
    """What the follower wants of it. Languages stand between spaces, to be found as words."""
    await connection.execute(
        """
        UPDATE follow SET notifies = :notifies, hides_boosts = :hides_boosts, languages = :languages
        WHERE id = :id
        """,
        id=follow.id,
        notifies=follow.notifies,
        hides_boosts=follow.hides_boosts,
        languages=f" {' '.join(follow.languages)} " if follow.languages else None,
    )


async def who_is_told(connection: Connection, author_id: ActorId) -> list[Actor]:
    """Those people of ours who follow this actor and want to be told of each new post."""
    rows = await connection.fetch_all(
        """
        SELECT a.* FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'accepted' AND f.notifies AND a.domain IS NULL
        """,
        id=author_id,
    )
    return [actor_of(row) for row in rows]
