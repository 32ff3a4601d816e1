"""This is where people choose how the place behaves for them."""

from fedlearn.db import users as db_users
from fedlearn.db.habits import set_habits
from fedlearn.domain.actors import User
from fedlearn.domain.audience import Reach
from fedlearn.domain.habits import Habits
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.text.languages import _, languages
from fedlearn.text.moments import is_time_zone
from fedlearn.text.tongues import is_tongue


async def choose_locale(instance: Instance, user: User, code: str) -> None:
    """The language of pages and letters; "" leaves it to the browser, and letters are English."""
    if code and code not in languages():
        message = _("Pages cannot be shown in this language.")
        raise Invalid(message, {"locale": message})
    async with instance.db.write() as connection:
        await db_users.set_locale(connection, user.id, code or None)


async def choose_habits(instance: Instance, user: User, habits: Habits) -> None:
    """Who may see and quote what somebody posts, and how, where they say nothing else."""
    if habits.reach is Reach.DIRECT:
        message = _("Choose who may see it.")
        raise Invalid(message, {"posting_reach": message})
    async with instance.db.write() as connection:
        await set_habits(connection, user.id, habits)


async def choose_posting(instance: Instance, user: User, language: str, time_zone: str) -> None:
    """The language of what somebody writes, "" for none in particular, and the clock they go by."""
    wrong = {}
    if language and not is_tongue(language):
        wrong["posting_language"] = _("Choose a language.")
    if not is_time_zone(time_zone):
        wrong["time_zone"] = _("Choose a time zone, such as Europe/Berlin.")
    if wrong:
        raise Invalid(_("This cannot be chosen."), wrong)
    async with instance.db.write() as connection:
        await db_users.set_posting(connection, user.id, language or None, time_zone)
