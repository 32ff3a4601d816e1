"""This is where the instance forgets what it no longer needs."""

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db import mail_links as db_mail_links
from fedlearn.db import mutes as db_mutes
from fedlearn.db import passkeys as db_passkeys
from fedlearn.db import received as db_received
from fedlearn.db import second_steps as db_second_steps
from fedlearn.db import timelines as db_timelines
from fedlearn.db import users as db_users
from fedlearn.db.jobs import NewJob, has_waiting_job, insert_jobs
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.jobs import JobKind
from fedlearn.instance import Instance
from fedlearn.services.attachments import clean_uploads
from fedlearn.services.media import clean_cache
from fedlearn.services.moderation import erase_blocked

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ACTIVITIES_REMEMBERED_MS = 30 * DAY_MS
DEAD_DELIVERIES_KEPT_MS = 30 * DAY_MS
# A day more than the longest time for which a host is left alone.
LONGEST_WAIT_MS = 8 * DAY_MS
BETWEEN_CLEANINGS_MS = 6 * HOUR_MS
CLEANING = "clean up"


async def plan_cleaning(instance: Instance) -> None:
    """See to it that a cleaning is planned; one is enough, however many processes start."""
    async with instance.db.write() as connection:
        if not await has_waiting_job(connection, JobKind.CLEAN_UP, CLEANING):
            run_at = Millis(now() + BETWEEN_CLEANINGS_MS)
            job = NewJob(JobKind.CLEAN_UP, payload="", order_key=CLEANING, run_at=run_at)
            await insert_jobs(connection, [job])


async def clean_up(instance: Instance) -> None:
    """Forget, step by step so that nobody waits long, and plan the next time."""
    settings = instance.settings
    unused_since = Millis(now() - settings.session_days * DAY_MS)
    async with instance.db.write() as connection:
        await db_users.forget_stale_sign_ins(connection, unused_since)
        await db_mutes.forget_expired_mutes(connection)
        await db_mail_links.forget_stale_mail_links(connection)
        await db_second_steps.forget_stale_half_sign_ins(connection)
        await db_passkeys.forget_stale_challenges(connection)
    async with instance.db.write() as connection:
        before = Millis(now() - ACTIVITIES_REMEMBERED_MS)
        await db_received.forget_received(connection, before)
        await db_received.forget_remote_tombstones(connection, before, f"{settings.url}/")
    async with instance.db.write() as connection:
        before = Millis(now() - DEAD_DELIVERIES_KEPT_MS)
        await db_deliveries.bury_old_deliveries(connection, Millis(now() - LONGEST_WAIT_MS))
        await db_deliveries.forget_sent(connection, before)
        await db_hosts.forget_failures(connection, before)
    await erase_blocked(instance)
    await clean_cache(instance)
    await clean_uploads(instance)
    async with instance.db.write() as connection:
        await db_timelines.trim_homes(connection, settings.home_entries)
        run_at = Millis(now() + BETWEEN_CLEANINGS_MS)
        job = NewJob(JobKind.CLEAN_UP, payload="", order_key=CLEANING, run_at=run_at)
        await insert_jobs(connection, [job])
