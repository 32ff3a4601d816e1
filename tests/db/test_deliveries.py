"""How activities wait to be sent, in which order they go, and what may never be among them."""

from sqlite3 import IntegrityError

import asyncpg
import pytest

from fedlearn.db import actors as db_actors
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db.database import Connection, Database
from fedlearn.db.deliveries import LEASE_MS
from fedlearn.db.hosts import HostHealth
from fedlearn.domain.actors import Actor, OwnKey, PublicKey
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.jobs import Delivery
from tests.builders import boosts, local, says
from tests.clock import DAY, MINUTE, Clock


async def send(
    connection: Connection,
    sender: Actor,
    *inboxes: str,
    body: bytes = b"{}",
    order_key: str | None = None,
    status_id: int | None = None,
) -> None:
    """Have one activity sent to these inboxes, each given as `host/path`."""
    await db_deliveries.insert_deliveries(
        connection,
        sender_id=sender.id,
        status_id=status_id,
        order_key=order_key if order_key is not None else body.decode(),
        body=body,
        inboxes=[(f"https://{inbox}", inbox.partition("/")[0]) for inbox in inboxes],
    )


async def claim(
    connection: Connection, *, limit: int = 50, per_host: int = 50, busy: tuple[str, ...] = ()
) -> list[Delivery]:
    """The next deliveries, taken."""
    return await db_deliveries.claim_deliveries(
        connection, limit=limit, per_host=per_host, busy_hosts=busy
    )


async def bodies(connection: Connection, *, per_host: int = 50) -> list[str]:
    """What the next deliveries say, taken."""
    return [taken.body.decode() for taken in await claim(connection, per_host=per_host)]


def health(clock: Clock, *, failures: int, open_for: int = 0) -> HostHealth:
    """A host that failed so often and is left alone for so long."""
    return HostHealth(
        failures=failures,
        open_until=Millis(clock.now + open_for),
        failing_days=1,
        last_failing_day=clock.now // DAY,
    )


# --- taking ----------------------------------------------------------------------------------------


async def test_delivery_comes_back_as_it_was_written(connection: Connection, clock: Clock) -> None:
    """A delivery has its inbox, its sender, the very bytes, and knows that this is the first try."""
    alice = await local(connection)
    post = await says(connection, alice)
    body = bytes(range(256))
    await db_deliveries.insert_deliveries(
        connection,
        sender_id=alice.id,
        status_id=post.id,
        order_key=post.uri,
        body=body,
        inboxes=[
            ("https://far.example/inbox", "far.example"),
            ("https://b.example/in", "b.example"),
        ],
        syncs_followers=True,
    )
    first, second = await claim(connection)
    assert first == Delivery(
        id=first.id,
        inbox="https://far.example/inbox",
        host="far.example",
        sender_id=alice.id,
        key=None,
        body=body,
        status_id=post.id,
        attempts=1,
        created_at=clock.now,
        syncs_followers=True,
    )
    assert (second.inbox, second.host, second.body) == ("https://b.example/in", "b.example", body)


async def test_delivery_signed_with_a_given_key(connection: Connection) -> None:
    """A delivery comes with the key that was given, though retired; else with the newest one."""
    alice = await local(connection)
    own = [await new_key(connection, alice, pem) for pem in ("old", "new")]
    await send(connection, alice, "far.example/inbox")
    assert [taken.key for taken in await claim(connection)] == [own[1]]
    await db_deliveries.insert_deliveries(
        connection,
        sender_id=alice.id,
        status_id=None,
        order_key="",
        body=b"{}",
        inboxes=[("https://far.example/inbox", "far.example")],
        key_id=own[0].id,
    )
    assert [taken.key for taken in await claim(connection)] == [own[0]]


async def new_key(connection: Connection, actor: Actor, pem: str) -> OwnKey:
    """Give somebody of ours a key instead of the one they had."""
    await db_actors.retire_own_key(connection, actor.id)
    key = PublicKey(Uri(f"{actor.uri}#main-key"), actor.uri, pem)
    await db_actors.store_own_key(connection, actor.id, key, b"sealed")
    own = await db_actors.own_key(connection, actor.id)
    assert own
    return own


async def test_deliveries_are_taken_once(connection: Connection) -> None:
    """What is taken is not there for the next, who gets what is left, as much as they ask for."""
    alice = await local(connection)
    await send(connection, alice, *(f"h{n}.example/inbox" for n in range(5)))
    assert [len(await claim(connection, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


async def test_activity_for_nobody(connection: Connection) -> None:
    """An activity without inboxes is sent to nobody."""
    await send(connection, await local(connection))
    assert await claim(connection) == []


async def test_bytes_are_stored_once(connection: Connection) -> None:
    """However many inboxes an activity goes to, its bytes are kept once."""
    alice = await local(connection)
    await send(connection, alice, *(f"h{n}.example/inbox" for n in range(20)))
    row = await connection.fetch_one("SELECT count(*) AS n FROM outgoing_activity")
    assert row
    assert row["n"] == 1


# --- fairness --------------------------------------------------------------------------------------


async def test_few_to_each_host(connection: Connection) -> None:
    """One host takes no more than its share, so that others get their deliveries at once."""
    alice = await local(connection)
    for n in range(4):
        await send(connection, alice, "slow.example/inbox", body=b"%d" % n)
    await send(connection, alice, "far.example/inbox", body=b"4")
    assert await bodies(connection, per_host=2) == ["0", "1", "4"]
    assert await bodies(connection, per_host=2) == ["2", "3"]


async def test_busy_hosts(connection: Connection) -> None:
    """A host that is busy gets nothing for now, and others do."""
    alice = await local(connection)
    await send(connection, alice, "busy.example/inbox", "far.example/inbox")
    taken = await claim(connection, busy=("busy.example", "other.example"))
    assert [one.host for one in taken] == ["far.example"]
    assert [one.host for one in await claim(connection)] == ["busy.example"]


async def test_host_that_is_left_alone(connection: Connection, clock: Clock) -> None:
    """While the breaker of a host is open it gets nothing; then one delivery tries it out."""
    alice = await local(connection)
    for n in range(3):
        await send(connection, alice, "away.example/inbox", body=b"%d" % n)
    await send(connection, alice, "far.example/inbox", body=b"3")
    away = health(clock, failures=5, open_for=MINUTE)
    await db_hosts.store_health(connection, "away.example", away)
    assert await bodies(connection) == ["3"]
    clock.forward(MINUTE - 1)
    assert await bodies(connection) == []
    clock.forward(1)
    assert await bodies(connection) == ["0"]
    assert await bodies(connection) == []


async def test_what_waited_for_a_host_follows_the_one_that_arrived(
    connection: Connection, clock: Clock
) -> None:
    """What was written before and while a host was away goes at once when it answers again."""
    alice = await local(connection)
    for n in range(2):
        await send(connection, alice, "away.example/inbox", body=b"%d" % n)
    away = health(clock, failures=5, open_for=MINUTE)
    await db_hosts.store_health(connection, "away.example", away)
    await send(connection, alice, "away.example/inbox", body=b"2")
    assert await bodies(connection) == []
    clock.forward(MINUTE - 1)
    await db_hosts.host_is_well(connection, ["away.example"])
    assert await bodies(connection) == ["0", "1", "2"]


async def test_who_tried_a_host_out_may_be_lost(connection: Connection, clock: Clock) -> None:
    """When nobody hears of the one that was to try a host out, the others go some time later."""
    alice = await local(connection)
    for n in range(3):
        await send(connection, alice, "away.example/inbox", body=b"%d" % n)
    away = health(clock, failures=5, open_for=MINUTE)
    await db_hosts.store_health(connection, "away.example", away)
    clock.forward(MINUTE)
    [lost] = await claim(connection)
    await db_deliveries.bury_delivery(connection, lost.id, "it was refused")
    assert await bodies(connection) == []
    clock.forward(db_hosts.TRYING_OUT_MS)
    assert await bodies(connection) == ["1"]


async def test_host_that_failed_lately(connection: Connection, clock: Clock) -> None:
    """A host that failed lately gets one delivery at a time; one that is well gets its share."""
    alice = await local(connection)
    for n in range(3):
        await send(connection, alice, "weak.example/inbox", "far.example/inbox", body=b"%d" % n)
    await db_hosts.store_health(connection, "weak.example", health(clock, failures=1))
    taken = await claim(connection, per_host=3)
    assert [one.host for one in taken] == ["weak.example", *["far.example"] * 3]


async def test_few_to_hosts_that_failed_lately(connection: Connection, clock: Clock) -> None:
    """Only so many hosts that failed get something at once, however many stand in front."""
    alice = await local(connection)
    weak = [f"weak{n}.example" for n in range(4)]
    await send(connection, alice, *(f"{host}/inbox" for host in weak), "far.example/inbox")
    for host in weak:
        await db_hosts.store_health(connection, host, health(clock, failures=1))
    taken = await db_deliveries.claim_deliveries(
        connection, limit=3, per_host=2, busy_hosts=[], doubtful=2
    )
    assert [(one.host, one.is_doubtful) for one in taken] == [
        ("weak0.example", True),
        ("weak1.example", True),
        ("far.example", False),
    ]
    none = await db_deliveries.claim_deliveries(
        connection, limit=3, per_host=2, busy_hosts=[], doubtful=0
    )
    assert none == []
    assert [one.host for one in await claim(connection)] == ["weak2.example", "weak3.example"]


async def test_oldest_is_hastened(connection: Connection, clock: Clock) -> None:
    """Of what waits for a host, only the oldest that is alive is tried at once."""
    alice = await local(connection)
    for n in range(3):
        await send(connection, alice, "far.example/inbox", body=b"%d" % n)
    dead, *waiting = await claim(connection)
    await db_deliveries.bury_delivery(connection, dead.id, "404")
    for one in waiting:
        await db_deliveries.retry_delivery(connection, one.id, Millis(clock.now + DAY), "500")
    await db_deliveries.hasten_oldest(connection, "near.example")
    assert await bodies(connection) == []
    await db_deliveries.hasten_oldest(connection, "far.example")
    assert await bodies(connection) == ["1"]


# --- order -----------------------------------------------------------------------------------------


async def test_delete_never_overtakes_its_create(connection: Connection, clock: Clock) -> None:
    """To one inbox, activities about one thing go in order, be the first taken, waiting or away."""
    alice = await local(connection)
    await send(connection, alice, "far.example/inbox", body=b"Create", order_key="note")
    await send(connection, alice, "far.example/inbox", body=b"Delete", order_key="note")
    [create] = await claim(connection)
    assert create.body == b"Create"
    assert await bodies(connection) == []
    await db_deliveries.retry_delivery(
        connection, create.id, Millis(clock.now + MINUTE), "no answer"
    )
    assert await bodies(connection) == []
    clock.forward(MINUTE)
    [create] = await claim(connection)
    assert create.body == b"Create"
    assert await bodies(connection) == []
    await db_deliveries.finish_deliveries(connection, [create.id])
    assert await bodies(connection) == ["Delete"]


async def test_order_holds_within_an_inbox_only(connection: Connection) -> None:
    """Other inboxes and other things do not wait."""
    alice = await local(connection)
    await send(connection, alice, "far.example/inbox", body=b"Create", order_key="note")
    await send(
        *(connection, alice, "far.example/inbox", "far.example/users/robin/inbox"),
        body=b"Delete",
        order_key="note",
    )
    await send(connection, alice, "far.example/inbox", body=b"Other", order_key="other")
    taken = await claim(connection)
    assert [(one.body, one.inbox) for one in taken] == [
        (b"Create", "https://far.example/inbox"),
        (b"Delete", "https://far.example/users/robin/inbox"),
        (b"Other", "https://far.example/inbox"),
    ]


async def test_dead_delivery_holds_up_nobody(connection: Connection) -> None:
    """When a delivery is given up, the next about the same thing goes."""
    alice = await local(connection)
    for body in (b"Create", b"Delete"):
        await send(connection, alice, "far.example/inbox", body=body, order_key="note")
    [create] = await claim(connection)
    await db_deliveries.bury_delivery(connection, create.id, "404")
    assert await bodies(connection) == ["Delete"]


# --- leases, retries, death ------------------------------------------------------------------------


async def test_lease_runs_out(connection: Connection, clock: Clock) -> None:
    """A delivery whose worker died is taken again when its lease is over, and not before."""
    await send(connection, await local(connection), "far.example/inbox")
    await claim(connection)
    clock.forward(LEASE_MS - 1)
    assert await claim(connection) == []
    clock.forward(1)
    assert [one.attempts for one in await claim(connection)] == [2]


async def test_trying_again(connection: Connection, clock: Clock) -> None:
    """A failed delivery comes again at its time, counts its tries, and keeps the reason."""
    await send(connection, await local(connection), "far.example/inbox", "b.example/inbox")
    first, _second = await claim(connection)
    later = Millis(clock.now + MINUTE)
    await db_deliveries.retry_delivery(connection, first.id, later, "it answered 503")
    clock.forward(MINUTE - 1)
    assert await claim(connection) == []
    clock.forward(1)
    assert [(one.id, one.attempts) for one in await claim(connection)] == [(first.id, 2)]
    row = await connection.fetch_one("SELECT last_error FROM delivery WHERE id = :id", id=first.id)
    assert row
    assert row["last_error"] == "it answered 503"


async def test_arriving_and_giving_up(connection: Connection, clock: Clock) -> None:
    """What arrived is gone, what was given up is counted as dead; neither is taken again."""
    alice = await local(connection)
    await send(connection, alice, *(f"h{n}.example/inbox" for n in range(4)))
    assert await db_deliveries.count_deliveries(connection) == {"waiting": 4, "dead": 0}
    one, two, three, _four = await claim(connection)
    await db_deliveries.finish_deliveries(connection, [one.id, two.id])
    await db_deliveries.finish_deliveries(connection, [])
    await db_deliveries.bury_delivery(connection, three.id, "it answered 410")
    assert await db_deliveries.count_deliveries(connection) == {"waiting": 1, "dead": 1}
    clock.forward(LEASE_MS)
    assert [taken.host for taken in await claim(connection)] == ["h3.example"]


async def test_forgetting_what_was_sent(connection: Connection, clock: Clock) -> None:
    """Activities that nothing waits for go, with those long dead; what waits or died lately stays."""
    alice = await local(connection)
    for name in ("arrived", "long-dead", "lately-dead", "waiting"):
        await send(connection, alice, f"{name}.example/inbox", body=name.encode())
    await send(connection, alice, "a.example/inbox", "b.example/inbox", body=b"half arrived")
    await send(connection, alice, body=b"for nobody")
    taken = {one.host: one.id for one in await claim(connection)}
    arrived = [taken["arrived.example"], taken["a.example"]]
    await db_deliveries.finish_deliveries(connection, arrived)
    await db_deliveries.bury_delivery(connection, taken["long-dead.example"], "404")
    then = clock.forward(DAY)
    await db_deliveries.bury_delivery(connection, taken["lately-dead.example"], "404")
    await db_deliveries.forget_sent(connection, then)
    rows = await connection.fetch_all("SELECT body FROM outgoing_activity ORDER BY id")
    assert [bytes(row["body"]) for row in rows] == [b"lately-dead", b"waiting", b"half arrived"]
    assert await db_deliveries.count_deliveries(connection) == {"waiting": 2, "dead": 1}


async def test_what_waits_too_long_is_given_up(connection: Connection, clock: Clock) -> None:
    """What was written before a day and still waits is buried with a reason; the rest goes on."""
    alice = await local(connection)
    await send(connection, alice, "away.example/inbox", body=b"old")
    then = clock.forward(DAY)
    clock.forward(MINUTE)
    await send(connection, alice, "away.example/inbox", body=b"new")
    await db_deliveries.bury_old_deliveries(connection, then)
    assert await bodies(connection) == ["new"]
    assert await db_deliveries.count_deliveries(connection) == {"waiting": 1, "dead": 1}
    rows = await connection.fetch_all("SELECT last_error FROM delivery WHERE dead_at IS NOT NULL")
    assert [row["last_error"] for row in rows] == ["it waited too long"]


async def test_dropping_what_waits_for_a_domain(connection: Connection) -> None:
    """What waits for a domain goes with that for its subdomains and ports, and nothing else."""
    alice = await local(connection)
    dropped = ("bad.example", "sub.bad.example", "bad.example:8443", "sub.bad.example:8443")
    kept = ("notbad.example", "bad.example.org", "example")
    await send(connection, alice, *(f"{host}/inbox" for host in (*dropped, *kept)))
    await db_deliveries.drop_deliveries_to(connection, "bad.example")
    assert sorted(one.host for one in await claim(connection)) == sorted(kept)


# --- the second lock of organisation posts ---------------------------------------------------------


@pytest.mark.parametrize("reach", list(Reach))
async def test_organisation_post_cannot_be_enqueued(db: Database, reach: Reach) -> None:
    """The database refuses a delivery about a post of the organisation, and says why."""
    async with db.write() as connection:
        alice = await local(connection)
        post = await says(connection, alice, reach=reach, scope=Scope.ORG)

    async def leak() -> None:
        async with db.write() as connection:
            await send(connection, alice, "far.example/inbox", status_id=post.id)

    refused = pytest.raises(
        (IntegrityError, asyncpg.RaiseError), match="never leaves this instance"
    )
    with refused:
        await leak()
    async with db.write() as connection:
        assert await claim(connection) == []
        left = await connection.fetch_one("SELECT count(*) AS n FROM outgoing_activity")
    assert left
    assert left["n"] == 0


async def test_boost_of_an_organisation_post_cannot_be_enqueued(db: Database) -> None:
    """Neither is a boost that stays inside let out."""
    async with db.write() as connection:
        alice = await local(connection)
        boost = await boosts(connection, alice, await says(connection, alice, scope=Scope.ORG))

    async def leak() -> None:
        async with db.write() as connection:
            await send(connection, alice, "far.example/inbox", status_id=boost.id)

    refused = pytest.raises(
        (IntegrityError, asyncpg.RaiseError), match="never leaves this instance"
    )
    with refused:
        await leak()


@pytest.mark.parametrize("reach", list(Reach))
async def test_other_posts_can_be_enqueued(connection: Connection, reach: Reach) -> None:
    """A post that may leave goes, however far it reaches, even after it was deleted here."""
    alice = await local(connection)
    post = await says(connection, alice, reach=reach)
    await send(connection, alice, "far.example/inbox", body=b"Create", status_id=post.id)
    await connection.execute("DELETE FROM status WHERE id = :id", id=post.id)
    await send(connection, alice, "b.example/inbox", body=b"Delete", status_id=post.id)
    assert await bodies(connection) == ["Create", "Delete"]


async def test_what_one_sender_left_waiting(connection: Connection) -> None:
    """What waits to be sent by one actor is dropped; what others send goes."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    await send(connection, alice, "far.example/inbox", "b.example/inbox", body=b"by alice")
    await send(connection, bob, "far.example/inbox", body=b"by bob")
    await db_deliveries.drop_deliveries_of(connection, alice.id)
    assert await bodies(connection) == ["by bob"]
