"""What apps have remembered for people: how far they have read, and how they are woken."""

from fedlearn.db import markers as db_markers
from fedlearn.db import notifications as db_notifications
from fedlearn.db import push_subscriptions as db_push
from fedlearn.db.database import Connection
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.push import PushKeys, PushPolicy, PushWishes
from tests.builders import local, signs_up
from tests.clock import MINUTE, Clock
from tests.db.test_oauth import allows, registers

KEYS = PushKeys(b"\x04" + bytes(64), bytes(16))
MENTIONS = PushWishes(frozenset({NotificationKind.MENTION}))


async def test_markers_move(connection: Connection, clock: Clock) -> None:
    """A marker is made and moved, its version grows, and others have their own."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    await db_markers.store_marker(connection, alice.id, "home", 5)
    clock.forward(MINUTE)
    await db_markers.store_marker(connection, alice.id, "home", 2**60)
    await db_markers.store_marker(connection, alice.id, "notifications", 7)
    found = await db_markers.markers_of(connection, alice.id, ["home", "nowhere"])
    assert [(one.timeline, one.last_read_id, one.version) for one in found] == [("home", 2**60, 2)]
    assert found[0].updated_at == clock.now
    assert await db_markers.markers_of(connection, bob.id, ["home"]) == []


async def test_one_subscription_for_each_token(connection: Connection, clock: Clock) -> None:
    """A subscription replaces the one before, changes its wishes, and goes with its token."""
    alice = await signs_up(connection, "alice")
    app = await registers(connection, clock, "app")
    token = await allows(connection, clock, app, alice.id, "hers")

    async def subscribes(endpoint: str) -> None:
        await db_push.store_subscription(
            connection,
            token_id=token.id,
            owner_id=alice.actor.id,
            endpoint=endpoint,
            keys=KEYS,
            wishes=MENTIONS,
            is_standard=True,
            sealed_token=b"sealed",
        )

    for endpoint in ("https://push.example/1", "https://push.example/2"):
        await subscribes(endpoint)
    (known,) = await db_push.subscriptions_of(connection, alice.actor.id)
    assert (known.endpoint, known.keys, known.wishes) == ("https://push.example/2", KEYS, MENTIONS)
    assert await db_push.subscription_of_token(connection, token.id) == known
    everything = PushWishes(frozenset(NotificationKind), PushPolicy.FOLLOWED)
    await db_push.change_wishes(connection, known.id, everything)
    changed = await db_push.subscription_by_id(connection, known.id)
    assert changed is not None
    assert changed.wishes == everything
    await connection.execute("DELETE FROM oauth_token WHERE id = :id", id=token.id)
    assert await db_push.subscriptions_of(connection, alice.actor.id) == []


async def test_whether_anybody_is_to_be_woken(connection: Connection, clock: Clock) -> None:
    """A notification says whether apps wait for it: not for what is there already or put aside."""
    alice, bob = await signs_up(connection, "alice"), await local(connection, "bob")

    async def is_told(kind: NotificationKind, *, is_filtered: bool = False) -> bool:
        told_id = await db_notifications.insert_notification(
            connection,
            owner_id=alice.actor.id,
            sender_id=bob.id,
            kind=kind,
            status_id=None,
            is_filtered=is_filtered,
        )
        return told_id is not None

    assert not await is_told(NotificationKind.FOLLOW)
    token = await allows(
        connection, clock, await registers(connection, clock, "app"), alice.id, "x"
    )
    await db_push.store_subscription(
        connection,
        token_id=token.id,
        owner_id=alice.actor.id,
        endpoint="https://push.example/1",
        keys=KEYS,
        wishes=MENTIONS,
        is_standard=False,
        sealed_token=b"sealed",
    )
    assert not await is_told(NotificationKind.FOLLOW)
    assert await is_told(NotificationKind.FOLLOW_REQUEST)
    assert not await is_told(NotificationKind.REPORT, is_filtered=True)
