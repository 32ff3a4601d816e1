"""This is where it is answered which statuses stand on a timeline, and in which order.

Each question answers with ids that the viewer may see, newest first unless it says otherwise;
db/status_views.py makes statuses of them.
"""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.db.follows import LAST
from fedlearn.db.visibility import NOT_SILENCED, VISIBLE, eyes
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.statuses import Status


async def add_to_homes(
    connection: Connection, owner_ids: Sequence[ActorId], status_id: StatusId
) -> None:
    """Put a status on these people's home timelines."""
    await connection.execute_many(
        "INSERT INTO home_entry (owner_id, status_id) VALUES (:owner, :status)"
        " ON CONFLICT DO NOTHING",
        [{"owner": owner, "status": status_id} for owner in owner_ids],
    )


async def home_owners(connection: Connection, status: Status) -> list[ActorId]:
    """Whose home timelines a status belongs on, its author's own aside.

    Followers of the author; for an answer only those who also follow whom it answers, or are them,
    unless we do not know what it answers; for a direct post those whom it names; for a public post
    those, too, who follow a hashtag of it.
    """
    rows = await connection.fetch_all(
        """
        SELECT f.follower_id AS id FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :author AND f.state = 'accepted' AND a.domain IS NULL
            AND CAST(:reach AS TEXT) <> 'direct'
            AND (CAST(:parent_id AS BIGINT) IS NULL OR EXISTS (
                SELECT 1 FROM status p WHERE p.id = :parent_id AND (
                    p.actor_id IN (f.follower_id, f.followee_id)
                    OR EXISTS (SELECT 1 FROM follow g WHERE g.follower_id = f.follower_id
                        AND g.followee_id = p.actor_id AND g.state = 'accepted'))))
        UNION
        SELECT a.id FROM mention m JOIN actor a ON a.id = m.actor_id
        WHERE m.status_id = :status AND a.domain IS NULL AND CAST(:reach AS TEXT) = 'direct'
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
    """After a new follow: the author's latest posts join the reader's home timeline.

    Answers to people whom the reader does not follow stay away, as they do when they are new.
    """
    await connection.execute(
        """
        INSERT INTO home_entry (owner_id, status_id)
        SELECT CAST(:owner AS BIGINT), s.id FROM status s
        WHERE s.actor_id = :author AND s.reach <> 'direct'
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
    """After an unfollow: the author's posts leave the reader's home timeline."""
    await connection.sweep(
        """
        DELETE FROM home_entry WHERE owner_id = :owner
            AND status_id IN (SELECT id FROM status WHERE actor_id = :author)
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


async def home_page(
    connection: Connection, viewer: Viewer, *, before: StatusId | None, limit: int
) -> list[StatusId]:
    """What the people one follows have posted and boosted, and one's own posts."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM home_entry h JOIN status s ON s.id = h.status_id
        WHERE h.owner_id = :viewer_id AND h.status_id < :before AND {VISIBLE} AND {WANTED}
        ORDER BY h.status_id DESC LIMIT :limit
        """,
        before=before or LAST,
        limit=limit,
        **wishes(viewer),
    )
    return _ids(rows)


async def public_page(
    connection: Connection, viewer: Viewer, *, before: StatusId | None, limit: int
) -> list[StatusId]:
    """Public posts written here, without replies and boosts."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.is_local AND s.reach = 'public' AND s.boost_of_id IS NULL
            AND s.in_reply_to_uri IS NULL AND s.id < :before AND {VISIBLE} AND {WANTED}
        ORDER BY s.id DESC LIMIT :limit
        """,
        before=before or LAST,
        limit=limit,
        **wishes(viewer),
    )
    return _ids(rows)


async def hashtag_page(
    connection: Connection, viewer: Viewer, name: str, *, before: StatusId | None, limit: int
) -> list[StatusId]:
    """Public posts with this hashtag, none from silenced domains; to strangers only ours."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM hashtag h JOIN status s ON s.id = h.status_id
        WHERE h.name = lower(:name) AND h.status_id < :before AND s.reach = 'public'
            AND (s.is_local OR :viewer_is_local) AND {NOT_SILENCED} AND {VISIBLE} AND {WANTED}
        ORDER BY h.status_id DESC LIMIT :limit
        """,
        name=name,
        before=before or LAST,
        limit=limit,
        **wishes(viewer),
    )
    return _ids(rows)


async def author_page(
    connection: Connection,
    viewer: Viewer,
    author_id: ActorId,
    *,
    before: StatusId | None,
    limit: int,
) -> list[StatusId]:
    """What one actor has posted and boosted, for its profile."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.actor_id = :author AND s.id < :before AND s.reach <> 'direct' AND {VISIBLE}
        ORDER BY s.id DESC LIMIT :limit
        """,
        author=author_id,
        before=before or LAST,
        limit=limit,
        **eyes(viewer),
    )
    return _ids(rows)


async def outbox_page(
    connection: Connection, author_id: ActorId, *, before: StatusId | None, limit: int
) -> list[StatusId]:
    """What anybody on the open web may read of an actor: the ActivityPub outbox."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.actor_id = :author AND s.id < :before AND s.reach IN ('public', 'unlisted')
            AND {VISIBLE}
        ORDER BY s.id DESC LIMIT :limit
        """,
        author=author_id,
        before=before or LAST,
        limit=limit,
        **eyes(STRANGER),
    )
    return _ids(rows)


async def author_feed(connection: Connection, author_id: ActorId, limit: int) -> list[StatusId]:
    """What an actor has written for everybody, for its feed: without boosts."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.actor_id = :author AND s.reach = 'public' AND s.boost_of_id IS NULL AND {VISIBLE}
        ORDER BY s.id DESC LIMIT :limit
        """,
        author=author_id,
        limit=limit,
        **eyes(STRANGER),
    )
    return _ids(rows)


async def count_outbox(connection: Connection, author_id: ActorId) -> int:
    """How many statuses the ActivityPub outbox holds."""
    row = await connection.fetch_one(
        f"""
        SELECT count(*) AS n FROM status s
        WHERE s.actor_id = :author AND s.reach IN ('public', 'unlisted') AND {VISIBLE}
        """,
        author=author_id,
        **eyes(STRANGER),
    )
    return int(row["n"]) if row else 0


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
            FROM status p JOIN above ON p.id = above.parent WHERE above.depth < :limit
        )
        SELECT s.id FROM (SELECT id, min(depth) AS depth FROM above GROUP BY id) found
        JOIN status s ON s.id = found.id
        WHERE found.depth > 0 AND {VISIBLE} ORDER BY found.depth DESC
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
