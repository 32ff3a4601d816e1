"""This is where lists are kept: who is on them, and what is read there."""

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.follows import LAST
from fedlearn.db.visibility import VISIBLE
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, ListId, StatusId, snowflake
from fedlearn.domain.lists import PeopleList

# What is read on a list.
SHOWN = f"s.reach <> 'direct' AND {VISIBLE} AND {WANTED}"


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


async def list_page(
    connection: Connection,
    viewer: Viewer,
    list_id: ListId,
    *,
    before: StatusId | None,
    limit: int,
) -> list[StatusId]:
    """What those on a list have posted and boosted, followed or not, but for direct posts.

    A page is made of the latest posts of as many members as it holds posts, and of each no more is
    read than it holds: so it costs the same, however much there is of everybody.
    """
    rows = await connection.fetch_all(
        f"""
        WITH liveliest AS MATERIALIZED (
            SELECT m.actor_id FROM list_member m WHERE m.list_id = :list
            ORDER BY (
                SELECT s.id FROM status s
                WHERE s.actor_id = m.actor_id AND s.id < :before AND {SHOWN}
                ORDER BY s.id DESC LIMIT 1) DESC NULLS LAST
            LIMIT :limit
        ), spans AS MATERIALIZED (
            SELECT liveliest.actor_id, coalesce((
                SELECT s.id FROM status s
                WHERE s.actor_id = liveliest.actor_id AND s.id < :before AND {SHOWN}
                ORDER BY s.id DESC LIMIT 1 OFFSET :others), 0) AS oldest_id
            FROM liveliest
        )
        SELECT s.id FROM spans JOIN status s ON s.actor_id = spans.actor_id
        WHERE s.id >= spans.oldest_id AND s.id < :before AND {SHOWN}
        ORDER BY s.id DESC LIMIT :limit
        """,
        list=list_id,
        before=before or LAST,
        others=limit - 1,
        limit=limit,
        **wishes(viewer),
    )
    return [StatusId(row["id"]) for row in rows]


def _list_of(row: Row) -> PeopleList:
    return PeopleList(ListId(row["id"]), ActorId(row["owner_id"]), row["title"])
