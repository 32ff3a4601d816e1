"""This is where it is answered whom somebody may want to follow, by whom they follow already."""

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection
from fedlearn.db.lively import ACTIVE, NOT_APART
from fedlearn.db.wanted import wishes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId

# Of the latest whom one follows so many are asked, and of all of their follows so many.
FRIENDS, FOLLOWS = 100, 5_000
NEITHER_FOLLOWED_NOR_UNWANTED = """
    a.id <> :viewer_id
    AND NOT EXISTS (SELECT 1 FROM follow own
        WHERE own.follower_id = :viewer_id AND own.followee_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM unwanted_suggestion x
        WHERE x.owner_id = :viewer_id AND x.target_id = a.id)"""


async def friends_of_friends(connection: Connection, viewer: Viewer, limit: int) -> list[Actor]:
    """Whom those follow whom somebody follows and who do not hide it: first whom most do."""
    rows = await connection.fetch_all(
        f"""
        WITH friend (id) AS (
            SELECT f.followee_id FROM follow f JOIN actor a ON a.id = f.followee_id
            WHERE f.follower_id = :viewer_id AND f.state = 'accepted' AND NOT a.hides_follows
            ORDER BY f.id DESC LIMIT :friends),
        followed (id) AS (
            SELECT f.followee_id FROM friend CROSS JOIN follow f
            WHERE f.follower_id = friend.id AND f.state = 'accepted' LIMIT :follows),
        often (id, number) AS (SELECT id, count(*) FROM followed GROUP BY id)
        SELECT a.*, often.number FROM often CROSS JOIN actor a
        WHERE a.id = often.id AND a.is_discoverable AND a.moved_to IS NULL AND {ACTIVE}
            AND {NEITHER_FOLLOWED_NOR_UNWANTED} AND {NOT_APART}
        ORDER BY often.number DESC, a.id LIMIT :limit
        """,
        friends=FRIENDS,
        follows=FOLLOWS,
        limit=limit,
        **wishes(viewer),
    )
    return [actor_of(row) for row in rows]


async def unwanted_among(connection: Connection, owner_id: ActorId) -> set[ActorId]:
    """Whom somebody follows, asked to follow, or does not want to be suggested again."""
    rows = await connection.fetch_all(
        """
        SELECT followee_id AS id FROM follow WHERE follower_id = :owner_id
        UNION SELECT target_id FROM unwanted_suggestion WHERE owner_id = :owner_id
        """,
        owner_id=owner_id,
    )
    return {ActorId(row["id"]) for row in rows}


async def never_suggest(connection: Connection, owner_id: ActorId, target_id: ActorId) -> None:
    """Somebody does not want to be suggested another."""
    await connection.execute(
        """
        INSERT INTO unwanted_suggestion (owner_id, target_id) VALUES (:owner_id, :target_id)
        ON CONFLICT DO NOTHING
        """,
        owner_id=owner_id,
        target_id=target_id,
    )
