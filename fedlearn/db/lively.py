"""This is where it is answered what is lively here: what several people do, lately, in public.

Only what was posted here for everybody counts, without what the reader may not or does not want to
see, and only a number of the latest posts is looked at. One person alone makes nothing lively,
however busy, and nobody does who is silenced, blocked or suspended. What stewards have rejected is
shown to nobody but them.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.details import previews_of
from fedlearn.db.visibility import VISIBLE
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import DAY_MS, Millis, StatusId, first_id_at
from fedlearn.domain.statuses import Preview

LOOKED_AT = 1000

# CROSS JOIN has SQLite begin with the few rows on its left, whatever it believes of the right.
ACTIVE = "a.gone_at IS NULL AND a.suspended_at IS NULL AND a.policy IS NULL"
# Neither stands a block between the viewer and somebody, nor are they muted.
NOT_APART = """
    NOT EXISTS (SELECT 1 FROM block b WHERE b.actor_id = a.id AND b.target_id = :viewer_id)
    AND NOT EXISTS (SELECT 1 FROM block b WHERE b.actor_id = :viewer_id AND b.target_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.actor_id = :viewer_id AND m.target_id = a.id
        AND (m.expires_at IS NULL OR m.expires_at > :now))"""

RECENT = f"""recent (id, actor_id) AS (
    SELECT s.id, s.actor_id FROM status s
    WHERE s.is_local AND s.reach = 'public' AND s.scope = 'fed' AND s.boost_of_id IS NULL
        AND s.id >= :since AND {VISIBLE} AND {WANTED}
        AND EXISTS (SELECT 1 FROM actor a WHERE a.id = s.actor_id AND {ACTIVE})
    ORDER BY s.id DESC LIMIT :looked_at)"""

# Nobody has rejected it, or it is stewards who look.
SHOWN = """(:with_rejected OR NOT EXISTS (
    SELECT 1 FROM trend_rejection r WHERE r.kind = '{kind}' AND r.subject = {what}))"""
HASHTAG_SHOWN = SHOWN.format(kind="hashtag", what="h.name")
LINK_SHOWN = SHOWN.format(kind="link", what="p.url")
STATUS_SHOWN = SHOWN.format(kind="status", what="CAST(taken_up.id AS TEXT)")


@dataclass(frozen=True, slots=True)
class LivelyHashtag:
    """A hashtag with how many people used it, in how many posts."""

    name: str
    people: int
    posts: int


@dataclass(frozen=True, slots=True)
class LivelyLink:
    """A page with how many people led there, in how many posts."""

    preview: Preview
    status_id: StatusId  # of the latest post that led there
    people: int
    posts: int


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """How many people used a hashtag, or led to a page, on a day, in how many posts."""

    name: str
    day: Millis
    people: int
    posts: int


async def lively_hashtags(
    connection: Connection,
    viewer: Viewer,
    since: Millis,
    limit: int,
    *,
    with_rejected: bool = False,
) -> list[LivelyHashtag]:
    """Hashtags that several people have used since then, those of most people first."""
    rows = await connection.fetch_all(
        f"""
        WITH {RECENT}
        SELECT h.name, count(DISTINCT recent.actor_id) AS people, count(*) AS posts
        FROM recent CROSS JOIN hashtag h WHERE h.status_id = recent.id AND {HASHTAG_SHOWN}
        GROUP BY h.name HAVING count(DISTINCT recent.actor_id) > 1
        ORDER BY people DESC, posts DESC, h.name LIMIT :limit
        """,
        since=first_id_at(since),
        looked_at=LOOKED_AT,
        limit=limit,
        with_rejected=with_rejected,
        **wishes(viewer),
    )
    return [LivelyHashtag(row["name"], row["people"], row["posts"]) for row in rows]


async def days_of_hashtags(
    connection: Connection, viewer: Viewer, since: Millis, names: Collection[str]
) -> list[DayOfUse]:
    """How these were used on each day since then, the latest first, without days of no use."""
    rows = await connection.fetch_all(
        f"""
        WITH {RECENT}
        SELECT h.name, s.published / :day AS day,
            count(DISTINCT recent.actor_id) AS people, count(*) AS posts
        FROM recent CROSS JOIN hashtag h CROSS JOIN status s
        WHERE h.status_id = recent.id AND h.name IN :names AND s.id = recent.id
        GROUP BY h.name, s.published / :day ORDER BY day DESC
        """,
        since=first_id_at(since),
        looked_at=LOOKED_AT,
        day=DAY_MS,
        names=list(names),
        **wishes(viewer),
    )
    return [_day_of(row) for row in rows]


async def lively_links(
    connection: Connection,
    viewer: Viewer,
    since: Millis,
    limit: int,
    *,
    with_rejected: bool = False,
) -> list[LivelyLink]:
    """Pages to which several people have led since then, those of most people first."""
    rows = await connection.fetch_all(
        f"""
        WITH {RECENT}
        SELECT p.url, max(p.status_id) AS newest_id,
            count(DISTINCT recent.actor_id) AS people, count(*) AS posts
        FROM recent CROSS JOIN preview p WHERE p.status_id = recent.id AND {LINK_SHOWN}
        GROUP BY p.url HAVING count(DISTINCT recent.actor_id) > 1
        ORDER BY people DESC, posts DESC, p.url LIMIT :limit
        """,
        since=first_id_at(since),
        looked_at=LOOKED_AT,
        limit=limit,
        with_rejected=with_rejected,
        **wishes(viewer),
    )
    previews = await previews_of(connection, [row["newest_id"] for row in rows])
    return [
        LivelyLink(
            previews[row["newest_id"]], StatusId(row["newest_id"]), row["people"], row["posts"]
        )
        for row in rows
    ]


async def days_of_links(
    connection: Connection, viewer: Viewer, since: Millis, urls: Collection[str]
) -> list[DayOfUse]:
    """How many led to these pages on each day since then, like `days_of_hashtags`."""
    rows = await connection.fetch_all(
        f"""
        WITH {RECENT}
        SELECT p.url AS name, s.published / :day AS day,
            count(DISTINCT recent.actor_id) AS people, count(*) AS posts
        FROM recent CROSS JOIN preview p CROSS JOIN status s
        WHERE p.status_id = recent.id AND p.url IN :urls AND s.id = recent.id
        GROUP BY p.url, s.published / :day ORDER BY day DESC
        """,
        since=first_id_at(since),
        looked_at=LOOKED_AT,
        day=DAY_MS,
        urls=list(urls),
        **wishes(viewer),
    )
    return [_day_of(row) for row in rows]


async def lively_statuses(
    connection: Connection,
    viewer: Viewer,
    since: Millis,
    limit: int,
    *,
    with_rejected: bool = False,
) -> list[StatusId]:
    """Posts since then that several others have liked or answered, those of most people first."""
    rows = await connection.fetch_all(
        f"""
        WITH {RECENT}, taken_up (id, author_id, actor_id) AS (
            SELECT recent.id, recent.actor_id, f.actor_id
            FROM recent CROSS JOIN favourite f WHERE f.status_id = recent.id
            UNION
            SELECT recent.id, recent.actor_id, s.actor_id
            FROM recent CROSS JOIN status s
            WHERE s.in_reply_to_id = recent.id AND s.reach IN ('public', 'unlisted')
                AND s.scope = 'fed' AND {VISIBLE})
        SELECT id, count(*) AS people FROM taken_up
        WHERE actor_id <> author_id
            AND EXISTS (SELECT 1 FROM actor a WHERE a.id = taken_up.actor_id AND {ACTIVE})
        GROUP BY id HAVING count(*) > 1 AND {STATUS_SHOWN}
        ORDER BY people DESC, id DESC LIMIT :limit
        """,
        since=first_id_at(since),
        looked_at=LOOKED_AT,
        limit=limit,
        with_rejected=with_rejected,
        **wishes(viewer),
    )
    return [StatusId(row["id"]) for row in rows]


async def new_people(
    connection: Connection, viewer: Viewer, since: Millis, limit: int
) -> list[Actor]:
    """Who has joined since then and wants to be found, newest first; nobody blocked or muted."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.* FROM local_user u CROSS JOIN actor a
        WHERE u.id >= :since AND u.approved_at IS NOT NULL AND a.id = u.actor_id
            AND a.is_discoverable AND a.moved_to IS NULL AND a.id <> :viewer_id AND {ACTIVE}
            AND {NOT_APART}
        ORDER BY u.id DESC LIMIT :limit
        """,
        since=first_id_at(since),
        limit=limit,
        **wishes(viewer),
    )
    return [actor_of(row) for row in rows]


def _day_of(row: Row) -> DayOfUse:
    return DayOfUse(row["name"], Millis(row["day"] * DAY_MS), row["people"], row["posts"])
