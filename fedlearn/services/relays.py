"""This is where we take part in relays: servers that pass public posts on to many others."""

from urllib.parse import urlsplit

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.activities import render_follow, render_relayed, render_undo
from fedlearn.activitypub.uris import PUBLIC, host_of
from fedlearn.db import hosts as db_hosts
from fedlearn.db import relays as db_relays
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Uri, now, snowflake
from fedlearn.domain.relays import Relay, RelayState, RelayStyle
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_inbox, publish_to_relays
from fedlearn.remote.actors import fetch_actor


async def add_relay(instance: Instance, url: str) -> Relay:
    """Ask to take part: by an address that ends in /inbox, or by that of the relay's actor.

    Raises `Invalid`, `FetchError` and its kin, or `RefusedDocument`.
    """
    relay = await _described(instance, url)
    async with instance.db.write() as connection:
        if not await db_relays.insert_relay(connection, relay):
            raise Invalid(f"{url} was asked before")
        await _send(instance, connection, relay, _follow(instance, relay))
    return relay


async def remove_relay(instance: Instance, url: str) -> None:
    """Take part no more; `NotFound` when we never did."""
    async with instance.db.write() as connection:
        relay = await db_relays.relay_at(connection, url)
        if relay is None:
            raise NotFound(f"{url} is no relay that was asked")
        await _send(instance, connection, relay, render_undo(_follow(instance, relay)))
        await db_relays.delete_relay(connection, relay.inbox)


async def all_relays(instance: Instance) -> list[Relay]:
    """Every relay that was asked."""
    async with instance.db.read() as connection:
        return await db_relays.all_relays(connection)


async def is_answered(
    connection: Connection, follow_uri: str | None, sender: Actor, *, accept: bool
) -> bool:
    """Whether an Accept or Reject is that of a relay; then it counts from now on."""
    relay = await db_relays.relay_asked_by(connection, follow_uri or "")
    # Behind a mere inbox there may be any actor of that server.
    if relay is None or host_of(sender.uri) != host_of(relay.inbox):
        return False
    if relay.style is RelayStyle.LITEPUB and relay.actor_uri != sender.uri:
        return False
    state = RelayState.ACCEPTED if accept else RelayState.REJECTED
    await db_relays.settle_relay(connection, relay.inbox, sender.uri, state)
    return True


async def announce_to_relays(instance: Instance, connection: Connection, view: StatusView) -> None:
    """Tell relays that take no posts themselves where a new public one is."""
    if view.status.reach is not Reach.PUBLIC or view.author.is_silenced:
        return
    inboxes = await db_relays.relay_inboxes(connection, RelayStyle.LITEPUB)
    await publish_to_relays(
        connection,
        instance.settings.federation,
        sender=instance.actor,
        status=view.status,
        activity=render_relayed(view, instance.actor.uri),
        inboxes=inboxes,
    )


async def _described(instance: Instance, url: str) -> Relay:
    host = host_of(url)
    if not host or instance.uris.is_ours(url):
        raise Invalid(f"{url!r} is not the address of a relay")
    async with instance.db.read() as connection:
        if not await db_hosts.is_welcome(connection, instance.settings.federation, host):
            raise Invalid(f"this server does not talk with {host}")
    has_inbox_only = urlsplit(url).path.endswith("/inbox")
    actor = None if has_inbox_only else await fetch_actor(instance, url)
    return Relay(
        inbox=actor.profile.inbox if actor else Uri(url),
        actor_uri=actor.uri if actor else None,
        follow_uri=Uri(f"{instance.actor.uri}#relays/{snowflake()}"),
        style=RelayStyle.LITEPUB if actor else RelayStyle.MASTODON,
        state=RelayState.PENDING,
        created_at=now(),
    )


def _follow(instance: Instance, relay: Relay) -> Document:
    followed = relay.actor_uri if relay.style is RelayStyle.LITEPUB else None
    return render_follow(relay.follow_uri, instance.actor.uri, followed or PUBLIC)


async def _send(
    instance: Instance, connection: Connection, relay: Relay, activity: Document
) -> None:
    await publish_to_inbox(
        connection,
        instance.settings.federation,
        sender=instance.actor,
        activity=activity,
        inbox=relay.inbox,
        order_key=relay.follow_uri,
    )
