"""This is where people say whom they do not want to hear of, and look through what they said."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.blocks import blocked_by
from fedlearn.db.domain_blocks import domains_blocked_by
from fedlearn.db.mutes import muted_by
from fedlearn.errors import Invalid
from fedlearn.services import domain_blocks, mutes
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import LONGEST_NUMBER, back, text_of
from fedlearn.web.pages.profiles import actor_in_path
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

PAGE = "/muted"


async def muted_page(
    request: Request, *, status: int = 200, typed: str = "", errors: dict[str, str] | None = None
) -> Response:
    """Whom this person mutes, and which people and domains they block."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        muted = await muted_by(connection, me.id)
        blocked = await blocked_by(connection, me.id)
        domains = await domains_blocked_by(connection, me.id)
    return await render_page(
        request,
        "muted.html",
        status=status,
        muted=muted,
        blocked=blocked,
        domains=domains,
        typed=typed,
        errors=errors or {},
    )


async def mute(request: Request) -> Response:
    """Mute somebody, for as long as the form says."""
    form, me = await read_form(request), (await require_user(request)).actor
    other, seconds = await actor_in_path(request), text_of(form, "seconds") or "0"
    if not seconds.isdecimal() or len(seconds) > LONGEST_NUMBER:
        raise Invalid(_("Choose how long."), {"seconds": _("Choose how long.")})
    hides = bool(text_of(form, "notifications"))
    await mutes.mute(
        instance_of(request), me, other, seconds=int(seconds), hides_notifications=hides
    )
    return back(form, f"/@{other.acct}")


async def block_domain(request: Request) -> Response:
    """Keep a whole domain away; what is no domain comes back with what is wrong beside it."""
    form, me = await read_form(request), (await require_user(request)).actor
    domain = text_of(form, "domain")
    try:
        await domain_blocks.block_domain(instance_of(request), me, domain)
    except Invalid as error:
        return await muted_page(request, status=422, typed=domain, errors=error.fields)
    return back(form, PAGE)


async def unblock_domain(request: Request) -> Response:
    """Have nothing against a domain any more."""
    form, me = await read_form(request), (await require_user(request)).actor
    await domain_blocks.unblock_domain(instance_of(request), me, text_of(form, "domain"))
    return back(form, PAGE)
