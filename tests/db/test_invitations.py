"""How invitations are remembered."""

import pytest

from fedlearn.db import invitations as db_invitations
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Role
from fedlearn.domain.ids import Millis
from fedlearn.domain.invitations import Invited
from tests.builders import signs_up
from tests.clock import MINUTE, Clock


async def test_invitation_holds_once(connection: Connection, clock: Clock) -> None:
    """An invitation lets one person in, within its time."""
    until = Millis(clock.now + MINUTE)
    for name in ("one", "two"):
        await db_invitations.insert_invitation(connection, name, until)
    assert await db_invitations.use_invitation(connection, "nonsense") is None
    assert await db_invitations.use_invitation(connection, "one") == Invited(None)
    assert await db_invitations.use_invitation(connection, "one") is None
    clock.forward(MINUTE)
    assert await db_invitations.use_invitation(connection, "two") is None


@pytest.mark.parametrize(("max_uses", "let_in"), [(2, 2), (None, 4)])
async def test_invitation_for_several(
    connection: Connection, clock: Clock, max_uses: int | None, let_in: int
) -> None:
    """It lets in as many as it is for, and says by whom they are invited."""
    alice = (await signs_up(connection, role=Role.MODERATOR)).actor
    until = Millis(clock.now + MINUTE)
    await db_invitations.insert_invitation(
        connection, "one", until, made_by=alice.id, max_uses=max_uses
    )
    used = [await db_invitations.use_invitation(connection, "one") for _ in range(4)]
    assert used == [Invited(alice.id)] * let_in + [None] * (4 - let_in)
    assert len(await db_invitations.invitations(connection, None)) == (max_uses is None)


async def test_invitations_are_listed_and_revoked(connection: Connection, clock: Clock) -> None:
    """One sees and revokes one's own; who looks after all of them does so with any."""
    alice, bob = [
        (await signs_up(connection, name, role=Role.MODERATOR)).actor for name in ("alice", "bob")
    ]
    for name, maker in (("one", alice.id), ("two", bob.id), ("three", None)):
        clock.forward(1)
        until = Millis(clock.now + MINUTE)
        await db_invitations.insert_invitation(connection, name, until, made_by=maker)
    (own,) = await db_invitations.invitations(connection, alice.id)
    assert (own.token_hash, own.made_by, own.max_uses, own.uses) == ("one", alice, 1, 0)
    names = [one.token_hash for one in await db_invitations.invitations(connection, None)]
    assert names == ["three", "two", "one"]
    assert not await db_invitations.delete_invitation(connection, "two", alice.id)
    assert await db_invitations.delete_invitation(connection, "one", alice.id)
    assert await db_invitations.delete_invitation(connection, "two", None)
    assert await db_invitations.use_invitation(connection, "two") is None


async def test_invitations_that_have_run_out_are_forgotten(
    connection: Connection, clock: Clock
) -> None:
    """What still holds is kept."""
    await db_invitations.insert_invitation(connection, "old", Millis(clock.now + MINUTE))
    clock.forward(2 * MINUTE)
    await db_invitations.insert_invitation(connection, "new", Millis(clock.now + MINUTE))
    await db_invitations.forget_stale_invitations(connection)
    rows = await connection.fetch_all("SELECT token_hash FROM invitation")
    assert [row["token_hash"] for row in rows] == ["new"]
