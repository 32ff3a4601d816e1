"""This is where an activity is handed over for delivery: the only way out of this instance.

Everything happens in the caller's transaction, so what was saved is sent, and what was not is not.
"""

from collections.abc import Sequence

from fedlearn.activitypub.jsonld import Document, write_document
from fedlearn.activitypub.render.documents import with_context
from fedlearn.activitypub.uris import host_of
from fedlearn.db import actors as db_actors
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import Uri
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.outbox.recipients import Recipients, collapse
from fedlearn.outbox.synchronization import syncs_followers
from fedlearn.settings import Federation


async def publish_status_activity(
    connection: Connection,
    federation: Federation,
    *,
    view: StatusView,
    activity: Document,
    recipients: Recipients,
) -> None:
    """Send what its author does about a status to those who may have it."""
    inboxes = plan_delivery(view.status, recipients)
    await _enqueue(
        connection,
        federation,
        view.author,
        activity,
        inboxes,
        order_key=view.status.uri,
        status=view.status,
        with_digest=bool(inboxes) and await syncs_followers(connection, view),
    )


async def publish_to_author(
    connection: Connection,
    federation: Federation,
    *,
    sender: Actor,
    view: StatusView,
    activity: Document,
) -> None:
    """Send what concerns nobody but the author of a status; inside the organisation, nobody."""
    if view.status.scope is Scope.ORG:
        return
    await publish_to(
        connection,
        federation,
        sender=sender,
        activity=activity,
        to=[view.author],
        order_key=view.status.uri,
    )


async def publish_to(
    connection: Connection,
    federation: Federation,
    *,
    sender: Actor,
    activity: Document,
    to: Sequence[Actor],
    order_key: str,
) -> None:
    """Send what is between actors, such as a follow or its answer, to their own inboxes."""
    inboxes = collapse(Recipients(people=tuple(to)), is_for_many=False)
    await _enqueue(connection, federation, sender, activity, inboxes, order_key=order_key)


async def publish_to_everybody(
    connection: Connection,
    federation: Federation,
    *,
    sender: Actor,
    activity: Document,
    key_id: int,
) -> None:
    """Send the last word of an actor to every server that may have heard of it."""
    inboxes = await db_actors.every_inbox(connection)
    await _enqueue(
        connection, federation, sender, activity, inboxes, order_key=sender.uri, key_id=key_id
    )


async def publish_to_server(
    connection: Connection,
    federation: Federation,
    *,
    sender: Actor,
    activity: Document,
    of: Actor,
) -> None:
    """Send what is for those who look after the server of an actor, such as a report."""
    inboxes = collapse(Recipients(people=(of,)), is_for_many=True)
    await _enqueue(connection, federation, sender, activity, inboxes, order_key=activity["id"])


async def publish_to_followers(
    connection: Connection,
    federation: Federation,
    *,
    sender: Actor,
    activity: Document,
    follower_inboxes: Sequence[Uri],
    key_id: int | None = None,
) -> None:
    """Send news of an actor itself, such as a changed profile, to its followers."""
    inboxes = list(follower_inboxes)
    await _enqueue(
        connection, federation, sender, activity, inboxes, order_key=sender.uri, key_id=key_id
    )


async def publish_to_inbox(
    connection: Connection,
    federation: Federation,
    *,
    sender: Actor,
    activity: Document,
    inbox: Uri,
    order_key: str,
) -> None:
    """Send what is for a server of which no more is known than an inbox, such as a relay."""
    await _enqueue(connection, federation, sender, activity, [inbox], order_key=order_key)


async def publish_to_relays(
    connection: Connection,
    federation: Federation,
    *,
    sender: Actor,
    status: Status,
    activity: Document,
    inboxes: Sequence[Uri],
) -> None:
    """Send what somebody other than its author says about a status to relays."""
    await _enqueue(
        connection,
        federation,
        sender,
        activity,
        plan_delivery(status, Recipients(tuple(inboxes))),
        order_key=status.uri,
        status=status,
    )


async def forward(
    connection: Connection,
    federation: Federation,
    *,
    forwarder: Actor,
    answered: Status,
    body: bytes,
    about: str,
    inboxes: Sequence[Uri],
) -> None:
    """Pass on, byte for byte, what others say in answer to a status (ActivityPub 7.1.2)."""
    await _enqueue(
        connection,
        federation,
        forwarder,
        body,
        plan_delivery(answered, Recipients(tuple(inboxes))),
        order_key=about,
        status=answered,
    )


def plan_delivery(status: Status, recipients: Recipients) -> list[Uri]:
    """Where a status may go: the first lock of organisation-only posts, which go nowhere."""
    if status.scope is not Scope.FED:
        return []
    return collapse(recipients, is_for_many=bool(recipients.follower_inboxes))


async def _enqueue(
    connection: Connection,
    federation: Federation,
    sender: Actor,
    activity: Document | bytes,
    inboxes: list[Uri],
    *,
    order_key: str,
    status: Status | None = None,
    key_id: int | None = None,
    with_digest: bool = False,
) -> None:
    hosts = {inbox: host_of(inbox) for inbox in inboxes}
    welcome = await db_hosts.welcome_hosts(connection, federation, set(hosts.values()))
    targets = [(inbox, host) for inbox, host in hosts.items() if host in welcome]
    if not targets:
        return
    # What is forwarded stays the bytes that its author signed.
    body = activity if isinstance(activity, bytes) else write_document(with_context(activity))
    await db_deliveries.insert_deliveries(
        connection,
        sender_id=sender.id,
        status_id=status.id if status else None,
        order_key=order_key,
        body=body,
        inboxes=targets,
        key_id=key_id,
        syncs_followers=with_digest,
    )
