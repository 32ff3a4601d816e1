"""How people who sign in are remembered."""

from dataclasses import replace
from sqlite3 import IntegrityError

import asyncpg
import pytest

from fedlearn.db import actors as db_actors
from fedlearn.db import sessions as db_sessions
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Role, Session
from fedlearn.domain.ids import Millis, UserId
from tests.builders import local, signs_up
from tests.clock import DAY, MINUTE, Clock


async def test_user_comes_back_as_it_was_made(connection: Connection, clock: Clock) -> None:
    """A login has all that it was made with and its actor, by its id and by its actor."""
    alice = await local(connection, "alice")
    user_id = await db_users.insert_user(
        connection,
        actor_id=alice.id,
        email="Alice@Mail.example",
        password_hash=None,
        role=Role.OWNER,
        approved_at=None,
        confirmed_at=None,
    )
    user = await db_users.user_by_id(connection, user_id)
    assert user
    assert (user.id, user.actor, user.email) == (user_id, alice, "Alice@Mail.example")
    assert (user.role, user.created_at) == (Role.OWNER, clock.now)
    assert (user.approved_at, user.confirmed_at) == (None, None)
    assert await db_users.user_of_actor(connection, alice.id) == user


async def test_unknown_user(connection: Connection) -> None:
    """Who has no login is not there, an actor without one included."""
    alice = await local(connection, "alice")
    assert await db_users.user_by_id(connection, UserId(5)) is None
    assert await db_users.user_of_actor(connection, alice.id) is None
    assert await db_users.all_users(connection) == []
    assert await db_users.user_with_password(connection, "alice") is None


async def test_all_users(connection: Connection) -> None:
    """Every login is told, the oldest first."""
    users = [await signs_up(connection, name) for name in ("zoe", "alice")]
    assert await db_users.all_users(connection) == users


async def test_address_belongs_to_one_login(connection: Connection) -> None:
    """An address that is taken is so in any case, and the database holds to that."""
    alice = await signs_up(connection, "alice", email="Alice@mail.example")
    assert await db_users.owner_of_email(connection, "aLICE@MAIL.example") == alice
    assert await db_users.owner_of_email(connection, "bob@mail.example") is None
    with pytest.raises((IntegrityError, asyncpg.UniqueViolationError)):
        await signs_up(connection, "bob", email="ALICE@mail.example")


async def test_address_that_is_only_typed(connection: Connection, clock: Clock) -> None:
    """Several may type one address; it is taken, and signs in, once one of them has confirmed it."""
    first, second = [
        await signs_up(connection, name, email="one@mail.example", confirmed_at=None)
        for name in ("alice", "bob")
    ]
    assert await db_users.owner_of_email(connection, "one@mail.example") is None
    assert await db_users.user_with_password(connection, "ONE@mail.example") == (first, "a hash")
    await db_users.confirm_email(connection, second.id, "one@mail.example")
    owner = await db_users.owner_of_email(connection, "one@mail.example")
    assert owner == replace(second, confirmed_at=clock.now)
    assert await db_users.user_with_password(connection, "one@mail.example") == (owner, "a hash")


async def test_who_never_confirmed(connection: Connection, clock: Clock) -> None:
    """Those are found who have waited for long enough, the longest waiting first."""
    waiting = []
    for name in ("zoe", "alice", "bob"):
        waiting.append(await signs_up(connection, name, confirmed_at=None))
        clock.forward(DAY)
    await signs_up(connection, "carol")
    before = Millis(clock.now - DAY)
    assert await db_users.unconfirmed_users(connection, before, 10) == waiting[:2]
    assert await db_users.unconfirmed_users(connection, before, 1) == waiting[:1]
    await db_users.delete_user(connection, waiting[0].id)
    await db_actors.forget_actor(connection, waiting[0].actor.id)
    assert await db_actors.local_actor(connection, "zoe") is None
    assert await db_actors.local_actor(connection, "alice") is not None


async def test_finding_whom_a_password_belongs_to(connection: Connection) -> None:
    """A login is found by name or address in any case, with its own password hash."""
    alice = await signs_up(connection, "Alice", password_hash="hash of alice")
    bob = await signs_up(connection, "bob", password_hash=None)
    for login in ("alice", "ALICE", "Alice@mail.example", "alice@MAIL.example"):
        assert await db_users.user_with_password(connection, login) == (alice, "hash of alice")
    assert await db_users.user_with_password(connection, "bob") == (bob, None)
    assert await db_users.password_hash_of(connection, alice.id) == "hash of alice"
    assert await db_users.password_hash_of(connection, bob.id) is None
    assert await db_users.user_with_password(connection, "mail.example") is None
    await db_users.set_password(connection, bob.id, "new")
    assert await db_users.user_with_password(connection, "bob") == (bob, "new")
    assert await db_users.user_with_password(connection, "alice") == (alice, "hash of alice")


async def test_approval(connection: Connection, clock: Clock) -> None:
    """Who asked for an account is let in once; nobody else is let in by that."""
    alice, bob = [await signs_up(connection, name, approved_at=None) for name in ("alice", "bob")]
    approved_at = clock.forward(MINUTE)
    await db_users.approve_user(connection, alice.id)
    clock.forward(MINUTE)
    await db_users.approve_user(connection, alice.id)
    found = await db_users.all_users(connection)
    assert [user.approved_at for user in found] == [approved_at, None]
    assert found[1] == bob


async def test_address_that_is_confirmed(connection: Connection, clock: Clock) -> None:
    """The address is theirs from then on; when it was first confirmed stays as it is."""
    alice = await signs_up(connection, "alice", confirmed_at=None)
    bob = await signs_up(connection, "bob")
    first = clock.forward(MINUTE)
    await db_users.confirm_email(connection, alice.id, alice.email)
    clock.forward(MINUTE)
    await db_users.confirm_email(connection, alice.id, "new@mail.example")
    found = await db_users.user_by_id(connection, alice.id)
    assert found == replace(alice, email="new@mail.example", confirmed_at=first)
    assert await db_users.user_by_id(connection, bob.id) == bob


# --- sessions --------------------------------------------------------------------------------------


async def test_when_somebody_was_proven(connection: Connection, clock: Clock) -> None:
    """Signing in proves who one is, and so does showing it again, in that browser alone."""
    alice, began = await signs_up(connection, "alice"), clock.now
    for name in ("one", "two"):
        await db_sessions.insert_session(connection, alice.id, name, "Firefox")
    later = clock.forward(MINUTE)
    await db_sessions.touch_session(connection, "one")
    assert await db_sessions.session_proven_at(connection, "one") == began
    await db_sessions.prove_session(connection, "one")
    assert await db_sessions.session_proven_at(connection, "one") == later
    assert await db_sessions.session_proven_at(connection, "two") == began
    assert await db_sessions.session_proven_at(connection, "three") is None


async def test_session(connection: Connection, clock: Clock) -> None:
    """A session leads to its user while it was used lately, and no more once it is closed."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    await db_sessions.insert_session(connection, alice.id, "hash a", "Firefox")
    await db_sessions.insert_session(connection, bob.id, "hash b", "Firefox")
    began = clock.now
    before = Millis(began - 1)
    assert await db_sessions.user_of_session(connection, "hash a", before) == (alice, began)
    assert await db_sessions.user_of_session(connection, "hash b", before) == (bob, began)
    assert await db_sessions.user_of_session(connection, "hash c", before) is None
    assert await db_sessions.user_of_session(connection, "hash a", began) is None
    later = clock.forward(DAY)
    await db_sessions.touch_session(connection, "hash a")
    assert await db_sessions.user_of_session(connection, "hash a", began) == (alice, later)
    assert await db_sessions.user_of_session(connection, "hash b", began) is None
    await db_sessions.delete_session(connection, "hash a")
    assert await db_sessions.user_of_session(connection, "hash a", before) is None
    assert await db_sessions.user_of_session(connection, "hash b", before) == (bob, began)


async def test_sessions_of_somebody(connection: Connection, clock: Clock) -> None:
    """Their own, the one seen last first, without those that have ended; each can be ended."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    began = clock.now
    for name, user in (("old", alice), ("one", alice), ("two", alice), ("bobs", bob)):
        await db_sessions.insert_session(connection, user.id, name, f"{name} browser")
        clock.forward(MINUTE)
    seen = clock.now
    await db_sessions.touch_session(connection, "one")
    found = await db_sessions.sessions_of(connection, alice.id, began)
    first = Session("one", "one browser", Millis(began + MINUTE), seen)
    assert (found[0], [one.token_hash for one in found]) == (first, ["one", "two"])
    await db_sessions.delete_session_of(connection, alice.id, "bobs")
    await db_sessions.delete_session_of(connection, alice.id, "two")
    left = [await db_sessions.sessions_of(connection, user.id, began) for user in (alice, bob)]
    assert [[one.token_hash for one in of] for of in left] == [["one"], ["bobs"]]
    await db_sessions.delete_other_sessions(connection, alice.id, "bobs")
    left = [await db_sessions.sessions_of(connection, user.id, Millis(0)) for user in (alice, bob)]
    assert [[one.token_hash for one in of] for of in left] == [[], ["bobs"]]


@pytest.mark.parametrize("end", ["gone", "suspended"])
async def test_session_of_who_may_not_take_part(connection: Connection, end: str) -> None:
    """The sessions of a deleted or suspended person lead nowhere."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    for user in (alice, bob):
        await db_sessions.insert_session(connection, user.id, f"hash {user.id}", "Firefox")
    if end == "gone":
        await db_actors.mark_gone(connection, alice.actor.id)
    else:
        await db_actors.set_suspended(connection, alice.actor.id, Millis(1))
    assert await db_sessions.user_of_session(connection, f"hash {alice.id}", Millis(0)) is None
    assert await db_sessions.user_of_session(connection, f"hash {bob.id}", Millis(0)) is not None


# --- links and invitations -------------------------------------------------------------------------


async def test_sign_in_link(connection: Connection, clock: Clock) -> None:
    """A link signs in once, within its time."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    until = Millis(clock.now + MINUTE)
    for user, name in ((alice, "one"), (bob, "two"), (alice, "three")):
        await db_sessions.insert_sign_in_link(connection, user.id, name, until)
    assert await db_sessions.use_sign_in_link(connection, "nonsense") is None
    assert await db_sessions.use_sign_in_link(connection, "one") == alice.id
    assert await db_sessions.use_sign_in_link(connection, "one") is None
    clock.forward(MINUTE - 1)
    assert await db_sessions.use_sign_in_link(connection, "two") == bob.id
    clock.forward(1)
    assert await db_sessions.use_sign_in_link(connection, "three") is None


async def test_forgetting_what_has_run_out(connection: Connection, clock: Clock) -> None:
    """Unused sessions and old links are removed; what still holds is kept."""
    alice = await signs_up(connection, "alice")
    await db_sessions.insert_session(connection, alice.id, "old", "Firefox")
    await db_sessions.insert_sign_in_link(connection, alice.id, "old", Millis(clock.now + MINUTE))
    began = clock.now
    clock.forward(DAY)
    await db_sessions.insert_session(connection, alice.id, "new", "Firefox")
    await db_sessions.insert_sign_in_link(connection, alice.id, "new", Millis(clock.now + MINUTE))
    await db_sessions.forget_stale_sign_ins(connection, Millis(began + 1))
    for table in ("session", "sign_in_link"):
        rows = await connection.fetch_all(f"SELECT token_hash FROM {table}")
        assert [row["token_hash"] for row in rows] == ["new"]


async def test_deleted_login(connection: Connection, clock: Clock) -> None:
    """A login goes with its sessions and links; its actor, and the logins of others, stay."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    until = Millis(clock.now + MINUTE)
    for user in (alice, bob):
        name = user.actor.profile.username
        await db_sessions.insert_session(connection, user.id, name, "Firefox")
        await db_sessions.insert_sign_in_link(connection, user.id, name, until)
    await db_users.delete_user(connection, alice.id)
    assert await db_users.user_by_id(connection, alice.id) is None
    assert await db_sessions.user_of_session(connection, "alice", Millis(0)) is None
    assert await db_sessions.use_sign_in_link(connection, "alice") is None
    assert await db_actors.actor_by_id(connection, alice.actor.id) == alice.actor
    assert await db_sessions.use_sign_in_link(connection, "bob") == bob.id
    assert await db_sessions.user_of_session(connection, "bob", Millis(0))
