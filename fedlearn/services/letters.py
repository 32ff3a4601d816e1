"""This is where a mail is planned whose words are known when it is asked for; a job sends it."""

import msgspec

from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.jobs import JobKind
from fedlearn.instance import Instance
from fedlearn.services.mail import Letter, send


async def plan_letter(connection: Connection, letter: Letter) -> None:
    """Have a letter sent once this transaction is through."""
    payload = msgspec.json.encode(letter).decode()
    await insert_jobs(connection, [NewJob(JobKind.MAIL_LETTER, payload)])


async def mail_letter(instance: Instance, payload: str) -> None:
    """The job that sends it, where mail is sent at all."""
    if instance.settings.sends_mail:
        await send(instance.settings, msgspec.json.decode(payload, type=Letter))
