"""How somebody stands to others, all of them asked at once."""

from fedlearn.db.blocks import insert_block
from fedlearn.db.database import Connection
from fedlearn.db.domain_blocks import insert_domain_block
from fedlearn.db.mutes import store_mute
from fedlearn.db.relations import standings
from fedlearn.domain.mutes import Mute
from fedlearn.domain.relations import Standing
from tests.builders import follows, local, remote


async def test_all_are_asked_at_once(connection: Connection) -> None:
    """To each of them one stands as one stands to them alone; to oneself and others not at all."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    robin, dora = await remote(connection), await local(connection, "dora")
    await follows(connection, alice, bob)
    await follows(connection, robin, alice)
    await insert_block(connection, actor_id=bob.id, target_id=alice.id, uri="https://a.example/1")
    await store_mute(connection, alice.id, Mute(robin.id, True, None))
    await insert_domain_block(connection, alice.id, robin.profile.domain or "")
    ids = [bob.id, robin.id, dora.id, alice.id]
    found = await standings(connection, alice.id, ids)
    assert list(found) == ids
    mine, theirs = found[bob.id].follow, found[robin.id].followed_by
    assert (mine is None, theirs is None) == (False, False)
    assert found == {
        bob.id: Standing(bob.id, follow=mine, blocked_by=True),
        robin.id: Standing(
            robin.id, followed_by=theirs, mute=Mute(robin.id, True, None), blocks_domain=True
        ),
        dora.id: Standing(dora.id),
        alice.id: Standing(alice.id),
    }
    assert await standings(connection, alice.id, []) == {}
