"""This is where admins say from which IP addresses nobody comes in, or signs up."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.ids import DAY_MS, Millis
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid
from fedlearn.services import ip_blocks
from fedlearn.services.ip_blocks import Said
from fedlearn.text.languages import _
from fedlearn.web.context import host_of, instance_of, parts_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import read_steward_form, render_desk, steward_of
from fedlearn.web.pages.moderation.words import SEVERITIES
from fedlearn.web.refusals import Refusal

PAGE = "/moderation/ip-blocks"
DAY_SECONDS = DAY_MS // 1000


async def ip_blocks_page(request: Request) -> Response:
    """The list, and a form for another."""
    return await _render(request, await steward_of(request, Permission.MANAGE_BLOCKS), {})


async def block_ip(request: Request) -> Response:
    """A range was added."""
    by, form = await read_steward_form(request, Permission.MANAGE_BLOCKS, page=_come_back)
    try:
        said = _said(form)
        await ip_blocks.block(instance_of(request), by, said, own_address=host_of(request))
    except Invalid as refusal:
        return await _render(request, by, form, refusal)
    parts_of(request).ip_blocks.forget()
    return RedirectResponse(PAGE, status_code=303)


async def lift_ip_block(request: Request) -> Response:
    """A range was taken off the list."""
    by, form = await read_steward_form(request, Permission.MANAGE_BLOCKS)
    await ip_blocks.lift(instance_of(request), by, number_in(text_of(form, "block")) or 0)
    parts_of(request).ip_blocks.forget()
    return RedirectResponse(PAGE, status_code=303)


def _said(form: FormData) -> Said:
    try:
        severity = Severity(text_of(form, "severity"))
    except ValueError:
        message = _("Choose what is to hold.")
        raise Invalid(message, {"severity": message}) from None
    return Said(text_of(form, "ip"), severity, text_of(form, "comment").strip(), _end(form))


def _end(form: FormData) -> Millis | None:
    typed = text_of(form, "expires_in").strip()
    if not typed:
        return None
    return ip_blocks.end_of((number_in(typed) or 0) * DAY_SECONDS)


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    return await _render(
        request, await steward_of(request, Permission.MANAGE_BLOCKS), form, refusal
    )


async def _render(
    request: Request, by: Steward, draft: Mapping[str, Any], refusal: Refusal | None = None
) -> Response:
    return await render_desk(
        request,
        by,
        "ip_blocks.html",
        blocks=await ip_blocks.ip_blocks(instance_of(request), by),
        draft=draft,
        severities=SEVERITIES,
        refusal=refusal,
        beside="ip",
    )
