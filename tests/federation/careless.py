"""This is where a server runs that breaks one of its promises, to see whether that is noticed.

It answers before it has written, or stores posts piece by piece, or forgets what it is sending.
"""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from bench import subject
from fedlearn import app, worker
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db.database import Database
from fedlearn.db.details import add_details
from fedlearn.db.sqlite import SqliteConnection
from fedlearn.domain.jobs import Delivery
from fedlearn.inbox.intake import Intake, Taken
from fedlearn.instance import Instance
from fedlearn.outbox.deliver import Outcome, deliver
from fedlearn.remote import statuses as remote_statuses

LATE = 0.2  # seconds
claim_deliveries = db_deliveries.claim_deliveries


class HastyIntake(Intake):
    """Says that it is done, and begins."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._late: set[asyncio.Task[None]] = set()

    async def take(self, taken: Taken) -> None:
        """Return at once."""
        self._late.add(asyncio.create_task(self._take_late(taken)))

    async def _take_late(self, taken: Taken) -> None:
        await asyncio.sleep(LATE)
        await super().take(taken)


async def add_details_later(connection: SqliteConnection, *what: Any) -> None:
    """Commit the text of a post, and come to its details after a while."""
    connection._raw.commit()
    await asyncio.sleep(LATE)
    connection._raw.execute("BEGIN IMMEDIATE")
    await add_details(connection, *what)


async def claim_and_forget(connection: SqliteConnection, **how: Any) -> Sequence[Delivery]:
    """Take deliveries out of the database before they have left."""
    claimed = await claim_deliveries(connection, **how)
    await db_deliveries.finish_deliveries(connection, [delivery.id for delivery in claimed])
    return claimed


async def deliver_late(instance: Instance, delivery: Delivery) -> Outcome:
    """Take long enough to be killed meanwhile."""
    await asyncio.sleep(LATE)
    return await deliver(instance, delivery)


CARELESS: dict[str, list[tuple[Any, str, Any]]] = {
    "hasty": [(app, "Intake", HastyIntake)],
    "piecemeal": [(remote_statuses, "add_details", add_details_later)],
    "forgetful": [
        (db_deliveries, "claim_deliveries", claim_and_forget),
        (worker, "deliver", deliver_late),
    ],
}


def main(*arguments: str) -> None:
    """Serve, careless in the way that the environment names."""
    for change in CARELESS[os.environ["CARELESS"]]:
        setattr(*change)
    subject.main(*arguments)
