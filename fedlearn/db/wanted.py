"""This is where it is decided what a reader does not want to be shown or told.

Timelines that nobody opens for one person's sake have `WANTED` in them besides `VISIBLE`: it leaves
out what is posted or boosted by somebody whom the reader mutes, or by anybody on a domain that the
reader blocks. Such posts can still be opened; who may see them is another matter. Queries give the
parameters of `wishes()`. A mute whose time is over counts no more, forgotten or not.
"""

from typing import Any

from fedlearn.db.database import Connection
from fedlearn.db.visibility import eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, now

NOT_MUTED = """NOT EXISTS (
    SELECT 1 FROM mute wm WHERE wm.actor_id = :viewer_id AND wm.target_id = {actor_id}
        AND (wm.expires_at IS NULL OR wm.expires_at > :now))"""

NOT_FROM_BLOCKED = """NOT EXISTS (
    SELECT 1 FROM actor wa JOIN domain_block wd ON wd.domain IN (wa.domain, wa.host)
    WHERE wd.actor_id = :viewer_id AND wa.id = {actor_id})"""

BOOSTED = "(SELECT wb.actor_id FROM status wb WHERE wb.id = s.boost_of_id)"

WANTED = f"""(
    {NOT_MUTED.format(actor_id="s.actor_id")}
    AND (s.is_local OR {NOT_FROM_BLOCKED.format(actor_id="s.actor_id")})
    AND (s.boost_of_id IS NULL OR (
        {NOT_MUTED.format(actor_id=BOOSTED)} AND {NOT_FROM_BLOCKED.format(actor_id=BOOSTED)}))
) IS TRUE"""


def wishes(viewer: Viewer) -> dict[str, Any]:
    """The parameters that `VISIBLE` and `WANTED` need."""
    return eyes(viewer) | {"now": now()}


async def is_unheard(connection: Connection, owner_id: ActorId, sender_id: ActorId) -> bool:
    """Whether somebody wants to be told nothing of what another does."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM actor a WHERE a.id = :sender AND (
            EXISTS (
                SELECT 1 FROM mute m WHERE m.actor_id = :owner AND m.target_id = a.id
                    AND m.hides_notifications AND (m.expires_at IS NULL OR m.expires_at > :now))
            OR EXISTS (
                SELECT 1 FROM domain_block d
                WHERE d.actor_id = :owner AND d.domain IN (a.domain, a.host)))
        """,
        owner=owner_id,
        sender=sender_id,
        now=now(),
    )
    return row is not None
