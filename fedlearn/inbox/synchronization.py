"""This is where it is heard that another server counts other followers among us than we do."""

import msgspec

from fedlearn.activitypub.synchronization import digest_of, read_header
from fedlearn.db import follows as db_follows
from fedlearn.db import jobs as db_jobs
from fedlearn.domain.jobs import JobKind
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.synchronization import Disagreement


async def compare_followers(instance: Instance, signer: Sender, header: str) -> None:
    """Have the followers of who signed a request counted anew when their digest is not ours.

    What is said of anybody else's followers, or listed on another server, is ignored.
    """
    told, actor = read_header(header), signer.actor
    if told is None or not told.is_for(actor):
        return
    async with instance.db.read() as connection:
        ours = await db_follows.local_follows_of(connection, actor.id)
    if digest_of(follower.uri for _, follower in ours) == told.digest:
        return
    order_key = f"followers {actor.uri}"
    payload = msgspec.json.encode(Disagreement(actor.id, told.url, told.digest)).decode()
    job = db_jobs.NewJob(JobKind.SYNCHRONIZE_FOLLOWERS, payload=payload, order_key=order_key)
    async with instance.db.write() as connection:
        if not await db_jobs.has_waiting_job(connection, job.kind, order_key):
            await db_jobs.insert_jobs(connection, [job])
