"""This is where lists are kept: who is on them, and what is read there."""

from collections.abc import Collection

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.homes import FITS
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.visibility import NOT_SILENCED, VISIBLE
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, ListId, Millis, StatusId, snowflake
from fedlearn.domain.lists import PeopleList, RepliesPolicy

FOLLOWED_BY_NOBODY = """NOT EXISTS (
    SELECT 1 FROM follow nf JOIN actor na ON na.id = nf.follower_id
    WHERE nf.followee_id = m.actor_id AND nf.state = 'accepted' AND na.domain IS NULL)"""
# Answers to members themselves and to the owner, and to others as the list has it.
ANSWERS = """(s.in_reply_to_uri IS NULL OR EXISTS (
    SELECT 1 FROM people_list al LEFT JOIN status ap ON ap.id = s.in_reply_to_id
    WHERE al.id = :list AND (
        ap.actor_id IN (s.actor_id, al.owner_id)
        OR (al.replies_policy = 'list' AND EXISTS (
            SELECT 1 FROM list_member am WHERE am.list_id = al.id AND am.actor_id = ap.actor_id))
        OR (al.replies_policy = 'followed' AND EXISTS (
            SELECT 1 FROM follow af WHERE af.follower_id = al.owner_id
                AND af.followee_id = ap.actor_id AND af.state = 'accepted')))))"""
# What the owner wants of members whom they follow.
WISHED = f"""NOT EXISTS (
    SELECT 1 FROM people_list fl JOIN follow f ON f.follower_id = fl.owner_id
    WHERE fl.id = :list AND f.followee_id = s.actor_id AND NOT {FITS})"""
# What is read on a list.
SHOWN = f"s.reach <> 'direct' AND {ANSWERS} AND {WISHED} AND {VISIBLE} AND {WANTED}"
# What its feed shows: of that, only what anybody may read, and no boosts.
OPEN = f"""s.reach IN ('public', 'unlisted') AND s.scope = 'fed' AND s.boost_of_id IS NULL
    AND {ANSWERS} AND {NOT_SILENCED} AND {VISIBLE} AND {WANTED}"""


async def insert_list(connection: Connection, owner_id: ActorId, title: str) -> PeopleList:
    """A new list with nobody on it."""
    list_id = ListId(snowflake())
    await connection.execute(
        "INSERT INTO people_list (id, owner_id, title) VALUES (:id, :owner, :title)",
        id=list_id,
        owner=owner_id,
        title=title,
    )
    return PeopleList(list_id, owner_id, title)


async def rename_list(connection: Connection, list_id: ListId, title: str) -> None:
    """Call a list something else."""
    await connection.execute(
        "UPDATE people_list SET title = :title WHERE id = :id", id=list_id, title=title
    )


async def change_list(
    connection: Connection, list_id: ListId, policy: RepliesPolicy, *, is_exclusive: bool
) -> None:
    """Which answers stand on a list, and whether its members' posts stand at home, too."""
    await connection.execute(
        """
        UPDATE people_list SET replies_policy = :policy, is_exclusive = :is_exclusive
        WHERE id = :id
        """,
        id=list_id,
        policy=policy.value,
        is_exclusive=is_exclusive,
    )


async def note_opened(connection: Connection, list_id: ListId, at: Millis) -> None:
    """Somebody reads a list."""
    await connection.execute(
        "UPDATE people_list SET opened_at = :at WHERE id = :id", id=list_id, at=at
    )


async def is_read_on_lists_alone(connection: Connection, actor_id: ActorId, since: Millis) -> bool:
    """Whether somebody is on a list that was read since then, and followed by nobody here."""
    row = await connection.fetch_one(
        f"""
        SELECT 1 AS one FROM list_member m JOIN people_list l ON l.id = m.list_id
        WHERE m.actor_id = :actor AND l.opened_at > :since AND {FOLLOWED_BY_NOBODY} LIMIT 1
        """,
        actor=actor_id,
        since=since,
    )
    return row is not None


async def members_to_fetch(connection: Connection, list_id: ListId) -> list[Actor]:
    """Those on a list whose posts nobody sends here."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.* FROM list_member m JOIN actor a ON a.id = m.actor_id
        WHERE m.list_id = :list AND a.domain IS NOT NULL AND {FOLLOWED_BY_NOBODY}
        """,
        list=list_id,
    )
    return [actor_of(row) for row in rows]


async def set_feed_nonce(connection: Connection, list_id: ListId, nonce: str | None) -> None:
    """Give the feed of a list another address, or none."""
    await connection.execute(
        "UPDATE people_list SET feed_nonce = :nonce WHERE id = :id", id=list_id, nonce=nonce
    )


async def delete_list(connection: Connection, list_id: ListId) -> None:
    """There is no such list any more."""
    await connection.execute("DELETE FROM people_list WHERE id = :id", id=list_id)


async def list_by_id(connection: Connection, list_id: ListId) -> PeopleList | None:
    """The list with this id, whoever owns it."""
    row = await connection.fetch_one("SELECT * FROM people_list WHERE id = :id", id=list_id)
    return _list_of(row) if row else None


async def lists_of(connection: Connection, owner_id: ActorId) -> list[PeopleList]:
    """Somebody's lists, by title."""
    rows = await connection.fetch_all(
        "SELECT * FROM people_list WHERE owner_id = :owner ORDER BY lower(title), id",
        owner=owner_id,
    )
    return [_list_of(row) for row in rows]


async def add_member(connection: Connection, list_id: ListId, actor_id: ActorId) -> None:
    """Put somebody on a list. Doing so twice is doing so once."""
    await connection.execute(
        """
        INSERT INTO list_member (list_id, actor_id) VALUES (:list, :actor)
        ON CONFLICT (list_id, actor_id) DO NOTHING
        """,
        list=list_id,
        actor=actor_id,
    )


async def remove_member(connection: Connection, list_id: ListId, actor_id: ActorId) -> None:
    """Take somebody off a list."""
    await connection.execute(
        "DELETE FROM list_member WHERE list_id = :list AND actor_id = :actor",
        list=list_id,
        actor=actor_id,
    )


async def members_of(connection: Connection, list_id: ListId) -> list[Actor]:
    """Who is on a list, by name."""
    rows = await connection.fetch_all(
        """
        SELECT a.* FROM list_member m JOIN actor a ON a.id = m.actor_id
        WHERE m.list_id = :list ORDER BY lower(a.username), a.id
        """,
        list=list_id,
    )
    return [actor_of(row) for row in rows]


async def members_page(
    connection: Connection,
    list_id: ListId,
    *,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[tuple[ActorId, Actor]]:
    """Who is on a list, with their id as the cursor: who came to be known last first."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.* FROM list_member m JOIN actor a ON a.id = m.actor_id
        WHERE m.list_id = :list AND m.actor_id < :before AND m.actor_id > :after
        ORDER BY m.actor_id {ORDER[is_upward]} LIMIT :limit
        """,
        list=list_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    found = [(ActorId(row["id"]), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)


async def lists_with(connection: Connection, owner_id: ActorId, actor_id: ActorId) -> set[ListId]:
    """On which of one person's lists another is."""
    rows = await connection.fetch_all(
        """
        SELECT m.list_id FROM people_list l JOIN list_member m ON m.list_id = l.id
        WHERE l.owner_id = :owner AND m.actor_id = :actor
        """,
        owner=owner_id,
        actor=actor_id,
    )
    return {ListId(row["list_id"]) for row in rows}


async def has_any(connection: Connection, list_id: ListId, actor_ids: Collection[ActorId]) -> bool:
    """Whether one of these is on a list."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM list_member WHERE list_id = :list AND actor_id IN :ids LIMIT 1",
        list=list_id,
        ids=sorted(actor_ids),
    )
    return row is not None


async def list_page(
    connection: Connection,
    viewer: Viewer,
    list_id: ListId,
    *,
    before: StatusId | None,
    limit: int,
) -> list[StatusId]:
    """What those on a list have posted and boosted, followed or not, but for direct posts."""
    return await _of_members(connection, SHOWN, viewer, list_id, before=before or LAST, limit=limit)


async def list_feed(
    connection: Connection, owner: Viewer, list_id: ListId, limit: int
) -> list[StatusId]:
    """What those on a list have posted for anybody to read, as far as its owner wants to see it."""
    return await _of_members(connection, OPEN, owner, list_id, before=LAST, limit=limit)


async def _of_members(
    connection: Connection, shown: str, viewer: Viewer, list_id: ListId, *, before: int, limit: int
) -> list[StatusId]:
    """The latest posts of members that fit a condition.

    Their latest posts are looked through for those, three times as many as are wanted; where too
    many do not fit, twice as many of the older ones, and so on.
    """
    found: list[StatusId] = []
    most = limit * 3
    while len(found) < limit:
        latest = await _latest(connection, shown, viewer, list_id, before=before, most=most)
        found += [status_id for status_id, fits in latest if fits]
        if len(latest) < most:
            break
        before, most = latest[-1][0], most * 2
    return found[:limit]


async def _latest(
    connection: Connection, shown: str, viewer: Viewer, list_id: ListId, *, before: int, most: int
) -> list[tuple[StatusId, bool]]:
    """The latest posts of all members, and which of them fit.

    They are among the latest of as many members as there are posts wanted, and of each no more is
    read than that: so it costs the same, however much there is of everybody.
    """
    rows = await connection.fetch_all(
        f"""
        WITH liveliest AS MATERIALIZED (
            SELECT m.actor_id, (
                SELECT s.id FROM status s WHERE s.actor_id = m.actor_id AND s.id < :before
                ORDER BY s.id DESC LIMIT 1) AS newest_id
            FROM list_member m WHERE m.list_id = :list
            ORDER BY newest_id DESC NULLS LAST LIMIT :most
        ), spans AS MATERIALIZED (
            SELECT liveliest.actor_id, coalesce((
                SELECT s.id FROM status s
                WHERE s.actor_id = liveliest.actor_id AND s.id < :before
                ORDER BY s.id DESC LIMIT 1 OFFSET :others), 0) AS oldest_id
            FROM liveliest
        ), latest AS MATERIALIZED (
            SELECT s.id FROM spans CROSS JOIN status s
            WHERE s.actor_id = spans.actor_id AND s.id >= spans.oldest_id AND s.id < :before
            ORDER BY s.id DESC LIMIT :most
        )
        SELECT s.id, CASE WHEN {shown} THEN 1 ELSE 0 END AS fits
        FROM latest CROSS JOIN status s WHERE s.id = latest.id ORDER BY s.id DESC
        """,
        list=list_id,
        before=before,
        others=most - 1,
        most=most,
        **wishes(viewer),
    )
    return [(StatusId(row["id"]), bool(row["fits"])) for row in rows]


def _list_of(row: Row) -> PeopleList:
    opened_at = row["opened_at"]
    return PeopleList(
        id=ListId(row["id"]),
        owner_id=ActorId(row["owner_id"]),
        title=row["title"],
        feed_nonce=row["feed_nonce"],
        replies_policy=RepliesPolicy(row["replies_policy"]),
        is_exclusive=bool(row["is_exclusive"]),
        opened_at=None if opened_at is None else Millis(opened_at),
    )
