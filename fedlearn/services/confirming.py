"""This is where somebody asks again for the mail that confirms their address, or gives another."""

from fedlearn.db import users as db_users
from fedlearn.db.mail_links import delete_mail_links
from fedlearn.domain.actors import User
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.email_domains import refuse_blocked
from fedlearn.services.mail_links import plan_confirmation
from fedlearn.text.emails import is_email
from fedlearn.text.languages import _


async def ask_again(instance: Instance, user: User, email: str | None = None) -> None:
    """Send the mail with the link again, to another address if one is given.

    Links that went out before count no more: whoever has a wrong address must not confirm it.
    """
    if email is not None and not is_email(email):
        message = _("This is not an e-mail address.")
        raise Invalid(message, {"email": message})
    async with instance.db.write() as connection:
        if email is not None:
            await refuse_blocked(connection, email)
            await db_users.correct_email(connection, user.id, email)
        await delete_mail_links(connection, user.id)
        await plan_confirmation(connection, user.id, email or user.email)
