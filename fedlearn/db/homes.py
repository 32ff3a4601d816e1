"""This is where it is kept what stands on home timelines: what comes there, and what leaves them.

What somebody wants of a follow counts here, so that reading a home timeline need not ask.
"""

from collections.abc import Sequence

from fedlearn.db.database import Connection
from fedlearn.domain.events import MOST_READERS_NAMED, PutHome
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.statuses import Status

# A post or boost `s` is what the follow `f` of its author is for.
FITS = """((s.boost_of_id IS NULL OR NOT f.hides_boosts)
    AND (f.languages IS NULL OR s.language IS NULL
        OR f.languages LIKE '% ' || lower(s.language) || ' %'))"""


async def add_to_homes(
    connection: Connection, owner_ids: Sequence[ActorId], status_id: StatusId
) -> None:
    """Put a status on these people's home timelines."""
    await connection.execute_many(
        "INSERT INTO home_entry (owner_id, status_id) VALUES (:owner, :status)"
        " ON CONFLICT DO NOTHING",
        [{"owner": owner, "status": status_id} for owner in owner_ids],
    )
    if owner_ids:
        are_few = len(owner_ids) <= MOST_READERS_NAMED
        connection.announce(PutHome(tuple(owner_ids) if are_few else None))


async def home_owners(connection: Connection, status: Status) -> list[ActorId]:
    """Whose home timelines a status belongs on, its author's own aside.

    Followers of the author; for an answer only those who also follow whom it answers, or are them,
    unless we do not know what it answers; for a public post those, too, who follow a hashtag of it.
    A direct post is on none: it belongs to a conversation.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT f.follower_id AS id FROM follow f JOIN actor a ON a.id = f.follower_id
            JOIN status s ON s.id = :status
        WHERE f.followee_id = :author AND f.state = 'accepted' AND a.domain IS NULL AND {FITS}
            AND CAST(:reach AS TEXT) <> 'direct'
            AND (CAST(:parent_id AS BIGINT) IS NULL OR EXISTS (
                SELECT 1 FROM status p WHERE p.id = :parent_id AND (
                    p.actor_id IN (f.follower_id, f.followee_id)
                    OR EXISTS (SELECT 1 FROM follow g WHERE g.follower_id = f.follower_id
                        AND g.followee_id = p.actor_id AND g.state = 'accepted'))))
        UNION
        SELECT t.actor_id FROM hashtag h JOIN followed_hashtag t ON t.name = h.name
        WHERE h.status_id = :status AND CAST(:reach AS TEXT) = 'public'
        """,
        author=status.actor_id,
        status=status.id,
        parent_id=status.in_reply_to_id,
        reach=status.reach.value,
    )
    return [ActorId(row["id"]) for row in rows]


async def fill_home(
    connection: Connection, owner_id: ActorId, author_id: ActorId, limit: int
) -> None:
    """The latest posts of somebody who is followed join the reader's home, as far as they fit.

    Answers to people whom the reader does not follow stay away, as they do when they are new.
    """
    await connection.execute(
        f"""
        INSERT INTO home_entry (owner_id, status_id)
        SELECT f.follower_id, s.id FROM follow f JOIN status s ON s.actor_id = f.followee_id
        WHERE f.follower_id = :owner AND f.followee_id = :author AND s.reach <> 'direct' AND {FITS}
            AND (s.in_reply_to_id IS NULL OR EXISTS (
                SELECT 1 FROM status p WHERE p.id = s.in_reply_to_id AND (
                    p.actor_id IN (:owner, :author)
                    OR EXISTS (SELECT 1 FROM follow g WHERE g.follower_id = :owner
                        AND g.followee_id = p.actor_id AND g.state = 'accepted'))))
        ORDER BY s.id DESC LIMIT :limit
        ON CONFLICT DO NOTHING
        """,
        owner=owner_id,
        author=author_id,
        limit=limit,
    )


async def empty_home_of(connection: Connection, owner_id: ActorId, author_id: ActorId) -> None:
    """After an unfollow: the author's posts leave the reader's home, but for hashtags followed."""
    await connection.sweep(
        """
        DELETE FROM home_entry WHERE owner_id = :owner AND status_id IN (
            SELECT s.id FROM status s WHERE s.actor_id = :author
                AND (s.reach <> 'public' OR NOT EXISTS (
                    SELECT 1 FROM hashtag h JOIN followed_hashtag t ON t.name = h.name
                    WHERE h.status_id = s.id AND t.actor_id = :owner)))
        """,
        owner=owner_id,
        author=author_id,
    )


async def sift_home(connection: Connection, owner_id: ActorId, author_id: ActorId) -> None:
    """What the reader wants no more of this author leaves their home, but for hashtags followed."""
    await connection.sweep(
        f"""
        DELETE FROM home_entry WHERE owner_id = :owner AND status_id IN (
            SELECT s.id FROM follow f JOIN status s ON s.actor_id = f.followee_id
            WHERE f.follower_id = :owner AND f.followee_id = :author AND NOT {FITS}
                AND (s.reach <> 'public' OR NOT EXISTS (
                    SELECT 1 FROM hashtag h JOIN followed_hashtag t ON t.name = h.name
                    WHERE h.status_id = s.id AND t.actor_id = :owner)))
        """,
        owner=owner_id,
        author=author_id,
    )


async def trim_homes(connection: Connection, keep: int) -> None:
    """Forget what lies deeper in home timelines than anybody scrolls."""
    await connection.sweep(
        """
        DELETE FROM home_entry WHERE (owner_id, status_id) IN (
            SELECT ranked.owner_id, ranked.status_id FROM (
                SELECT owner_id, status_id,
                    row_number() OVER (PARTITION BY owner_id ORDER BY status_id DESC) AS place
                FROM home_entry) ranked
            WHERE ranked.place > :keep)
        """,
        keep=keep,
    )
