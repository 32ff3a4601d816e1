"""This is where it is counted what clients show of an account: followers, follows and posts."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedlearn.db.database import Connection
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, Millis


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """What is counted of an account, as far as it is known here and a viewer may know."""

    followers: int = 0
    following: int = 0
    statuses: int = 0
    last_status_at: Millis | None = None


async def account_figures(
    connection: Connection, viewer: Viewer, ids: Sequence[ActorId]
) -> dict[ActorId, AccountFigures]:
    """The figures of these accounts, without direct posts and what the viewer cannot see."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.id,
            (SELECT count(*) FROM follow f
                WHERE f.followee_id = a.id AND f.state = 'accepted') AS followers,
            (SELECT count(*) FROM follow f
                WHERE f.follower_id = a.id AND f.state = 'accepted') AS following,
            (SELECT count(*) FROM status s
                WHERE s.actor_id = a.id AND s.reach <> 'direct' AND {VISIBLE}) AS statuses,
            (SELECT max(s.published) FROM status s
                WHERE s.actor_id = a.id AND s.reach <> 'direct' AND {VISIBLE}) AS last_status_at
        FROM actor a WHERE a.id IN :ids
        """,
        ids=ids,
        **eyes(viewer),
    )
    return {
        ActorId(row["id"]): AccountFigures(
            row["followers"], row["following"], row["statuses"], row["last_status_at"]
        )
        for row in rows
    }
