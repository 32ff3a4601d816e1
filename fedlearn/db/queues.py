"""This is where an operator looks at what waits, has it tried again, and drops it.

How jobs and deliveries are worked off stands in db/jobs.py and db/deliveries.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import Millis, now

AFRESH = "dead_at = NULL, attempts = 0, run_at = :at, locked_until = 0"
NOT_RUNNING = "(dead_at IS NOT NULL OR locked_until <= :at)"


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A job as an operator sees it. `state` is waiting, running or dead; `about` what it is for."""

    id: int
    kind: str
    state: str
    about: str
    attempts: int
    created_at: Millis
    run_at: Millis
    dead_at: Millis | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery as an operator sees it. `about` is the identity of what it tells of."""

    id: int
    inbox: str
    host: str
    state: str
    about: str
    attempts: int
    run_at: Millis
    dead_at: Millis | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Queued:
    """What waits for one host, and how it fares: `asked_again` is when, 0 is at once."""

    host: str
    waiting: int
    dead: int
    failures: int
    asked_again: Millis


# --- jobs ----------------------------------------------------------------------------------------


async def jobs_page(
    connection: Connection, *, kind: str, host: str, only_dead: bool, limit: int
) -> list[WaitingJob]:
    """Jobs in the order in which they were written; "" is any kind, and any host."""
    rows = await connection.fetch_all(
        """
        SELECT id, kind, order_key, attempts, created_at, run_at, locked_until, dead_at, last_error
        FROM job
        WHERE (CAST(:kind AS TEXT) = '' OR kind = :kind)
            AND (dead_at IS NOT NULL OR NOT :only_dead)
            AND (CAST(:host AS TEXT) = '' OR payload LIKE '%://' || :host || '/%'
                OR order_key LIKE '%://' || :host || '/%')
        ORDER BY id LIMIT :limit
        """,
        kind=kind,
        host=host,
        only_dead=only_dead,
        limit=limit,
    )
    at = now()
    return [
        WaitingJob(
            id=int(row["id"]),
            kind=row["kind"],
            state=_state(row, at),
            about=row["order_key"],
            attempts=int(row["attempts"]),
            created_at=Millis(row["created_at"]),
            run_at=Millis(row["run_at"]),
            dead_at=row["dead_at"],
            last_error=row["last_error"],
        )
        for row in rows
    ]


async def wake_jobs(connection: Connection, ids: Sequence[int]) -> int:
    """Have these jobs tried at once, as if for the first time; not those that are running."""
    connection.announce_work()
    return await connection.execute(
        f"UPDATE job SET {AFRESH} WHERE id IN :ids AND {NOT_RUNNING}",
        ids=ids,
        at=now(),
    )


async def wake_dead_jobs(connection: Connection) -> int:
    """Have every job tried again that was given up."""
    connection.announce_work()
    return await connection.execute(
        f"UPDATE job SET {AFRESH} WHERE dead_at IS NOT NULL",
        at=now(),
    )


async def drop_jobs(connection: Connection, ids: Sequence[int]) -> int:
    """Forget these jobs; one that is running is done all the same."""
    return await connection.execute("DELETE FROM job WHERE id IN :ids", ids=ids)


async def drop_dead_jobs(connection: Connection) -> int:
    """Forget every job that was given up."""
    return await connection.execute("DELETE FROM job WHERE dead_at IS NOT NULL")


# --- deliveries ----------------------------------------------------------------------------------


async def deliveries_page(
    connection: Connection, *, host: str, only_dead: bool, limit: int
) -> list[WaitingDelivery]:
    """Deliveries in the order in which they were written; "" is any host."""
    rows = await connection.fetch_all(
        """
        SELECT id, inbox, host, order_key, attempts, run_at, locked_until, dead_at, last_error
        FROM delivery
        WHERE (CAST(:host AS TEXT) = '' OR host = :host) AND (dead_at IS NOT NULL OR NOT :only_dead)
        ORDER BY id LIMIT :limit
        """,
        host=host,
        only_dead=only_dead,
        limit=limit,
    )
    at = now()
    return [
        WaitingDelivery(
            id=int(row["id"]),
            inbox=row["inbox"],
            host=row["host"],
            state=_state(row, at),
            about=row["order_key"],
            attempts=int(row["attempts"]),
            run_at=Millis(row["run_at"]),
            dead_at=row["dead_at"],
            last_error=row["last_error"],
        )
        for row in rows
    ]


async def wake_delivery(connection: Connection, delivery_id: int) -> str | None:
    """Have a delivery tried at once, as if for the first time; its host, unless it is under way."""
    connection.announce_work()
    row = await connection.fetch_one(
        f"UPDATE delivery SET {AFRESH} WHERE id = :id AND {NOT_RUNNING} RETURNING host",
        id=delivery_id,
        at=now(),
    )
    return row["host"] if row else None


async def wake_deliveries_to(connection: Connection, host: str) -> int:
    """Have all tried at once that waits for a host or was given up."""
    connection.announce_work()
    return await connection.execute(
        f"UPDATE delivery SET {AFRESH} WHERE host = :host AND {NOT_RUNNING}",
        host=host,
        at=now(),
    )


async def wake_dead_deliveries(connection: Connection) -> int:
    """Have every delivery tried again that was given up."""
    connection.announce_work()
    return await connection.execute(
        f"UPDATE delivery SET {AFRESH} WHERE dead_at IS NOT NULL",
        at=now(),
    )


async def drop_delivery(connection: Connection, delivery_id: int) -> int:
    """Forget a delivery; one that is under way may still arrive."""
    return await connection.execute("DELETE FROM delivery WHERE id = :id", id=delivery_id)


async def drop_deliveries_at(connection: Connection, host: str) -> int:
    """Forget all that waits for a host or was given up."""
    return await connection.execute("DELETE FROM delivery WHERE host = :host", host=host)


async def drop_dead_deliveries(connection: Connection) -> int:
    """Forget every delivery that was given up."""
    return await connection.execute("DELETE FROM delivery WHERE dead_at IS NOT NULL")


# --- hosts ---------------------------------------------------------------------------------------


async def queues_by_host(connection: Connection, limit: int) -> list[Queued]:
    """For which hosts deliveries wait: those that fail first, then those with the most."""
    rows = await connection.fetch_all(
        """
        SELECT d.host, count(*) FILTER (WHERE d.dead_at IS NULL) AS waiting,
            count(*) FILTER (WHERE d.dead_at IS NOT NULL) AS dead,
            coalesce(max(h.failures), 0) AS failures, coalesce(max(h.open_until), 0) AS asked_again
        FROM delivery d LEFT JOIN host h ON h.name = d.host
        GROUP BY d.host ORDER BY failures DESC, waiting DESC, d.host LIMIT :limit
        """,
        limit=limit,
    )
    return [
        Queued(
            host=row["host"],
            waiting=int(row["waiting"]),
            dead=int(row["dead"]),
            failures=int(row["failures"]),
            asked_again=Millis(row["asked_again"]),
        )
        for row in rows
    ]


def _state(row: Row, at: Millis) -> str:
    if row["dead_at"] is not None:
        return "dead"
    return "running" if row["locked_until"] > at else "waiting"
