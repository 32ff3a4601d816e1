"""How those who look after the instance find accounts, and what was done to these."""

from dataclasses import replace

import pytest

from fedlearn.db import accounts as db_accounts
from fedlearn.db import actors as db_actors
from fedlearn.db import audit as db_audit
from fedlearn.db import policies as db_policies
from fedlearn.db import sessions as db_sessions
from fedlearn.db.database import Connection
from fedlearn.domain.accounts import AccountFilter, AccountSearch, Origin, State
from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act, AuditFilter, Done
from fedlearn.domain.ids import Millis
from fedlearn.domain.policies import Measure
from fedlearn.domain.roles import TERMINAL, steward
from tests.builders import follows, local, remote, says, signs_up
from tests.clock import DAY, Clock


async def found(connection: Connection, **wanted: object) -> list[str]:
    """Whom the filter lets through, as handles, newest first."""
    filtered = replace(AccountFilter(), **wanted)  # type: ignore[arg-type] # as dataclasses have it
    find = {
        Origin.LOCAL: db_accounts.local_accounts,
        Origin.REMOTE: db_accounts.remote_accounts,
    }[filtered.origin]
    accounts = await find(connection, filtered, before=None, limit=40)
    return [one.actor.acct for one in accounts]


async def test_people_here_are_found(connection: Connection) -> None:
    """By role, state, a part of the name, and the whole address; whoever came last stands first."""
    alice = await signs_up(connection, "alice", role=Role.MODERATOR)
    bob = await signs_up(connection, "bob")
    carol = await signs_up(connection, "carol", approved_at=None)
    await signs_up(connection, "dan")
    await db_policies.set_measure(connection, bob.actor, Measure.SILENCE)
    await db_policies.set_measure(connection, alice.actor, Measure.SUSPEND)
    assert await found(connection) == ["dan", "carol", "bob", "alice"]
    assert await found(connection, role=Role.MODERATOR) == ["alice"]
    assert await found(connection, state=State.SILENCED) == ["bob"]
    assert await found(connection, state=State.SUSPENDED) == ["alice"]
    assert await found(connection, state=State.PENDING) == ["carol"]
    assert await found(connection, state=State.ACTIVE) == ["dan"]
    assert await found(connection, name="AR") == ["carol"]
    assert await found(connection, name="dan@mail.example") == ["dan"]
    assert await found(connection, name="%") == await found(connection, name="a_ice") == []
    await local(connection, "dan", name="Ärger Öztürk")
    for name in ("ärger", "ÄRGER", "öz", "r Ö"):
        assert await found(connection, name=name) == ["dan"]
    assert await db_accounts.count_pending(connection) == 1
    await db_accounts.delete_newcomer(connection, carol)
    assert await db_actors.local_actor(connection, "carol") is None


async def test_everybody_is_searched(connection: Connection) -> None:
    """Here and elsewhere at once, by all that is said together; the newest first, or upwards."""
    ada = await signs_up(connection, "ada", role=Role.ADMIN)
    await signs_up(connection, "alice", approved_at=None, invited_by=ada.actor.id)
    await remote(connection, "robin@far.example")
    await local(connection, "without_login")
    gone = await remote(connection, "gone@far.example")
    await db_actors.mark_gone(connection, gone.id)
    await local(connection, "ada", name="Ädä_")

    async def searched(limit: int = 40, **facts: object) -> list[str]:
        page = {name: facts.pop(name) for name in ("after", "is_upward") if name in facts}
        wanted = replace(AccountSearch(), **facts)  # type: ignore[arg-type] # as dataclasses have it
        found = await db_accounts.search_accounts(connection, wanted, limit=limit, **page)  # type: ignore[arg-type] # the same
        return [one.actor.acct for one in found]

    assert await searched() == ["robin@far.example", "alice", "ada"]
    assert await searched(origin=Origin.LOCAL) == ["alice", "ada"]
    assert await searched(origin=Origin.REMOTE) == ["robin@far.example"]
    assert await searched(states=(State.PENDING, State.SUSPENDED)) == ["alice"]
    assert await searched(states=()) == await searched(roles=()) == []
    assert await searched(roles=(Role.ADMIN, Role.OWNER)) == ["ada"]
    assert await searched(invited_by=ada.actor.id) == ["alice"]
    assert await searched(username="A") == ["alice", "ada"]
    assert await searched(username="a", email="ADA@mail.example") == ["ada"]
    assert await searched(name="äDä_") == ["ada"]
    assert await searched(username="a_") == await searched(username="lice") == []
    assert await searched(domain="FAR.example") == ["robin@far.example"]
    assert await searched(2) == ["robin@far.example", "alice"]
    assert await searched(1, after=ada.actor.id, is_upward=True) == ["alice"]
    known = await db_accounts.accounts_by_id(connection, [ada.actor.id, gone.id])
    assert [known[one].state for one in (ada.actor.id, gone.id)] == [State.ACTIVE, State.GONE]


async def test_people_elsewhere_are_found(connection: Connection) -> None:
    """By domain, state, and the beginning of a name."""
    robin = await remote(connection, "robin@far.example")
    await remote(connection, "ruth@near.example")
    await db_policies.set_measure(connection, robin, Measure.SUSPEND)
    elsewhere = {"origin": Origin.REMOTE}
    assert await found(connection, **elsewhere) == ["ruth@near.example", "robin@far.example"]
    assert await found(connection, domain="FAR.example", **elsewhere) == ["robin@far.example"]
    assert await found(connection, name="ru", **elsewhere) == ["ruth@near.example"]
    assert await found(connection, state=State.SUSPENDED, **elsewhere) == ["robin@far.example"]


async def test_account_with_what_it_has_come_to(connection: Connection, clock: Clock) -> None:
    """Who invited somebody, on which day they were last here, and how much there is of them."""
    alice = await signs_up(connection, "alice")
    bob = await signs_up(connection, "bob", invited_by=alice.actor.id)
    await db_sessions.insert_session(connection, bob.id, "token", "Firefox")
    await says(connection, bob.actor)
    await follows(connection, alice.actor, bob.actor)
    found = await db_accounts.account(connection, bob.actor.id)
    assert found is not None
    assert (found.user, found.invited_by) == (bob, alice.actor)
    assert found.active_at == clock.now - clock.now % DAY
    figures = await db_accounts.account_record(connection, bob.actor.id)
    assert (figures.statuses, figures.followers, figures.following) == (1, 1, 0)
    assert (figures.reports_about, figures.has_second_step) == (0, False)
    robin = await remote(connection)
    elsewhere = await db_accounts.account(connection, robin.id)
    assert elsewhere is not None
    assert elsewhere.user is None


@pytest.mark.parametrize("measure", list(Measure))
async def test_measure_outlives_what_their_server_says(
    connection: Connection, measure: Measure
) -> None:
    """A changed profile leaves what moderators have said of somebody, and so does their domain."""
    robin = await remote(connection)
    await db_policies.set_measure(connection, robin, measure)
    expected = {Measure.SILENCE: "silence", Measure.SUSPEND: "block"}[measure]
    await remote(connection, summary="<p>new</p>")
    await db_policies.apply_policies(connection, "far.example")
    known = await db_actors.actor_by_id(connection, robin.id)
    assert known is not None
    assert (known.policy, known.measure) == (expected, measure)
    await db_policies.set_measure(connection, robin, None)
    known = await db_actors.actor_by_id(connection, robin.id)
    assert known is not None
    assert (known.policy, known.measure) == (None, None)


async def test_whose_time_is_over(connection: Connection, clock: Clock) -> None:
    """Found is who was suspended long ago, not who waits to be let in for as long."""
    alice = await signs_up(connection, "alice")
    waiting = await signs_up(connection, "waiting", approved_at=None)
    for user in (alice, waiting):
        await db_actors.set_suspended(connection, user.actor.id, clock.now)
    await db_policies.set_measure(connection, alice.actor, Measure.SUSPEND)
    assert await db_accounts.suspended_before(connection, clock.now, 9) == []
    (found,) = await db_accounts.suspended_before(connection, Millis(clock.now + 1), 9)
    assert found.id == alice.id


async def test_audit_log(connection: Connection, clock: Clock) -> None:
    """What was done comes back newest first, with who did it; filters leave out the rest."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    done = Done(Act.WARN, "@bob", bob.actor.id, "rude", {"more": "words"})
    await db_audit.insert_audit_entry(connection, steward(alice), done)
    await db_audit.insert_audit_entry(connection, TERMINAL, Done(Act.SET_DOMAIN, "far.example"))
    second, first = await db_audit.audit_page(connection, AuditFilter(), before=None, limit=9)
    assert (first.done, first.by, first.agent, first.at) == (done, alice.actor, "person", clock.now)
    assert (second.done.target, second.by, second.agent) == ("far.example", None, "terminal")
    for wanted in (
        AuditFilter(act=Act.WARN),
        AuditFilter(by=alice.actor.id),
        AuditFilter(about=bob.actor.id),
    ):
        assert await db_audit.audit_page(connection, wanted, before=None, limit=9) == [first]
    assert await db_audit.audit_page(connection, AuditFilter(), before=second.id, limit=1) == [
        first
    ]
    assert await db_audit.has_done(connection, alice.actor.id, Act.WARN, "@bob")
    assert not await db_audit.has_done(connection, bob.actor.id, Act.WARN, "@bob")
