"""How much there was on each day."""

from fedlearn.db import reports as db_reports
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.days import (
    Counted,
    counted_by_day,
    liveliest_servers,
    locales_of_people,
    stays,
)
from fedlearn.domain.ids import DAY_MS
from tests.builders import boosts, likes, local, remote, says, signs_up
from tests.clock import DAY, Clock


async def test_each_day_has_its_own(connection: Connection, clock: Clock) -> None:
    """What somebody does is counted on its day: of others' posts only what posts from here got."""
    today = clock.now // DAY_MS
    alice, robin = (await signs_up(connection, "alice")).actor, await remote(connection)
    here, there = await says(connection, alice), await says(connection, robin)
    for post in (here, there):
        await likes(connection, alice, post)
        await says(connection, robin, answers=post)
        await boosts(connection, robin, post)
    clock.forward(DAY)
    await signs_up(connection, "dora")
    await likes(connection, robin, here)
    number = await db_reports.insert_report(
        connection,
        uri="https://our.example/1",
        reporter_id=alice.id,
        target_id=robin.id,
        comment="",
        is_forwarded=False,
        status_ids=[],
    )
    clock.forward(DAY)
    assert await db_reports.resolve_report(connection, number or 0)
    for what, counted in (
        (Counted.NEW_USERS, {today: 1, today + 1: 1}),
        (Counted.INTERACTIONS, {today: 3, today + 1: 1}),
        (Counted.OPENED_REPORTS, {today + 1: 1}),
        (Counted.RESOLVED_REPORTS, {today + 2: 1}),
    ):
        assert await counted_by_day(connection, what, range(today, today + 3)) == counted
        first = {day: n for day, n in counted.items() if day == today}
        assert await counted_by_day(connection, what, range(today, today + 1)) == first


async def test_liveliest_servers(connection: Connection, clock: Clock) -> None:
    """Those with most posts first; boosts, our own posts and other days do not count."""
    today = clock.now // DAY_MS
    alice, robin = await local(connection), await remote(connection, "robin@far.example")
    ruth = await remote(connection, "ruth@near.example")
    post = await says(connection, alice)
    for author in (robin, ruth, ruth):
        await says(connection, author)
    for _ in range(2):
        await boosts(connection, await remote(connection, "bo@boost.example"), post)
        post = await says(connection, alice)
    clock.forward(DAY)
    await says(connection, robin)
    days = range(today, today + 1)
    assert await liveliest_servers(connection, days, 5) == [("near.example", 2), ("far.example", 1)]
    assert await liveliest_servers(connection, days, 1) == [("near.example", 2)]


async def test_who_stays(connection: Connection, clock: Clock) -> None:
    """Of those who came on a day, on which they were here last; and in which language they read."""
    today = clock.now // DAY_MS
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    await signs_up(connection, "carol")
    for user in (alice, bob):
        await db_users.set_locale(connection, user.id, "de")
    await db_users.note_activity(connection, bob.id)
    clock.forward(2 * DAY)
    await db_users.note_activity(connection, alice.id)
    dora = await signs_up(connection, "dora")
    await db_users.note_activity(connection, dora.id)
    found = await stays(connection, range(today, today + 1))
    came = {(one.came, one.last_here, one.people) for one in found}
    assert came == {(today, None, 1), (today, today, 1), (today, today + 2, 1)}
    lately = range(today + 1, today + 3)
    assert await locales_of_people(connection, lately, 5) == [("de", 1)]
    assert await locales_of_people(connection, range(today, today + 3), 5) == [("de", 2)]
