"""This is where the instance forgets what it no longer needs."""

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import homes as db_homes
from fedlearn.db import hosts as db_hosts
from fedlearn.db import idempotency as db_idempotency
from fedlearn.db import invitations as db_invitations
from fedlearn.db import ip_blocks as db_ip_blocks
from fedlearn.db import mail_links as db_mail_links
from fedlearn.db import mutes as db_mutes
from fedlearn.db import oauth as db_oauth
from fedlearn.db import passkeys as db_passkeys
from fedlearn.db import received as db_received
from fedlearn.db import redrafts as db_redrafts
from fedlearn.db import second_steps as db_second_steps
from fedlearn.db import sessions as db_sessions
from fedlearn.db.jobs import NewJob, has_waiting_job, insert_jobs
from fedlearn.domain.ids import DAY_MS, HOUR_MS, Millis, now
from fedlearn.domain.jobs import JobKind
from fedlearn.instance import Instance
from fedlearn.services.attachments import clean_uploads
from fedlearn.services.deletion import forget_unconfirmed
from fedlearn.services.measures import erase_suspended
from fedlearn.services.media import clean_cache
from fedlearn.services.moderation import erase_blocked
from fedlearn.services.recordings import clean_folders

ACTIVITIES_REMEMBERED_MS = 30 * DAY_MS
DEAD_DELIVERIES_KEPT_MS = 30 * DAY_MS
# Long enough for a page that somebody goes back to.
FORMS_REMEMBERED_MS = 7 * DAY_MS
# A day more than the longest time for which a host is left alone.
LONGEST_WAIT_MS = 8 * DAY_MS
REDRAFTS_KEPT_MS = 30 * DAY_MS
UNUSED_APPS_KEPT_MS = 7 * DAY_MS
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
        await db_sessions.forget_stale_sign_ins(connection, unused_since)
        await db_invitations.forget_stale_invitations(connection)
        await db_mutes.forget_expired_mutes(connection)
        await db_ip_blocks.forget_expired_ip_blocks(connection)
        await db_mail_links.forget_stale_mail_links(connection)
        await db_second_steps.forget_stale_half_sign_ins(connection)
        await db_idempotency.forget_keys(connection, Millis(now() - FORMS_REMEMBERED_MS))
        await db_passkeys.forget_stale_challenges(connection)
        await db_oauth.delete_old_codes(connection)
        await db_oauth.delete_unused_applications(connection, Millis(now() - UNUSED_APPS_KEPT_MS))
        await db_redrafts.forget_old_redrafts(connection, Millis(now() - REDRAFTS_KEPT_MS))
    async with instance.db.write() as connection:
        before = Millis(now() - ACTIVITIES_REMEMBERED_MS)
        await db_received.forget_received(connection, before)
        await db_received.forget_remote_tombstones(connection, before, f"{settings.url}/")
    async with instance.db.write() as connection:
        before = Millis(now() - DEAD_DELIVERIES_KEPT_MS)
        await db_deliveries.bury_old_deliveries(connection, Millis(now() - LONGEST_WAIT_MS))
        await db_deliveries.forget_sent(connection, before)
        await db_hosts.forget_failures(connection, before)
    await forget_unconfirmed(instance)
    await erase_suspended(instance)
    await erase_blocked(instance)
    await clean_cache(instance)
    await clean_uploads(instance)
    await clean_folders(instance)
    async with instance.db.write() as connection:
        await db_homes.trim_homes(connection, settings.home_entries)
        run_at = Millis(now() + BETWEEN_CLEANINGS_MS)
        job = NewJob(JobKind.CLEAN_UP, payload="", order_key=CLEANING, run_at=run_at)
        await insert_jobs(connection, [job])
