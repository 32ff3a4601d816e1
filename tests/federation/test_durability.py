"""What was acknowledged is kept: through restarts, crashes, repetitions and a full disk."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import httpx
import pytest

from fedlearn.app import open_instance
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import jobs as db_jobs
from fedlearn.domain.notifications import NotificationKind
from fedlearn.outbox.deliver import Delivered, deliver
from fedlearn.services import accounts, health
from fedlearn.settings import Settings
from fedlearn.worker import Worker, run_job
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person, signed_headers
from tests.federation.scenes import count, is_read_by, reads, refusal, told
from tests.federation.server import Server, make_due, patiently, run_server, settle

ROOT = Path(__file__).resolve().parents[2]
FOLLOWERS = "/users/alice/followers"
TOLD_OF_BOB = [(NotificationKind.FOLLOW, "bob@peer.test")]


@pytest.fixture
def settings(settings_of: Callable[..., Settings], quick_keys: None) -> Settings:
    """Settings under which a server can be started again and again, on the same files."""
    return settings_of("alpha.test")


async def a_follow(alpha: Server, person: Person) -> Document:
    """A Follow of alice, whose effect is easy to see."""
    return person.activity("Follow", (await alpha.actor("alice")).uri)


# --- restarts ------------------------------------------------------------------------------------


async def test_acknowledged_survives_a_restart(
    settings: Settings, bob: Person, peer: Peer, network: Network
) -> None:
    """What was answered with 202 and not begun is done by whoever opens the same files next."""
    async with run_server(settings, network) as alpha:
        assert (await bob.deliver(alpha, await a_follow(alpha, bob))).status_code == 202
    assert peer.received == []
    async with open_instance(settings, transport=network) as instance:
        await Worker(instance).run_until_idle()
    assert len(peer.got("Accept")) == 1
    async with run_server(settings, network) as alpha:
        await settle(alpha)
        assert await told(alpha, "alice") == TOLD_OF_BOB
        assert await count(alpha, FOLLOWERS) == 1
        assert len(peer.got("Accept")) == 1


async def test_posted_survives_a_restart(
    settings: Settings, bob: Person, peer: Peer, network: Network
) -> None:
    """What was posted and not yet sent is sent after the restart, signed with the same key."""
    async with run_server(settings, network) as alpha:
        await is_read_by(alpha, "alice", bob)
        await alpha.post("alice", "hello")
    assert peer.got("Create") == []
    async with open_instance(settings, transport=network) as instance:
        await Worker(instance).run_until_idle()
    assert len(peer.got("Create")) == 1
    keys = {
        json.dumps(one.request.headers["signature"].partition('"')[2].partition('"')[0])
        for one in network.sent("POST", "peer.test")
    }
    assert len(keys) == 1


async def test_repetition_after_a_restart_has_no_effect(
    settings: Settings, bob: Person, peer: Peer, network: Network
) -> None:
    """That an activity came is remembered across restarts, so its repetition does nothing."""
    async with run_server(settings, network) as alpha:
        follow = await a_follow(alpha, bob)
        await bob.deliver(alpha, follow)
        await settle(alpha)
    async with run_server(settings, network) as alpha:
        assert (await bob.deliver(alpha, follow)).status_code == 202
        await settle(alpha)
        assert len(peer.got("Accept")) == 1
        assert await told(alpha, "alice") == TOLD_OF_BOB


# A server that is shot the moment it has answered. What it is to be sent comes in as JSON.
SHOT_AFTER_ITS_ANSWER = dedent(
    """
    import asyncio, json, os, signal, sys
    from pathlib import Path
    import httpx
    from fedlearn.app import make_app
    from fedlearn.settings import Settings

    async def main(given):
        settings = Settings(
            url="https://alpha.test", data_dir=Path(given["data"]), keys_dir=Path(given["keys"]),
            embedded_worker=False, rate_limits=False,
        )
        app = make_app(settings, transport=httpx.MockTransport(lambda request: None))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=settings.url) as http:
                answer = await http.post(
                    "/inbox", content=given["body"].encode(), headers=given["headers"]
                )
            os.write(1, str(answer.status_code).encode())
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(main(json.load(sys.stdin)))
    """
)


async def test_acknowledged_survives_a_kill(
    settings: Settings, bob: Person, peer: Peer, network: Network
) -> None:
    """A process that is killed right after its 202 has left the activity on disk."""
    async with run_server(settings, network) as alpha:
        await is_read_by(alpha, "alice", bob)
        mine = await alpha.post("alice", "hello")
    body = json.dumps(bob.activity("Like", mine.status.uri)).encode()
    given = {
        "data": str(settings.data_dir),
        "keys": str(settings.keys_dir),
        "body": body.decode(),
        "headers": signed_headers(
            bob.key, bob.key_id, host="alpha.test", target="/inbox", body=body
        ),
    }
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", SHOT_AFTER_ITS_ANSWER],
        input=json.dumps(given).encode(),
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    assert killed.stdout == b"202", killed.stderr.decode()
    assert killed.returncode == -9
    async with run_server(settings, network) as alpha:
        await settle(alpha)
        assert (NotificationKind.FAVOURITE, "bob@peer.test") in await told(alpha, "alice")


# --- crashes in the middle -----------------------------------------------------------------------


async def test_crash_between_claim_and_settlement(alpha: Server, bob: Person, peer: Peer) -> None:
    """Work that was done by somebody who died before saying so is done again, with one effect."""
    mine = await alpha.post("alice", "hello")
    alice = mine.author.uri
    note = bob.note(to=[alice], tag={"type": "Mention", "href": alice})
    for activity in (
        await a_follow(alpha, bob),
        bob.activity("Like", mine.status.uri),
        bob.activity("Announce", mine.status.uri),
        bob.activity("Create", note),
    ):
        assert (await bob.deliver(alpha, activity)).status_code == 202
    async with alpha.instance.db.write() as connection:
        claimed = await db_jobs.claim_jobs(connection, 10)
    assert len(claimed) == 4
    for job in claimed:
        assert await run_job(alpha.instance, job) is None
    # While the lease runs, nobody else takes them up.
    assert await Worker(alpha.instance).run_until_idle() == 1  # the Accept
    assert len(peer.got("Accept")) == 1
    await make_due(alpha)
    await settle(alpha)
    seen = await alpha.seen_by("alice", mine.status.uri)
    assert seen is not None
    assert (seen.favourites, seen.boosts) == (1, 1)
    assert await count(alpha, FOLLOWERS) == 1
    assert sorted(await told(alpha, "alice")) == [
        (NotificationKind.FAVOURITE, "bob@peer.test"),
        (NotificationKind.FOLLOW, "bob@peer.test"),
        (NotificationKind.MENTION, "bob@peer.test"),
        (NotificationKind.BOOST, "bob@peer.test"),
    ]
    # A second Accept of the same Follow does no harm: it says the same.
    assert {one["object"]["id"] for one in peer.got("Accept")} == {claimed_follow(peer)}
    jobs = (await health.summary(alpha.instance))["jobs"]["process_activity"]
    assert jobs == {"waiting": 0, "running": 0, "dead": 0}


def claimed_follow(peer: Peer) -> str:
    """The id of the Follow that was accepted first."""
    uri: str = peer.got("Accept")[0]["object"]["id"]
    return uri


async def test_crash_after_a_delivery(alpha: Server, bob: Person, peer: Peer) -> None:
    """A delivery that arrived without anybody noting it is sent again, byte for byte."""
    await is_read_by(alpha, "alice", bob)
    await alpha.post("alice", "hello")
    async with alpha.instance.db.write() as connection:
        claimed = await db_deliveries.claim_deliveries(
            connection, limit=10, per_host=4, busy_hosts=[]
        )
    assert len(claimed) == 1
    assert await deliver(alpha.instance, claimed[0]) == Delivered()
    await settle(alpha)
    assert len(peer.got("Create")) == 1
    await make_due(alpha)
    await settle(alpha)
    first, second = peer.got("Create")
    assert first == second
    bodies = {one.content for one in peer.requests if b'"Create"' in one.content}
    assert len(bodies) == 1
    assert (await health.summary(alpha.instance))["deliveries"] == {"waiting": 0, "dead": 0}


async def test_worker_that_is_stopped_leaves_its_work(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """A worker that is stopped in the middle of a fetch gives up nothing: another one ends it."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>slow</p>")
    began = asyncio.Event()

    async def hangs(request: httpx.Request) -> httpx.Response:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody wakes it")

    network.connect("peer.test", hangs)
    running = asyncio.create_task(Worker(alpha.instance).run())
    await bob.deliver(alpha, bob.activity("Create", note["id"]))
    async with asyncio.timeout(10):
        await began.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    network.connect("peer.test", peer._answer)
    await make_due(alpha)
    await settle(alpha)
    assert [view.status.content for view in await alpha.home("alice")] == ["<p>slow</p>"]


# --- at once -------------------------------------------------------------------------------------


async def test_same_activity_twice_at_once(alpha: Server, bob: Person, peer: Peer) -> None:
    """Two deliveries of one activity at the same moment are both acknowledged and count once."""
    follow = await a_follow(alpha, bob)
    answers = await asyncio.gather(
        *(bob.deliver(alpha, follow, path) for path in ("/inbox", "/users/alice/inbox") * 4)
    )
    assert {answer.status_code for answer in answers} == {202}
    workers = [Worker(alpha.instance) for _ in range(3)]
    await asyncio.gather(*(worker.run_until_idle() for worker in workers))
    await settle(alpha)
    assert len(peer.got("Accept")) == 1
    assert await told(alpha, "alice") == TOLD_OF_BOB


# --- when the disk says no -----------------------------------------------------------------------


async def limit_pages(alpha: Server, most: int) -> None:
    """Let the file grow to so many pages; SQLite never goes below what it has now."""
    async with alpha.instance.db.write() as connection:
        await connection.fetch_all(f"PRAGMA max_page_count = {most}")


@pytest.fixture
async def ready(
    settings: Settings, network: Network, bob: Person
) -> AsyncIterator[tuple[Server, Document]]:
    """A server that knows bob already, and a Like that bob is about to send."""
    async with run_server(settings, network) as alpha:
        await is_read_by(alpha, "alice", bob)
        mine = await alpha.post("alice", "hello")
        await settle(alpha)
        yield alpha, bob.activity("Like", mine.status.uri)


async def assert_not_taken_in(
    alpha: Server, bob: Person, like: Document, answers: list[httpx.Response]
) -> None:
    """Each was answered 503 and when to come back, and nothing was kept; now it can be."""
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        refusal(answer)
    async with alpha.instance.db.read() as connection:
        kept = await connection.fetch_one(
            "SELECT count(*) AS n FROM received_activity WHERE uri = :uri", uri=like["id"]
        )
        jobs = await connection.fetch_one(
            "SELECT count(*) AS n FROM job WHERE kind = 'process_activity'"
        )
    assert kept is not None
    assert jobs is not None
    assert (kept["n"], jobs["n"]) == (0, 0)
    assert await told(alpha, "alice") == TOLD_OF_BOB
    # The sender tries again, and it is as if nothing had been.
    assert (await bob.deliver(alpha, like)).status_code == 202
    await settle(alpha)
    assert (await told(alpha, "alice"))[0] == (NotificationKind.FAVOURITE, "bob@peer.test")


async def test_locked_database(
    ready: tuple[Server, Document],
    settings: Settings,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While another process holds the file the answer is 503: nothing is acknowledged unwritten."""
    alpha, like = ready
    monkeypatch.setattr("fedlearn.db.sqlite.LOCK_PATIENCE", 0.02)
    with closing(sqlite3.connect(settings.sqlite_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = await asyncio.gather(*(bob.deliver(alpha, like) for _ in range(3)))
        other.execute("ROLLBACK")
    await assert_not_taken_in(alpha, bob, like, answers)


async def test_full_disk(ready: tuple[Server, Document], bob: Person) -> None:
    """When there is no room the answer is 503, for everybody who waited for the same write."""
    alpha, like = ready
    like["summary"] = "more than there is room for " * 10_000
    others = [like | {"id": f"{like['id']}-{number}"} for number in range(3)]
    await limit_pages(alpha, 1)
    answers = await asyncio.gather(*(bob.deliver(alpha, one) for one in (like, *others)))
    await limit_pages(alpha, 1_000_000)
    await assert_not_taken_in(alpha, bob, like, answers)


async def test_worker_waits_for_the_database(
    ready: tuple[Server, Document],
    settings: Settings,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A worker that starts while another process holds the file waits, and then does its work."""
    alpha, like = ready
    monkeypatch.setattr("fedlearn.worker.PAUSE_AFTER_TROUBLE", 0.01)
    monkeypatch.setattr("fedlearn.db.sqlite.LOCK_PATIENCE", 0.005)
    assert (await bob.deliver(alpha, like)).status_code == 202

    async def is_told() -> bool:
        return (NotificationKind.FAVOURITE, "bob@peer.test") in await told(alpha, "alice")

    with closing(sqlite3.connect(settings.sqlite_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        running = asyncio.create_task(alpha.worker.run())
        await patiently(lambda: said(caplog, "cannot be written just now"))
        assert not await is_told()
        other.execute("ROLLBACK")
    await patiently(is_told)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def said(caplog: pytest.LogCaptureFixture, text: str) -> bool:
    """Whether the log holds these words by now."""
    return text in caplog.text


async def test_key_is_not_lost(settings: Settings, network: Network) -> None:
    """The key under which an actor is known stays the same from start to start."""
    shown = set()
    for _ in range(2):
        async with run_server(settings, network) as alpha:
            await alpha.user("alice")
            shown.add((await alpha.get("/users/alice")).json()["publicKey"]["publicKeyPem"])
            assert await accounts.find_user(alpha.instance, "alice")
    assert len(shown) == 1
