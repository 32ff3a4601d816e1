"""How it is kept what people want to post later, and what came of a form that was sent."""

from fedlearn.db import idempotency as db_idempotency
from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import scheduled as db_scheduled
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.statuses import delete_status
from fedlearn.domain.actors import User
from fedlearn.domain.ids import Millis, now, snowflake
from fedlearn.domain.scheduled import ScheduledStatus
from tests.builders import says, signs_up
from tests.clock import DAY, Clock
from tests.db.test_media_attachments import uploads


async def plans(connection: Connection, user: User, at: int) -> ScheduledStatus:
    """Somebody wants to post at that moment."""
    scheduled = ScheduledStatus(snowflake(), user.actor.id, '{"text":"later"}', Millis(at))
    await db_scheduled.insert_scheduled(connection, scheduled)
    return scheduled


async def test_what_is_planned(connection: Connection) -> None:
    """The next comes first; everybody has their own; what failed may be tried in other words."""
    alice, carol = await signs_up(connection), await signs_up(connection, "carol")
    late, early = await plans(connection, alice, 9000), await plans(connection, alice, 5000)
    carols = await plans(connection, carol, 7000)
    assert await db_scheduled.scheduled_by(connection, alice.actor.id) == [early, late]
    assert await db_scheduled.count_scheduled(connection, alice.actor.id) == 2
    assert await db_scheduled.scheduled_by_id(connection, carols.id) == carols
    assert await db_scheduled.note_failure(connection, early.id, "too long")
    [failed, _] = await db_scheduled.scheduled_by(connection, alice.actor.id)
    assert failed.failure == "too long"
    changed = ScheduledStatus(early.id, alice.actor.id, '{"text":"short"}', Millis(6000))
    assert await db_scheduled.change_scheduled(connection, changed)
    assert await db_scheduled.scheduled_by_id(connection, early.id) == changed
    stolen = ScheduledStatus(early.id, carol.actor.id, "{}", Millis(1))
    assert not await db_scheduled.change_scheduled(connection, stolen)


async def test_it_goes_once(connection: Connection) -> None:
    """Who deletes it first may post it; nobody else's can be deleted; with a login all of it goes."""
    alice, carol = await signs_up(connection), await signs_up(connection, "carol")
    planned, other = await plans(connection, alice, 5000), await plans(connection, alice, 6000)
    assert not await db_scheduled.delete_scheduled(connection, carol.actor.id, planned.id)
    assert await db_scheduled.delete_scheduled(connection, alice.actor.id, planned.id)
    assert not await db_scheduled.delete_scheduled(connection, alice.actor.id, planned.id)
    assert not await db_scheduled.note_failure(connection, planned.id, "too late")
    await db_users.delete_user(connection, alice.id)
    assert await db_scheduled.scheduled_by_id(connection, other.id) is None


async def test_pictures_wait_with_it(connection: Connection, clock: Clock) -> None:
    """Its pictures are not cleaned away and not taken by another; those taken out of it are."""
    alice = await signs_up(connection)
    one, two = [await uploads(connection, alice.actor, letter * 32) for letter in "ab"]
    planned = await plans(connection, alice, now() + 9 * DAY)
    await db_scheduled.reserve_media(connection, planned.id, [one.id, two.id])
    await db_scheduled.reserve_media(connection, planned.id, [two.id])
    before = Millis(clock.forward(2 * DAY) - DAY)
    assert await db_media_attachments.untaken_media(connection, before, 9) == [one]
    waiting = db_media_attachments.waiting_media
    ids = [one.id, two.id]
    assert await waiting(connection, alice.actor.id, ids) == {one.id: one}
    mine = await waiting(connection, alice.actor.id, ids, scheduled_id=planned.id)
    assert mine == {one.id: one, two.id: two}
    status = await says(connection, alice.actor)
    usable = await db_media_attachments.usable_media(connection, alice.actor.id, status.id, ids)
    assert usable == {one.id: one}
    await db_scheduled.delete_scheduled(connection, alice.actor.id, planned.id)
    assert await db_media_attachments.untaken_media(connection, before, 9) == [one, two]


async def test_a_key_counts_once(connection: Connection, clock: Clock) -> None:
    """The same key of the same person leads to what came of it; after a while it is forgotten."""
    alice, carol = await signs_up(connection), await signs_up(connection, "carol")
    post, planned = await says(connection, alice.actor), await plans(connection, alice, 5000)
    keys = db_idempotency
    assert await keys.claim_key(connection, alice.actor.id, "a")
    assert not await keys.claim_key(connection, alice.actor.id, "a")
    assert await keys.claim_key(connection, carol.actor.id, "a")
    await keys.note_posted(connection, alice.actor.id, "a", post.id)
    assert await keys.posted_with(connection, alice.actor.id, "a") == post.id
    assert await keys.posted_with(connection, carol.actor.id, "a") is None
    await keys.claim_key(connection, alice.actor.id, "b")
    await keys.note_scheduled(connection, alice.actor.id, "b", planned.id)
    assert await keys.scheduled_with(connection, alice.actor.id, "b") == planned.id
    assert await keys.posted_with(connection, alice.actor.id, "b") is None
    # What was deleted may be written again in the same words.
    await delete_status(connection, post.id)
    assert await keys.claim_key(connection, alice.actor.id, "a")
    clock.forward(DAY)
    await keys.forget_keys(connection, now())
    assert await keys.claim_key(connection, alice.actor.id, "b")


async def test_how_somebody_posts(connection: Connection) -> None:
    """Language and clock are their own, and at first nothing is said of them."""
    alice = await signs_up(connection)
    assert (alice.posting_language, alice.time_zone) == (None, "UTC")
    await db_users.set_posting(connection, alice.id, "de", "Europe/Berlin")
    user = await db_users.user_of_actor(connection, alice.actor.id)
    assert user
    assert (user.posting_language, user.time_zone) == ("de", "Europe/Berlin")
