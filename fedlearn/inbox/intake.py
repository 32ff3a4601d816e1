"""This is where what came in is put on disk, in small groups.

What is acknowledged is committed. Deliveries that come while a commit is under way go into the next
one together, so the disk is asked once for many.
"""

import asyncio
from dataclasses import dataclass

from fedlearn.activitypub.uris import host_of
from fedlearn.db import received as db_received
from fedlearn.db.database import Connection, Database
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.outbox.hosts import note_calls

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """An activity about to be written: whose it is, its identity if it has one, and its job.

    `caller_uri` is who delivered it.
    """

    actor_uri: str
    uri: str | None
    job: NewJob
    caller_uri: str


class Intake:
    """Writes what comes in, in small groups."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[tuple[Taken, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def take(self, taken: Taken) -> None:
        """Return when the activity is on disk; raise what kept it from getting there."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((taken, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        await done

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            error = await self._write(group)
            for _, done in group:
                if done.cancelled():
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)
        self._writing = None

    async def _write(self, group: list[tuple[Taken, asyncio.Future[None]]]) -> Exception | None:
        try:
            async with self._db.write() as connection:
                await _write_group(connection, [taken for taken, _ in group])
        except Exception as error:  # noqa: BLE001 - handed to each that waits for it
            return error
        return None


async def _write_group(connection: Connection, group: list[Taken]) -> None:
    new = [
        taken.job
        for taken in group
        if taken.uri is None
        or await db_received.remember_activity(connection, taken.actor_uri, taken.uri)
    ]
    await insert_jobs(connection, new)
    await note_calls(connection, {host_of(taken.caller_uri) for taken in group})
