"""IP addresses, e-mail addresses and lively things of which stewards have said something."""

from dataclasses import replace
from ipaddress import ip_network

from fedlearn.db import canonical_emails as db_canonical_emails
from fedlearn.db import ip_blocks as db_ip_blocks
from fedlearn.db import trends as db_trends
from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.ip_blocks import IpBlock, Severity
from fedlearn.domain.trends import TrendKind
from tests.builders import local
from tests.clock import DAY, Clock

HASH, OTHER = "a" * 64, "b" * 64


def a_block(number: int, network: str, expires_at: Millis | None = None) -> IpBlock:
    """Something that is said of a range."""
    return IpBlock(number, ip_network(network), Severity.NO_ACCESS, "why", now(), expires_at)


async def test_ip_blocks(connection: Connection, clock: Clock) -> None:
    """One thing is said of a range, until it ends; the latest stands first."""
    first, second = a_block(1, "192.0.2.0/24", Millis(clock.now + DAY)), a_block(2, "2001:db8::/32")
    for one in (first, second):
        assert await db_ip_blocks.insert_ip_block(connection, one)
    assert not await db_ip_blocks.insert_ip_block(connection, replace(first, id=3))
    assert not await db_ip_blocks.update_ip_block(
        connection, replace(second, network=first.network)
    )
    other = replace(second, network=ip_network("2001:db8::/48"), severity=Severity.APPROVAL)
    assert await db_ip_blocks.update_ip_block(connection, other)
    assert await db_ip_blocks.every_ip_block(connection) in ([first, other], [other, first])

    async def page(**part: int | None) -> list[IpBlock]:
        whole = {"before": None, "after": None, "is_upward": False, "limit": 5}
        asked = {**whole, **part}
        return await db_ip_blocks.ip_blocks_page(
            connection,
            before=asked["before"],
            after=asked["after"],
            is_upward=bool(asked["is_upward"]),
            limit=asked["limit"] or 5,
        )

    assert await page() == [other, first]
    assert await page(before=2) == [first]
    assert await page(after=0, is_upward=1, limit=1) == [first]
    clock.forward(2 * DAY)
    assert await page() == [other]
    assert await db_ip_blocks.ip_block(connection, 1) is None
    await db_ip_blocks.forget_expired_ip_blocks(connection)
    assert await db_ip_blocks.insert_ip_block(connection, a_block(3, "192.0.2.0/24"))
    await db_ip_blocks.delete_ip_block(connection, 3)
    assert await page() == [other]


async def test_canonical_emails(connection: Connection) -> None:
    """Each hash stands there once, and goes with the suspension for which it came."""
    alice = await local(connection)
    mine = await db_canonical_emails.insert_canonical_email(connection, HASH, alice.id)
    other = await db_canonical_emails.insert_canonical_email(connection, OTHER)
    assert mine
    assert other
    assert await db_canonical_emails.insert_canonical_email(connection, HASH) is None
    found = await db_canonical_emails.canonical_emails_page(
        connection, before=None, after=None, is_upward=False, limit=5
    )
    assert found == [other, mine]
    assert await db_canonical_emails.canonical_email(connection, mine.id) == mine
    await db_canonical_emails.delete_canonical_emails_of(connection, alice.id)
    assert await db_canonical_emails.known_by_hash(connection, HASH) is None
    await db_canonical_emails.delete_canonical_email(connection, other.id)
    assert await db_canonical_emails.known_by_hash(connection, OTHER) is None


async def test_rejected_trends(connection: Connection, clock: Clock) -> None:
    """Each is rejected once, and the latest stands first."""
    assert await db_trends.insert_rejection(connection, TrendKind.HASHTAG, "bees")
    clock.forward(DAY)
    assert await db_trends.insert_rejection(connection, TrendKind.STATUS, "7")
    assert not await db_trends.insert_rejection(connection, TrendKind.STATUS, "7")
    assert [one.subject for one in await db_trends.rejections(connection)] == ["7", "bees"]
    assert await db_trends.rejected(connection, TrendKind.HASHTAG) == {"bees"}
    assert await db_trends.delete_rejection(connection, TrendKind.HASHTAG, "bees")
    assert not await db_trends.delete_rejection(connection, TrendKind.HASHTAG, "bees")
    assert not await db_trends.is_used(connection, "bees")
