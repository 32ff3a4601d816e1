"""This is where it is counted how often statuses are answered, boosted, quoted, liked, reacted to.

Counts hold only what the viewer may see. To count what thousands did takes as long as to read a
whole page, so what very many have taken up is counted once a minute, and as anybody may see it who
is here, or is not.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from fedlearn.db.database import Connection
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import StatusId

MANY = 500
ANYBODY = {is_local: Viewer(actor_id=None, is_local=is_local) for is_local in (True, False)}

Counts = Mapping[str, int]


async def counts_of(
    connection: Connection, viewer: Viewer, ids: Sequence[StatusId]
) -> Mapping[StatusId, Counts]:
    """How many `replies`, `boosts`, `quotes`, `favourites`, `reactions` these have, if any."""
    known = connection.memory.counts_of(ids, is_local=viewer.is_local)
    counted = await _count(connection, viewer, [one for one in ids if one not in known])
    if taken_up := [one for one, counts in counted.items() if sum(counts.values()) >= MANY]:
        by_anybody = await _count(connection, ANYBODY[viewer.is_local], taken_up)
        connection.memory.keep_counts(by_anybody, is_local=viewer.is_local)
        counted |= by_anybody
    return {**known, **counted}


async def _count(
    connection: Connection, viewer: Viewer, ids: Sequence[StatusId]
) -> dict[StatusId, Counts]:
    rows = await connection.fetch_all(
        f"""
        SELECT 'replies' AS what, s.in_reply_to_id AS id, count(*) AS n FROM status s
        WHERE s.in_reply_to_id IN :ids AND {VISIBLE} GROUP BY s.in_reply_to_id
        UNION ALL
        SELECT 'boosts', s.boost_of_id, count(*) FROM status s
        WHERE s.boost_of_id IN :ids AND {VISIBLE} GROUP BY s.boost_of_id
        UNION ALL
        SELECT 'quotes', q.quoted_id, count(*) FROM quote q JOIN status s ON s.id = q.status_id
        WHERE q.quoted_id IN :ids AND q.state = 'accepted' AND {VISIBLE} GROUP BY q.quoted_id
        UNION ALL
        SELECT 'favourites', status_id, count(*) FROM favourite
        WHERE status_id IN :ids GROUP BY status_id
        UNION ALL
        SELECT 'reactions', status_id, count(*) FROM reaction
        WHERE status_id IN :ids GROUP BY status_id
        """,
        ids=ids,
        **eyes(viewer),
    )
    found: dict[StatusId, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[StatusId(row["id"])][row["what"]] = row["n"]
    return dict(found)
