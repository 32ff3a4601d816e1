"""This is where it is answered how somebody stands to several others, in one set of queries."""

from collections.abc import Sequence

from fedlearn.db.database import Connection
from fedlearn.db.endorsements import endorsed_among
from fedlearn.db.follows import follow_of
from fedlearn.db.mutes import mutes_among
from fedlearn.db.personal_notes import notes_on
from fedlearn.domain.follows import Follow
from fedlearn.domain.ids import ActorId
from fedlearn.domain.relations import Standing


async def standings(
    connection: Connection, me: ActorId, others: Sequence[ActorId]
) -> dict[ActorId, Standing]:
    """How somebody stands to each of these people."""
    if not others:
        return {}
    follows = await _follows(connection, me, others)
    blocks = await _blocks(connection, me, others)
    mutes = await mutes_among(connection, me, others)
    off_limits = await _on_blocked_domains(connection, me, others)
    endorsed = await endorsed_among(connection, me, others)
    notes = await notes_on(connection, me, others)
    return {
        other: Standing(
            other,
            follow=follows.get((me, other)),
            followed_by=follows.get((other, me)),
            blocks=(me, other) in blocks,
            blocked_by=(other, me) in blocks,
            mute=mutes.get(other),
            blocks_domain=other in off_limits,
            endorses=other in endorsed,
            note=notes.get(other, ""),
        )
        for other in others
    }


async def _follows(
    connection: Connection, me: ActorId, others: Sequence[ActorId]
) -> dict[tuple[ActorId, ActorId], Follow]:
    rows = await connection.fetch_all(
        """
        SELECT * FROM follow WHERE follower_id = :me AND followee_id IN :others
        UNION ALL
        SELECT * FROM follow WHERE followee_id = :me AND follower_id IN :others
        """,
        me=me,
        others=others,
    )
    return {(one.follower_id, one.followee_id): one for one in map(follow_of, rows)}


async def _blocks(
    connection: Connection, me: ActorId, others: Sequence[ActorId]
) -> set[tuple[ActorId, ActorId]]:
    rows = await connection.fetch_all(
        """
        SELECT actor_id, target_id FROM block WHERE actor_id = :me AND target_id IN :others
        UNION ALL
        SELECT actor_id, target_id FROM block WHERE target_id = :me AND actor_id IN :others
        """,
        me=me,
        others=others,
    )
    return {(ActorId(row["actor_id"]), ActorId(row["target_id"])) for row in rows}


async def _on_blocked_domains(
    connection: Connection, me: ActorId, others: Sequence[ActorId]
) -> set[ActorId]:
    """Whose domain somebody blocks, the one in their handle or their server's."""
    rows = await connection.fetch_all(
        """
        SELECT a.id FROM actor a JOIN domain_block d ON d.domain IN (a.domain, a.host)
        WHERE a.id IN :others AND d.actor_id = :me
        """,
        me=me,
        others=others,
    )
    return {ActorId(row["id"]) for row in rows}
