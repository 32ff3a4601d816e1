"""This is where timelines are read, page by page, without what the reader's filters hide."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import Filter, FilterContext
from fedlearn.domain.ids import StatusId
from fedlearn.domain.notifications import NotificationGroup, NotificationView
from fedlearn.domain.statuses import StatusView
from fedlearn.services.filters import filtered, filtered_in, filters_for

# How often more is asked for in place of what was hidden: then a page is shorter.
MOST_ROUNDS = 4


class Timeline(Protocol):
    """What stands on a timeline below a post: so many ids, newest first."""

    def __call__(self, *, before: StatusId | None, limit: int) -> Awaitable[Sequence[StatusId]]:
        """The ids."""


class LeafedTimeline(Protocol):
    """What stands on a timeline between two posts, newest first; at its lower end if upward."""

    def __call__(
        self, *, before: StatusId | None, limit: int, after: StatusId | None, is_upward: bool
    ) -> Awaitable[Sequence[StatusId]]:
        """The ids."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a timeline, where those below and above it begin, and which filters counted."""

    views: Sequence[StatusView]
    older: StatusId | None = None
    newer: StatusId | None = None
    filters: Sequence[Filter] = ()


async def read_page(
    connection: Connection,
    viewer: Viewer,
    context: FilterContext,
    timeline: Timeline,
    *,
    before: StatusId | None,
    limit: int,
) -> Page:
    """So many posts of a timeline. What a filter hides leaves no hole: what is older moves up."""
    filters = await filters_for(connection, viewer, context)
    shown: list[StatusView] = []
    for _ in range(MOST_ROUNDS):
        ids = await timeline(before=before, limit=limit)
        views = await status_views(connection, viewer, ids)
        left = filtered(filters, viewer, views)
        shown += left
        before = ids[-1] if len(ids) == limit else None
        if len(shown) > limit:
            return Page(shown[:limit], shown[limit - 1].id, filters=filters)
        if before is None or len(left) == len(views) or len(shown) == limit:
            break
    return Page(shown, before, filters=filters)


async def read_upwards(
    connection: Connection,
    viewer: Viewer,
    context: FilterContext,
    timeline: LeafedTimeline,
    *,
    before: StatusId | None,
    after: StatusId | None,
    limit: int,
) -> Page:
    """The same next to what the reader has seen: in place of what is hidden, newer moves down."""
    filters = await filters_for(connection, viewer, context)
    shown: list[StatusView] = []
    for _ in range(MOST_ROUNDS):
        ids = await timeline(before=before, limit=limit, after=after, is_upward=True)
        views = await status_views(connection, viewer, ids)
        left = filtered(filters, viewer, views)
        shown = left + shown
        after = ids[0] if len(ids) == limit else None
        if len(shown) > limit:
            return Page(shown[-limit:], newer=shown[-limit].id, filters=filters)
        if after is None or len(left) == len(views) or len(shown) == limit:
            break
    return Page(shown, newer=after, filters=filters)


async def unfiltered_groups(
    connection: Connection, viewer: Viewer, shown: Sequence[NotificationGroup]
) -> list[NotificationGroup]:
    """What is left of groups of notifications."""
    posts = [one.status for one in shown if one.status is not None]
    left = await filtered_in(connection, viewer, FilterContext.NOTIFICATIONS, posts)
    ids = {view.id for view in left}
    return [one for one in shown if one.status is None or one.status.id in ids]


async def unfiltered(
    connection: Connection, viewer: Viewer, shown: Sequence[NotificationView]
) -> list[NotificationView]:
    """What is left of notifications, each with the filters that speak of its post."""
    posts = [one.status for one in shown if one.status is not None]
    left = await filtered_in(connection, viewer, FilterContext.NOTIFICATIONS, posts)
    by_id = {view.id: view for view in left}
    return [
        replace(one, status=by_id[one.status.id]) if one.status else one
        for one in shown
        if one.status is None or one.status.id in by_id
    ]
