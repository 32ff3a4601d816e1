"""This is where it is remembered which words and posts people do not want to read."""

from collections.abc import Sequence
from dataclasses import replace

from fedlearn.db.database import Connection, Row
from fedlearn.domain.filters import (
    Filter,
    FilterAction,
    FilterContext,
    FilteredPost,
    FilterId,
    Keyword,
    NewFilter,
)
from fedlearn.domain.ids import ActorId, Millis, StatusId, now, snowflake


async def insert_filter(connection: Connection, owner_id: ActorId, wanted: NewFilter) -> Filter:
    """A new filter of somebody."""
    made = Filter(FilterId(snowflake()), owner_id, wanted)
    await connection.execute(
        """
        INSERT INTO filter (id, owner_id, title, contexts, action, expires_at)
        VALUES (:id, :owner, :title, :contexts, :action, :expires_at)
        """,
        id=made.id,
        owner=owner_id,
        **_columns(wanted),
    )
    await _insert_keywords(connection, made.id, wanted.keywords)
    return made


async def replace_filter(connection: Connection, changed: Filter) -> None:
    """A filter says something else from now on."""
    await connection.execute(
        """
        UPDATE filter SET title = :title, contexts = :contexts, action = :action,
            expires_at = :expires_at
        WHERE id = :id
        """,
        id=changed.id,
        **_columns(changed.says),
    )
    keywords = changed.says.keywords
    await connection.execute(
        "DELETE FROM filter_keyword WHERE filter_id = :id AND NOT (id IN :kept)",
        id=changed.id,
        kept=[one.id for one in keywords if one.id is not None],
    )
    await connection.execute_many(
        """
        UPDATE filter_keyword SET keyword = :keyword, whole_word = :whole_word
        WHERE id = :id AND filter_id = :filter
        """,
        [
            {"id": one.id} | _keyword_columns(changed.id, one)
            for one in keywords
            if one.id is not None
        ],
    )
    new = [one for one in keywords if one.id is None]
    await _insert_keywords(connection, changed.id, new)


async def insert_post(connection: Connection, filter_id: FilterId, status_id: StatusId) -> None:
    """A filter speaks of a post. Naming it twice is naming it once."""
    await connection.execute(
        """
        INSERT INTO filter_status (filter_id, status_id) VALUES (:filter, :status)
        ON CONFLICT (filter_id, status_id) DO NOTHING
        """,
        filter=filter_id,
        status=status_id,
    )


async def delete_post(connection: Connection, post_id: int) -> None:
    """A filter speaks of a post no more."""
    await connection.execute("DELETE FROM filter_status WHERE id = :id", id=post_id)


async def delete_filter(connection: Connection, filter_id: FilterId) -> None:
    """There is no such filter any more."""
    await connection.execute("DELETE FROM filter WHERE id = :id", id=filter_id)


async def filter_by_id(connection: Connection, filter_id: FilterId) -> Filter | None:
    """The filter with this id, whoever owns it."""
    rows = await connection.fetch_all(
        """
        SELECT f.*, k.id AS keyword_id, k.keyword, k.whole_word FROM filter f
        LEFT JOIN filter_keyword k ON k.filter_id = f.id
        WHERE f.id = :id ORDER BY k.id
        """,
        id=filter_id,
    )
    return next(iter(await _with_posts(connection, _filters_of(rows))), None)


async def filter_with_keyword(connection: Connection, keyword_id: int) -> Filter | None:
    """The filter to which a keyword belongs, whoever owns it."""
    row = await connection.fetch_one(
        "SELECT filter_id FROM filter_keyword WHERE id = :id", id=keyword_id
    )
    return await filter_by_id(connection, FilterId(row["filter_id"])) if row else None


async def filter_with_post(connection: Connection, post_id: int) -> Filter | None:
    """The filter that speaks of a post, by the id of that, whoever owns it."""
    row = await connection.fetch_one(
        "SELECT filter_id FROM filter_status WHERE id = :id", id=post_id
    )
    return await filter_by_id(connection, FilterId(row["filter_id"])) if row else None


async def filters_of(connection: Connection, owner_id: ActorId) -> list[Filter]:
    """Somebody's filters, by title, and those too whose time is over."""
    rows = await connection.fetch_all(
        """
        SELECT f.*, k.id AS keyword_id, k.keyword, k.whole_word FROM filter f
        LEFT JOIN filter_keyword k ON k.filter_id = f.id
        WHERE f.owner_id = :owner ORDER BY lower(f.title), f.id, k.id
        """,
        owner=owner_id,
    )
    return await _with_posts(connection, _filters_of(rows))


async def filters_in_force(
    connection: Connection, owner_id: ActorId, context: FilterContext | None
) -> list[Filter]:
    """Those of somebody's filters that count now, in one place or in any."""
    rows = await connection.fetch_all(
        """
        SELECT f.*, k.id AS keyword_id, k.keyword, k.whole_word FROM filter f
        LEFT JOIN filter_keyword k ON k.filter_id = f.id
        WHERE f.owner_id = :owner AND (f.expires_at IS NULL OR f.expires_at > :now)
        ORDER BY f.id, k.id
        """,
        owner=owner_id,
        now=now(),
    )
    found = [one for one in _filters_of(rows) if context in {None, *one.says.contexts}]
    return await _with_posts(connection, found)


async def count_filters(connection: Connection, owner_id: ActorId) -> int:
    """How many filters somebody has."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM filter WHERE owner_id = :owner", owner=owner_id
    )
    return int(row["n"]) if row else 0


async def _with_posts(connection: Connection, filters: Sequence[Filter]) -> list[Filter]:
    """The same filters with the posts that they speak of."""
    if not filters:
        return []
    rows = await connection.fetch_all(
        "SELECT * FROM filter_status WHERE filter_id IN :ids ORDER BY id",
        ids=[one.id for one in filters],
    )
    posts: dict[int, list[FilteredPost]] = {}
    for row in rows:
        post = FilteredPost(int(row["id"]), StatusId(row["status_id"]))
        posts.setdefault(int(row["filter_id"]), []).append(post)
    return [replace(one, posts=tuple(posts.get(one.id, ()))) for one in filters]


async def _insert_keywords(
    connection: Connection, filter_id: FilterId, keywords: Sequence[Keyword]
) -> None:
    await connection.execute_many(
        """
        INSERT INTO filter_keyword (filter_id, keyword, whole_word)
        VALUES (:filter, :keyword, :whole_word)
        """,
        [_keyword_columns(filter_id, one) for one in keywords],
    )


def _keyword_columns(filter_id: FilterId, keyword: Keyword) -> dict[str, str | int]:
    return {"filter": filter_id, "keyword": keyword.text, "whole_word": keyword.whole_word}


def _columns(wanted: NewFilter) -> dict[str, str | int | None]:
    return {
        "title": wanted.title,
        "contexts": " ".join(sorted(wanted.contexts)),
        "action": wanted.action.value,
        "expires_at": wanted.expires_at,
    }


def _filters_of(rows: Sequence[Row]) -> list[Filter]:
    """Filters of rows that each have one keyword of one of them, or none."""
    by_id: dict[int, list[Row]] = {}
    for row in rows:
        by_id.setdefault(int(row["id"]), []).append(row)
    return [_filter_of(several) for several in by_id.values()]


def _filter_of(rows: Sequence[Row]) -> Filter:
    first = rows[0]
    ends = first["expires_at"]
    says = NewFilter(
        title=first["title"],
        contexts=frozenset(map(FilterContext, first["contexts"].split())),
        keywords=tuple(
            Keyword(row["keyword"], bool(row["whole_word"]), int(row["keyword_id"]))
            for row in rows
            if row["keyword"] is not None
        ),
        action=FilterAction(first["action"]),
        expires_at=None if ends is None else Millis(ends),
    )
    return Filter(FilterId(int(first["id"])), ActorId(first["owner_id"]), says)
