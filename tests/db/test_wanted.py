"""What readers do not want to be shown or told: mutes, also for a time, and blocked domains."""

from collections.abc import Sequence

from fedlearn.db import domain_blocks as db_domain_blocks
from fedlearn.db import homes as db_homes
from fedlearn.db import mutes as db_mutes
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, replace_details
from fedlearn.db.erasing import erase_traces
from fedlearn.db.status_views import status_view
from fedlearn.db.wanted import is_unheard
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.mutes import Mute
from fedlearn.domain.statuses import Status
from tests.builders import boosts, follows, local, remote, says
from tests.clock import HOUR, Clock


async def mutes(
    connection: Connection, actor: Actor, target: Actor, until: Millis | None = None
) -> None:
    """One mutes another, notifications included."""
    await db_mutes.store_mute(connection, actor.id, Mute(target.id, True, until))


async def home(connection: Connection, reader: Actor) -> list[StatusId]:
    """What stands on somebody's home timeline."""
    return await db_timelines.home_page(connection, reader.viewer, before=None, limit=20)


async def arrives(connection: Connection, reader: Actor, posts: Sequence[Status]) -> None:
    """Posts are put on a home timeline."""
    for post in posts:
        await db_homes.add_to_homes(connection, [reader.id], post.id)


async def test_muted_posts_and_boosts_stay_away(connection: Connection) -> None:
    """Neither what they post, nor what they boost, nor boosts of what they post; all can be opened."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    dora = await local(connection, "dora")
    by_bob, by_dora = await says(connection, bob), await says(connection, dora)
    by_both = [
        by_bob,
        by_dora,
        await boosts(connection, bob, by_dora),
        await boosts(connection, dora, by_bob),
    ]
    for post in (by_bob, by_dora):
        await replace_details(connection, post.id, Details(("bees",), (), None))
    await arrives(connection, alice, by_both)
    assert len(await home(connection, alice)) == 4
    await mutes(connection, alice, bob)
    assert await home(connection, alice) == [by_dora.id]
    for reader, shown in ((alice, [by_dora.id]), (dora, [by_dora.id, by_bob.id])):
        public = await db_timelines.public_page(connection, reader.viewer, before=None, limit=9)
        tagged = await db_timelines.hashtag_page(
            connection, reader.viewer, "bees", before=None, limit=9
        )
        assert public == tagged == shown
    assert await status_view(connection, alice.viewer, by_bob.id)
    await db_mutes.delete_mute(connection, dora.id, bob.id)
    assert await home(connection, alice) == [by_dora.id]
    await db_mutes.delete_mute(connection, alice.id, bob.id)
    assert len(await home(connection, alice)) == 4


async def test_mute_ends_by_itself(connection: Connection, clock: Clock) -> None:
    """At its end a mute counts no more, whether it was cleaned away by then or not."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    post = await says(connection, bob)
    await arrives(connection, alice, [post])
    await mutes(connection, alice, bob, Millis(clock.now + HOUR))
    clock.forward(HOUR - 1)
    assert await home(connection, alice) == []
    assert await is_unheard(connection, alice.id, bob.id)
    assert [actor.id for _, actor in await db_mutes.muted_by(connection, alice.id)] == [bob.id]
    await db_mutes.forget_expired_mutes(connection)
    assert await db_mutes.mute_of(connection, alice.id, bob.id)
    clock.forward(1)
    for _ in range(2):
        assert await home(connection, alice) == [post.id]
        assert not await is_unheard(connection, alice.id, bob.id)
        assert await db_mutes.mute_of(connection, alice.id, bob.id) is None
        assert await db_mutes.muted_by(connection, alice.id) == []
        await db_mutes.forget_expired_mutes(connection)


async def test_what_is_said_last_counts(connection: Connection, clock: Clock) -> None:
    """A second mute of the same one replaces the first, with its end and what is told."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    await mutes(connection, alice, bob, clock.now)
    last = Mute(bob.id, hides_notifications=False, expires_at=None)
    await db_mutes.store_mute(connection, alice.id, last)
    assert await db_mutes.mute_of(connection, alice.id, bob.id) == last
    assert not await is_unheard(connection, alice.id, bob.id)
    assert await db_mutes.mute_of(connection, bob.id, alice.id) is None
    await erase_traces(connection, bob.id)
    assert await db_mutes.mute_of(connection, alice.id, bob.id) is None


async def test_blocked_domain_stays_away(connection: Connection) -> None:
    """Everybody on it, by handle or by server, and their posts in boosts; for one person only."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    robin, carol = await remote(connection), await remote(connection, "carol@near.example")
    by_robin, by_carol = await says(connection, robin), await says(connection, carol)
    posts = [by_robin, by_carol, await boosts(connection, carol, by_robin)]
    for reader in (alice, bob):
        await arrives(connection, reader, posts)
    for _ in range(2):
        await db_domain_blocks.insert_domain_block(connection, alice.id, "far.example")
    assert await home(connection, alice) == [by_carol.id]
    assert len(await home(connection, bob)) == 3
    assert await is_unheard(connection, alice.id, robin.id)
    assert await db_domain_blocks.is_from_blocked_domain(connection, alice.id, robin.id)
    for one, other in ((alice, carol), (alice, bob), (bob, robin)):
        assert not await is_unheard(connection, one.id, other.id)
        assert not await db_domain_blocks.is_from_blocked_domain(connection, one.id, other.id)
    assert await db_domain_blocks.domains_blocked_by(connection, alice.id) == ["far.example"]
    await db_domain_blocks.delete_domain_block(connection, alice.id, "far.example")
    assert len(await home(connection, alice)) == 3


async def test_who_is_tied_to_a_domain(connection: Connection) -> None:
    """Followers and followed of this one person on this one domain."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    robin, wren = await remote(connection), await remote(connection, "wren@far.example")
    carol = await remote(connection, "carol@near.example")
    await follows(connection, alice, robin)
    await follows(connection, robin, alice)
    await follows(connection, wren, alice)
    await follows(connection, carol, alice)
    await follows(connection, alice, bob)
    tied = await db_domain_blocks.tied_to_domain(connection, alice.id, "far.example")
    assert {actor.id for actor in tied} == {robin.id, wren.id}
    assert await db_domain_blocks.tied_to_domain(connection, bob.id, "far.example") == []
    count = db_domain_blocks.count_tied_to_domain
    assert await count(connection, alice.id, "far.example") == (1, 2)
    assert await count(connection, bob.id, "far.example") == (0, 0)
