"""This is where admins say with addresses of which domains nobody signs up."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid
from fedlearn.services import email_domains
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import read_steward_form, render_desk, steward_of
from fedlearn.web.refusals import Refusal

PAGE = "/moderation/email-domains"


async def email_domains_page(request: Request) -> Response:
    """The list, and a form for another."""
    return await _render(request, await steward_of(request, Permission.MANAGE_BLOCKS))


async def block_email_domain(request: Request) -> Response:
    """A domain was added."""
    by, form = await read_steward_form(request, Permission.MANAGE_BLOCKS, page=_come_back)
    typed = text_of(form, "domain")
    try:
        await email_domains.block(instance_of(request), by, typed)
    except Invalid as refusal:
        return await _render(request, by, refusal, typed=typed)
    return RedirectResponse(PAGE, status_code=303)


async def lift_email_domain(request: Request) -> Response:
    """A domain was taken off the list."""
    by, form = await read_steward_form(request, Permission.MANAGE_BLOCKS)
    await email_domains.lift(instance_of(request), by, text_of(form, "domain"))
    return RedirectResponse(PAGE, status_code=303)


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    by = await steward_of(request, Permission.MANAGE_BLOCKS)
    return await _render(request, by, refusal, typed=text_of(form, "domain"))


async def _render(
    request: Request, by: Steward, refusal: Refusal | None = None, *, typed: str = ""
) -> Response:
    return await render_desk(
        request,
        by,
        "email_domains.html",
        domains=await email_domains.email_domains(instance_of(request), by),
        typed=typed,
        refusal=refusal,
        beside="domain",
    )
