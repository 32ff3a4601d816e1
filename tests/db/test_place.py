"""How rules, announcements and messages of moderators are remembered."""

from fedlearn.db import announcements as db_announcements
from fedlearn.db import rules as db_rules
from fedlearn.db import warnings as db_warnings
from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, Millis
from fedlearn.domain.rules import Rule
from fedlearn.domain.warnings import Consequence
from tests.builders import local
from tests.clock import MINUTE, Clock


async def test_rules_in_their_order(connection: Connection) -> None:
    """A new one stands last; they change, change places, and are removed."""
    for text in ("one", "two", "three"):
        await db_rules.insert_rule(connection, text, f"about {text}")
    one, two, three = await db_rules.rules(connection)
    assert (one.text, one.hint) == ("one", "about one")
    await db_rules.order_rules(connection, [three.id, one.id, two.id])
    assert await db_rules.rules(connection) == [three, one, two]
    await db_rules.change_rule(connection, one.id, "first", "")
    await db_rules.remove_rule(connection, two.id)
    assert await db_rules.rules(connection) == [three, Rule(one.id, "first", "")]
    assert await db_rules.rule_by_id(connection, two.id) is None
    await db_rules.insert_rule(connection, "four", "")
    assert [rule.text for rule in await db_rules.rules(connection)] == ["three", "first", "four"]


async def said_to(connection: Connection, reader: ActorId) -> list[str]:
    """What somebody is shown just now."""
    found = await db_announcements.shown_announcements(connection, reader)
    return [one.text for one in found]


async def test_announcements_in_their_time(connection: Connection, clock: Clock) -> None:
    """Each is shown from its beginning until its end, to who has not put it away."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    for text, starts, ends in (
        ("always", None, None),
        ("soon", clock.now + MINUTE, None),
        ("until then", None, clock.now + MINUTE),
    ):
        await db_announcements.insert_announcement(
            connection,
            text=text,
            content=f"<p>{text}</p>",
            starts_at=Millis(starts) if starts else None,
            ends_at=Millis(ends) if ends else None,
        )
    assert await said_to(connection, alice.id) == ["always", "until then"]
    clock.forward(MINUTE)
    assert await said_to(connection, alice.id) == ["always", "soon"]
    then, soon, always = await db_announcements.announcements(connection)
    assert [one.is_shown(clock.now) for one in (then, soon, always)] == [False, True, True]
    for _ in range(2):
        await db_announcements.dismiss(connection, always.id, alice.id)
    await db_announcements.dismiss(connection, 999, alice.id)
    assert await said_to(connection, alice.id) == ["soon"]
    assert await said_to(connection, bob.id) == ["always", "soon"]
    await db_announcements.change_announcement(
        connection,
        soon.id,
        text="late",
        content="<p>late</p>",
        starts_at=None,
        ends_at=clock.now,
    )
    changed = await db_announcements.announcement_by_id(connection, soon.id)
    assert changed is not None
    assert (changed.text, changed.ends_at, changed.updated_at) == ("late", clock.now, clock.now)
    await db_announcements.delete_announcement(connection, always.id)
    assert await said_to(connection, bob.id) == []


async def test_messages_of_moderators(connection: Connection, clock: Clock) -> None:
    """They come back newest first, for whom they are and nobody else."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    await db_warnings.insert_warning(connection, alice.id, Consequence.NONE, "be kind", None)
    await db_warnings.insert_warning(connection, alice.id, Consequence.SILENCE, "", None)
    second, first = await db_warnings.warnings_of(connection, alice.id)
    assert (first.text, first.consequence, first.created_at) == ("be kind", "none", clock.now)
    assert (second.consequence, second.report_id) == (Consequence.SILENCE, None)
    assert await db_warnings.warnings_of(connection, bob.id) == []
