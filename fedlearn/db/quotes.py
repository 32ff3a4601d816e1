"""This is where it is remembered which status quotes which, and whether that is agreed."""

from collections.abc import Sequence

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.visibility import VISIBLE
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, StatusId, Uri, now, snowflake
from fedlearn.domain.quotes import Quote, QuoteState


async def store_quote(connection: Connection, quote: Quote) -> None:
    """That a status quotes another; after an edit another one, or the same as before."""
    await connection.execute(
        """
        INSERT INTO quote (
            status_id, quoted_uri, quoted_id, state, request_uri, authorization_uri)
        VALUES (:status_id, :quoted_uri, :quoted_id, :state, :request_uri, :authorization_uri)
        ON CONFLICT (status_id) DO UPDATE SET quoted_uri = excluded.quoted_uri,
            quoted_id = excluded.quoted_id, state = excluded.state,
            request_uri = excluded.request_uri, authorization_uri = excluded.authorization_uri
        """,
        status_id=quote.status_id,
        quoted_uri=quote.quoted_uri,
        quoted_id=quote.quoted_id,
        state=quote.state.value,
        request_uri=quote.request_uri,
        authorization_uri=quote.authorization_uri,
    )


async def delete_quote(connection: Connection, status_id: StatusId) -> None:
    """After an edit a status quotes nothing."""
    await connection.execute("DELETE FROM quote WHERE status_id = :id", id=status_id)


async def quote_of(connection: Connection, status_id: StatusId) -> Quote | None:
    """What a status quotes."""
    return (await quotes_of(connection, [status_id])).get(status_id)


async def quotes_of(connection: Connection, ids: Sequence[StatusId]) -> dict[StatusId, Quote]:
    """What these statuses quote."""
    if not ids:
        return {}
    rows = await connection.fetch_all("SELECT * FROM quote WHERE status_id IN :ids", ids=ids)
    return {StatusId(row["status_id"]): _quote(row) for row in rows}


async def quote_by_request(connection: Connection, uri: str) -> Quote | None:
    """Which quote a QuoteRequest of ours asked for."""
    row = await connection.fetch_one("SELECT * FROM quote WHERE request_uri = :uri", uri=uri)
    return _quote(row) if row else None


async def quotes_authorized_by(connection: Connection, uri: str) -> list[Quote]:
    """Which quotes rest on this authorization."""
    rows = await connection.fetch_all("SELECT * FROM quote WHERE authorization_uri = :uri", uri=uri)
    return [_quote(row) for row in rows]


async def quotes_page(
    connection: Connection,
    viewer: Viewer,
    quoted_id: StatusId,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
) -> list[StatusId]:
    """The posts that quote another with the word of its author, newest first."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM quote q JOIN status s ON s.id = q.status_id
        WHERE q.quoted_id = :quoted AND q.state = 'accepted'
            AND s.id < :before AND s.id > :after AND {VISIBLE} AND {WANTED}
        ORDER BY s.id {ORDER[is_upward]} LIMIT :limit
        """,
        quoted=quoted_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **wishes(viewer),
    )
    ids = [StatusId(row["id"]) for row in rows]
    return from_above(ids, is_upward=is_upward)


async def local_quoters(connection: Connection, quoted_id: StatusId) -> list[Actor]:
    """Those people of ours who quote a post with the word of its author."""
    rows = await connection.fetch_all(
        """
        SELECT a.* FROM actor a WHERE a.domain IS NULL AND a.id IN (
            SELECT s.actor_id FROM quote q JOIN status s ON s.id = q.status_id
            WHERE q.quoted_id = :id AND q.state = 'accepted')
        """,
        id=quoted_id,
    )
    return [actor_of(row) for row in rows]


async def settle_quote(
    connection: Connection,
    status_id: StatusId,
    state: QuoteState,
    *,
    quoted_id: StatusId | None = None,
    authorization_uri: Uri | None = None,
) -> None:
    """What became of a quote; ids that were known before stay known."""
    await connection.execute(
        """
        UPDATE quote SET state = :state, quoted_id = coalesce(:quoted_id, quoted_id),
            authorization_uri = coalesce(:authorization_uri, authorization_uri)
        WHERE status_id = :id
        """,
        id=status_id,
        state=state.value,
        quoted_id=quoted_id,
        authorization_uri=authorization_uri,
    )


# --- our word that somebody may quote us ---------------------------------------------------------


async def authorize_quote(
    connection: Connection, status_id: StatusId, quoting_uri: str, quoting_actor_id: ActorId
) -> int:
    """Remember that a post may quote one of ours; the id of that word, the same each time."""
    row = await connection.fetch_one(
        """
        INSERT INTO quote_authorization (id, status_id, quoting_uri, quoting_actor_id, created_at)
        VALUES (:id, :status_id, :quoting_uri, :quoting_actor_id, :at)
        ON CONFLICT (status_id, quoting_uri) DO UPDATE SET quoting_uri = excluded.quoting_uri
        RETURNING id
        """,
        id=snowflake(),
        status_id=status_id,
        quoting_uri=quoting_uri,
        quoting_actor_id=quoting_actor_id,
        at=now(),
    )
    if row is None:
        raise AssertionError("an upsert that returns nothing")
    return int(row["id"])


async def authorization_of(
    connection: Connection, status_id: StatusId, quoting_uri: str
) -> int | None:
    """The id of our word that this post may quote that status."""
    row = await connection.fetch_one(
        "SELECT id FROM quote_authorization WHERE status_id = :id AND quoting_uri = :uri",
        id=status_id,
        uri=quoting_uri,
    )
    return int(row["id"]) if row else None


async def authorized_quote(
    connection: Connection, authorization_id: int
) -> tuple[StatusId, Uri] | None:
    """Which status of ours an authorization is about, and which post may quote it."""
    row = await connection.fetch_one(
        "SELECT status_id, quoting_uri FROM quote_authorization WHERE id = :id",
        id=authorization_id,
    )
    return (StatusId(row["status_id"]), Uri(row["quoting_uri"])) if row else None


async def revoke_authorization(connection: Connection, authorization_id: int) -> None:
    """Take our word back."""
    await connection.execute("DELETE FROM quote_authorization WHERE id = :id", id=authorization_id)


def _quote(row: Row) -> Quote:
    return Quote(
        status_id=StatusId(row["status_id"]),
        quoted_uri=Uri(row["quoted_uri"]),
        quoted_id=row["quoted_id"],
        state=QuoteState(row["state"]),
        request_uri=row["request_uri"],
        authorization_uri=row["authorization_uri"],
    )
