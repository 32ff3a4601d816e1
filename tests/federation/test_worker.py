"""Background work: retried when it may help, put aside when it does not, and done by one of many."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import pairwise
from typing import Any

import pytest

from fedlearn import worker
from fedlearn.app import open_instance
from fedlearn.db import jobs as db_jobs
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import FetchError, Gone, Invalid, RefusedDocument, Unavailable, Unreachable
from fedlearn.instance import Instance
from fedlearn.services import health
from fedlearn.settings import Settings
from fedlearn.worker import Worker
from tests.clock import DAY, HOUR, MINUTE, SECOND, Clock
from tests.databases import run
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import count, is_read_by, reads, takes, told
from tests.federation.server import Server, patiently, run_server, settle
from tests.postgres import drop_database, fresh_database

Handler = Callable[[Instance, str], Any]


async def job_of(alpha: Server) -> dict[str, Any] | None:
    """The only job there is, cleaning aside."""
    async with alpha.instance.db.read() as connection:
        rows = await connection.fetch_all("SELECT * FROM job WHERE kind <> 'clean_up'")
    assert len(rows) <= 1
    names = ("attempts", "run_at", "dead_at", "last_error")
    return {name: rows[0][name] for name in names} if rows else None


async def ask_for(alpha: Server, *payloads: str, order_key: str = "") -> None:
    """Have something done in the background."""
    async with alpha.instance.db.write() as connection:
        await insert_jobs(
            connection,
            [NewJob(JobKind.REFRESH_ACTOR, payload, order_key) for payload in payloads],
        )


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], None]:
    """Put something else in the place of the work of a job."""

    def put(handler: Handler) -> None:
        monkeypatch.setitem(worker.HANDLERS, JobKind.REFRESH_ACTOR, handler)

    return put


def raising(error: Exception) -> Handler:
    """Work that fails in this way each time."""

    async def fail(_instance: Instance, _payload: str) -> None:
        raise type(error)(*error.args)

    return fail


# --- what becomes of failures --------------------------------------------------------------------


async def test_unexpected_failure_is_retried_then_put_aside(
    alpha: Server,
    clock: Clock,
    handle: Callable[[Handler], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A job that fails as nobody foresaw is tried again, later and later, and dies with a reason."""
    handle(raising(ZeroDivisionError("one divided by none")))
    await ask_for(alpha, "x")
    pauses = []
    most = alpha.instance.settings.max_job_attempts
    for attempt in range(1, most):
        await settle(alpha)
        job = await job_of(alpha)
        assert job is not None
        assert (job["attempts"], job["dead_at"]) == (attempt, None)
        assert job["last_error"] == "ZeroDivisionError: one divided by none"
        pauses.append(job["run_at"] - clock.now)
        # Not a moment before its time.
        clock.forward(pauses[-1] - SECOND)
        await settle(alpha)
        assert (await job_of(alpha) or {})["attempts"] == attempt
        clock.forward(SECOND)
    # Four times as long each time, give or take a fifth, until it is six hours.
    assert all(2 * before < after for before, after in pairwise(pauses[:-1]))
    assert 10 * SECOND < pauses[0] < 30 * SECOND
    assert HOUR < pauses[-1] <= 6 * HOUR * 1.2
    await settle(alpha)
    job = await job_of(alpha)
    assert job is not None
    assert (job["attempts"], job["dead_at"]) == (most, clock.now)
    assert job["last_error"] == "ZeroDivisionError: one divided by none"
    summary = (await health.summary(alpha.instance))["jobs"]["refresh_actor"]
    assert summary == {"waiting": 0, "running": 0, "dead": 1}
    assert "is dead: ZeroDivisionError" in caplog.text
    # It stays dead.
    clock.forward(30 * DAY)
    await settle(alpha)
    assert (await job_of(alpha) or {})["attempts"] == most


@pytest.mark.parametrize(
    "error", [Unreachable("far.test took too long"), Unavailable("the disk is full")]
)
async def test_passing_trouble_is_retried(
    alpha: Server, clock: Clock, handle: Callable[[Handler], None], error: Exception
) -> None:
    """What may work later is tried later, and once it works nothing is left of it."""
    handle(raising(error))
    await ask_for(alpha, "x")
    await settle(alpha)
    job = await job_of(alpha)
    assert job is not None
    assert (job["attempts"], job["dead_at"], job["last_error"]) == (1, None, str(error))
    done = []

    async def works(_instance: Instance, payload: str) -> None:
        done.append(payload)

    handle(works)
    await settle(alpha)
    assert done == []
    clock.forward(MINUTE)
    await settle(alpha)
    assert done == ["x"]
    assert await job_of(alpha) is None


@pytest.mark.parametrize("error", [RefusedDocument("not an actor"), FetchError("404"), Gone("410")])
async def test_refusal_of_the_far_side_is_final(
    alpha: Server, handle: Callable[[Handler], None], error: Exception
) -> None:
    """What the far side has refused would be refused again: the job is over, and not dead."""
    handle(raising(error))
    await ask_for(alpha, "x")
    await settle(alpha)
    assert await job_of(alpha) is None


async def test_our_own_refusal_is_put_aside_at_once(
    alpha: Server, clock: Clock, handle: Callable[[Handler], None]
) -> None:
    """A job that cannot be done as it was asked for is dead, with the reason, at the first try."""
    handle(raising(Invalid("this cannot be done")))
    await ask_for(alpha, "x")
    await settle(alpha)
    job = await job_of(alpha)
    assert job is not None
    assert (job["attempts"], job["dead_at"]) == (1, clock.now)
    assert job["last_error"] == "this cannot be done"


async def test_one_failing_job_holds_up_no_other(
    alpha: Server, handle: Callable[[Handler], None]
) -> None:
    """Only what must follow a failed job waits for it; when that is dead, the rest goes on."""
    done = []

    async def picky(_instance: Instance, payload: str) -> None:
        if payload == "bad":
            raise ValueError(payload)
        done.append(payload)

    handle(picky)
    await ask_for(alpha, "bad", "after bad", order_key="same")
    await ask_for(alpha, "elsewhere", order_key="other")
    await ask_for(alpha, "free", "free, too")
    await settle(alpha)
    assert sorted(done) == ["elsewhere", "free", "free, too"]
    for _ in range(alpha.instance.settings.max_job_attempts):
        async with alpha.instance.db.write() as connection:
            await connection.execute("UPDATE job SET run_at = 0")
        await settle(alpha)
    assert done[-1] == "after bad"
    job = await job_of(alpha)
    assert job is not None
    assert job["last_error"] == "ValueError: bad"


async def test_unforeseen_failure_of_a_delivery(
    alpha: Server, bob: Person, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery that fails as nobody foresaw is tried again, and not held against its host."""
    await is_read_by(alpha, "alice", bob)

    async def stumbles(*_: object, **__: object) -> None:
        raise ZeroDivisionError("one divided by none")

    with monkeypatch.context() as patched:
        patched.setattr(worker, "deliver", stumbles)
        await alpha.post("alice", "hello")
        await settle(alpha)
    async with alpha.instance.db.write() as connection:
        row = await connection.fetch_one("SELECT last_error, dead_at FROM delivery")
        assert row is not None
        assert (row["last_error"], row["dead_at"]) == (
            "ZeroDivisionError: one divided by none",
            None,
        )
        assert await connection.fetch_one("SELECT 1 AS one FROM host") is None
        await connection.execute("UPDATE delivery SET run_at = 0")
    await settle(alpha)
    assert len(peer.got("Create")) == 1


# --- a worker that runs --------------------------------------------------------------------------


@asynccontextmanager
async def running(instance: Instance) -> AsyncIterator[None]:
    """A worker that works until the block ends."""
    task = asyncio.create_task(Worker(instance).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks for work now and then: only what is announced is noticed."""
    monkeypatch.setattr("fedlearn.worker.LONGEST_SLEEP", 600.0)
    monkeypatch.setattr("fedlearn.db.sqlite.LONGEST_NAP", 600.0)


@pytest.mark.usefixtures("quick_keys", "no_polling")
async def test_embedded_worker_is_woken(
    network: Network, settings_of: Callable[..., Settings], bob: Person, peer: Peer
) -> None:
    """The worker inside the server begins when work is written, not when it looks next."""
    settings = settings_of("alpha.test", embedded_worker=True)
    async with run_server(settings, network) as alpha:
        alice = await alpha.actor("alice")
        await asyncio.sleep(0.05)  # it has looked once, found nothing, and sleeps
        await bob.deliver(alpha, bob.activity("Follow", alice.uri))

        async def accepted() -> bool:
            return bool(peer.got("Accept"))

        await patiently(accepted)
        await alpha.post("alice", "hello")

        async def posted() -> bool:
            return bool(peer.got("Create"))

        await patiently(posted)
    assert asyncio.all_tasks() == {asyncio.current_task()}  # it leaves nothing running behind


async def test_without_embedded_worker_nothing_is_done(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """Where the work is done by processes of their own, the server itself leaves it alone."""
    alice = await alpha.actor("alice")
    await bob.deliver(alpha, bob.activity("Follow", alice.uri))
    await asyncio.sleep(0.1)
    assert peer.received == []
    async with running(alpha.instance):
        await patiently(lambda: settled(alpha))
    assert len(peer.got("Accept")) == 1


async def settled(alpha: Server) -> bool:
    """Whether nothing waits any more but the next cleaning."""
    summary = await health.summary(alpha.instance)
    jobs = [
        state["waiting"] + state["running"]
        for kind, state in summary["jobs"].items()
        if kind != "clean_up"
    ]
    return not any(jobs) and summary["deliveries"]["waiting"] == 0


async def test_work_that_becomes_due_is_noticed(
    alpha: Server, handle: Callable[[Handler], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was put off is done when its time has come, though nobody announces it."""
    monkeypatch.setattr("fedlearn.worker.LONGEST_SLEEP", 0.02)
    done = []

    async def works(_instance: Instance, payload: str) -> None:
        done.append((payload, now()))

    handle(works)
    due = now() + 150
    async with alpha.instance.db.write() as connection:
        job = NewJob(JobKind.REFRESH_ACTOR, "later", run_at=Millis(due))
        await insert_jobs(connection, [job])
    async with running(alpha.instance):
        await patiently(lambda: settled(alpha))
    assert [payload for payload, _ in done] == ["later"]
    assert done[0][1] >= due


async def test_few_jobs_at_once(alpha: Server, handle: Callable[[Handler], None]) -> None:
    """However much waits, only so many jobs run at once, and all are done."""
    under_way, most, done = 0, 0, 0

    async def slow(_instance: Instance, _payload: str) -> None:
        nonlocal under_way, most, done
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.002)
        under_way -= 1
        done += 1

    handle(slow)
    await ask_for(alpha, *(str(number) for number in range(100)))
    async with running(alpha.instance):
        await patiently(lambda: settled(alpha))
    assert done == 100
    assert 1 < most <= alpha.instance.settings.jobs_at_once


async def test_queue_goes_on_after_it_stumbled(
    alpha: Server,
    handle: Callable[[Handler], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A failure in the bookkeeping itself is logged, and does not end the work for good."""
    monkeypatch.setattr("fedlearn.worker.PAUSE_AFTER_TROUBLE", 0.01)
    finishes, stumbles = db_jobs.finish_jobs, 3
    done = []

    async def works(_instance: Instance, payload: str) -> None:
        done.append(payload)

    async def stumbling(connection: Connection, ids: Sequence[int]) -> None:
        nonlocal stumbles
        stumbles -= 1
        if stumbles >= 0:
            raise ZeroDivisionError("one divided by none")
        await finishes(connection, ids)

    handle(works)
    monkeypatch.setattr(db_jobs, "finish_jobs", stumbling)
    await ask_for(alpha, "x")
    with caplog.at_level(logging.ERROR):
        async with running(alpha.instance):
            await patiently(lambda: settled(alpha))
    assert done == ["x"]
    assert "a queue has stumbled" in caplog.text


async def test_cleaning_is_planned_once(alpha: Server) -> None:
    """However many workers start, one cleaning is planned; a dead one is planned anew."""

    async def planned() -> list[Any]:
        async with alpha.instance.db.read() as connection:
            return list(
                await connection.fetch_all(
                    "SELECT dead_at FROM job WHERE kind = 'clean_up' ORDER BY id"
                )
            )

    async def is_planned() -> bool:
        return bool([row for row in await planned() if row["dead_at"] is None])

    for _ in range(2):
        async with running(alpha.instance), running(alpha.instance):
            await patiently(is_planned)
        assert len(await planned()) == 1
    async with alpha.instance.db.write() as connection:
        await connection.execute("UPDATE job SET dead_at = 1")
    async with running(alpha.instance):
        await patiently(is_planned)
    assert len(await planned()) == 2


# --- many workers, one database ------------------------------------------------------------------


@pytest.fixture
def another_postgres(postgres_url: str, postgres_template: str) -> Iterator[Settings]:
    """Settings that name a second PostgreSQL database with the schema of now."""
    url = run(fresh_database(postgres_url, postgres_template))
    yield Settings(database=url)
    run(drop_database(url))


@pytest.fixture
def on_postgres(
    settings_of: Callable[..., Settings], postgres_settings: Settings, quick_keys: None
) -> Settings:
    """Settings of a server whose database is PostgreSQL."""
    return settings_of("alpha.test", database=postgres_settings.database, jobs_at_once=4)


async def test_two_workers_do_nothing_twice(
    on_postgres: Settings,
    network: Network,
    peer: Peer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two processes on one PostgreSQL database share the work, and each piece is done by one."""
    done: Counter[str] = Counter()
    by: Counter[int] = Counter()
    process = worker.HANDLERS[JobKind.PROCESS_ACTIVITY]

    async def counted(instance: Instance, payload: str) -> object:
        done[payload] += 1
        by[id(instance)] += 1
        return await process(instance, payload)

    monkeypatch.setitem(worker.HANDLERS, JobKind.PROCESS_ACTIVITY, counted)
    async with AsyncExitStack() as stack:
        alpha = await stack.enter_async_context(run_server(on_postgres, network))
        second = await stack.enter_async_context(open_instance(on_postgres, transport=network))
        alice = await alpha.actor("alice")
        people = [peer.person(f"person{number}") for number in range(12)]
        for person in people:
            follow = person.activity("Follow", alice.uri)
            assert (await person.deliver(alpha, follow)).status_code == 202
        workers = [Worker(alpha.instance), Worker(second)]
        while sum(await asyncio.gather(*(one.run_until_idle() for one in workers))):
            pass
        assert len(done) == 12
        assert set(done.values()) == {1}
        assert len(by) == 2
        assert len(peer.got("Accept")) == 12
        assert len({one["object"]["actor"] for one in peer.got("Accept")}) == 12
        assert await count(alpha, "/users/alice/followers") == 12


async def test_worker_of_another_process_is_woken(
    on_postgres: Settings, network: Network, bob: Person, peer: Peer, no_polling: None
) -> None:
    """On PostgreSQL a worker elsewhere hears of work at once: nothing waits for the next look."""
    async with AsyncExitStack() as stack:
        alpha = await stack.enter_async_context(run_server(on_postgres, network))
        elsewhere = await stack.enter_async_context(open_instance(on_postgres, transport=network))
        alice = await alpha.actor("alice")
        async with running(elsewhere):
            await asyncio.sleep(0.1)
            await bob.deliver(alpha, bob.activity("Follow", alice.uri))

            async def accepted() -> bool:
                return bool(peer.got("Accept"))

            await patiently(accepted)


async def test_order_is_kept_between_workers(
    on_postgres: Settings, network: Network, bob: Person
) -> None:
    """What belongs together is done in its order, whichever worker takes it."""
    async with AsyncExitStack() as stack:
        alpha = await stack.enter_async_context(run_server(on_postgres, network))
        second = await stack.enter_async_context(open_instance(on_postgres, transport=network))
        await reads(alpha, "alice", bob)
        notes = [bob.note() for _ in range(6)]
        activities: list[Document] = []
        for note in notes:
            activities += [bob.activity("Create", note), bob.activity("Delete", note["id"])]
        for activity in activities:
            assert (await bob.deliver(alpha, activity)).status_code == 202
        workers = [Worker(alpha.instance), Worker(second)]
        while sum(await asyncio.gather(*(one.run_until_idle() for one in workers))):
            pass
        assert await alpha.home("alice") == []


async def test_story_on_postgres(
    on_postgres: Settings,
    another_postgres: Settings,
    settings_of: Callable[..., Settings],
    network: Network,
    bob: Person,
) -> None:
    """A follow and a post between two servers on PostgreSQL, and a peer, as on SQLite."""
    beta_settings = settings_of("beta.test", database=another_postgres.database)
    async with (
        run_server(on_postgres, network) as alpha,
        run_server(beta_settings, network) as beta,
    ):
        await alpha.user("alice")
        await beta.follow("bob", "@alice@alpha.test")
        await settle(alpha, beta)
        posted = await alpha.post("alice", "What I learned today #bees")
        await settle(alpha, beta)
        home = await beta.home("bob")
        assert [view.status.uri for view in home] == [posted.status.uri]
        assert home[0].hashtags == ("bees",)
        assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "bob@beta.test")]
        answer = await beta.reply("bob", posted.status.uri, "@alice@alpha.test And I this")
        await settle(alpha, beta)
        assert (await told(alpha, "alice"))[0] == (NotificationKind.MENTION, "bob@beta.test")
        seen = await alpha.seen_by("alice", answer.status.uri)
        assert seen is not None
        assert seen.in_reply_to_author is not None

        await is_read_by(alpha, "alice", bob)
        await reads(alpha, "alice", bob)
        # What PostgreSQL would not store: the character 0, and numbers that are too large.
        odd = bob.note(
            "<p>nul \x00</p>",
            published="2026-01-01T10:00:00Z",
            attachment={"url": "https://peer.test/a.png", "width": 10**30, "height": -5},
            conversation="x\x00y",
            summary="\x00",
        )
        await takes(alpha, bob, bob.activity("Create", odd))
        await takes(
            alpha, bob, bob.activity("Like", posted.status.uri, id="https://peer.test/\x00")
        )
        await takes(alpha, bob, bob.activity("Announce", posted.status.uri))
        await takes(alpha, bob, bob.activity("Undo", "https://peer.test/nothing"))
        assert len(await alpha.home("alice")) == 3
        jobs = (await health.summary(alpha.instance))["jobs"]["process_activity"]
        assert jobs == {"waiting": 0, "running": 0, "dead": 0}
        await takes(alpha, bob, bob.activity("Delete", bob.uri))
        assert await count(alpha, "/users/alice/followers") == 1
