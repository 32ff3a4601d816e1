"""This is where anybody sees what is lively here."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import lively as db_lively
from fedlearn.db.status_views import status_views
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.services.filters import filtered_in
from fedlearn.web.context import instance_of
from fedlearn.web.sessions import current_viewer
from fedlearn.web.templating import render_page

WEEK_MS, MONTH_MS = 7 * DAY_MS, 30 * DAY_MS
HASHTAGS, POSTS, PEOPLE = 12, 10, 6


async def explore_page(request: Request) -> Response:
    """Hashtags, posts and new people; the same for everybody, but for what one keeps away."""
    viewer = await current_viewer(request)
    week, month = Millis(now() - WEEK_MS), Millis(now() - MONTH_MS)
    async with instance_of(request).db.read() as connection:
        hashtags = await db_lively.lively_hashtags(connection, viewer, week, HASHTAGS)
        ids = await db_lively.lively_statuses(connection, viewer, week, POSTS)
        found = await status_views(connection, viewer, ids)
        views = await filtered_in(connection, viewer, FilterContext.PUBLIC, found)
        people = await db_lively.new_people(connection, viewer, month, PEOPLE)
    return await render_page(request, "explore.html", hashtags=hashtags, views=views, people=people)
