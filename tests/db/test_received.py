"""How it is remembered what came in, so that nothing takes effect twice or too late."""

import secrets

from fedlearn.activitypub.values import LONGEST_ID
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import received as db_received
from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis
from tests.builders import local
from tests.clock import DAY, Clock

ROBIN, RO = "https://far.example/robin", "https://far.example/ro"
OURS = "https://our.example/"


async def test_activity_is_new_once(connection: Connection) -> None:
    """An activity that came before is no news; the same identity from another sender is."""
    assert await db_received.remember_activity(connection, ROBIN, f"{ROBIN}/1")
    assert not await db_received.remember_activity(connection, ROBIN, f"{ROBIN}/1")
    assert await db_received.remember_activity(connection, ROBIN, f"{ROBIN}/2")
    assert await db_received.remember_activity(connection, RO, f"{ROBIN}/1")


async def test_activity_that_is_undone(connection: Connection) -> None:
    """An activity that was undone may come again; others of its sender or of its name may not."""
    for actor, uri in ((ROBIN, "1"), (ROBIN, "2"), (RO, "1")):
        await db_received.remember_activity(connection, actor, uri)
    await db_received.forget_activity(connection, ROBIN, "1")
    assert not await db_received.remember_activity(connection, ROBIN, "2")
    assert not await db_received.remember_activity(connection, RO, "1")
    assert await db_received.remember_activity(connection, ROBIN, "1")


async def test_longest_ids_fit(connection: Connection) -> None:
    """Two ids of the greatest length stand side by side in an index, though nothing shortens them."""
    actor, uri, inbox = (long_id() for _ in range(3))
    assert await db_received.remember_activity(connection, actor, uri)
    assert not await db_received.remember_activity(connection, actor, uri)
    await db_received.bury(connection, uri, actor)
    assert await db_received.is_buried(connection, uri, actor)
    alice = await local(connection)
    await db_deliveries.insert_deliveries(
        connection,
        sender_id=alice.id,
        status_id=None,
        order_key=uri,
        body=b"{}",
        inboxes=[(inbox, "far.example")],
    )


def long_id() -> str:
    """An id of the greatest length that is read, which no compression makes shorter."""
    return "https://far.example/" + secrets.token_hex(LONGEST_ID)[: LONGEST_ID - 20]


async def test_activities_are_forgotten(connection: Connection, clock: Clock) -> None:
    """What came before a certain time is forgotten, and what came then or later is not."""
    await db_received.remember_activity(connection, ROBIN, "old")
    then = clock.forward(DAY)
    await db_received.remember_activity(connection, ROBIN, "new")
    await db_received.forget_received(connection, then)
    assert await db_received.remember_activity(connection, ROBIN, "old")
    assert not await db_received.remember_activity(connection, ROBIN, "new")


async def test_what_is_buried_stays_dead(connection: Connection, clock: Clock) -> None:
    """What an actor deleted is dead for that actor, from the first time on, and for no other."""
    note = f"{ROBIN}/notes/1"
    assert not await db_received.is_buried(connection, note, ROBIN)
    assert await db_received.tombstone_at(connection, note) is None
    died = clock.now
    await db_received.bury(connection, note, ROBIN)
    clock.forward(DAY)
    await db_received.bury(connection, note, ROBIN)
    assert await db_received.is_buried(connection, note, ROBIN)
    assert await db_received.tombstone_at(connection, note) == died
    assert not await db_received.is_buried(connection, note, RO)
    assert not await db_received.is_buried(connection, f"{note}/2", ROBIN)


async def test_nobody_buries_what_others_wrote(connection: Connection) -> None:
    """That somebody else says it is deleted leaves a note alive for its author."""
    note = f"{ROBIN}/notes/1"
    await db_received.bury(connection, note, RO)
    assert not await db_received.is_buried(connection, note, ROBIN)


async def test_old_tombstones(connection: Connection, clock: Clock) -> None:
    """Old tombstones of other servers go; new ones stay, and ours stay for ever."""
    await db_received.bury(connection, f"{ROBIN}/old", ROBIN)
    await db_received.bury(connection, f"{OURS}users/alice/1", f"{OURS}users/alice")
    await db_received.bury(connection, "https://our.example.org/1", ROBIN)
    then = clock.forward(DAY)
    await db_received.bury(connection, f"{ROBIN}/new", ROBIN)
    await db_received.forget_remote_tombstones(connection, then, OURS)
    left = await connection.fetch_all("SELECT uri FROM tombstone ORDER BY uri")
    assert [row["uri"] for row in left] == [f"{ROBIN}/new", f"{OURS}users/alice/1"]


async def test_address_with_signs_in_it(connection: Connection, clock: Clock) -> None:
    """Our own address is compared letter by letter: % and _ in it mean nothing else."""
    await db_received.bury(connection, "https://our.example/1", ROBIN)
    await db_received.forget_remote_tombstones(
        connection, Millis(clock.now + 1), "https://our%exampl_/"
    )
    assert await db_received.tombstone_at(connection, "https://our.example/1") is None
