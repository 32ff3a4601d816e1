"""This is where it is remembered who follows whom."""

from collections.abc import Sequence

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.actors import Actor
from fedlearn.domain.follows import Follow, FollowState
from fedlearn.domain.ids import ActorId, FollowId, Millis, Uri, now, snowflake

FAMILIAR = 20  # shown of each person


async def store_follow(
    connection: Connection,
    *,
    follower_id: ActorId,
    followee_id: ActorId,
    uri: str,
    state: FollowState,
) -> Follow:
    """A follow, new or asked for again: the newest id counts, and what was accepted stays so."""
    row = await connection.fetch_one(
        """
        INSERT INTO follow (id, uri, follower_id, followee_id, state, created_at)
        VALUES (:id, :uri, :follower_id, :followee_id, :state, :at)
        ON CONFLICT (follower_id, followee_id) DO UPDATE SET
            uri = excluded.uri,
            state = CASE WHEN follow.state = 'accepted' THEN 'accepted' ELSE excluded.state END
        RETURNING *
        """,
        id=snowflake(),
        uri=uri,
        follower_id=follower_id,
        followee_id=followee_id,
        state=state.value,
        at=now(),
    )
    if row is None:
        raise AssertionError("an upsert that returns nothing")
    return follow_of(row)


async def follow_between(
    connection: Connection, follower_id: ActorId, followee_id: ActorId
) -> Follow | None:
    """The follow of one actor by another, pending or accepted."""
    row = await connection.fetch_one(
        "SELECT * FROM follow WHERE follower_id = :follower_id AND followee_id = :followee_id",
        follower_id=follower_id,
        followee_id=followee_id,
    )
    return follow_of(row) if row else None


async def is_following(connection: Connection, follower_id: ActorId, followee_id: ActorId) -> bool:
    """Whether one actor reads the other; to wish so is not enough."""
    known = await follow_between(connection, follower_id, followee_id)
    return known is not None and known.state is FollowState.ACCEPTED


async def follow_by_uri(connection: Connection, uri: str) -> Follow | None:
    """The follow with this identity."""
    row = await connection.fetch_one("SELECT * FROM follow WHERE uri = :uri", uri=uri)
    return follow_of(row) if row else None


async def follow_by_id(connection: Connection, follow_id: FollowId) -> Follow | None:
    """The follow with this id."""
    row = await connection.fetch_one("SELECT * FROM follow WHERE id = :id", id=follow_id)
    return follow_of(row) if row else None


async def accept_follow(connection: Connection, follow_id: FollowId) -> bool:
    """The followee has said yes; whether that was news."""
    changed = await connection.execute(
        "UPDATE follow SET state = 'accepted' WHERE id = :id AND state = 'pending'", id=follow_id
    )
    return changed > 0


async def delete_follow(connection: Connection, follow_id: FollowId) -> None:
    """The follow is over."""
    await connection.execute("DELETE FROM follow WHERE id = :id", id=follow_id)


async def delete_followers_at(connection: Connection, inbox: str) -> None:
    """Whoever has this inbox for their own follows nobody here any more.

    A shared inbox is nobody's own: one wrong answer there must not cost a whole server its follows.
    """
    await connection.execute(
        """
        DELETE FROM follow WHERE follower_id IN (
            SELECT id FROM actor
            WHERE inbox = :inbox AND domain IS NOT NULL AND shared_inbox IS DISTINCT FROM inbox)
        """,
        inbox=inbox,
    )


async def followed_among(
    connection: Connection, follower_id: ActorId, ids: Sequence[ActorId]
) -> set[ActorId]:
    """Whom of these somebody follows."""
    rows = await connection.fetch_all(
        """
        SELECT followee_id FROM follow
        WHERE follower_id = :follower AND followee_id IN :ids AND state = 'accepted'
        """,
        follower=follower_id,
        ids=ids,
    )
    return {ActorId(row["followee_id"]) for row in rows}


async def is_followed_locally(connection: Connection, actor_id: ActorId) -> bool:
    """Whether somebody here follows this actor."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'accepted' AND a.domain IS NULL LIMIT 1
        """,
        id=actor_id,
    )
    return row is not None


async def has_other_follower_here(
    connection: Connection, actor_id: ActorId, follower_id: ActorId
) -> bool:
    """Whether somebody here besides one follows this actor."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'accepted' AND a.domain IS NULL
            AND a.id <> :follower LIMIT 1
        """,
        id=actor_id,
        follower=follower_id,
    )
    return row is not None


async def local_followers(connection: Connection, actor_id: ActorId) -> list[ActorId]:
    """The local actors who read this one."""
    rows = await connection.fetch_all(
        """
        SELECT f.follower_id FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'accepted' AND a.domain IS NULL
        """,
        id=actor_id,
    )
    return [ActorId(row["follower_id"]) for row in rows]


async def follower_inboxes(connection: Connection, actor_id: ActorId) -> list[Uri]:
    """Where posts for all followers on other servers go, each shared inbox once."""
    rows = await connection.fetch_all(
        """
        SELECT DISTINCT coalesce(a.shared_inbox, a.inbox) AS inbox
        FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'accepted'
            AND a.domain IS NOT NULL AND a.gone_at IS NULL AND a.suspended_at IS NULL
        """,
        id=actor_id,
    )
    return [Uri(row["inbox"]) for row in rows]


async def followers_at(connection: Connection, actor_id: ActorId, host: str) -> list[Uri]:
    """The identities of this actor's followers on one host.

    Found by way of the host, which holds fewer than follow somebody whom many follow.
    """
    rows = await connection.fetch_all(
        """
        SELECT a.uri FROM actor a CROSS JOIN follow f
        WHERE a.host = :host AND f.follower_id = a.id AND f.followee_id = :id
            AND f.state = 'accepted'
        """,
        id=actor_id,
        host=host,
    )
    return [Uri(row["uri"]) for row in rows]


async def has_at_most(connection: Connection, actor_id: ActorId, followers: int) -> bool:
    """Whether an actor has no more followers than so many; not all are counted."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM (
            SELECT 1 AS one FROM follow
            WHERE followee_id = :id AND state = 'accepted' LIMIT :limit) found
        """,
        id=actor_id,
        limit=followers + 1,
    )
    return row is not None and row["n"] <= followers


async def count_reached(connection: Connection, actor_id: ActorId, most: int) -> tuple[int, int]:
    """How many follow an actor, and on how many servers; not more than so many are counted."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS followers, count(DISTINCT found.domain) AS servers FROM (
            SELECT coalesce(a.domain, '') AS domain
            FROM follow f JOIN actor a ON a.id = f.follower_id
            WHERE f.followee_id = :id AND f.state = 'accepted'
                AND a.gone_at IS NULL AND a.suspended_at IS NULL
            LIMIT :most) found
        """,
        id=actor_id,
        most=most,
    )
    return (int(row["followers"]), int(row["servers"])) if row else (0, 0)


async def local_follows_of(connection: Connection, actor_id: ActorId) -> list[tuple[Follow, Actor]]:
    """The accepted follows of this actor by people of ours."""
    rows = await connection.fetch_all(
        """
        SELECT a.*, f.id AS follow_id, f.uri AS follow_uri, f.created_at AS follow_created_at
        FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'accepted' AND a.domain IS NULL
        """,
        id=actor_id,
    )
    return [(_joined(row, actor_id, FollowState.ACCEPTED), actor_of(row)) for row in rows]


async def followers_page(
    connection: Connection,
    actor_id: ActorId,
    *,
    before: FollowId | None,
    limit: int,
    after: FollowId | None = None,
    is_upward: bool = False,
) -> list[tuple[FollowId, Actor]]:
    """Accepted followers, newest first, with the follow's id as the cursor.

    A page that is upward begins next to `after`, with the oldest of those who came since.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT a.*, f.id AS follow_id FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'accepted' AND f.id < :before
            AND f.id > :after AND a.suspended_at IS NULL
        ORDER BY f.id {ORDER[is_upward]} LIMIT :limit
        """,
        id=actor_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    found = [(FollowId(row["follow_id"]), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)


async def familiar_followers(
    connection: Connection, reader_id: ActorId, actor_id: ActorId
) -> list[Actor]:
    """Of those whom somebody follows, a few who follow another and do not hide it, newest first."""
    rows = await connection.fetch_all(
        """
        SELECT a.* FROM follow mine
        JOIN follow theirs ON theirs.follower_id = mine.followee_id
        JOIN actor a ON a.id = mine.followee_id
        WHERE mine.follower_id = :reader AND mine.state = 'accepted'
            AND theirs.followee_id = :actor AND theirs.state = 'accepted'
            AND NOT a.hides_follows AND a.suspended_at IS NULL AND a.gone_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM actor o WHERE o.id = :actor AND o.hides_follows)
        ORDER BY theirs.id DESC LIMIT :limit
        """,
        reader=reader_id,
        actor=actor_id,
        limit=FAMILIAR,
    )
    return [actor_of(row) for row in rows]


async def following_page(
    connection: Connection,
    actor_id: ActorId,
    *,
    before: FollowId | None,
    limit: int,
    after: FollowId | None = None,
    is_upward: bool = False,
) -> list[tuple[FollowId, Actor]]:
    """Actors that this one follows, newest first, with the follow's id as the cursor.

    A page that is upward begins next to `after`.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT a.*, f.id AS follow_id FROM follow f JOIN actor a ON a.id = f.followee_id
        WHERE f.follower_id = :id AND f.state = 'accepted' AND f.id < :before
            AND f.id > :after AND a.suspended_at IS NULL
        ORDER BY f.id {ORDER[is_upward]} LIMIT :limit
        """,
        id=actor_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    found = [(FollowId(row["follow_id"]), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)


async def pending_followers(
    connection: Connection, actor_id: ActorId
) -> list[tuple[Follow, Actor]]:
    """Who waits for this actor's yes, oldest first."""
    rows = await connection.fetch_all(
        """
        SELECT a.*, f.id AS follow_id, f.uri AS follow_uri, f.created_at AS follow_created_at
        FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :id AND f.state = 'pending' ORDER BY f.id LIMIT 200
        """,
        id=actor_id,
    )
    return [(_joined(row, actor_id, FollowState.PENDING), actor_of(row)) for row in rows]


async def count_pending(connection: Connection, actor_id: ActorId) -> int:
    """How many wait for this actor's yes."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM follow WHERE followee_id = :id AND state = 'pending'",
        id=actor_id,
    )
    return int(row["n"]) if row else 0


async def count_follows(connection: Connection, actor_id: ActorId) -> tuple[int, int]:
    """How many follow this actor, and how many it follows."""
    row = await connection.fetch_one(
        """
        SELECT
            (SELECT count(*) FROM follow
             WHERE followee_id = :id AND state = 'accepted') AS followers,
            (SELECT count(*) FROM follow
             WHERE follower_id = :id AND state = 'accepted') AS following
        """,
        id=actor_id,
    )
    return (row["followers"], row["following"]) if row else (0, 0)


def follow_of(row: Row) -> Follow:
    """A follow from a row of its table."""
    return Follow(
        id=FollowId(row["id"]),
        uri=Uri(row["uri"]),
        follower_id=ActorId(row["follower_id"]),
        followee_id=ActorId(row["followee_id"]),
        state=FollowState(row["state"]),
        created_at=Millis(row["created_at"]),
        notifies=bool(row["notifies"]),
        hides_boosts=bool(row["hides_boosts"]),
        languages=tuple((row["languages"] or "").split()),
    )


def _joined(row: Row, followee_id: ActorId, state: FollowState) -> Follow:
    return Follow(
        id=FollowId(row["follow_id"]),
        uri=Uri(row["follow_uri"]),
        follower_id=ActorId(row["id"]),
        followee_id=followee_id,
        state=state,
        created_at=Millis(row["follow_created_at"]),
    )
