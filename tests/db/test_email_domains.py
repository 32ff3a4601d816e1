"""How it is remembered of which domains no e-mail address is taken."""

from fedlearn.db import email_domains as db_email_domains
from fedlearn.db.database import Connection
from tests.clock import Clock


async def test_email_domains(connection: Connection, clock: Clock) -> None:
    """Each once, the latest first, until it is taken off the list."""
    for name in ("one.example", "two.example"):
        assert await db_email_domains.insert_email_domain(connection, name)
        clock.forward(1)
    assert not await db_email_domains.insert_email_domain(connection, "one.example")
    latest, first = await db_email_domains.email_domains(connection)
    assert (latest.domain, first.domain) == ("two.example", "one.example")
    assert first.created_at == clock.now - 2
    assert await db_email_domains.email_domain(connection, first.id) == first
    assert await db_email_domains.any_blocked(connection, ["example", "one.example"])
    assert not await db_email_domains.any_blocked(connection, ["example", "other.one.example"])
    assert not await db_email_domains.any_blocked(connection, [])
    assert await db_email_domains.delete_email_domain(connection, "one.example")
    assert not await db_email_domains.delete_email_domain(connection, "one.example")
    assert await db_email_domains.email_domain(connection, first.id) is None
