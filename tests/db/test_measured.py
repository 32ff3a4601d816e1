"""What there was of one hashtag, and from one server, on both databases."""

from fedlearn.db import details as db_details
from fedlearn.db import measured
from fedlearn.db.database import Connection
from fedlearn.db.details import Details
from fedlearn.db.measured import OfHashtag, OfServer
from fedlearn.domain.ids import DAY_MS
from tests.builders import follows, likes, local, remote, says
from tests.clock import DAY, Clock


async def test_hashtag(connection: Connection, clock: Clock) -> None:
    """On each day by itself; what is not tagged so does not count."""
    today = clock.now // DAY_MS
    alice, robin = await local(connection), await remote(connection)
    for author, name in ((alice, "bees"), (alice, "bees"), (robin, "bees"), (robin, "ants")):
        status = await says(connection, author)
        await db_details.replace_details(connection, status.id, Details((name,), (), None))
    days = range(today, today + 2)
    for what, n in ((OfHashtag.ACCOUNTS, 2), (OfHashtag.USES, 3), (OfHashtag.SERVERS, 2)):
        assert await measured.days_of_hashtag(connection, what, "bees", days) == {today: n}
    later = range(today + 1, today + 3)
    assert await measured.days_of_hashtag(connection, OfHashtag.USES, "bees", later) == {}
    domain = robin.profile.domain or ""
    assert await measured.servers_of_hashtag(connection, "bees", days, 5) == [("", 2), (domain, 1)]
    assert await measured.servers_of_hashtag(connection, "bees", later, 5) == []


async def test_server(connection: Connection, clock: Clock) -> None:
    """What came from there, and nothing of neighbours or ours."""
    today = clock.now // DAY_MS
    alice, robin = await local(connection), await remote(connection, "robin@far.example")
    ruth = await remote(connection, "ruth@near.example")
    await follows(connection, alice, robin)
    await follows(connection, ruth, alice)
    await says(connection, ruth)
    clock.forward(DAY)
    await likes(connection, alice, await says(connection, robin))
    days, whole = range(today, today + 2), {}
    for what in OfServer:
        found = await measured.days_of_server(connection, what, "far.example", days)
        total = await measured.whole_of_server(connection, what, "far.example")
        assert sum(found.values()) == total
        whole[what] = found
    assert whole == {
        OfServer.ACCOUNTS: {today: 1},
        OfServer.STATUSES: {today + 1: 1},
        OfServer.MEDIA: {},
        OfServer.FOLLOWS: {today: 1},
        OfServer.FOLLOWERS: {},
        OfServer.REPORTS: {},
    }
    ranked = await measured.most_followed_of_server(connection, "far.example", days, 5)
    assert ranked == [("robin", 1)]
