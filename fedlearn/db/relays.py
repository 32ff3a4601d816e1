"""This is where it is remembered which relays we take part in."""

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import ActorId, Millis, Uri
from fedlearn.domain.relays import Relay, RelayState, RelayStyle


async def insert_relay(connection: Connection, relay: Relay) -> bool:
    """Remember a relay that is asked; False when it was asked before."""
    row = await connection.fetch_one(
        """
        INSERT INTO relay (inbox, actor_uri, follow_uri, style, state, created_at)
        VALUES (:inbox, :actor_uri, :follow_uri, :style, :state, :created_at)
        ON CONFLICT DO NOTHING RETURNING inbox
        """,
        inbox=relay.inbox,
        actor_uri=relay.actor_uri,
        follow_uri=relay.follow_uri,
        style=relay.style.value,
        state=relay.state.value,
        created_at=relay.created_at,
    )
    return row is not None


async def all_relays(connection: Connection) -> list[Relay]:
    """Every relay that was asked, oldest first."""
    rows = await connection.fetch_all("SELECT * FROM relay ORDER BY created_at, inbox")
    return [_relay_of(row) for row in rows]


async def relay_at(connection: Connection, address: str) -> Relay | None:
    """The relay with this inbox or this actor."""
    row = await connection.fetch_one(
        "SELECT * FROM relay WHERE inbox = :address OR actor_uri = :address", address=address
    )
    return _relay_of(row) if row else None


async def relay_asked_by(connection: Connection, follow_uri: str) -> Relay | None:
    """The relay that was asked with this Follow."""
    row = await connection.fetch_one("SELECT * FROM relay WHERE follow_uri = :uri", uri=follow_uri)
    return _relay_of(row) if row else None


async def settle_relay(
    connection: Connection, inbox: str, actor_uri: str, state: RelayState
) -> None:
    """A relay has answered, in the name of this actor."""
    await connection.execute(
        "UPDATE relay SET actor_uri = :actor_uri, state = :state WHERE inbox = :inbox",
        inbox=inbox,
        actor_uri=actor_uri,
        state=state.value,
    )


async def delete_relay(connection: Connection, inbox: str) -> None:
    """We take part no more."""
    await connection.execute("DELETE FROM relay WHERE inbox = :inbox", inbox=inbox)


async def is_relay(connection: Connection, actor_id: ActorId) -> bool:
    """Whether an actor is a relay that has let us take part."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM relay r JOIN actor a ON a.uri = r.actor_uri
        WHERE a.id = :id AND r.state = 'accepted'
        """,
        id=actor_id,
    )
    return row is not None


async def relay_inboxes(connection: Connection, style: RelayStyle) -> list[Uri]:
    """Where public posts go besides: relays of this custom that have let us take part."""
    rows = await connection.fetch_all(
        "SELECT inbox FROM relay WHERE state = 'accepted' AND style = :style ORDER BY inbox",
        style=style.value,
    )
    return [Uri(row["inbox"]) for row in rows]


def _relay_of(row: Row) -> Relay:
    return Relay(
        inbox=Uri(row["inbox"]),
        actor_uri=Uri(row["actor_uri"]) if row["actor_uri"] else None,
        follow_uri=Uri(row["follow_uri"]),
        style=RelayStyle(row["style"]),
        state=RelayState(row["state"]),
        created_at=Millis(row["created_at"]),
    )
