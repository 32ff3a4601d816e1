"""This is where all is named that lets somebody in who once was: there is no other list of it."""

from fedlearn.db.database import Connection
from fedlearn.db.mail_links import delete_mail_links
from fedlearn.db.oauth import take_back_all
from fedlearn.db.second_steps import delete_half_sign_ins
from fedlearn.db.sessions import delete_other_sessions, delete_sign_in_links
from fedlearn.domain.ids import UserId

NO_SESSION = ""


async def close_every_door(
    connection: Connection, user_id: UserId, *, but: str = NO_SESSION
) -> None:
    """Nothing that was given for this person lets anybody in any more, but one session if need be.

    Passwords, second steps and passkeys are what people show, not what they were given.
    """
    await delete_other_sessions(connection, user_id, but)
    await delete_half_sign_ins(connection, user_id)
    await delete_sign_in_links(connection, user_id)
    await delete_mail_links(connection, user_id)
    await take_back_all(connection, user_id)
