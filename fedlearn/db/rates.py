"""This is where processes tell each other how often who has asked for what.

A row is a window of one count, under a key that does not say whose it is. Where its time is over,
the next one to count begins it anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.rates import LONGEST_WINDOW_MS, Standing

# Its time is not over; nor was it begun by a clock that has been put back since.
IS_OPEN = "rate_count.ends_at > :at AND rate_count.ends_at <= :latest"


@dataclass(frozen=True, slots=True)
class Spending:
    """What is added to a count, and when its window ends if it begins now.

    At the `limit`, if there is one, every process is told.
    """

    key: int
    times: int
    ends_at: Millis
    limit: int | None = None


async def add_spendings(connection: Connection, spendings: Iterable[Spending]) -> None:
    """Add to counts what was spent."""
    at = now()
    await connection.execute_many(
        f"""
        INSERT INTO rate_count (key, spent, ends_at, is_used_up)
        VALUES (:key, :times, :ends_at, coalesce(:times >= CAST(:limit AS BIGINT), false))
        ON CONFLICT (key) DO UPDATE SET
            spent = excluded.spent
                + CASE WHEN {IS_OPEN} THEN rate_count.spent ELSE 0 END,
            is_used_up = coalesce(excluded.spent
                + CASE WHEN {IS_OPEN} THEN rate_count.spent ELSE 0 END
                >= CAST(:limit AS BIGINT), false),
            ends_at = CASE WHEN {IS_OPEN}
                THEN rate_count.ends_at ELSE excluded.ends_at END
        """,
        # In one order, so that two processes never wait for each other.
        [
            {
                "key": one.key,
                "times": one.times,
                "ends_at": one.ends_at,
                "limit": one.limit,
                **_times(at),
            }
            for one in sorted(spendings, key=lambda one: one.key)
        ],
    )


async def standings(connection: Connection, keys: Sequence[int]) -> dict[int, Standing]:
    """How these counts stand."""
    rows = await connection.fetch_all("SELECT * FROM rate_count WHERE key IN :keys", keys=keys)
    return {int(row["key"]): _standing_of(row) for row in rows}


async def used_up(connection: Connection) -> dict[int, Standing]:
    """The counts that have come to their limit, and their windows not to their end."""
    rows = await connection.fetch_all(
        f"SELECT * FROM rate_count WHERE is_used_up AND {IS_OPEN}", **_times(now())
    )
    return {int(row["key"]): _standing_of(row) for row in rows}


async def forget_count(connection: Connection, key: int) -> None:
    """What was counted here does not matter any more."""
    await connection.execute("DELETE FROM rate_count WHERE key = :key", key=key)


async def forget_ended(connection: Connection) -> None:
    """Remove the windows that are over, but for those in which somebody is counting just now."""
    await connection.sweep(
        f"""
        DELETE FROM rate_count WHERE key IN (
            SELECT key FROM rate_count WHERE NOT ({IS_OPEN}) FOR UPDATE SKIP LOCKED)
        """,
        **_times(now()),
    )


def _times(at: Millis) -> dict[str, int]:
    return {"at": at, "latest": at + LONGEST_WINDOW_MS}


def _standing_of(row: Row) -> Standing:
    return Standing(int(row["spent"]), Millis(row["ends_at"]))
