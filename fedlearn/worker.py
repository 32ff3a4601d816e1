"""This is where what waits is done: which job runs which function, and deliveries.

It runs inside `serve`, or in processes of its own (`fedlearn worker`); any number may share the
queues. Work is done at least once, so every handler can bear to be repeated.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import follows as db_follows
from fedlearn.db import jobs as db_jobs
from fedlearn.db.database import Connection
from fedlearn.db.redoable import Redoable
from fedlearn.domain.ids import HOUR_MS, Millis, now
from fedlearn.domain.jobs import Delivery, Job, JobKind
from fedlearn.errors import FedlearnError, FetchError, RefusedDocument, Unavailable, Unreachable
from fedlearn.inbox.activities.handed_on import fetch_handed_on
from fedlearn.inbox.process import process
from fedlearn.instance import Instance
from fedlearn.outbox.deliver import Delivered, GivenUp, Outcome, TryAgain, deliver
from fedlearn.outbox.hosts import note_outcomes
from fedlearn.remote.actors import refresh_actor
from fedlearn.remote.conversations import fetch_conversation
from fedlearn.remote.featured import fetch_featured
from fedlearn.remote.mentions import resolve_mention
from fedlearn.remote.outboxes import fetch_outbox
from fedlearn.remote.previews import fetch_preview
from fedlearn.remote.threads import fetch_parent
from fedlearn.services.cleaning import clean_up, plan_cleaning
from fedlearn.services.fields import verify_fields
from fedlearn.services.letters import mail_letter
from fedlearn.services.mail_links import mail_confirmation, mail_password_link
from fedlearn.services.moving import announce_move
from fedlearn.services.notices import mail_notice
from fedlearn.services.polls import end_poll, tell_tallies
from fedlearn.services.push import wake_app
from fedlearn.services.recordings import process_media
from fedlearn.services.scheduling import post_scheduled
from fedlearn.services.synchronization import synchronize_followers
from fedlearn.services.taking_back import delete_for_good
from fedlearn.services.verification import verify_quote
from fedlearn.settings import Settings

log = logging.getLogger(__name__)


async def _clean_up(instance: Instance, _payload: str) -> None:
    await clean_up(instance)


HANDLERS: dict[JobKind, Callable[[Instance, str], Awaitable[object]]] = {
    JobKind.PROCESS_ACTIVITY: process,
    JobKind.REFRESH_ACTOR: refresh_actor,
    JobKind.FETCH_PARENT: fetch_parent,
    JobKind.FETCH_CONVERSATION: fetch_conversation,
    JobKind.FETCH_HANDED_ON: fetch_handed_on,
    JobKind.FETCH_FEATURED: fetch_featured,
    JobKind.FETCH_OUTBOX: fetch_outbox,
    JobKind.RESOLVE_MENTION: resolve_mention,
    JobKind.SYNCHRONIZE_FOLLOWERS: synchronize_followers,
    JobKind.ANNOUNCE_MOVE: announce_move,
    JobKind.TELL_TALLIES: tell_tallies,
    JobKind.POST_SCHEDULED: post_scheduled,
    JobKind.END_POLL: end_poll,
    JobKind.FETCH_PREVIEW: fetch_preview,
    JobKind.VERIFY_QUOTE: verify_quote,
    JobKind.VERIFY_FIELDS: verify_fields,
    JobKind.MAIL_PASSWORD_LINK: mail_password_link,
    JobKind.MAIL_CONFIRMATION: mail_confirmation,
    JobKind.MAIL_NOTICE: mail_notice,
    JobKind.DELETE_STATUS: delete_for_good,
    JobKind.MAIL_LETTER: mail_letter,
    JobKind.PROCESS_MEDIA: process_media,
    JobKind.WAKE_APP: wake_app,
    JobKind.CLEAN_UP: _clean_up,
}

FIRST_RETRY_MS = 5_000
LONGEST_RETRY_MS = 6 * HOUR_MS
# Work that was put off becomes due without anybody announcing it.
LONGEST_SLEEP = 2.0
PAUSE_AFTER_TROUBLE = 1.0
BETWEEN_PLANS = 3600.0
PLACE_KEPT_FOR = 2.0  # seconds
MANY_MORE_JOBS = 8
# A quarter of all deliveries under way.
SHARE_OF_THE_DOUBTFUL = 4

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Queue(Generic[Item, Result]):
    """One kind of waiting work: how to take some, do one, and write down what came of several.

    `at_once` counts what was begun lately: what takes long, and waits for other servers, makes room
    for more, until so `many` are under way.
    """

    at_once: int
    many: int
    claim: Callable[[int, Sequence[Item]], Awaitable[list[Item]]]
    work: Callable[[Item], Awaitable[Result]]
    settle: Callable[[list[tuple[Item, Result]]], Awaitable[None]]


class Pump(Generic[Item, Result]):
    """Keeps one queue moving: so many items at once, results written down together."""

    def __init__(self, queue: Queue[Item, Result]) -> None:
        self._queue = queue
        self._running: dict[asyncio.Task[Result], Item] = {}
        self._begun: dict[asyncio.Task[Result], float] = {}
        self._finished: list[asyncio.Task[Result]] = []
        self.bell = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled; troubles of the database are waited out."""
        while True:
            try:
                await self._turn()
            except Unavailable as trouble:
                log.warning("waiting: %s", trouble)
                await asyncio.sleep(PAUSE_AFTER_TROUBLE)
            except Exception:
                # A queue that has ended would be missed by nobody but those who wait for it.
                log.exception("a queue has stumbled, and goes on")
                await asyncio.sleep(PAUSE_AFTER_TROUBLE)

    async def run_until_idle(self) -> int:
        """Work until nothing is due; how much was done."""
        done = 0
        while await self._take() or self._running:
            await asyncio.wait(self._running)
            done += await self._settle()
        return done

    async def _turn(self) -> None:
        self.bell.clear()
        taken = await self._take()
        if not taken and not self._finished:
            await self._wait()
        await self._settle()

    async def _take(self) -> int:
        free = self._room()
        items = await self._queue.claim(free, list(self._running.values())) if free else []
        for item in items:
            task = asyncio.ensure_future(self._queue.work(item))
            task.add_done_callback(self._note_end)
            self._running[task] = item
            self._begun[task] = time.monotonic()
        return len(items)

    def _room(self) -> int:
        """How much more may be begun."""
        lately = time.monotonic() - PLACE_KEPT_FOR
        young = sum(begun > lately for begun in self._begun.values())
        return max(0, min(self._queue.at_once - young, self._queue.many - len(self._running)))

    def _note_end(self, task: asyncio.Task[Result]) -> None:
        self._finished.append(task)
        self.bell.set()

    async def _wait(self) -> None:
        """Until work is announced, something has finished, or a while has passed."""
        with suppress(TimeoutError):
            # Not wait_for(), which in Python 3.11 may miss that it was cancelled.
            async with asyncio.timeout(LONGEST_SLEEP):
                await self.bell.wait()

    async def _settle(self) -> int:
        finished = list(self._finished)
        results = [(self._running[task], task.result()) for task in finished]
        if results:
            await self._queue.settle(results)
        # Only now: what could not be written down is to be written down at the next turn.
        for task in finished:
            del self._running[task], self._begun[task]
        del self._finished[: len(finished)]
        return len(results)

    async def stop(self) -> None:
        """Leave what is under way; its lease runs out and somebody takes it up again."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


class Worker:
    """Runs jobs and deliveries of one instance."""

    def __init__(self, instance: Instance) -> None:
        instance = replace(instance, db=Redoable(instance.db))
        self._instance = instance
        self._jobs = Pump(_job_queue(instance))
        self._deliveries = Pump(_delivery_queue(instance))

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._plan())
                group.create_task(self._jobs.run())
                group.create_task(self._deliveries.run())
                group.create_task(self._ring())
        finally:
            await self._jobs.stop()
            await self._deliveries.stop()

    async def run_until_idle(self) -> int:
        """Do all that is due now, and what follows from it; how much that was."""
        total = 0
        while done := await self._jobs.run_until_idle() + await self._deliveries.run_until_idle():
            total += done
        return total

    async def _plan(self) -> None:
        """See to it that a cleaning is planned, also after one that died."""
        while True:
            try:
                await plan_cleaning(self._instance)
            except Unavailable as trouble:
                log.warning("no cleaning is planned yet: %s", trouble)
            await asyncio.sleep(BETWEEN_PLANS)

    async def _ring(self) -> None:
        while True:
            await self._instance.db.wait_for_work(LONGEST_SLEEP)
            self._jobs.bell.set()
            self._deliveries.bell.set()


# --- jobs ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job did not succeed, and whether another try may help."""

    reason: str
    is_final: bool


def _job_queue(instance: Instance) -> Queue[Job, Failure | None]:
    async def claim(limit: int, _running: Sequence[Job]) -> list[Job]:
        async with instance.db.write() as connection:
            return await db_jobs.claim_jobs(connection, limit)

    async def settle(results: list[tuple[Job, Failure | None]]) -> None:
        async with instance.db.write() as connection:
            done = [job.id for job, failure in results if failure is None]
            await db_jobs.finish_jobs(connection, done)
            for job, failure in results:
                if failure is not None:
                    await _put_off(connection, job, failure, instance.settings.max_job_attempts)

    return Queue(
        at_once=instance.settings.jobs_at_once,
        many=instance.settings.jobs_at_once * MANY_MORE_JOBS,
        claim=claim,
        work=lambda job: run_job(instance, job),
        settle=settle,
    )


async def run_job(instance: Instance, job: Job) -> Failure | None:
    """Run one job; None when there is nothing left to do about it."""
    if job.attempts > instance.settings.max_job_attempts:
        return Failure("the process died over it each time", is_final=True)
    try:
        await HANDLERS[job.kind](instance, job.payload)
    except (Unreachable, Unavailable) as error:
        return Failure(str(error), is_final=False)
    except (FetchError, RefusedDocument) as error:
        # The far side has the last word; trying again would not change it.
        log.info("job %s %s: %s", job.kind, job.id, error)
    except FedlearnError as error:
        return Failure(str(error), is_final=True)
    except Exception as error:
        log.exception("job %s %s failed", job.kind, job.id)
        return Failure(f"{type(error).__name__}: {error}", is_final=False)
    return None


async def _put_off(connection: Connection, job: Job, failure: Failure, most_attempts: int) -> None:
    if failure.is_final or job.attempts >= most_attempts:
        log.error("job %s %s is dead: %s", job.kind, job.id, failure.reason)
        await db_jobs.bury_job(connection, job.id, failure.reason)
    else:
        await db_jobs.retry_job(connection, job.id, _next_try(job.attempts), failure.reason)


def _next_try(attempts: int) -> Millis:
    wait = min(FIRST_RETRY_MS << (2 * min(attempts, 12)), LONGEST_RETRY_MS)
    return Millis(now() + int(wait * random.uniform(0.8, 1.2)))  # noqa: S311 - jitter


# --- deliveries ----------------------------------------------------------------------------------


def _delivery_queue(instance: Instance) -> Queue[Delivery, Outcome]:
    settings = instance.settings

    async def claim(limit: int, running: Sequence[Delivery]) -> list[Delivery]:
        async with instance.db.write() as connection:
            return await db_deliveries.claim_deliveries(
                connection,
                limit=limit,
                per_host=_share_of_a_host(settings),
                busy_hosts=_busy_hosts(settings, running),
                doubtful=_room_for_doubtful(settings, running),
            )

    async def settle(results: list[tuple[Delivery, Outcome]]) -> None:
        async with instance.db.write() as connection:
            await _settle_deliveries(connection, results)

    return Queue(
        at_once=settings.deliveries_at_once,
        many=settings.deliveries_at_once,
        claim=claim,
        work=lambda delivery: try_delivery(instance, delivery),
        settle=settle,
    )


async def try_delivery(instance: Instance, delivery: Delivery) -> Outcome:
    """One delivery; what nobody foresaw is logged and tried again."""
    try:
        return await deliver(instance, delivery)
    except Exception as error:
        log.exception("delivery %s to %s failed", delivery.id, delivery.inbox)
        reason = f"{type(error).__name__}: {error}"
        return TryAgain(_next_try(delivery.attempts), reason, host_failed=False)


async def _settle_deliveries(
    connection: Connection, results: list[tuple[Delivery, Outcome]]
) -> None:
    arrived: list[int] = []
    for delivery, outcome in results:
        match outcome:
            case Delivered():
                arrived.append(delivery.id)
            case TryAgain(run_at, reason):
                await db_deliveries.retry_delivery(connection, delivery.id, run_at, reason)
            case GivenUp(reason, inbox_gone=inbox_gone):
                log.info("gave up on %s: %s", delivery.inbox, reason)
                await db_deliveries.bury_delivery(connection, delivery.id, reason)
                if inbox_gone:
                    await db_follows.delete_followers_at(connection, delivery.inbox)
    await db_deliveries.finish_deliveries(connection, arrived)
    await note_outcomes(connection, [(delivery.host, outcome) for delivery, outcome in results])


def _share_of_a_host(settings: Settings) -> int:
    """How many deliveries to one host are taken at a time: half of what it may have under way."""
    return max(1, settings.deliveries_per_host // 2)


def _busy_hosts(settings: Settings, running: Sequence[Delivery]) -> list[str]:
    """Hosts that get nothing more for now: another share would be too much for them."""
    under_way = Counter(delivery.host for delivery in running)
    most = settings.deliveries_per_host - _share_of_a_host(settings)
    doubtful = {delivery.host for delivery in running if delivery.is_doubtful}
    return [host for host, number in under_way.items() if number > most or host in doubtful]


def _room_for_doubtful(settings: Settings, running: Sequence[Delivery]) -> int:
    """How many more deliveries may go to hosts that failed or were slow: few, whoever they are."""
    most = max(1, settings.deliveries_at_once // SHARE_OF_THE_DOUBTFUL)
    return max(0, most - sum(delivery.is_doubtful for delivery in running))
