"""Where the rest of a conversation can be asked for, and how often; on both databases."""

from dataclasses import replace
from typing import Any

from fedlearn.db import conversations as db_conversations
from fedlearn.db import statuses as db_statuses
from fedlearn.db import threads as db_threads
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope
from fedlearn.domain.ids import MINUTE_MS, StatusId, Uri
from fedlearn.domain.statuses import Status
from tests.builders import a_status, boosts, local, remote, says
from tests.clock import Clock

QUARTER_OF_AN_HOUR = 15 * MINUTE_MS


async def lists(
    connection: Connection, author: Actor, answers: Status | None = None, **changes: Any
) -> Status:
    """A post whose server says where its answers are."""
    status = a_status(author, answers=answers)
    status = replace(status, **{"replies": Uri(f"{status.uri}/replies"), **changes})
    assert await db_statuses.insert_status(connection, status, is_local=author.is_local)
    return status


async def ends(connection: Connection, status: Status) -> list[StatusId]:
    """Where the rest of the conversation of a post can be asked for."""
    return [one.id for one in await db_conversations.open_ends(connection, status.id)]


async def test_ends_are_the_beginning_and_the_post_itself(connection: Connection) -> None:
    """Of a conversation the first post that is here, and the one that is read; once each."""
    robin = await remote(connection)
    first = await lists(connection, robin)
    middle = await lists(connection, robin, first)
    last = await lists(connection, robin, middle)
    assert await ends(connection, last) == [first.id, last.id]
    assert await ends(connection, middle) == [first.id, middle.id]
    assert await ends(connection, first) == [first.id]


async def test_only_open_posts_of_others_that_list_their_answers(connection: Connection) -> None:
    """Not our own, nor private ones, nor those that say nothing, nor boosts."""
    alice, robin = await local(connection), await remote(connection)
    mine = await lists(connection, alice)
    assert await ends(connection, mine) == []
    answer = await lists(connection, robin, mine)
    assert await ends(connection, answer) == [answer.id]
    for reach in (Reach.FOLLOWERS, Reach.DIRECT):
        private = await lists(connection, robin, reach=reach)
        assert await ends(connection, private) == []
    silent = await says(connection, robin)
    assert await ends(connection, silent) == []
    assert await ends(connection, await boosts(connection, robin, answer)) == []
    context = await lists(connection, robin, replies=None, context=Uri("https://far.example/c/1"))
    assert await ends(connection, context) == [context.id]


async def test_ends_of_a_circle(connection: Connection) -> None:
    """Posts that answer each other have no beginning: the one that is read is asked alone."""
    robin = await remote(connection)
    one = await lists(connection, robin)
    two = await lists(connection, robin, one)
    await connection.execute(
        "UPDATE status SET in_reply_to_id = :two WHERE id = :one", one=one.id, two=two.id
    )
    assert await ends(connection, one) == [one.id]


async def test_an_end_is_claimed_once_in_a_while(connection: Connection, clock: Clock) -> None:
    """Who claims an end has it; anybody else, and the same again, after a quarter of an hour."""
    robin = await remote(connection)
    post, other = await lists(connection, robin), await lists(connection, robin)
    assert await db_conversations.claim_ends(connection, [post.id]) == [post.id]
    assert await db_conversations.claim_ends(connection, [post.id, other.id]) == [other.id]
    assert await ends(connection, post) == []
    clock.forward(QUARTER_OF_AN_HOUR - 1)
    assert await ends(connection, post) == []
    clock.forward(2)
    assert await ends(connection, post) == [post.id]
    assert await db_conversations.claim_ends(connection, [post.id]) == [post.id]
    assert await db_conversations.claim_ends(connection, []) == []


async def test_open_conversations(connection: Connection) -> None:
    """A conversation is known outside if any of its posts may leave this server."""
    alice = await local(connection)
    outside, inside = await says(connection, alice), await says(connection, alice, scope=Scope.ORG)
    assert await db_conversations.is_open_conversation(connection, outside.conversation)
    assert not await db_conversations.is_open_conversation(connection, inside.conversation)
    assert not await db_conversations.is_open_conversation(connection, "tag:nowhere")


async def test_what_answers_a_lost_post_is_below_the_beginning(connection: Connection) -> None:
    """Who names the conversation is in it, with what answers that; below its beginning alone."""
    robin = await remote(connection)
    first = await says(connection, robin)
    second = await says(connection, robin, answers=first)
    lost = replace(
        a_status(robin),
        conversation=first.conversation,
        in_reply_to_uri=Uri("https://far.example/lost"),
    )
    await db_statuses.insert_status(connection, lost, is_local=False)
    below = await says(connection, robin, answers=lost)
    no_answer = replace(a_status(robin), conversation=first.conversation)
    await db_statuses.insert_status(connection, no_answer, is_local=False)
    found = await db_threads.descendants(connection, STRANGER, first.id)
    assert found == [second.id, lost.id, below.id]
    assert await db_threads.descendants(connection, STRANGER, second.id) == []
    private = replace(
        a_status(robin, reach=Reach.DIRECT),
        conversation=first.conversation,
        in_reply_to_uri=Uri("https://far.example/lost"),
    )
    await db_statuses.insert_status(connection, private, is_local=False)
    assert await db_threads.descendants(connection, STRANGER, first.id) == found
