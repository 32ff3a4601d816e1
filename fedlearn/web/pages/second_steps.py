"""This is where people choose to sign in by two steps, or by one again."""

import io

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import User
from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid
from fedlearn.services import second_step
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.proof import require_fresh_user
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

PAGE = "/settings/second-step"
SECURITY = "/settings/security"
DOT = 5  # pixels
# Whoever sees it can make codes.
NOT_KEPT = {"cache-control": "private, no-store", "content-security-policy": "default-src 'none'"}


async def begin(request: Request) -> Response:
    """Somebody wishes for a second step."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=SECURITY)
    await second_step.begin(instance_of(request), user)
    return RedirectResponse(PAGE, status_code=303)


async def second_step_page(request: Request) -> Response:
    """What to scan, or how to turn it off."""
    return await _render(request, await require_user(request))


async def qr_code(request: Request) -> Response:
    """The secret for a camera."""
    codes = await second_step.new_secret(instance_of(request), await require_user(request))
    picture = io.BytesIO()
    segno.make(codes.provisioning_uri(), micro=False).save(picture, kind="png", scale=DOT)
    return Response(picture.getvalue(), media_type="image/png", headers=NOT_KEPT)


async def confirm(request: Request) -> Response:
    """The first code was sent."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE)
    try:
        await parts_of(request).limits.spend(Rate.ACCOUNT, f"codes of {user.id}")
        recovery = await second_step.confirm(instance_of(request), user, text_of(form, "code"))
    except (Invalid, TooManyRequests) as refusal:
        if isinstance(refusal, Invalid) and not refusal.fields:
            raise
        return await _render(request, user, refusal)
    return await render_page(request, "second_step.html", recovery=recovery)


async def turn_off(request: Request) -> Response:
    """One step is to be enough again."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE)
    try:
        await parts_of(request).limits.spend(Rate.ACCOUNT, f"codes of {user.id}")
        await second_step.turn_off(instance_of(request), user, text_of(form, "code"))
    except (Invalid, TooManyRequests) as refusal:
        return await _render(request, user, refusal)
    return RedirectResponse("/settings/security?done=one-step", status_code=303)


async def _render(request: Request, user: User, refusal: Refusal | None = None) -> Response:
    instance = instance_of(request)
    is_on = await second_step.is_on(instance, user)
    return await render_page(
        request,
        "second_step.html",
        **as_answer(refusal),
        recovery=[],
        is_on=is_on,
        left=await second_step.recovery_codes_left(instance, user),
        secret="" if is_on else (await second_step.new_secret(instance, user)).secret,
        errors=errors_of(refusal, "code"),
    )
