"""This is where reports are remembered until moderators have looked at them, and after."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.ids import ActorId, CollectionId, Millis, StatusId, Uri, now
from fedlearn.domain.reports import Report, ReportCategory, ReportNote
from fedlearn.domain.rules import Rule

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
    category: ReportCategory = ReportCategory.OTHER,
    collection_ids: Iterable[CollectionId] = (),
) -> int | None:
    """Keep a report of an account with what shows it; its number, None when it is known."""
    row = await connection.fetch_one(
        """
        INSERT INTO report (
            uri, reporter_id, target_id, comment, is_forwarded, category, created_at)
        VALUES (:uri, :reporter, :target, :comment, :is_forwarded, :category, :at)
        ON CONFLICT (uri, target_id) DO NOTHING RETURNING id
        """,
        uri=uri,
        reporter=reporter_id,
        target=target_id,
        comment=comment,
        is_forwarded=is_forwarded,
        category=category.value,
        at=now(),
    )
    if row is None:
        return None
    await connection.execute_many(
        "INSERT INTO report_status (report_id, status_id) VALUES (:report, :status)"
        " ON CONFLICT DO NOTHING",
        [{"report": row["id"], "status": status_id} for status_id in status_ids],
    )
    await connection.execute_many(
        "INSERT INTO report_collection (report_id, collection_id) VALUES (:report, :collection)"
        " ON CONFLICT DO NOTHING",
        [{"report": row["id"], "collection": one} for one in collection_ids],
    )
    return int(row["id"])


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
    return await _reports_of(connection, rows)


async def report_by_id(connection: Connection, report_id: int) -> Report | None:
    """The report of this number."""
    rows = await connection.fetch_all("SELECT * FROM report WHERE id = :id", id=report_id)
    found = await _reports_of(connection, rows)
    return found[0] if found else None


async def reports_page(
    connection: Connection,
    *,
    is_open: bool,
    assigned_to: ActorId | None = None,
    target_id: ActorId | None = None,
    reporter_id: ActorId | None = None,
    before: int | None,
    after: int | None = None,
    is_upward: bool = False,
    limit: int,
) -> list[Report]:
    """Reports that wait, or that were resolved, newest first; those of one moderator or target.

    A page that is upward begins next to `after`.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT * FROM report
        WHERE id < :before AND id > :after AND (resolved_at IS NULL) = :is_open
            AND (CAST(:assigned_to AS BIGINT) IS NULL OR assigned_to = :assigned_to)
            AND (CAST(:target AS BIGINT) IS NULL OR target_id = :target)
            AND (CAST(:reporter AS BIGINT) IS NULL OR reporter_id = :reporter)
        ORDER BY id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        is_open=is_open,
        assigned_to=assigned_to,
        target=target_id,
        reporter=reporter_id,
        limit=limit,
    )
    return await _reports_of(connection, from_above(rows, is_upward=is_upward))


async def latest_reports_by(
    connection: Connection, reporter_ids: Sequence[ActorId]
) -> dict[ActorId, Report]:
    """The latest report of each of these people, as far as they have sent one."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM report WHERE id IN (
            SELECT max(id) FROM report WHERE reporter_id IN :ids GROUP BY reporter_id)
        """,
        ids=reporter_ids,
    )
    return {report.reporter.id: report for report in await _reports_of(connection, rows)}


async def open_about(connection: Connection, target_id: ActorId) -> list[int]:
    """Which reports of somebody wait."""
    rows = await connection.fetch_all(
        "SELECT id FROM report WHERE target_id = :target AND resolved_at IS NULL ORDER BY id",
        target=target_id,
    )
    return [int(row["id"]) for row in rows]


async def count_open(connection: Connection) -> int:
    """How many reports wait."""
    row = await connection.fetch_one("SELECT count(*) AS n FROM report WHERE resolved_at IS NULL")
    return int(row["n"]) if row else 0


async def _reports_of(connection: Connection, rows: Sequence[Row]) -> list[Report]:
    columns = ("reporter_id", "target_id", "assigned_to", "resolved_by")
    people = {row[column] for row in rows for column in columns} - {None}
    actors = await actors_by_id(connection, list(people))
    ids = [row["id"] for row in rows]
    statuses, rules = await _statuses(connection, ids), await _rules(connection, ids)
    collections = await _collections(connection, ids)
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
            category=ReportCategory(row["category"]),
            rules=tuple(rules[row["id"]]),
            assigned_to=actors.get(row["assigned_to"]),
            resolved_by=actors.get(row["resolved_by"]),
            collections=tuple(collections[row["id"]]),
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


async def _collections(
    connection: Connection, report_ids: Sequence[int]
) -> dict[int, list[CollectionId]]:
    rows = await connection.fetch_all(
        "SELECT * FROM report_collection WHERE report_id IN :ids ORDER BY collection_id",
        ids=report_ids,
    )
    found: dict[int, list[CollectionId]] = defaultdict(list)
    for row in rows:
        found[row["report_id"]].append(CollectionId(row["collection_id"]))
    return found


async def _rules(connection: Connection, report_ids: Sequence[int]) -> dict[int, list[Rule]]:
    rows = await connection.fetch_all(
        """
        SELECT b.report_id, r.id, r.text, r.hint FROM report_rule b JOIN rule r ON r.id = b.rule_id
        WHERE b.report_id IN :ids ORDER BY r.position, r.id
        """,
        ids=report_ids,
    )
    found: dict[int, list[Rule]] = defaultdict(list)
    for row in rows:
        found[row["report_id"]].append(Rule(int(row["id"]), row["text"], row["hint"]))
    return found


async def resolve_report(
    connection: Connection, report_id: int, resolved_by: ActorId | None = None
) -> bool:
    """Moderators have looked at a report; False when there is none that waits."""
    changed = await connection.execute(
        """
        UPDATE report SET resolved_at = :at, resolved_by = :by
        WHERE id = :id AND resolved_at IS NULL
        """,
        id=report_id,
        at=now(),
        by=resolved_by,
    )
    return changed > 0


async def reopen_report(connection: Connection, report_id: int) -> bool:
    """A report is to be looked at once more; False when there is none that was resolved."""
    changed = await connection.execute(
        """
        UPDATE report SET resolved_at = NULL, resolved_by = NULL
        WHERE id = :id AND resolved_at IS NOT NULL
        """,
        id=report_id,
    )
    return changed > 0


async def assign_report(connection: Connection, report_id: int, to: ActorId | None) -> None:
    """Somebody looks at a report; None is nobody in particular."""
    await connection.execute(
        "UPDATE report SET assigned_to = :to WHERE id = :id", id=report_id, to=to
    )


async def set_category(connection: Connection, report_id: int, category: ReportCategory) -> None:
    """Something else is what is wrong."""
    await connection.execute(
        "UPDATE report SET category = :category WHERE id = :id",
        id=report_id,
        category=category.value,
    )


async def insert_report_note(
    connection: Connection, report_id: int, author_id: ActorId, text: str
) -> None:
    """A moderator says something to the others."""
    await connection.execute(
        """
        INSERT INTO report_note (report_id, actor_id, text, created_at)
        VALUES (:report, :author, :text, :at)
        """,
        report=report_id,
        author=author_id,
        text=text,
        at=now(),
    )


async def notes_on(connection: Connection, report_id: int) -> list[ReportNote]:
    """What moderators have said to each other, oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM report_note WHERE report_id = :report ORDER BY id", report=report_id
    )
    authors = await actors_by_id(connection, [row["actor_id"] for row in rows])
    return [
        ReportNote(authors[row["actor_id"]], row["text"], Millis(row["created_at"])) for row in rows
    ]
