"""This is where work waits: rows written in the same transaction as the change they follow from.

A job is claimed by pushing `locked_until` ahead; whoever dies with it lets it go by time alone.
Jobs with the same `order_key` run one after the other, in the order in which they were written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import MINUTE_MS, Millis, now
from fedlearn.domain.jobs import Job, JobKind

LEASE_MS = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job about to be written."""

    kind: JobKind
    payload: str
    order_key: str = ""
    run_at: Millis | None = None


async def insert_jobs(connection: Connection, jobs: Iterable[NewJob]) -> None:
    """Ask for work to be done once this transaction is committed."""
    at = now()
    await connection.execute_many(
        """
        INSERT INTO job (kind, payload, order_key, run_at, attempts, locked_until, created_at)
        VALUES (:kind, :payload, :order_key, :run_at, 0, 0, :at)
        """,
        [
            {
                "kind": job.kind.value,
                "payload": job.payload,
                "order_key": job.order_key,
                "run_at": job.run_at or at,
                "at": at,
            }
            for job in jobs
        ],
    )
    connection.announce_work()


async def claim_jobs(connection: Connection, limit: int) -> list[Job]:
    """Take the next jobs that are due and that no other job must precede."""
    rows = await connection.fetch_all(
        """
        UPDATE job SET locked_until = :until, attempts = attempts + 1 WHERE id IN (
            SELECT j.id FROM job j
            WHERE j.dead_at IS NULL AND j.run_at <= :at AND j.locked_until <= :at
                AND (j.order_key = '' OR NOT EXISTS (
                    SELECT 1 FROM job e
                    WHERE e.order_key = j.order_key AND e.id < j.id AND e.dead_at IS NULL))
            ORDER BY j.run_at, j.id LIMIT :limit FOR UPDATE SKIP LOCKED)
        RETURNING id, kind, payload, attempts
        """,
        at=now(),
        until=now() + LEASE_MS,
        limit=limit,
    )
    return sorted(map(_job_of, rows), key=lambda job: job.id)


async def finish_jobs(connection: Connection, ids: Sequence[int]) -> None:
    """This work is done."""
    await connection.execute("DELETE FROM job WHERE id IN :ids", ids=ids)


async def retry_job(connection: Connection, job_id: int, run_at: Millis, error: str) -> None:
    """The work failed and is tried again later."""
    await connection.execute(
        "UPDATE job SET locked_until = 0, run_at = :run_at, last_error = :error WHERE id = :id",
        id=job_id,
        run_at=run_at,
        error=error,
    )


async def bury_job(connection: Connection, job_id: int, error: str) -> None:
    """The work failed for good; it is kept, with the reason, for the operator to see."""
    await connection.execute(
        "UPDATE job SET dead_at = :at, last_error = :error WHERE id = :id",
        id=job_id,
        at=now(),
        error=error,
    )


async def has_waiting_job(connection: Connection, kind: JobKind, order_key: str) -> bool:
    """Whether a job of this kind with this key is waiting or running."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM job
        WHERE order_key = :order_key AND kind = :kind AND dead_at IS NULL LIMIT 1
        """,
        kind=kind.value,
        order_key=order_key,
    )
    return row is not None


async def has_job_to_come(connection: Connection, kind: JobKind, order_key: str) -> bool:
    """Whether a job of this kind with this key waits that nobody has begun yet."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM job
        WHERE order_key = :order_key AND kind = :kind AND dead_at IS NULL AND locked_until <= :at
        LIMIT 1
        """,
        kind=kind.value,
        order_key=order_key,
        at=now(),
    )
    return row is not None


async def count_jobs(connection: Connection) -> dict[JobKind, dict[str, int]]:
    """For each kind: how many wait, run, and are dead."""
    rows = await connection.fetch_all(
        """
        SELECT kind,
            count(*) FILTER (WHERE dead_at IS NULL AND locked_until <= :at) AS waiting,
            count(*) FILTER (WHERE dead_at IS NULL AND locked_until > :at) AS running,
            count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead
        FROM job GROUP BY kind
        """,
        at=now(),
    )
    found = {JobKind(row["kind"]): row for row in rows}
    states = ("waiting", "running", "dead")
    return {
        kind: {state: int(found[kind][state]) if kind in found else 0 for state in states}
        for kind in JobKind
    }


def _job_of(row: Row) -> Job:
    return Job(
        id=int(row["id"]),
        kind=JobKind(row["kind"]),
        payload=row["payload"],
        attempts=int(row["attempts"]),
    )
