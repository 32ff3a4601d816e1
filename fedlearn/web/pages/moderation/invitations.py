"""This is where stewards invite people by a link, and revoke one."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid
from fedlearn.services import invitations
from fedlearn.services.invitations import INVITATION_DAYS, MOST_DAYS, MOST_USES
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import (
    read_steward_form,
    render_desk,
    steward_of,
)
from fedlearn.web.refusals import Refusal

PAGE = "/moderation/invitations"
DRAFT = {"uses": "1", "days": str(INVITATION_DAYS)}


async def invitations_page(request: Request) -> Response:
    """The links that hold, and a form for another."""
    by = await steward_of(request, Permission.INVITE_USERS)
    return await _render(request, by, DRAFT)


async def invite(request: Request) -> Response:
    """A link is made; the page that follows is the only one that shows it."""
    by, form = await read_steward_form(request, Permission.INVITE_USERS, page=_come_back)
    try:
        uses = text_of(form, "uses").strip()
        link = await invitations.make_invitation(
            instance_of(request),
            by=by,
            max_uses=_number(uses, "uses") if uses else None,
            days=_number(text_of(form, "days"), "days"),
        )
    except Invalid as refusal:
        return await _render(request, by, form, refusal=refusal)
    return await _render(request, by, DRAFT, link=link)


async def revoke(request: Request) -> Response:
    """A link lets nobody in any more."""
    by, form = await read_steward_form(request, Permission.INVITE_USERS)
    await invitations.revoke_invitation(instance_of(request), by, text_of(form, "invitation"))
    return RedirectResponse(PAGE, status_code=303)


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    by = await steward_of(request, Permission.INVITE_USERS)
    return await _render(request, by, form, refusal=refusal)


async def _render(
    request: Request,
    by: Steward,
    draft: Mapping[str, Any],
    *,
    link: str = "",
    refusal: Refusal | None = None,
) -> Response:
    return await render_desk(
        request,
        by,
        "invitations.html",
        invitations=await invitations.invitations(instance_of(request), by),
        draft=draft,
        link=link,
        refusal=refusal,
        most_uses=MOST_USES,
        most_days=MOST_DAYS,
    )


def _number(text: str, name: str) -> int:
    number = number_in(text.strip())
    if number is None:
        message = _("Write a number.")
        raise Invalid(message, {name: message})
    return number
