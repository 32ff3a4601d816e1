"""This is where it is answered which statuses stand on a timeline, and in which order.

Each question answers with ids that the viewer may see, newest first unless it says otherwise;
db/status_views.py makes statuses of them. A page lies `before` one post and `after` another. One
that is `is_upward` begins at the lower end, next to what its reader has seen already.
"""

from collections.abc import Iterable, Sequence

from fedlearn.db.chosen import ALL, BY_ITSELF, Choice, chosen, wants
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.visibility import NOT_SILENCED, VISIBLE, eyes
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.db.whole_statuses import STATE, note_seen
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.ids import ActorId, StatusId


async def home_page(
    connection: Connection,
    viewer: Viewer,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
) -> list[StatusId]:
    """What the people one follows have posted and boosted, and one's own posts.

    What those on an exclusive list post is read there alone.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT s.id, {STATE} FROM home_entry h JOIN status s ON s.id = h.status_id
        WHERE h.owner_id = :viewer_id AND h.status_id < :before AND h.status_id > :after
            AND {VISIBLE} AND {WANTED}
            AND NOT EXISTS (
                SELECT 1 FROM list_member xm JOIN people_list xl ON xl.id = xm.list_id
                WHERE xm.actor_id = s.actor_id AND xl.owner_id = :viewer_id AND xl.is_exclusive)
        ORDER BY h.status_id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **wishes(viewer),
    )
    note_seen(connection, viewer, rows)
    return _newest_first(rows, is_upward=is_upward)


async def public_page(
    connection: Connection,
    viewer: Viewer,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
    choice: Choice = ALL,
) -> list[StatusId]:
    """Public posts written here, without boosts, replies to others, and those who are silenced."""
    return await _public(
        connection,
        viewer,
        "s.is_local",
        before,
        limit,
        after=after,
        is_upward=is_upward,
        choice=choice,
    )


async def remote_page(
    connection: Connection,
    viewer: Viewer,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
    choice: Choice = ALL,
) -> list[StatusId]:
    """The same of other servers."""
    return await _public(
        connection,
        viewer,
        "NOT s.is_local",
        before,
        limit,
        after=after,
        is_upward=is_upward,
        choice=choice,
    )


async def federated_page(
    connection: Connection,
    viewer: Viewer,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
    choice: Choice = ALL,
) -> list[StatusId]:
    """The same of this server and of others: each has its own index."""
    found: list[StatusId] = []
    for page in (public_page, remote_page):
        found += await page(
            connection,
            viewer,
            before=before,
            limit=limit,
            after=after,
            is_upward=is_upward,
            choice=choice,
        )
    return _nearest(found, limit, is_upward=is_upward)


async def hashtag_page(
    connection: Connection,
    viewer: Viewer,
    name: str,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
    choice: Choice = ALL,
) -> list[StatusId]:
    """Public posts with this hashtag, none from silenced domains; to strangers only ours."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM hashtag h JOIN status s ON s.id = h.status_id
        WHERE h.name = lower(:name) AND h.status_id < :before AND h.status_id > :after
            AND s.reach = 'public'
            AND (s.is_local OR :viewer_is_local) AND {chosen(choice)}
            AND {NOT_SILENCED} AND {VISIBLE} AND {WANTED}
        ORDER BY h.status_id {ORDER[is_upward]} LIMIT :limit
        """,
        name=name,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **wishes(viewer),
        **wants(choice),
    )
    return _newest_first(rows, is_upward=is_upward)


async def hashtags_page(
    connection: Connection,
    viewer: Viewer,
    names: frozenset[str],
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
    choice: Choice = ALL,
) -> list[StatusId]:
    """The same with any of these: each of them leads to its posts in their order."""
    found: set[StatusId] = set()
    for name in names:
        found |= set(
            await hashtag_page(
                connection,
                viewer,
                name,
                before=before,
                limit=limit,
                after=after,
                is_upward=is_upward,
                choice=choice,
            )
        )
    return _nearest(found, limit, is_upward=is_upward)


async def author_page(
    connection: Connection,
    viewer: Viewer,
    author_id: ActorId,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
    choice: Choice = ALL,
) -> list[StatusId]:
    """What one actor has posted and boosted, for its profile."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.actor_id = :author AND s.id < :before AND s.id > :after
            AND s.reach <> 'direct' AND {chosen(choice)} AND {VISIBLE}
        ORDER BY s.id {ORDER[is_upward]} LIMIT :limit
        """,
        author=author_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **eyes(viewer),
        **wants(choice),
    )
    return _newest_first(rows, is_upward=is_upward)


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


async def _public(
    connection: Connection,
    viewer: Viewer,
    whose: str,
    before: StatusId | None,
    limit: int,
    *,
    after: StatusId | None,
    is_upward: bool,
    choice: Choice,
) -> list[StatusId]:
    # `whose` stands in the statement itself: by it the databases find the index of such posts.
    rows = await connection.fetch_all(
        f"""
        SELECT s.id, {STATE} FROM status s
        WHERE {whose} AND s.reach = 'public' AND s.boost_of_id IS NULL
            AND {BY_ITSELF} AND s.id < :before AND s.id > :after
            AND {chosen(choice)} AND {NOT_SILENCED} AND {VISIBLE} AND {WANTED}
        ORDER BY s.id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **wishes(viewer),
        **wants(choice),
    )
    note_seen(connection, viewer, rows)
    return _newest_first(rows, is_upward=is_upward)


def _nearest(found: Iterable[StatusId], limit: int, *, is_upward: bool) -> list[StatusId]:
    """Of several questions the answer to all of them together."""
    nearest = sorted(found, reverse=not is_upward)[:limit]
    return sorted(nearest, reverse=True)


def _newest_first(rows: Sequence[Row], *, is_upward: bool) -> list[StatusId]:
    return _ids(from_above(rows, is_upward=is_upward))


def _ids(rows: Sequence[Row]) -> list[StatusId]:
    return [StatusId(row["id"]) for row in rows]
