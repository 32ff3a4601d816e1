"""How it is remembered in which relays we take part."""

from dataclasses import replace

from fedlearn.db import relays as db_relays
from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.relays import Relay, RelayState, RelayStyle
from tests.builders import remote

BY_INBOX = Relay(
    inbox=Uri("https://relay.example/inbox"),
    actor_uri=None,
    follow_uri=Uri("https://our.example/actor#relays/1"),
    style=RelayStyle.MASTODON,
    state=RelayState.PENDING,
    created_at=Millis(1),
)


async def test_relay_is_asked_once(connection: Connection) -> None:
    """A relay is found by its inbox, its actor or our Follow; asking again changes nothing."""
    assert await db_relays.insert_relay(connection, BY_INBOX)
    again = replace(BY_INBOX, follow_uri=Uri("https://our.example/actor#relays/2"))
    assert not await db_relays.insert_relay(connection, again)
    assert await db_relays.all_relays(connection) == [BY_INBOX]
    assert await db_relays.relay_at(connection, BY_INBOX.inbox) == BY_INBOX
    assert await db_relays.relay_asked_by(connection, BY_INBOX.follow_uri) == BY_INBOX
    assert await db_relays.relay_asked_by(connection, again.follow_uri) is None
    await db_relays.settle_relay(
        connection, BY_INBOX.inbox, "https://relay.example/actor", RelayState.REJECTED
    )
    settled = await db_relays.relay_at(connection, "https://relay.example/actor")
    assert settled is not None
    assert settled.state is RelayState.REJECTED
    await db_relays.delete_relay(connection, BY_INBOX.inbox)
    assert await db_relays.all_relays(connection) == []


async def test_only_who_has_accepted_is_a_relay(connection: Connection) -> None:
    """Posts go to relays that have accepted, by their custom; only their actors bring any."""
    robin = await remote(connection, "relay@far.example")
    by_actor = replace(
        BY_INBOX,
        inbox=robin.profile.inbox,
        actor_uri=robin.uri,
        follow_uri=Uri("https://our.example/actor#relays/2"),
        style=RelayStyle.LITEPUB,
    )
    for relay in (BY_INBOX, by_actor):
        await db_relays.insert_relay(connection, relay)
        assert await db_relays.relay_inboxes(connection, relay.style) == []
    assert not await db_relays.is_relay(connection, robin.id)
    for relay in (BY_INBOX, by_actor):
        actor = relay.actor_uri or "https://relay.example/actor"
        await db_relays.settle_relay(connection, relay.inbox, actor, RelayState.ACCEPTED)
        assert await db_relays.relay_inboxes(connection, relay.style) == [relay.inbox]
    assert await db_relays.is_relay(connection, robin.id)
    assert not await db_relays.is_relay(connection, (await remote(connection)).id)
