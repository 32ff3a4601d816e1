"""This is where a list gets an address from which a reader of feeds may read it.

Such a reader cannot sign in, and may be run by others: so whoever has the address reads, and it
shows no more than public and unlisted posts. The address is made with a secret of the instance, so
a copy of the database opens no feed. Its owner can give it up, or take another.
"""

import hmac
import secrets

from fedlearn.db import lists as db_lists
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ListId
from fedlearn.domain.lists import PeopleList
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.services.lists import own_list
from fedlearn.text.languages import _

NONCE_BYTES = 8
TOKEN_LENGTH = 40


def feed_of(instance: Instance, shown: PeopleList) -> str | None:
    """The address of a list's feed; None where its owner wants none."""
    if shown.feed_nonce is None:
        return None
    token = _token(instance, shown.id, shown.feed_nonce)
    return f"{instance.uris.origin}/lists/{shown.id}/{token}.atom"


async def open_feed(instance: Instance, owner: Actor, list_id: ListId) -> None:
    """Give a list an address for readers of feeds; one that it had before works no more."""
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.set_feed_nonce(connection, list_id, secrets.token_hex(NONCE_BYTES))


async def close_feed(instance: Instance, owner: Actor, list_id: ListId) -> None:
    """The address of a list's feed works no more."""
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.set_feed_nonce(connection, list_id, None)


async def list_of_feed(
    connection: Connection, instance: Instance, list_id: ListId, token: str
) -> tuple[PeopleList, Actor]:
    """The list that an address leads to, and its owner; `NotFound` for any other address."""
    shown = await db_lists.list_by_id(connection, list_id)
    nonce = shown.feed_nonce if shown else None
    expected = _token(instance, list_id, nonce or "")
    is_right = hmac.compare_digest(token.encode(), expected.encode())
    owner = await db_users.user_of_actor(connection, shown.owner_id) if shown else None
    if shown is None or nonce is None or not is_right or owner is None or not owner.is_let_in:
        raise NotFound(_("There is no such feed."))
    return shown, owner.actor


def _token(instance: Instance, list_id: ListId, nonce: str) -> str:
    secret = instance.keys.secret_for("list feeds")
    return hmac.digest(secret, f"{list_id} {nonce}".encode(), "sha256").hex()[:TOKEN_LENGTH]
