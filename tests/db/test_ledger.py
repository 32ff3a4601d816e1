"""How it is counted what another server and we owe each other."""

from dataclasses import replace

from fedlearn.db import actors as db_actors
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import jobs as db_jobs
from fedlearn.db import ledger as db_ledger
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob
from fedlearn.db.ledger import Deliveries, Follows
from fedlearn.db.queues import deliveries_page
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.jobs import JobKind
from tests.builders import a_status, boosts, follows, local, remote, says
from tests.clock import DAY, HOUR, Clock

FAR = ["far.example"]


async def test_hosts_behind_a_name(connection: Connection) -> None:
    """Handles may have another domain than their server has; both are found by the handles'."""
    robin = await remote(connection, "robin@far.example")
    split = replace(robin.profile, uri=Uri("https://social.far.example/1"))
    await db_actors.store_actor(connection, split, "social.far.example")
    names = ["far.example", "social.far.example"]
    assert await db_ledger.hosts_behind(connection, "far.example") == names
    assert await db_ledger.hosts_behind(connection, "social.far.example") == names[1:]
    assert await db_ledger.hosts_behind(connection, "new.example") == ["new.example"]
    assert await db_ledger.actors_of(connection, names) == (2, 0)


async def test_actors_and_their_posts(connection: Connection) -> None:
    """Those of this host, the gone among them, with posts and boosts; nobody else's."""
    robin, gone = await remote(connection), await remote(connection, "gone@far.example")
    other, alice = await remote(connection, "robin@other.example"), await local(connection)
    await db_actors.mark_gone(connection, gone.id)
    post = await says(connection, robin)
    await boosts(connection, robin, await says(connection, alice))
    await boosts(connection, other, post)
    assert await db_ledger.actors_of(connection, FAR) == (2, 1)
    assert await db_ledger.statuses_of(connection, FAR) == 2
    assert await db_ledger.actors_of(connection, ["our.example"]) == (0, 0)
    assert await db_ledger.statuses_of(connection, ["our.example"]) == 0


async def test_follows_in_both_directions(connection: Connection) -> None:
    """Those that count and those that wait for an answer, ours and theirs."""
    alice, ben = await local(connection), await local(connection, "ben")
    robin, wren = await remote(connection), await remote(connection, "wren@far.example")
    other = await remote(connection, "robin@other.example")
    for follower, followee, state in (
        (robin, alice, FollowState.ACCEPTED),
        (wren, alice, FollowState.ACCEPTED),
        (robin, ben, FollowState.PENDING),
        (alice, robin, FollowState.ACCEPTED),
        (alice, wren, FollowState.PENDING),
        (ben, wren, FollowState.PENDING),
        (other, alice, FollowState.ACCEPTED),
        (alice, other, FollowState.PENDING),
    ):
        await follows(connection, follower, followee, state)
    assert await db_ledger.follows_from(connection, FAR) == Follows(2, 1)
    assert await db_ledger.follows_to(connection, FAR) == Follows(1, 2)
    assert await db_ledger.follows_to(connection, ["new.example"]) == Follows(0, 0)


async def test_missing_parents(connection: Connection) -> None:
    """Posts that are answered here and are not here, each once."""
    robin, known = await remote(connection), await says(connection, await remote(connection))
    for uri in ("https://far.example/1", "https://far.example/1", "https://far.example/2"):
        answer = replace(a_status(robin), in_reply_to_uri=Uri(uri))
        await db_statuses.insert_status(connection, answer, is_local=False)
    await says(connection, robin, answers=known)
    assert await db_ledger.missing_parents(connection, "far.example") == 2
    assert await db_ledger.missing_parents(connection, "ar.example") == 0


async def test_last_heard_of(connection: Connection, clock: Clock) -> None:
    """The latest activity of anybody there."""
    robin, wren = await remote(connection), await remote(connection, "wren@far.example")
    await remote(connection, "robin@other.example")
    assert await db_ledger.last_heard_of(connection, FAR) is None
    for actor in (robin, wren):
        await db_received.remember_activity(connection, actor.uri, f"{actor.uri}/1")
        clock.forward(DAY)
    assert await db_ledger.last_heard_of(connection, FAR) == clock.now - DAY
    assert await db_ledger.last_heard_of(connection, ["other.example"]) is None


async def test_deliveries_to_a_host(connection: Connection, clock: Clock) -> None:
    """What waits, when the first of it goes, what is dead, and how the last failure was put."""
    sender = await local(connection)
    assert await db_ledger.deliveries_to(connection, FAR) == Deliveries(0, 0, None, None)
    for host in ("far.example", "far.example", "far.example", "other.example"):
        await db_deliveries.insert_deliveries(
            connection,
            sender_id=sender.id,
            status_id=None,
            order_key="",
            body=b"{}",
            inboxes=[(f"https://{host}/inbox", host)],
        )
    page = await deliveries_page(connection, host="", only_dead=False, limit=9)
    one, two, three, other = [each.id for each in page]
    begin, later = clock.now, Millis(clock.now + HOUR)
    await db_deliveries.bury_delivery(connection, one, "first")
    clock.forward(HOUR)
    await db_deliveries.bury_delivery(connection, two, "second")
    await db_deliveries.retry_delivery(connection, other, later, "other")
    assert await db_ledger.deliveries_to(connection, FAR) == Deliveries(1, 2, begin, "second")
    await db_deliveries.retry_delivery(connection, three, later, "third")
    assert await db_ledger.deliveries_to(connection, FAR) == Deliveries(1, 2, later, "third")


async def test_jobs_about_a_host(connection: Connection) -> None:
    """Those in which an address there stands, in the payload or in what they are about."""
    activity = '{"sender_id":1,"body":"{\\"actor\\":\\"https://far.example/users/robin\\"}"}'
    await db_jobs.insert_jobs(
        connection,
        [
            NewJob(JobKind.PROCESS_ACTIVITY, activity, order_key="https://far.example/1"),
            NewJob(JobKind.PROCESS_ACTIVITY, "{}", order_key="https://far.example/2"),
            NewJob(JobKind.REFRESH_ACTOR, "https://far.example/users/robin"),
            NewJob(JobKind.REFRESH_ACTOR, "https://notfar.example/users/robin"),
            NewJob(JobKind.REFRESH_ACTOR, "https://far.example.org/users/robin"),
        ],
    )
    expected = {"process_activity": 2, "refresh_actor": 1}
    assert await db_ledger.jobs_about(connection, "far.example") == expected
    for job in await db_jobs.claim_jobs(connection, 2):
        await db_jobs.bury_job(connection, job.id, "no")
    assert sum((await db_ledger.jobs_about(connection, "far.example")).values()) == 1
