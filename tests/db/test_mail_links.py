"""How links that were sent by mail are remembered."""

from typing import Any

from fedlearn.db import mail_links as db_mail_links
from fedlearn.db.database import Connection
from fedlearn.domain.actors import LinkPurpose, User
from fedlearn.domain.ids import Millis
from tests.builders import signs_up
from tests.clock import MINUTE, Clock


async def sent(connection: Connection, user: User, clock: Clock, token: str, **facts: Any) -> None:
    """A link that works for a minute."""
    wanted: dict[str, Any] = {
        "purpose": LinkPurpose.PASSWORD,
        "email": f"{token}@mail.example",
        "expires_at": Millis(clock.now + MINUTE),
    }
    await db_mail_links.insert_mail_link(
        connection, token_hash=token, user_id=user.id, **(wanted | facts)
    )


async def test_link_in_a_mail(connection: Connection, clock: Clock) -> None:
    """It works once, in its time, and for its purpose only; it tells to whom it went."""
    alice = await signs_up(connection, "alice")
    for token in ("one", "two"):
        await sent(connection, alice, clock, token)
    await sent(connection, alice, clock, "three", purpose=LinkPurpose.EMAIL)
    use = db_mail_links.use_mail_link
    assert await use(connection, "nonsense", LinkPurpose.PASSWORD) is None
    assert await use(connection, "one", LinkPurpose.EMAIL) is None
    assert await use(connection, "three", LinkPurpose.PASSWORD) is None
    assert await use(connection, "one", LinkPurpose.PASSWORD) == (alice.id, "one@mail.example")
    assert await use(connection, "one", LinkPurpose.PASSWORD) is None
    clock.forward(MINUTE - 1)
    assert await use(connection, "three", LinkPurpose.EMAIL) == (alice.id, "three@mail.example")
    clock.forward(1)
    assert await use(connection, "two", LinkPurpose.PASSWORD) is None


async def test_links_that_work_no_more(connection: Connection, clock: Clock) -> None:
    """Those of one person can be ended together; those that have run out are forgotten."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    await sent(connection, alice, clock, "hers")
    await sent(connection, bob, clock, "his")
    await sent(connection, bob, clock, "longer", expires_at=Millis(clock.now + 2 * MINUTE))
    await db_mail_links.delete_mail_links(connection, alice.id)
    clock.forward(MINUTE + 1)
    await db_mail_links.forget_stale_mail_links(connection)
    rows = await connection.fetch_all("SELECT token_hash FROM mail_link")
    assert [row["token_hash"] for row in rows] == ["longer"]
