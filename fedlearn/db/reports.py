"""This is where reports are remembered until moderators have looked at them, and after."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, Millis, StatusId, Uri, now
from fedlearn.domain.reports import Report

MOST_SHOWN = 500


async def insert_report(
    connection: Connection,
    *,
    uri: str,
    reporter_id: ActorId,
    target_id: ActorId,
    comment: str,
    is_forwarded: bool,
    status_ids: Iterable[StatusId],
) -> bool:
    """Keep a report of an account with some of its posts; False when it is known already."""
    row = await connection.fetch_one(
        """
        INSERT INTO report (uri, reporter_id, target_id, comment, is_forwarded, created_at)
        VALUES (:uri, :reporter, :target, :comment, :is_forwarded, :at)
        ON CONFLICT (uri, target_id) DO NOTHING RETURNING id
        """,
        uri=uri,
        reporter=reporter_id,
        target=target_id,
        comment=comment,
        is_forwarded=is_forwarded,
        at=now(),
    )
    if row is None:
        return False
    await connection.execute_many(
        "INSERT INTO report_status (report_id, status_id) VALUES (:report, :status)"
        " ON CONFLICT DO NOTHING",
        [{"report": row["id"], "status": status_id} for status_id in status_ids],
    )
    return True


async def authors_of_local(
    connection: Connection, ids: Sequence[StatusId]
) -> dict[StatusId, ActorId]:
    """Who wrote those of these posts that were written here and may leave."""
    rows = await connection.fetch_all(
        """
        SELECT id, actor_id FROM status
        WHERE id IN :ids AND is_local AND scope = 'fed' AND boost_of_id IS NULL
        """,
        ids=ids,
    )
    return {StatusId(row["id"]): ActorId(row["actor_id"]) for row in rows}


async def all_reports(connection: Connection) -> list[Report]:
    """The latest reports, resolved or not, newest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM report ORDER BY id DESC LIMIT :limit", limit=MOST_SHOWN
    )
    people = {row["reporter_id"] for row in rows} | {row["target_id"] for row in rows}
    actors = await actors_by_id(connection, list(people))
    statuses = await _statuses(connection, [row["id"] for row in rows])
    return [
        Report(
            id=int(row["id"]),
            reporter=actors[row["reporter_id"]],
            target=actors[row["target_id"]],
            comment=row["comment"],
            statuses=tuple(statuses[row["id"]]),
            is_forwarded=bool(row["is_forwarded"]),
            created_at=Millis(row["created_at"]),
            resolved_at=row["resolved_at"],
        )
        for row in rows
    ]


async def _statuses(connection: Connection, report_ids: Sequence[int]) -> dict[int, list[Uri]]:
    # For moderators, who see what is reported to them, whatever it reaches.
    rows = await connection.fetch_all(
        """
        SELECT r.report_id, s.uri FROM report_status r JOIN status s ON s.id = r.status_id
        WHERE r.report_id IN :ids ORDER BY s.id
        """,
        ids=report_ids,
    )
    found: dict[int, list[Uri]] = defaultdict(list)
    for row in rows:
        found[row["report_id"]].append(Uri(row["uri"]))
    return found


async def resolve_report(connection: Connection, report_id: int) -> bool:
    """Moderators have looked at a report; False when there is none that waits."""
    changed = await connection.execute(
        "UPDATE report SET resolved_at = :at WHERE id = :id AND resolved_at IS NULL",
        id=report_id,
        at=now(),
    )
    return changed > 0
