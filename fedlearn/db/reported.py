"""This is where moderators are shown what was reported to them, whoever else may see it.

It is the one exception to db/visibility.py, and a narrow one: who reported a post could see it and
chose to show it. So only posts that stand on the report are shown, direct ones too, and nothing
that they quote, answer, or that their author has marked. The same holds for a collection.
services/casework.py writes down who looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from fedlearn.db.collections import collection_views
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import Viewer
from fedlearn.domain.collections import CollectionView
from fedlearn.domain.ids import StatusId
from fedlearn.domain.reports import Report
from fedlearn.domain.statuses import StatusView


@dataclass(frozen=True, slots=True)
class ReportedPost:
    """A post on a report. `is_exception` is whether the moderator sees it for no other reason."""

    view: StatusView
    is_exception: bool


@dataclass(frozen=True, slots=True)
class ReportedCollection:
    """A collection on a report, and whether the moderator sees it for no other reason."""

    view: CollectionView
    is_exception: bool


async def reported_posts(
    connection: Connection, report: Report, moderator: Viewer
) -> list[ReportedPost]:
    """The posts on a report that are there still, oldest first."""
    ids = await reported_ids(connection, report.id)
    own = {view.id for view in await status_views(connection, moderator, ids)}
    # Their author sees them, so the predicate stands in this question as in any other.
    shown = await status_views(connection, report.target.viewer, ids)
    return [ReportedPost(_alone(view), view.id not in own) for view in shown]


async def reported_collections(
    connection: Connection, report: Report, moderator: Viewer
) -> list[ReportedCollection]:
    """The collections on a report that are there still, oldest first."""
    own = await collection_views(connection, moderator, report.collections)
    shown = await collection_views(connection, report.target.viewer, report.collections)
    return [ReportedCollection(shown[one], one not in own) for one in sorted(shown)]


async def posts_seen_anyway(
    connection: Connection, reports: Sequence[Report], moderator: Viewer
) -> dict[int, list[StatusView]]:
    """Of each of these reports the posts that the moderator sees like anybody: no exception."""
    rows = await connection.fetch_all(
        "SELECT report_id, status_id FROM report_status WHERE report_id IN :ids ORDER BY status_id",
        ids=[report.id for report in reports],
    )
    ids = [StatusId(row["status_id"]) for row in rows]
    views = {view.id: view for view in await status_views(connection, moderator, ids)}
    shown: dict[int, list[StatusView]] = {report.id: [] for report in reports}
    for row in rows:
        if row["status_id"] in views:
            shown[row["report_id"]].append(views[row["status_id"]])
    return shown


async def reported_ids(connection: Connection, report_id: int) -> list[StatusId]:
    """Which posts stand on a report."""
    rows = await connection.fetch_all(
        "SELECT status_id FROM report_status WHERE report_id = :id ORDER BY status_id", id=report_id
    )
    return [StatusId(row["status_id"]) for row in rows]


def _alone(view: StatusView) -> StatusView:
    """A post without what else its author may see, or has done with it."""
    poll = replace(view.poll, own_choices=frozenset()) if view.poll else None
    return structs.replace(
        view,
        poll=poll,
        quote=replace(view.quote, view=None) if view.quote else None,
        boost_of=None,
        in_reply_to_author=None,
        in_reply_to=None,
        favourited=False,
        boosted=False,
        pinned=False,
        bookmarked=False,
    )
