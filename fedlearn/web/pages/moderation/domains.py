"""This is where admins say with which other servers the instance talks."""

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import hosts as db_hosts
from fedlearn.domain.policies import DomainPolicy, Policy
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import domain_lists, moderation
from fedlearn.services.domain_lists import Imported
from fedlearn.text.hosts import read_domain
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import read_steward_form, render_desk, steward_of
from fedlearn.web.pages.moderation.words import POLICIES
from fedlearn.web.refusals import Refusal
from fedlearn.web.sessions import FilesTooLarge, read_form

PAGE = "/moderation/domains"


async def domains_page(request: Request) -> Response:
    """Every domain of which something was said."""
    by = await steward_of(request, Permission.MANAGE_FEDERATION)
    return await _render_domains(request, by)


async def domain_page(request: Request) -> Response:
    """One domain: what is said of it, and what would come of another word."""
    by = await steward_of(request, Permission.MANAGE_FEDERATION)
    try:
        domain = read_domain(request.query_params.get("domain", ""))
    except Invalid as refusal:
        return await _render_domains(request, by, refusal)
    return await _render_domain(request, by, domain)


async def save_domain(request: Request) -> Response:
    """The form of one domain was sent."""
    by, form = await read_steward_form(request, Permission.MANAGE_FEDERATION, page=_come_back)
    try:
        await moderation.set_domain_policy(
            instance_of(request),
            read_domain(text_of(form, "domain")),
            _policy(text_of(form, "policy")),
            by=by,
            public_comment=text_of(form, "public_comment").strip(),
            private_comment=text_of(form, "private_comment").strip(),
            obfuscate=bool(text_of(form, "obfuscate")),
        )
    except Invalid as refusal:
        return await _come_back(request, form, refusal)
    return RedirectResponse(PAGE, status_code=303)


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    """With what was said of a domain; where it is none, on the page on which one names it."""
    by, domain = await steward_of(request, Permission.MANAGE_FEDERATION), text_of(form, "domain")
    try:
        return await _render_domain(request, by, read_domain(domain), form, refusal)
    except Invalid:
        return await _render_domains(request, by, refusal, typed=domain)


async def forget_domain(request: Request) -> Response:
    """Nothing is said of a domain any more."""
    by, form = await read_steward_form(request, Permission.MANAGE_FEDERATION)
    domain = text_of(form, "domain")
    if not await moderation.forget_domain_policy(instance_of(request), domain, by=by):
        raise NotFound(_("Nothing was said of this domain."))
    return RedirectResponse(PAGE, status_code=303)


async def export_domains(request: Request) -> Response:
    """The list for other servers, as a file."""
    by = await steward_of(request, Permission.MANAGE_FEDERATION)
    content = await domain_lists.export_domains(instance_of(request), by)
    name = f"domain_blocks_{instance_of(request).uris.domain.partition(':')[0]}.csv"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def import_domains(request: Request) -> Response:
    """The list of another server was sent."""
    by = await steward_of(request, Permission.MANAGE_FEDERATION)
    try:
        form = await read_form(request, most_files=1)
    except FilesTooLarge:
        most = instance_of(request).settings.max_image_bytes >> 20
        refusal = Invalid(_("This file is too large: %(most)s MB fit.", most=most))
        return await _render_domains(request, by, refusal, beside="file")
    try:
        content = await _file(form)
        policy = _policy(text_of(form, "policy"))
        done = await domain_lists.import_domains(instance_of(request), by, content, policy)
    except Invalid as refusal:
        return await _render_domains(request, by, refusal, beside="file")
    finally:
        await form.close()
    return await _render_domains(request, by, done=done)


async def _file(form: FormData) -> bytes:
    chosen = form.get("file")
    content = await chosen.read() if isinstance(chosen, UploadFile) else b""
    if not content:
        message = _("Choose a file.")
        raise Invalid(message, {"file": message})
    return content


async def _render_domains(
    request: Request,
    by: Steward,
    refusal: Refusal | None = None,
    *,
    beside: str = "domain",
    typed: str = "",
    done: Imported | None = None,
) -> Response:
    instance = instance_of(request)
    return await render_desk(
        request,
        by,
        "domains.html",
        domains=await moderation.domain_policies(instance),
        policies=POLICIES,
        typed=typed or request.query_params.get("domain", ""),
        done=done,
        refusal=refusal,
        beside=beside,
    )


async def _render_domain(
    request: Request,
    by: Steward,
    domain: str,
    draft: FormData | None = None,
    refusal: Refusal | None = None,
) -> Response:
    async with instance_of(request).db.read() as connection:
        known = await db_hosts.domain_policy(connection, domain)
    return await render_desk(
        request,
        by,
        "domain.html",
        domain=domain,
        draft=draft or _draft_of(known or DomainPolicy(domain, Policy.SILENCE)),
        is_known=known is not None,
        policies=POLICIES,
        consequences=await moderation.consequences(instance_of(request), by, domain),
        refusal=refusal,
    )


def _draft_of(said: DomainPolicy) -> dict[str, str]:
    return {
        "policy": said.policy.value,
        "public_comment": said.public_comment,
        "private_comment": said.private_comment,
        "obfuscate": "on" if said.obfuscate else "",
    }


def _policy(text: str) -> Policy:
    try:
        return Policy(text)
    except ValueError:
        message = _("Choose what is to hold.")
        raise Invalid(message, {"policy": message}) from None
