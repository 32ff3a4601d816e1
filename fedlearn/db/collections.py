"""This is where it is remembered whom people recommend in collections, and who reads which.

Queries call the collection `c` and its owner `o`, and give the parameters of `eyes()`:

- what is discoverable is for everybody;
- what is not, is for people here who have its address, and for whoever stands in it;
- that of somebody silenced is for their followers, and for whoever stands in it;
- that of somebody suspended or gone is for nobody, and no block may stand between.

Who stands in one is shown as long as they take part and want to be found.
"""

from collections.abc import Sequence

from fedlearn.db.actors import actor_of, actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.db.lively import ACTIVE
from fedlearn.db.visibility import eyes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.collections import (
    CollectionDraft,
    CollectionItem,
    CollectionView,
    ItemState,
    PeopleCollection,
)
from fedlearn.domain.ids import ActorId, CollectionId, ItemId, Millis, now, snowflake

STANDS_IN = """EXISTS (
    SELECT 1 FROM collection_item vi WHERE vi.collection_id = c.id AND vi.state = 'accepted'
        AND vi.actor_id = :viewer_id)"""
NOT_BLOCKED = """NOT EXISTS (
    SELECT 1 FROM block b WHERE b.actor_id = {actor_id} AND b.target_id = :viewer_id
        OR b.actor_id = :viewer_id AND b.target_id = {actor_id})"""
READABLE = f"""(
    o.gone_at IS NULL AND o.suspended_at IS NULL AND {NOT_BLOCKED.format(actor_id="o.id")}
    AND (o.id = :viewer_id OR {STANDS_IN} OR (
        (c.is_discoverable OR :viewer_is_local)
        AND (o.policy IS NULL OR o.policy = 'silence' AND EXISTS (
            SELECT 1 FROM follow vf WHERE vf.follower_id = :viewer_id AND vf.followee_id = o.id
                AND vf.state = 'accepted')))))"""
LISTED = f"""(
    {READABLE} AND (c.is_discoverable OR c.owner_id = :viewer_id OR {STANDS_IN}))"""
SHOWN = f"""(
    i.state = 'accepted' AND {ACTIVE} AND (a.is_discoverable OR a.id = c.owner_id)
    AND {NOT_BLOCKED.format(actor_id="a.id")})"""


# --- collections ---------------------------------------------------------------------------------


async def insert_collection(
    connection: Connection, owner_id: ActorId, draft: CollectionDraft
) -> PeopleCollection:
    """A new collection with nobody in it."""
    made = PeopleCollection(CollectionId(snowflake()), owner_id, draft, now())
    await connection.execute(
        """
        INSERT INTO people_collection (id, owner_id, name, description, language, tag,
            is_sensitive, is_discoverable, updated_at)
        VALUES (:id, :owner, :name, :description, :language, :tag,
            :is_sensitive, :is_discoverable, :at)
        """,
        id=made.id,
        owner=owner_id,
        at=made.updated_at,
        **_columns(draft),
    )
    return made


async def change_collection(
    connection: Connection, collection_id: CollectionId, draft: CollectionDraft
) -> None:
    """Say something else of a collection."""
    await connection.execute(
        """
        UPDATE people_collection SET name = :name, description = :description,
            language = :language, tag = :tag, is_sensitive = :is_sensitive,
            is_discoverable = :is_discoverable, updated_at = :at
        WHERE id = :id
        """,
        id=collection_id,
        at=now(),
        **_columns(draft),
    )


async def delete_collection(connection: Connection, collection_id: CollectionId) -> None:
    """There is no such collection any more."""
    await connection.execute("DELETE FROM people_collection WHERE id = :id", id=collection_id)


async def count_collections(connection: Connection, owner_id: ActorId) -> int:
    """How many somebody has."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM people_collection WHERE owner_id = :owner", owner=owner_id
    )
    return int(row["n"]) if row else 0


async def collection_view(
    connection: Connection, viewer: Viewer, collection_id: CollectionId
) -> CollectionView | None:
    """A collection as this viewer sees it, if they do."""
    return (await collection_views(connection, viewer, [collection_id])).get(collection_id)


async def collection_for_its_owner(
    connection: Connection, collection_id: CollectionId
) -> CollectionView | None:
    """A collection as its owner sees it, whoever asks, if they take part."""
    row = await connection.fetch_one(
        """
        SELECT o.* FROM people_collection c JOIN actor o ON o.id = c.owner_id WHERE c.id = :id
        """,
        id=collection_id,
    )
    return await collection_view(connection, actor_of(row).viewer, collection_id) if row else None


async def collection_views(
    connection: Connection, viewer: Viewer, ids: Sequence[CollectionId]
) -> dict[CollectionId, CollectionView]:
    """Those of these collections that this viewer may read."""
    if not ids:
        return {}
    rows = await connection.fetch_all(
        f"""
        SELECT c.* FROM people_collection c JOIN actor o ON o.id = c.owner_id
        WHERE c.id IN :ids AND {READABLE}
        """,
        ids=list(ids),
        **eyes(viewer),
    )
    return {view.collection.id: view for view in await _views(connection, viewer, rows)}


async def collections_of(
    connection: Connection, viewer: Viewer, owner_id: ActorId, *, offset: int, limit: int
) -> list[CollectionView]:
    """Those of somebody's collections that this viewer finds, the latest first."""
    rows = await connection.fetch_all(
        f"""
        SELECT c.* FROM people_collection c JOIN actor o ON o.id = c.owner_id
        WHERE c.owner_id = :owner AND {LISTED} ORDER BY c.id DESC LIMIT :limit OFFSET :offset
        """,
        owner=owner_id,
        limit=limit,
        offset=offset,
        **eyes(viewer),
    )
    return await _views(connection, viewer, rows)


async def collections_with(
    connection: Connection, viewer: Viewer, actor_id: ActorId, *, offset: int, limit: int
) -> list[CollectionView]:
    """The collections in which this viewer finds somebody, the latest to take them in first."""
    rows = await connection.fetch_all(
        f"""
        SELECT c.* FROM collection_item i
        JOIN people_collection c ON c.id = i.collection_id
        JOIN actor o ON o.id = c.owner_id
        JOIN actor a ON a.id = i.actor_id
        WHERE i.actor_id = :actor AND {SHOWN} AND {LISTED}
        ORDER BY i.id DESC LIMIT :limit OFFSET :offset
        """,
        actor=actor_id,
        limit=limit,
        offset=offset,
        **eyes(viewer),
    )
    return await _views(connection, viewer, rows)


# --- who stands in them --------------------------------------------------------------------------


async def put_in(
    connection: Connection, collection_id: CollectionId, actor_id: ActorId
) -> ItemState:
    """Put somebody in, once; how they stand to it. Who has left stays out."""
    await connection.execute(
        """
        INSERT INTO collection_item (id, collection_id, actor_id, state)
        VALUES (:id, :collection, :actor, 'accepted')
        ON CONFLICT (collection_id, actor_id) DO NOTHING
        """,
        id=snowflake(),
        collection=collection_id,
        actor=actor_id,
    )
    row = await connection.fetch_one(
        """
        SELECT state FROM collection_item
        WHERE collection_id = :collection AND actor_id = :actor
        """,
        collection=collection_id,
        actor=actor_id,
    )
    if row is None:
        raise AssertionError("an item that was just put in")
    return ItemState(row["state"])


async def actor_at(
    connection: Connection, collection_id: CollectionId, item_id: ItemId
) -> Actor | None:
    """Who stands at this place of a collection, whether they are shown there or not."""
    row = await connection.fetch_one(
        """
        SELECT a.* FROM collection_item i JOIN actor a ON a.id = i.actor_id
        WHERE i.id = :item AND i.collection_id = :collection AND i.state = 'accepted'
        """,
        item=item_id,
        collection=collection_id,
    )
    return actor_of(row) if row else None


async def take_out(connection: Connection, collection_id: CollectionId, actor_id: ActorId) -> None:
    """Somebody is not recommended any more; they may be again."""
    await connection.execute(
        """
        DELETE FROM collection_item
        WHERE collection_id = :collection AND actor_id = :actor AND state = 'accepted'
        """,
        collection=collection_id,
        actor=actor_id,
    )


async def revoke(connection: Connection, collection_id: CollectionId, actor_id: ActorId) -> None:
    """Somebody does not want to stand in a collection, now or later."""
    await connection.execute(
        """
        UPDATE collection_item SET state = 'revoked'
        WHERE collection_id = :collection AND actor_id = :actor
        """,
        collection=collection_id,
        actor=actor_id,
    )


async def collection_of_item(connection: Connection, item_id: ItemId) -> CollectionId | None:
    """The collection in which this place is."""
    row = await connection.fetch_one(
        "SELECT collection_id FROM collection_item WHERE id = :item", item=item_id
    )
    return CollectionId(row["collection_id"]) if row else None


async def collections_between(
    connection: Connection, one: ActorId, other: ActorId
) -> list[tuple[CollectionId, ActorId]]:
    """The collections of either of two actors in which the other stands, and who that is."""
    rows = await connection.fetch_all(
        """
        SELECT c.id, i.actor_id FROM people_collection c
        JOIN collection_item i ON i.collection_id = c.id
        WHERE i.state = 'accepted' AND (c.owner_id = :one AND i.actor_id = :other
            OR c.owner_id = :other AND i.actor_id = :one)
        """,
        one=one,
        other=other,
    )
    return [(CollectionId(row["id"]), ActorId(row["actor_id"])) for row in rows]


# --- rows ----------------------------------------------------------------------------------------


async def _views(
    connection: Connection, viewer: Viewer, rows: Sequence[Row]
) -> list[CollectionView]:
    if not rows:
        return []
    owners = await actors_by_id(connection, list({row["owner_id"] for row in rows}))
    items = await connection.fetch_all(
        f"""
        SELECT a.*, i.id AS item_id, i.collection_id, i.state AS item_state
        FROM collection_item i
        JOIN people_collection c ON c.id = i.collection_id
        JOIN actor a ON a.id = i.actor_id
        WHERE i.collection_id IN :ids AND {SHOWN} ORDER BY i.id
        """,
        ids=[row["id"] for row in rows],
        **eyes(viewer),
    )
    return [
        CollectionView(
            _collection_of(row),
            owners[row["owner_id"]],
            tuple(_item_of(item) for item in items if item["collection_id"] == row["id"]),
        )
        for row in rows
    ]


def _columns(draft: CollectionDraft) -> dict[str, str | bool | None]:
    return {
        "name": draft.name,
        "description": draft.description,
        "language": draft.language,
        "tag": draft.tag,
        "is_sensitive": draft.is_sensitive,
        "is_discoverable": draft.is_discoverable,
    }


def _collection_of(row: Row) -> PeopleCollection:
    return PeopleCollection(
        id=CollectionId(row["id"]),
        owner_id=ActorId(row["owner_id"]),
        said=CollectionDraft(
            name=row["name"],
            description=row["description"],
            language=row["language"],
            tag=row["tag"],
            is_sensitive=bool(row["is_sensitive"]),
            is_discoverable=bool(row["is_discoverable"]),
        ),
        updated_at=Millis(row["updated_at"]),
    )


def _item_of(row: Row) -> CollectionItem:
    return CollectionItem(ItemId(row["item_id"]), actor_of(row), ItemState(row["item_state"]))
