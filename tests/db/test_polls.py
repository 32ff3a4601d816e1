"""Polls, their answers, and who chose which, on both databases."""

import asyncio
from dataclasses import replace

from fedlearn.db import polls as db_polls
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection, Database
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.polls import Poll, PollOption
from tests.builders import local, remote, says

WHEN = Poll((PollOption("Monday"), PollOption("Friday")), is_multiple=False, ends_at=Millis(5000))


async def votes(connection: Connection, actor: Actor, status_id: StatusId, position: int) -> bool:
    """Somebody chooses an answer; whether that is new."""
    uri = f"{actor.uri}#votes/{position}"
    return await db_polls.add_vote(connection, status_id, actor.id, position, uri)


async def test_poll_is_read_as_it_was_stored(connection: Connection) -> None:
    """A poll comes back whole, with its answers in their order; a post without one has none."""
    alice = await local(connection)
    post, plain = await says(connection, alice), await says(connection, alice)
    poll = replace(
        WHEN,
        options=tuple(PollOption(title, votes) for title, votes in (("b", 2), ("a", 7), ("c", 0))),
        is_multiple=True,
        closed_at=Millis(4000),
        voters=8,
    )
    await db_polls.store_poll(connection, post.id, poll)
    assert await db_polls.poll_of(connection, post.id) == poll
    assert await db_polls.poll_of(connection, plain.id) is None
    endless = replace(WHEN, ends_at=None)
    await db_polls.store_poll(connection, plain.id, endless)
    assert await db_polls.poll_of(connection, plain.id) == endless


async def test_tallies_of_another_server_replace_ours(connection: Connection) -> None:
    """Stored anew, a poll has the tallies told last, and keeps what people here chose."""
    alice, robin = await local(connection), await remote(connection)
    post = await says(connection, robin)
    await db_polls.store_poll(connection, post.id, WHEN)
    assert await votes(connection, alice, post.id, 1)
    told = replace(WHEN, options=(PollOption("Monday", 3), PollOption("Friday", 4)), voters=7)
    await db_polls.store_poll(connection, post.id, told)
    seen = await db_polls.polls_of(connection, [post.id], alice.id)
    assert seen == {post.id: replace(told, own_choices=frozenset({1}))}


async def test_votes_are_counted(connection: Connection) -> None:
    """Each choice counts once for each voter, and each voter once, in this poll only."""
    alice, bob, robin = [
        await local(connection),
        await local(connection, "bob"),
        await remote(connection),
    ]
    post, other = await says(connection, alice), await says(connection, alice)
    for one in (post, other):
        await db_polls.store_poll(connection, one.id, replace(WHEN, is_multiple=True))
    assert await votes(connection, bob, post.id, 0)
    assert not await votes(connection, bob, post.id, 0)
    assert await votes(connection, bob, post.id, 1)
    assert await votes(connection, robin, post.id, 1)
    for one in (post, other):
        await db_polls.count_votes(connection, one.id)
    counted, untouched = [await db_polls.poll_of(connection, one.id) for one in (post, other)]
    assert counted
    assert ([option.votes for option in counted.options], counted.voters) == ([1, 2], 2)
    assert untouched
    assert ([option.votes for option in untouched.options], untouched.voters) == ([0, 0], 0)
    assert await db_polls.local_voters(connection, post.id) == [bob.id]


async def test_view_marks_own_choices(connection: Connection) -> None:
    """A reader sees what they chose themselves, and never what others did."""
    alice, bob = await local(connection), await local(connection, "bob")
    post = await says(connection, alice)
    await db_polls.store_poll(connection, post.id, WHEN)
    await votes(connection, bob, post.id, 1)
    chosen = [
        view.poll and view.poll.own_choices
        for viewer in (bob.viewer, alice.viewer, STRANGER)
        for view in await status_views(connection, viewer, [post.id])
    ]
    assert chosen == [frozenset({1}), frozenset(), frozenset()]


async def test_poll_is_closed_once(connection: Connection) -> None:
    """A poll is closed once, and the time of that stays; one that is not there cannot be."""
    alice = await local(connection)
    post = await says(connection, alice)
    assert not await db_polls.close_poll(connection, post.id, Millis(6000))
    await db_polls.store_poll(connection, post.id, WHEN)
    assert await db_polls.close_poll(connection, post.id, Millis(6000))
    assert not await db_polls.close_poll(connection, post.id, Millis(7000))
    poll = await db_polls.poll_of(connection, post.id)
    assert poll
    assert poll.closed_at == 6000


async def test_poll_goes_with_its_votes(connection: Connection) -> None:
    """Without the poll there are no votes, and without the post no poll."""
    alice, bob = await local(connection), await local(connection, "bob")
    post = await says(connection, alice)
    await db_polls.store_poll(connection, post.id, WHEN)
    await votes(connection, bob, post.id, 1)
    await db_polls.delete_poll(connection, post.id)
    await db_polls.store_poll(connection, post.id, WHEN)
    assert await db_polls.local_voters(connection, post.id) == []
    await db_statuses.delete_status(connection, post.id)
    assert await db_polls.poll_of(connection, post.id) is None


async def test_voters_hear_of_a_change(connection: Connection) -> None:
    """Whoever voted in a post is among those who must hear of its end."""
    alice, robin = await local(connection), await remote(connection)
    post = await says(connection, alice)
    await db_polls.store_poll(connection, post.id, WHEN)
    assert await db_statuses.interested_actors(connection, post.id) == []
    await votes(connection, robin, post.id, 0)
    assert await db_statuses.interested_actors(connection, post.id) == [robin]


async def test_nobody_votes_twice_at_once(db: Database) -> None:
    """Two who look into a poll to vote in it do so one after the other."""
    async with db.write() as connection:
        alice, bob = await local(connection), await local(connection, "bob")
        post = await says(connection, alice)
        await db_polls.store_poll(connection, post.id, WHEN)

    async def vote_if_new(position: int) -> bool:
        async with db.write() as connection:
            poll = await db_polls.poll_to_vote_in(connection, post.id, bob.id)
            assert poll
            await asyncio.sleep(0)
            return not poll.own_choices and await votes(connection, bob, post.id, position)

    assert sorted(await asyncio.gather(*map(vote_if_new, (0, 1)))) == [False, True]
