"""This is where people see in which browsers they are signed in, and sign them out."""

from dataclasses import dataclass

from fedlearn.db import sessions as db_sessions
from fedlearn.domain.actors import User
from fedlearn.domain.ids import Millis
from fedlearn.instance import Instance
from fedlearn.services.signing_in import session_must_be_seen_since
from fedlearn.services.tokens import hash_token
from fedlearn.text.browsers import browser_words


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which somebody is signed in, as they see it."""

    name: str
    browser: str
    signed_in_at: Millis
    seen_at: Millis
    is_this: bool


async def devices(instance: Instance, user: User, session: str) -> list[Device]:
    """The browsers of somebody, the one seen last first; `session` is that of the one asking."""
    async with instance.db.read() as connection:
        since = session_must_be_seen_since(instance)
        found = await db_sessions.sessions_of(connection, user.id, since)
    this = hash_token(session)
    return [
        Device(
            name=one.token_hash,
            browser=browser_words(one.user_agent),
            signed_in_at=one.created_at,
            seen_at=one.seen_at,
            is_this=one.token_hash == this,
        )
        for one in found
    ]


async def sign_out(instance: Instance, user: User, name: str) -> None:
    """End the session of one browser of this person."""
    async with instance.db.write() as connection:
        await db_sessions.delete_session_of(connection, user.id, name)


async def sign_out_others(instance: Instance, user: User, session: str) -> None:
    """End every session of this person but this one."""
    async with instance.db.write() as connection:
        await db_sessions.delete_other_sessions(connection, user.id, hash_token(session))
