"""How work waits, is taken, done, tried again and given up."""

import asyncio

import pytest

from fedlearn.db import jobs as db_jobs
from fedlearn.db.database import Connection, Database
from fedlearn.db.jobs import LEASE_MS, NewJob
from fedlearn.domain.ids import Millis
from fedlearn.domain.jobs import Job, JobKind
from tests.clock import MINUTE, SECOND, Clock

NONE = {"waiting": 0, "running": 0, "dead": 0}


def job(payload: str, order_key: str = "", run_at: Millis | None = None) -> NewJob:
    """A job about to be written."""
    return NewJob(JobKind.PROCESS_ACTIVITY, payload, order_key=order_key, run_at=run_at)


async def claim(connection: Connection, limit: int = 10) -> list[str]:
    """The payloads of the next jobs, taken."""
    return [taken.payload for taken in await db_jobs.claim_jobs(connection, limit)]


# --- taking ----------------------------------------------------------------------------------------


async def test_job_comes_back_as_it_was_written(connection: Connection) -> None:
    """A job has its kind and payload, and knows that this is the first try."""
    await db_jobs.insert_jobs(connection, [NewJob(JobKind.FETCH_PARENT, '{"uri": "ä"}')])
    [taken] = await db_jobs.claim_jobs(connection, 10)
    assert taken == Job(taken.id, JobKind.FETCH_PARENT, '{"uri": "ä"}', attempts=1)


async def test_jobs_are_taken_once(connection: Connection) -> None:
    """What is taken is not there for the next, who gets what is left, as much as they ask for."""
    await db_jobs.insert_jobs(connection, [job(f"{n}") for n in range(5)])
    assert await claim(connection, 2) == ["0", "1"]
    assert await claim(connection, 2) == ["2", "3"]
    assert await claim(connection, 2) == ["4"]
    assert await claim(connection, 2) == []


async def test_jobs_wait_for_their_time(connection: Connection, clock: Clock) -> None:
    """A job is not taken before it is due; of those due, the one due first comes first."""
    first, second = Millis(clock.now + 2 * MINUTE), Millis(clock.now + MINUTE)
    await db_jobs.insert_jobs(connection, [job("late", run_at=first), job("soon", run_at=second)])
    assert await claim(connection) == []
    clock.forward(MINUTE - 1)
    assert await claim(connection) == []
    clock.forward(MINUTE + 1)
    assert await claim(connection, 1) == ["soon"]
    assert await claim(connection, 1) == ["late"]


async def test_no_jobs(connection: Connection) -> None:
    """Writing no jobs and taking none is no trouble."""
    await db_jobs.insert_jobs(connection, [])
    assert await claim(connection) == []


async def test_two_take_at_once(db: Database) -> None:
    """However many take jobs at the same time, each job is taken by one of them."""
    async with db.write() as connection:
        await db_jobs.insert_jobs(connection, [job(f"{n}") for n in range(30)])

    async def take() -> list[str]:
        async with db.write() as connection:
            return await claim(connection, 5)

    shares = await asyncio.gather(*(take() for _ in range(8)))
    taken = [payload for share in shares for payload in share]
    assert len(taken) == len(set(taken))
    # Where one waits for nobody, it may go away with less than there was for it.
    async with db.write() as connection:
        taken += await claim(connection, 30)
    assert sorted(taken) == sorted(f"{n}" for n in range(30))


# --- order -----------------------------------------------------------------------------------------


async def test_jobs_with_one_key_run_one_after_the_other(connection: Connection) -> None:
    """Of jobs with the same key only the first is taken, until it is done; others go on."""
    jobs = [
        job("a1", "a"),
        job("b1", "b"),
        job("a2", "a"),
        job("free"),
        job("free"),
        job("a3", "a"),
    ]
    await db_jobs.insert_jobs(connection, jobs)
    taken = await db_jobs.claim_jobs(connection, 10)
    assert [one.payload for one in taken] == ["a1", "b1", "free", "free"]
    assert await claim(connection) == []
    await db_jobs.finish_jobs(connection, [taken[0].id])
    [second] = await db_jobs.claim_jobs(connection, 10)
    assert second.payload == "a2"
    await db_jobs.finish_jobs(connection, [second.id])
    assert await claim(connection) == ["a3"]


async def test_job_that_is_tried_again_holds_up_its_key(
    connection: Connection, clock: Clock
) -> None:
    """What comes after a failed job with the same key waits until that has been tried again."""
    await db_jobs.insert_jobs(connection, [job("create", "note"), job("delete", "note")])
    [create] = await db_jobs.claim_jobs(connection, 10)
    await db_jobs.retry_job(connection, create.id, Millis(clock.now + MINUTE), "no answer")
    assert await claim(connection) == []
    clock.forward(MINUTE)
    assert await claim(connection) == ["create"]
    assert await claim(connection) == []


async def test_dead_job_holds_up_nobody(connection: Connection) -> None:
    """When a job is given up, the next with its key gets its turn."""
    await db_jobs.insert_jobs(connection, [job("create", "note"), job("delete", "note")])
    [create] = await db_jobs.claim_jobs(connection, 10)
    await db_jobs.bury_job(connection, create.id, "for good")
    assert await claim(connection) == ["delete"]


async def test_first_written_comes_first_even_if_due_later(
    connection: Connection, clock: Clock
) -> None:
    """Within a key the order of writing counts, not the times at which jobs are due."""
    later = Millis(clock.now + MINUTE)
    await db_jobs.insert_jobs(connection, [job("create", "note", later), job("delete", "note")])
    assert await claim(connection) == []
    clock.forward(MINUTE)
    assert await claim(connection) == ["create"]


# --- leases, retries, death ------------------------------------------------------------------------


async def test_lease_runs_out(connection: Connection, clock: Clock) -> None:
    """A job whose worker died is taken again when its lease is over, and not before."""
    await db_jobs.insert_jobs(connection, [job("1")])
    await claim(connection)
    clock.forward(LEASE_MS - 1)
    assert await claim(connection) == []
    clock.forward(1)
    [again] = await db_jobs.claim_jobs(connection, 10)
    assert (again.payload, again.attempts) == ("1", 2)


async def test_trying_again(connection: Connection, clock: Clock) -> None:
    """A failed job comes again at its time, counts its tries, and keeps the reason."""
    await db_jobs.insert_jobs(connection, [job("1"), job("2")])
    one, _two = await db_jobs.claim_jobs(connection, 10)
    await db_jobs.retry_job(connection, one.id, Millis(clock.now + 10 * SECOND), "no answer")
    assert await claim(connection) == []
    clock.forward(10 * SECOND)
    [again] = await db_jobs.claim_jobs(connection, 10)
    assert (again.id, again.attempts) == (one.id, 2)
    row = await connection.fetch_one("SELECT last_error FROM job WHERE id = :id", id=one.id)
    assert row
    assert row["last_error"] == "no answer"


async def test_giving_up(connection: Connection, clock: Clock) -> None:
    """A dead job is never taken again, but kept with the reason and the time of its death."""
    await db_jobs.insert_jobs(connection, [job("1"), job("2")])
    one, two = await db_jobs.claim_jobs(connection, 10)
    await db_jobs.bury_job(connection, one.id, "refused")
    await db_jobs.finish_jobs(connection, [two.id])
    died = clock.now
    clock.forward(LEASE_MS)
    assert await claim(connection) == []
    rows = await connection.fetch_all("SELECT payload, dead_at, last_error FROM job")
    assert [(row["payload"], row["dead_at"], row["last_error"]) for row in rows] == [
        ("1", died, "refused")
    ]


# --- counting --------------------------------------------------------------------------------------


async def test_waiting_for_a_job(connection: Connection) -> None:
    """A job that waits or runs is known by kind and key; one that is done or dead is not."""
    kind, other = JobKind.FETCH_PARENT, JobKind.CLEAN_UP
    assert not await db_jobs.has_waiting_job(connection, kind, "a")
    await db_jobs.insert_jobs(connection, [NewJob(kind, "", order_key=key) for key in "ab"])
    assert await db_jobs.has_waiting_job(connection, kind, "a")
    assert not await db_jobs.has_waiting_job(connection, other, "a")
    assert not await db_jobs.has_waiting_job(connection, kind, "c")
    one, two = await db_jobs.claim_jobs(connection, 10)
    assert await db_jobs.has_waiting_job(connection, kind, "a")
    await db_jobs.finish_jobs(connection, [one.id])
    await db_jobs.bury_job(connection, two.id, "for good")
    assert not await db_jobs.has_waiting_job(connection, kind, "a")
    assert not await db_jobs.has_waiting_job(connection, kind, "b")


async def test_counts(connection: Connection, clock: Clock) -> None:
    """Jobs are counted by kind as waiting, running and dead; an empty queue has zeros."""
    assert await db_jobs.count_jobs(connection) == dict.fromkeys(JobKind, NONE)
    await db_jobs.insert_jobs(connection, [job(f"{n}") for n in range(6)])
    taken = await db_jobs.claim_jobs(connection, 4)
    await db_jobs.bury_job(connection, taken[0].id, "for good")
    await db_jobs.retry_job(connection, taken[1].id, Millis(clock.now + MINUTE), "no answer")
    await db_jobs.insert_jobs(connection, [NewJob(JobKind.CLEAN_UP, "")])
    counted = await db_jobs.count_jobs(connection)
    assert counted == dict.fromkeys(JobKind, NONE) | {
        JobKind.PROCESS_ACTIVITY: {"waiting": 3, "running": 2, "dead": 1},
        JobKind.CLEAN_UP: {"waiting": 1, "running": 0, "dead": 0},
    }


# --- one transaction with the change ---------------------------------------------------------------


async def test_job_is_announced(db: Database) -> None:
    """Writing a job wakes who waits for work."""
    waiting = asyncio.create_task(db.wait_for_work(at_most=60))
    async with db.write() as connection:
        await db_jobs.insert_jobs(connection, [job("1")])
    async with asyncio.timeout(5):
        await waiting


async def test_job_is_gone_with_its_change(db: Database) -> None:
    """A job that was written in a transaction that failed was never there."""

    async def fail() -> None:
        async with db.write() as connection:
            await db_jobs.insert_jobs(connection, [job("1")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.write() as connection:
        assert await claim(connection) == []
