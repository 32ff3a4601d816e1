"""What people are told; that they are told nothing they may not see is in test_visibility.py."""

from dataclasses import replace

import pytest

from fedlearn.db import notifications as db_notifications
from fedlearn.db.database import Connection
from fedlearn.db.notification_policies import (
    dismiss_filtered,
    is_permitted,
    notification_requests,
    permit,
    policy_of,
    store_policy,
)
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach
from fedlearn.domain.notifications import (
    NotificationKind,
    NotificationPolicy,
    NotificationView,
    Verdict,
)
from fedlearn.domain.statuses import Status
from tests.builders import local, remote, says
from tests.clock import Clock


async def tell(
    connection: Connection,
    owner: Actor,
    sender: Actor,
    kind: NotificationKind = NotificationKind.FOLLOW,
    about: Status | None = None,
    *,
    is_filtered: bool = False,
) -> None:
    """Something has happened to somebody."""
    await db_notifications.insert_notification(
        connection,
        owner_id=owner.id,
        sender_id=sender.id,
        kind=kind,
        status_id=about.id if about else None,
        is_filtered=is_filtered,
    )


async def told(connection: Connection, owner: Actor) -> list[NotificationView]:
    """What somebody is told."""
    return await db_notifications.notifications_page(
        connection, owner.viewer, before=None, limit=40
    )


async def test_notification_comes_back_as_it_was_made(connection: Connection, clock: Clock) -> None:
    """A notification has its kind, its sender, its time and the post as its owner sees it."""
    alice, robin = await local(connection), await remote(connection)
    post = await says(connection, robin, naming=[alice])
    await tell(connection, alice, robin, NotificationKind.MENTION, post)
    await tell(connection, alice, robin, NotificationKind.FOLLOW)
    follow, mention = await told(connection, alice)
    assert mention == NotificationView(
        id=mention.id,
        kind=NotificationKind.MENTION,
        sender=robin,
        status=await status_view(connection, alice.viewer, post.id),
        created_at=clock.now,
        is_read=False,
    )
    assert mention.status
    assert follow == replace(mention, id=follow.id, kind=NotificationKind.FOLLOW, status=None)


async def test_ids_are_small_and_rise(connection: Connection) -> None:
    """Ids of notifications fit a JSON number of any client, and newer ones are larger."""
    alice = await local(connection)
    senders = [await remote(connection, f"r{n}@far.example") for n in range(3)]
    for sender in senders:
        await tell(connection, alice, sender)
    ids = [one.id for one in await told(connection, alice)]
    assert ids == sorted(ids, reverse=True)
    assert max(ids) < 2**31


@pytest.mark.parametrize("kind", list(NotificationKind))
async def test_nobody_is_told_twice(connection: Connection, kind: NotificationKind) -> None:
    """The same event is told once; another sender, owner, kind or post is another event."""
    alice, bob, robin = await _three(connection)
    post, other = await says(connection, alice), await says(connection, alice)
    for about in (post, other, None):
        for sender in (bob, robin):
            await tell(connection, alice, sender, kind, about)
            await tell(connection, alice, sender, kind, about)
    await tell(connection, bob, robin, kind, post)
    assert len(await told(connection, alice)) == 6
    assert len(await told(connection, bob)) == 1


async def test_taking_back(connection: Connection) -> None:
    """What was taken back is told no more, and what differs in any way still is."""
    alice, bob, robin = await _three(connection)
    post, other = await says(connection, alice), await says(connection, alice)
    events: list[tuple[Actor, Actor, NotificationKind, Status | None]] = [
        (alice, robin, NotificationKind.FAVOURITE, post),
        (alice, robin, NotificationKind.FAVOURITE, other),
        (alice, robin, NotificationKind.BOOST, post),
        (alice, bob, NotificationKind.FAVOURITE, post),
        (bob, robin, NotificationKind.FAVOURITE, post),
        (alice, robin, NotificationKind.FOLLOW, None),
    ]
    for event in events:
        await tell(connection, *event)
    await db_notifications.delete_notification(
        connection,
        owner_id=alice.id,
        sender_id=robin.id,
        kind=NotificationKind.FAVOURITE,
        status_id=post.id,
    )
    assert len(await told(connection, alice)) == 4
    await db_notifications.delete_notification(
        connection,
        owner_id=alice.id,
        sender_id=robin.id,
        kind=NotificationKind.FOLLOW,
        status_id=None,
    )
    left = [
        (one.sender, one.kind, one.status.id if one.status else None)
        for one in await told(connection, alice)
    ]
    assert left == [
        (bob, NotificationKind.FAVOURITE, post.id),
        (robin, NotificationKind.BOOST, post.id),
        (robin, NotificationKind.FAVOURITE, other.id),
    ]
    assert len(await told(connection, bob)) == 1


async def test_taking_back_what_was_about_a_post(connection: Connection) -> None:
    """Taking back an event without a post leaves those of the same kind that have one."""
    alice, _, robin = await _three(connection)
    await tell(connection, alice, robin, NotificationKind.MENTION, await says(connection, alice))
    await db_notifications.delete_notification(
        connection,
        owner_id=alice.id,
        sender_id=robin.id,
        kind=NotificationKind.MENTION,
        status_id=None,
    )
    assert len(await told(connection, alice)) == 1


async def test_pages(connection: Connection) -> None:
    """Page after page everything is told once, newest first; a stranger is told nothing."""
    alice = await local(connection)
    for n in range(5):
        await tell(connection, alice, await remote(connection, f"r{n}@far.example"))
    whole = await told(connection, alice)
    first = await db_notifications.notifications_page(
        connection, alice.viewer, before=None, limit=2
    )
    rest = await db_notifications.notifications_page(
        connection, alice.viewer, before=first[-1].id, limit=9
    )
    assert [*first, *rest] == whole
    assert (len(first), len(whole)) == (2, 5)
    nothing = await db_notifications.notifications_page(connection, STRANGER, before=None, limit=9)
    assert nothing == []


async def test_reading(connection: Connection) -> None:
    """What was read counts no more; what came since, and what others were told, does."""
    alice, bob, _ = await _three(connection)
    for n in range(3):
        sender = await remote(connection, f"r{n}@far.example")
        await tell(connection, alice, sender)
        await tell(connection, bob, sender)
    newest, middle, _oldest = await told(connection, alice)
    assert await db_notifications.count_unread(connection, alice.id) == 3
    await db_notifications.mark_read(connection, alice.id, middle.id)
    assert await db_notifications.count_unread(connection, alice.id) == 1
    assert [one.is_read for one in await told(connection, alice)] == [False, True, True]
    await db_notifications.mark_read(connection, alice.id, newest.id)
    assert await db_notifications.count_unread(connection, alice.id) == 0
    assert await db_notifications.count_unread(connection, bob.id) == 3


async def test_kinds(connection: Connection) -> None:
    """Of some kinds alone a page is shown and marked; what cannot be seen makes no page short."""
    alice, bob, robin = await _three(connection)
    hidden = await says(connection, robin, reach=Reach.DIRECT, naming=[bob])
    for kind in (NotificationKind.MENTION, NotificationKind.FOLLOW):
        await tell(connection, alice, robin, kind)
        await tell(connection, alice, robin, kind, hidden)
    kinds = {NotificationKind.MENTION}
    page = await db_notifications.notifications_page(
        connection, alice.viewer, before=None, limit=9, kinds=kinds
    )
    assert [one.kind for one in page] == [NotificationKind.MENTION]
    both = await db_notifications.notifications_page(connection, alice.viewer, before=None, limit=2)
    assert len(both) == 2
    await db_notifications.mark_read(connection, alice.id, 2**31, kinds)
    assert [one.is_read for one in await told(connection, alice)] == [False, True]


async def test_clearing(connection: Connection) -> None:
    """Who clears the page is told nothing of before any more; what was put aside waits still."""
    alice, bob, robin = await _three(connection)
    await tell(connection, alice, robin)
    await tell(connection, bob, robin)
    await tell(connection, alice, bob, is_filtered=True)
    await db_notifications.clear_notifications(connection, alice.id)
    assert await told(connection, alice) == []
    assert len(await told(connection, bob)) == 1
    assert len(await _put_aside(connection, alice, bob)) == 1


async def test_what_is_put_aside(connection: Connection, clock: Clock) -> None:
    """It is neither told nor counted, until its sender is let in, or it is dismissed."""
    alice, bob, robin = await _three(connection)
    hidden = await says(connection, robin, reach=Reach.DIRECT, naming=[bob])
    await tell(connection, alice, robin, is_filtered=True)
    await tell(connection, alice, robin, NotificationKind.MENTION, hidden, is_filtered=True)
    await tell(connection, alice, bob, is_filtered=True)
    assert await told(connection, alice) == []
    assert await db_notifications.count_unread(connection, alice.id) == 0
    assert [one.sender for one in await _put_aside(connection, alice, robin)] == [robin]
    assert await _put_aside(connection, bob, robin) == []
    requests = await notification_requests(connection, alice.id, 9)
    assert [(one.sender, one.count, one.latest_at) for one in requests] == [
        (bob, 1, clock.now),
        (robin, 2, clock.now),
    ]
    await permit(connection, alice.id, robin.id)
    await permit(connection, alice.id, robin.id)
    assert await is_permitted(connection, alice.id, robin.id)
    assert not await is_permitted(connection, robin.id, alice.id)
    assert [one.sender for one in await told(connection, alice)] == [robin]
    await dismiss_filtered(connection, alice.id, bob.id)
    assert await notification_requests(connection, alice.id, 9) == []
    assert len(await told(connection, alice)) == 1


async def test_what_somebody_wants_to_be_told(connection: Connection) -> None:
    """What was chosen comes back as it was, the latest choice counts, each has their own."""
    alice, bob, _ = await _three(connection)
    assert await policy_of(connection, alice.id) is None
    policies = (
        NotificationPolicy(),
        NotificationPolicy(
            frozenset({NotificationKind.FAVOURITE, NotificationKind.REPORT}),
            Verdict.FILTER,
            Verdict.DROP,
            Verdict.ACCEPT,
            Verdict.FILTER,
        ),
    )
    for policy in policies:
        await store_policy(connection, alice.id, policy)
        assert await policy_of(connection, alice.id) == policy
    assert await policy_of(connection, bob.id) is None


async def _put_aside(connection: Connection, owner: Actor, sender: Actor) -> list[NotificationView]:
    return await db_notifications.filtered_page(
        connection, owner.viewer, sender.id, before=None, limit=9
    )


async def _three(connection: Connection) -> tuple[Actor, Actor, Actor]:
    return (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection, "robin@far.example"),
    )
