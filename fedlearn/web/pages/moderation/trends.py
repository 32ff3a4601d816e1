"""This is where moderators look at what is lively, and keep some of it from being shown."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import lively as db_lively
from fedlearn.db.status_views import status_views
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.domain.roles import Permission
from fedlearn.domain.trends import TrendKind
from fedlearn.errors import NotFound
from fedlearn.services import trends
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import read_steward_form, render_desk, steward_of
from fedlearn.web.pages.moderation.words import TRENDS

PAGE = "/moderation/trends"
WEEK_MS = 7 * DAY_MS
MOST = 20  # of each kind
LONGEST_SUBJECT = 4000
STEPS = {"reject": trends.reject, "approve": trends.approve}


async def trends_page(request: Request) -> Response:
    """What is lively, and what would be if it were shown."""
    by, instance = await steward_of(request, Permission.MANAGE_TAXONOMIES), instance_of(request)
    since = Millis(now() - WEEK_MS)
    async with instance.db.read() as connection:
        hashtags = await db_lively.lively_hashtags(connection, by.viewer, since, MOST)
        links = await db_lively.lively_links(connection, by.viewer, since, MOST)
        ids = await db_lively.lively_statuses(connection, by.viewer, since, MOST)
        views = await status_views(connection, by.viewer, ids)
    return await render_desk(
        request,
        by,
        "trends.html",
        hashtags=hashtags,
        links=links,
        views=views,
        rejections=await trends.rejections(instance, by),
        kinds=TRENDS,
    )


async def act_on_trend(request: Request) -> Response:
    """Something is shown no more, or again."""
    by, form = await read_steward_form(request, Permission.MANAGE_TAXONOMIES)
    step = STEPS.get(request.path_params["step"])
    kind, subject = text_of(form, "kind"), text_of(form, "subject")[:LONGEST_SUBJECT]
    if step is None or kind not in set(TrendKind) or not subject:
        raise NotFound(_("There is no such button."))
    await step(instance_of(request), by, TrendKind(kind), subject)
    parts_of(request).lively.forget()
    return RedirectResponse(PAGE, status_code=303)
