"""This is where people choose to sign in by two steps, or by one again."""

import io

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import User
from fedlearn.errors import Invalid
from fedlearn.services import second_step
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import Rate
from fedlearn.web.pages.forms import text_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

PAGE = "/settings/second-step"
DOT = 5  # pixels
# Whoever sees it can make codes.
NOT_KEPT = {"cache-control": "private, no-store", "content-security-policy": "default-src 'none'"}


async def begin(request: Request) -> Response:
    """Somebody wishes for a second step."""
    await read_form(request)
    await second_step.begin(instance_of(request), await require_user(request))
    return RedirectResponse(PAGE, status_code=303)


async def second_step_page(request: Request) -> Response:
    """What to scan, or how to turn it off."""
    return await _render(request, await require_user(request), {})


async def qr_code(request: Request) -> Response:
    """The secret for a camera."""
    codes = await second_step.new_secret(instance_of(request), await require_user(request))
    picture = io.BytesIO()
    segno.make(codes.provisioning_uri(), micro=False).save(picture, kind="png", scale=DOT)
    return Response(picture.getvalue(), media_type="image/png", headers=NOT_KEPT)


async def confirm(request: Request) -> Response:
    """The first code was sent."""
    form, user = await read_form(request), await require_user(request)
    await parts_of(request).limits.spend(Rate.ACCOUNT, f"codes of {user.id}")
    try:
        recovery = await second_step.confirm(instance_of(request), user, text_of(form, "code"))
    except Invalid as error:
        if not error.fields:
            raise
        return await _render(request, user, error.fields)
    return await render_page(request, "second_step.html", recovery=recovery)


async def turn_off(request: Request) -> Response:
    """One step is to be enough again."""
    form, user = await read_form(request), await require_user(request)
    await parts_of(request).limits.spend(Rate.ACCOUNT, f"codes of {user.id}")
    try:
        await second_step.turn_off(instance_of(request), user, text_of(form, "code"))
    except Invalid as error:
        return await _render(request, user, error.fields)
    return RedirectResponse("/settings/security?done=one-step", status_code=303)


async def _render(request: Request, user: User, errors: dict[str, str]) -> Response:
    instance = instance_of(request)
    is_on = await second_step.is_on(instance, user)
    return await render_page(
        request,
        "second_step.html",
        status=422 if errors else 200,
        recovery=[],
        is_on=is_on,
        left=await second_step.recovery_codes_left(instance, user),
        secret="" if is_on else (await second_step.new_secret(instance, user)).secret,
        errors=errors,
    )
