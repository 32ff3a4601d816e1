"""This is where admins say something to everybody here, and everybody puts it away."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.rules import Announcement
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import announcements
from fedlearn.services.announcements import AnnouncementDraft
from fedlearn.text.languages import _
from fedlearn.text.moments import read_local, write_local
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import back, text_of
from fedlearn.web.pages.moderation.gate import read_steward_form, render_desk, steward_of
from fedlearn.web.refusals import Refusal
from fedlearn.web.sessions import read_form, require_user

PAGE = "/moderation/announcements"


async def announcements_page(request: Request) -> Response:
    """All of them, each a form, and one for another."""
    by = await steward_of(request, Permission.MANAGE_ANNOUNCEMENTS)
    return await _render(request, by, {})


async def announce(request: Request) -> Response:
    """Something new was written."""
    by, form = await read_steward_form(request, Permission.MANAGE_ANNOUNCEMENTS, page=_come_back)
    try:
        await announcements.announce(instance_of(request), by, _draft(form, by))
    except Invalid as refusal:
        return await _render(request, by, form, refusal)
    return RedirectResponse(PAGE, status_code=303)


async def act_on_announcement(request: Request) -> Response:
    """A button below one of them was pressed."""
    by, form = await read_steward_form(request, Permission.MANAGE_ANNOUNCEMENTS, page=_come_back)
    instance, number = instance_of(request), request.path_params["announcement_id"]
    try:
        match request.path_params["step"]:
            case "change":
                await announcements.change(instance, by, number, _draft(form, by))
            case "remove":
                await announcements.remove(instance, by, number)
            case _other:
                raise NotFound(_("There is no such button."))
    except Invalid as refusal:
        return await _render(request, by, form, refusal)
    return RedirectResponse(PAGE, status_code=303)


async def dismiss(request: Request) -> Response:
    """Somebody has read it."""
    form, me = await read_form(request), (await require_user(request)).actor
    await announcements.dismiss(instance_of(request), me, request.path_params["announcement_id"])
    return back(form)


async def react(request: Request) -> Response:
    """Somebody answers with an emoji."""
    return await _react(request, announcements.react)


async def unreact(request: Request) -> Response:
    """Somebody takes that back."""
    return await _react(request, announcements.unreact)


async def _react(
    request: Request, act: Callable[[Instance, Actor, int, str], Awaitable[None]]
) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    number = request.path_params["announcement_id"]
    await act(instance_of(request), me, number, text_of(form, "emoji"))
    return back(form)


def _draft(form: FormData, by: Steward) -> AnnouncementDraft:
    return AnnouncementDraft(
        text_of(form, "text"),
        starts_at=_moment(form, "starts_at", by),
        ends_at=_moment(form, "ends_at", by),
    )


def _moment(form: FormData, name: str, by: Steward) -> Millis | None:
    typed = text_of(form, name).strip()
    if not typed:
        return None
    moment = read_local(typed, _clock(by))
    if moment is None:
        message = _("Write day and time, such as 2030-01-31T09:00.")
        raise Invalid(message, {name: message})
    return moment


def _clock(by: Steward) -> str:
    return by.user.time_zone if by.user else "UTC"


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    by = await steward_of(request, Permission.MANAGE_ANNOUNCEMENTS)
    return await _render(request, by, form, refusal)


async def _render(
    request: Request, by: Steward, draft: Mapping[str, Any], refusal: Refusal | None = None
) -> Response:
    found = await announcements.announcements(instance_of(request), by)
    return await render_desk(
        request,
        by,
        "announcements.html",
        announcements=[(one, _draft_of(one, by)) for one in found],
        changed=request.path_params.get("announcement_id"),
        draft=draft,
        refusal=refusal,
        clock=_clock(by),
        at=now(),
    )


def _draft_of(one: Announcement, by: Steward) -> dict[str, str]:
    return {
        "text": one.text,
        "starts_at": write_local(one.starts_at, _clock(by)) if one.starts_at else "",
        "ends_at": write_local(one.ends_at, _clock(by)) if one.ends_at else "",
    }
