"""This is where people see what they post later: they change it, put it off or call it off."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.errors import Invalid
from fedlearn.services import scheduling
from fedlearn.text.moments import write_local
from fedlearn.web.context import instance_of
from fedlearn.web.pages.drafting import composer_values, other_post
from fedlearn.web.pages.forms import fields_of, require_time
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

ALL_OF_THEM = "/scheduled"


async def scheduled_page(request: Request) -> Response:
    """All that is to be posted later, the next first."""
    return await _render_all(request)


async def planned_page(request: Request) -> Response:
    """One of them in the composer, to be changed."""
    user, instance = await require_user(request), instance_of(request)
    found = await scheduling.scheduled_view(instance, user.actor, _scheduled_id(request))
    draft: dict[str, Any] = fields_of(found.draft) | {
        "scheduled_id": str(found.scheduled.id),
        "scheduled_at": write_local(found.scheduled.scheduled_at, user.time_zone),
    }
    async with instance.db.read() as connection:
        parent = await other_post(connection, user.actor, found.draft.in_reply_to_id)
        quoted = await other_post(connection, user.actor, found.draft.quoted_id)
        values = await composer_values(connection, instance, user.actor, draft)
    return await render_page(
        request,
        "planned.html",
        draft=draft,
        errors={},
        failure=found.scheduled.failure,
        parent=parent,
        quoted=quoted,
        **values,
    )


async def change_time(request: Request) -> Response:
    """It is posted at another time."""
    form, user = await read_form(request), await require_user(request)
    scheduled_id = _scheduled_id(request)
    try:
        at = require_time(form, user.time_zone)
        await scheduling.change_scheduled(instance_of(request), user.actor, scheduled_id, at)
    except Invalid as error:
        said = " ".join(error.fields.values()) or str(error)
        return await _render_all(request, wrong=scheduled_id, draft=form, message=said)
    return RedirectResponse(ALL_OF_THEM, status_code=303)


async def call_off(request: Request) -> Response:
    """It is not to be posted any more."""
    await read_form(request)
    actor = (await require_user(request)).actor
    await scheduling.call_off(instance_of(request), actor, _scheduled_id(request))
    return RedirectResponse(ALL_OF_THEM, status_code=303)


async def _render_all(
    request: Request,
    *,
    wrong: int | None = None,
    draft: FormData | None = None,
    message: str = "",
) -> Response:
    actor = (await require_user(request)).actor
    return await render_page(
        request,
        "scheduled.html",
        status=422 if wrong else 200,
        waiting=await scheduling.scheduled_views(instance_of(request), actor),
        wrong=wrong,
        draft=draft or {},
        errors={"scheduled_at": message},
    )


def _scheduled_id(request: Request) -> int:
    return int(request.path_params["scheduled_id"])
