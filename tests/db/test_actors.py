"""How actors and their keys are remembered."""

import inspect
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import erasing as db_erasing
from fedlearn.db import homes as db_homes
from fedlearn.db import notifications as db_notifications
from fedlearn.db import statuses as db_statuses
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.follows import count_follows
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor, ActorKind, ProfileField, PublicKey
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import ActorId, Millis, Uri
from fedlearn.domain.notifications import NotificationKind
from tests.builders import OUR_HOST, OURS, boosts, follows, likes, local, profile_at, remote, says
from tests.clock import MINUTE, Clock


def key_of(actor: Actor, name: str = "main-key", pem: str = "a pem") -> PublicKey:
    """A public key that an actor claims."""
    return PublicKey(Uri(f"{actor.uri}#{name}"), actor.uri, pem)


# --- remembering -----------------------------------------------------------------------------------


async def test_actor_comes_back_as_it_was_kept(connection: Connection, clock: Clock) -> None:
    """Every field of a profile is there again, however the actor is looked up."""
    profile = replace(
        profile_at(OURS, "Robin"),
        kind=ActorKind.SERVICE,
        domain="Far.Example",
        uri=Uri("https://far.example/robin"),
        name="Robin Ä",
        summary="<p>hello</p>",
        avatar="https://far.example/a.png",
        header="https://far.example/h.png",
        fields=(ProfileField("home", "<a>here</a>"), ProfileField("", "")),
        also_known_as=("https://old.example/robin",),
        moved_to=Uri("https://new.example/robin"),
        is_locked=True,
        is_discoverable=False,
        is_indexable=True,
        published=Millis(5),
        hides_follows=True,
    )
    robin = await db_actors.store_actor(connection, profile, "far.example")
    assert robin.profile == replace(profile, domain="far.example")
    assert (robin.fetched_at, robin.gone_at, robin.suspended_at) == (clock.now, None, None)
    assert await db_actors.actor_by_id(connection, robin.id) == robin
    assert await db_actors.actor_by_uri(connection, profile.uri) == robin
    assert await db_actors.remote_actor(connection, "robin", "far.example") == robin
    assert await db_actors.actors_by_id(connection, [robin.id, 5]) == {robin.id: robin}
    uris = [profile.uri, "https://far.example/nobody"]
    assert await db_actors.actors_by_uri(connection, uris) == [robin]


async def test_actor_with_little_to_say(connection: Connection) -> None:
    """What an actor may leave out stays left out."""
    nothing = dict.fromkeys(
        ("shared_inbox", "outbox", "followers", "following", "featured", "moved_to")
    )
    robin = await remote(connection, "robin@far.example", **nothing)
    found = await db_actors.actor_by_id(connection, robin.id)
    assert found
    assert {name: getattr(found.profile, name) for name in nothing} == nothing
    assert found.delivery_inbox == robin.profile.inbox


async def test_unknown_actor(connection: Connection) -> None:
    """An actor that nobody kept is not there, by whatever it is looked up."""
    await local(connection, "alice")
    assert await db_actors.actor_by_id(connection, ActorId(5)) is None
    assert await db_actors.actor_by_uri(connection, "https://far.example/robin") is None
    assert await db_actors.actors_by_id(connection, []) == {}
    assert await db_actors.actors_by_uri(connection, []) == []
    assert await db_actors.local_actor(connection, "bob") is None
    assert await db_actors.remote_actor(connection, "alice", OUR_HOST) is None
    assert await db_actors.actor_of_followers(connection, "https://far.example/followers") is None


async def test_news_of_an_actor(connection: Connection, clock: Clock) -> None:
    """An actor heard of again has what it says now, and keeps its id, host and beginning."""
    before = await remote(connection, "robin@far.example", published=Millis(5), is_locked=True)
    clock.forward(MINUTE)
    changed = replace(
        before.profile, name="R.", username="ro", domain="new.example", published=Millis(6)
    )
    after = await db_actors.store_actor(connection, changed, "elsewhere.example")
    assert after == replace(
        before, profile=replace(changed, published=Millis(5)), fetched_at=clock.now
    )
    row = await connection.fetch_one("SELECT host FROM actor")
    assert row
    assert row["host"] == "far.example"


async def test_names_are_the_same_in_any_case(connection: Connection) -> None:
    """A local actor is found by its name in whatever case, and nobody else gets that name."""
    alice = await local(connection, "Alice")
    assert alice.is_local
    for spelling in ("alice", "ALICE", "Alice"):
        assert await db_actors.local_actor(connection, spelling) == alice
    await remote(connection, "alice@far.example")
    with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
        await local(connection, "aLICE")


async def test_remote_and_local_names_are_told_apart(connection: Connection) -> None:
    """The same name here and on two servers means three actors."""
    here = await local(connection, "robin")
    far = await remote(connection, "robin@far.example")
    near = await remote(connection, "robin@near.example")
    assert await db_actors.local_actor(connection, "robin") == here
    assert await db_actors.remote_actor(connection, "Robin", "FAR.example") == far
    assert await db_actors.remote_actor(connection, "robin", "near.example") == near


async def test_handle_that_changed_hands(connection: Connection, clock: Clock) -> None:
    """Of two actors with one handle, the one that last proved to own it is meant."""
    await remote(connection, "robin@far.example")
    clock.forward(MINUTE)
    newer = await remote(connection, "robin@far.example", uri=Uri("https://far.example/other"))
    assert await db_actors.remote_actor(connection, "robin", "far.example") == newer


async def test_owner_of_a_followers_collection(connection: Connection) -> None:
    """The address of a followers collection leads to the actor that names it as its own."""
    alice, robin = await local(connection, "alice"), await remote(connection, "robin@far.example")
    for actor in (alice, robin):
        followers = actor.profile.followers
        assert followers
        assert await db_actors.actor_of_followers(connection, followers) == actor
        assert await db_actors.actor_of_followers(connection, f"{followers}/2") is None


# --- going -----------------------------------------------------------------------------------------


async def test_actor_that_is_gone(connection: Connection, clock: Clock) -> None:
    """A gone actor takes part no more from its first going on, until it is heard of again."""
    robin, other = await remote(connection), await remote(connection, "ro@near.example")
    gone_at = clock.now
    await db_actors.mark_gone(connection, robin.id)
    clock.forward(MINUTE)
    await db_actors.mark_gone(connection, robin.id)
    found = await db_actors.actor_by_id(connection, robin.id)
    assert found
    assert (found.gone_at, found.is_active) == (gone_at, False)
    untouched = await db_actors.actor_by_id(connection, other.id)
    assert untouched == other
    back = await db_actors.store_actor(connection, robin.profile, "far.example")
    assert back.is_active


async def test_actor_that_is_suspended(connection: Connection) -> None:
    """A suspended actor takes part no more, whatever it says of itself, until it is let in."""
    robin, other = await remote(connection), await remote(connection, "ro@near.example")
    await db_actors.set_suspended(connection, robin.id, Millis(7))
    heard_of_again = await db_actors.store_actor(connection, robin.profile, "far.example")
    assert (heard_of_again.suspended_at, heard_of_again.is_active) == (7, False)
    assert await db_actors.actor_by_id(connection, other.id) == other
    await db_actors.set_suspended(connection, robin.id, None)
    let_in = await db_actors.actor_by_id(connection, robin.id)
    assert let_in
    assert let_in.is_active


async def test_traces_of_a_gone_actor(connection: Connection) -> None:
    """What an actor said and did is erased with what others made of it, and nothing else."""
    alice, bob, robin = [
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
    ]
    for follower, followee in ((alice, robin), (robin, alice), (bob, alice)):
        await follows(connection, follower, followee)
    said, kept = await says(connection, robin), await says(connection, alice, naming=[robin])
    await boosts(connection, robin, kept)
    await boosts(connection, bob, said)
    await likes(connection, robin, kept)
    await likes(connection, bob, kept)
    await db_homes.add_to_homes(connection, [robin.id, bob.id], kept.id)
    for one, other in ((robin, alice), (alice, robin), (bob, alice)):
        await db_blocks.insert_block(
            connection, actor_id=one.id, target_id=other.id, uri=f"{one.uri}#blocks"
        )
    for sender in (robin, bob):
        await db_notifications.insert_notification(
            connection,
            owner_id=alice.id,
            sender_id=sender.id,
            kind=NotificationKind.FOLLOW,
            status_id=None,
        )
    await db_erasing.erase_traces(connection, robin.id)
    for author, left in ((robin, []), (bob, []), (alice, [kept.id])):
        page = await db_timelines.author_page(connection, STRANGER, author.id, before=None, limit=9)
        assert page == left
    view = await status_view(connection, STRANGER, kept.id)
    assert view
    assert (view.boosts, view.favourites) == (0, 1)
    assert await count_follows(connection, alice.id) == (1, 0)
    assert not await db_blocks.are_apart(connection, alice.id, robin.id)
    assert await db_blocks.are_apart(connection, alice.id, bob.id)
    homes = await connection.fetch_all("SELECT owner_id FROM home_entry")
    assert [row["owner_id"] for row in homes] == [bob.id]
    told = await db_notifications.notifications_page(connection, alice.viewer, before=None, limit=9)
    assert [notification.sender for notification in told] == [bob]
    assert await db_actors.actor_by_id(connection, robin.id) == robin
    assert await db_statuses.status_by_id(connection, said.id) is None


async def test_every_inbox(connection: Connection) -> None:
    """Other servers are reached by shared inboxes, each once, or by those of their actors."""
    await local(connection, "alice")
    for handle in ("fay@far.example", "guy@far.example"):
        await remote(connection, handle)
    alone = await remote(connection, "lou@near.example", shared_inbox=None)
    gone = await remote(connection, "gus@gone.example")
    await db_actors.mark_gone(connection, gone.id)
    suspended = await remote(connection, "sue@bad.example")
    await db_actors.set_suspended(connection, suspended.id, Millis(1))
    expected = {"https://far.example/inbox", alone.profile.inbox}
    inboxes = await db_actors.every_inbox(connection)
    assert (set(inboxes), len(inboxes)) == (expected, 2)


async def test_moving(connection: Connection, clock: Clock) -> None:
    """When an actor has moved is remembered, whatever it says of itself since."""
    robin, other = await remote(connection), await remote(connection, "ro@near.example")
    assert not await db_actors.moved_since(connection, robin.id, Millis(0))
    await db_actors.mark_moved(connection, robin.id)
    await db_actors.store_actor(connection, robin.profile, "far.example")
    assert await db_actors.moved_since(connection, robin.id, Millis(clock.now - 1))
    assert not await db_actors.moved_since(connection, robin.id, clock.now)
    assert not await db_actors.moved_since(connection, other.id, Millis(0))


# --- keys ------------------------------------------------------------------------------------------


async def test_keys_of_other_servers(connection: Connection, clock: Clock) -> None:
    """The keys of an actor are those that it named last, and each leads to its actor."""
    robin, other = await remote(connection), await remote(connection, "ro@near.example")
    old, new, second = key_of(robin, "old"), key_of(robin, "new", "2"), key_of(robin, "second", "3")
    await db_actors.replace_keys(connection, other.id, [key_of(other)])
    await db_actors.replace_keys(connection, robin.id, [old])
    assert await db_actors.key_by_uri(connection, old.uri) == (old, robin)
    await db_actors.replace_keys(connection, robin.id, [new, second])
    assert await db_actors.keys_of_actor(connection, robin.id) == [new, second]
    assert await db_actors.key_by_uri(connection, new.uri) == (new, robin)
    assert await db_actors.key_by_uri(connection, old.uri) is None
    assert await db_actors.keys_of_actor(connection, other.id) == [key_of(other)]
    await db_actors.replace_keys(connection, robin.id, [])
    assert await db_actors.keys_of_actor(connection, robin.id) == []


async def test_key_that_somebody_else_listed_first(connection: Connection) -> None:
    """A key is taken from who listed it, and not from the actor that it is said to belong to."""
    robin, thief = await remote(connection), await remote(connection, "thief@near.example")
    key = key_of(robin)
    await db_actors.replace_keys(connection, thief.id, [replace(key, pem="of the thief")])
    await db_actors.forget_key_of_others(connection, key.uri, robin.uri)
    assert await db_actors.key_by_uri(connection, key.uri) is None
    await db_actors.replace_keys(connection, robin.id, [key])
    await db_actors.forget_key_of_others(connection, key.uri, robin.uri)
    assert await db_actors.key_by_uri(connection, key.uri) == (key, robin)


async def test_key_that_belongs_to_somebody_else(connection: Connection) -> None:
    """An actor that names the key of another as its own does not get it."""
    robin, thief = await remote(connection), await remote(connection, "thief@near.example")
    key = key_of(robin)
    await db_actors.replace_keys(connection, robin.id, [key])
    await db_actors.replace_keys(connection, thief.id, [replace(key, pem="of the thief")])
    assert await db_actors.key_by_uri(connection, key.uri) == (key, robin)
    assert await db_actors.keys_of_actor(connection, thief.id) == []


async def test_own_key(connection: Connection) -> None:
    """A local actor has one key; a second that comes at the same time is not kept."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    assert await db_actors.own_key(connection, alice.id) is None
    assert await db_actors.any_sealed_key(connection) is None
    key, sealed = key_of(alice), bytes(range(256))
    await db_actors.store_own_key(connection, alice.id, key, sealed)
    await db_actors.store_own_key(connection, alice.id, key_of(alice, pem="2"), b"2")
    own = await db_actors.own_key(connection, alice.id)
    assert own
    assert (own.public, own.sealed) == (key, sealed)
    assert await db_actors.own_key(connection, bob.id) is None
    assert await db_actors.any_sealed_key(connection) == (key.uri, sealed)


async def test_key_that_is_retired(connection: Connection) -> None:
    """After a change of keys the new one counts, and nobody is shown the old one."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    await db_actors.store_own_key(connection, bob.id, key_of(bob), b"b")
    await db_actors.store_own_key(connection, alice.id, key_of(alice, pem="old"), b"old")
    old = await db_actors.own_key(connection, alice.id)
    assert old
    await db_actors.retire_own_key(connection, alice.id)
    assert await db_actors.own_key(connection, alice.id) is None
    assert await db_actors.key_by_uri(connection, old.public.uri) is None
    new = key_of(alice, pem="new")
    await db_actors.store_own_key(connection, alice.id, new, b"new")
    own = await db_actors.own_key(connection, alice.id)
    assert own
    assert (own.public, own.sealed) == (new, b"new")
    assert await db_actors.keys_of_actor(connection, alice.id) == [new]
    assert await db_actors.own_key(connection, bob.id) is not None


async def test_key_of_another_server_signs_nothing_here(connection: Connection) -> None:
    """A public key alone is not one that we could sign with."""
    robin = await remote(connection)
    await db_actors.replace_keys(connection, robin.id, [key_of(robin)])
    assert await db_actors.own_key(connection, robin.id) is None


async def test_fields_change_alone(connection: Connection) -> None:
    """What is found out of somebody's fields changes nothing else of them."""
    alice = await local(connection, "alice")
    fields = (ProfileField("home", "<a>here</a>", Millis(7)), ProfileField("x", "y"))
    await db_actors.store_fields(connection, alice.id, fields)
    found = await db_actors.actor_by_id(connection, alice.id)
    assert found == replace(alice, profile=replace(alice.profile, fields=fields))


# What is kept of who is gone: that the name is taken, the key of the last word, and what stewards
# and others have said of them.
KEPT = {
    "account_warning.actor_id",
    "actor_key.actor_id",
    "mention.actor_id",
    "outgoing_activity.sender_id",
    "report.reporter_id",
    "report.target_id",
    "report_note.actor_id",
}
# Words of a blank profile, what services/deletion.py removes with the files, and what goes with posts.
GO_ALONG = {"actor_words.id", "media_attachment.actor_id", "pin.actor_id"}


def test_all_that_belongs_to_an_actor_is_erased(sqlite_template: Path) -> None:
    """A new table that belongs to an actor is emptied when they leave, or said here to be kept."""
    erased = inspect.getsource(db_erasing.erase_traces)
    left = set()
    with closing(sqlite3.connect(sqlite_template)) as raw:
        for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for key in raw.execute(f"PRAGMA foreign_key_list({table})"):
                _number, _sequence, parent, column, _to, _on_update, on_delete, _match = key
                is_named = f"FROM {table} WHERE" in erased and f"{column} = :id" in erased
                if parent == "actor" and on_delete == "CASCADE" and not is_named:
                    left.add(f"{table}.{column}")
    assert left == KEPT | GO_ALONG
