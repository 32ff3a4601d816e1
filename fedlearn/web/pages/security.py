"""This is where people keep their account safe: their address, and where they are signed in."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import User
from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid
from fedlearn.services import accounts, devices, passkeys, proving, second_step
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.proof import require_fresh_user
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import read_form, require_user, session_token
from fedlearn.web.templating import render_page

PAGE = "/settings/security"
NOTICES = {
    "device": N_("That browser is signed out."),
    "email": N_("Your address was changed."),
    "asked": N_("We sent a link to that address. It counts once you open it."),
    "passkey": N_("Your passkey signs you in from now on."),
    "no-passkey": N_("That passkey signs you in no more."),
    "one-step": N_("Your password is enough to sign in again."),
    "others": N_("Every other browser is signed out."),
}


async def security_page(request: Request) -> Response:
    """All that keeps an account safe."""
    user = await require_user(request)
    return await render_security(request, user, user.email)


async def change_email(request: Request) -> Response:
    """Another address was given."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE)
    email = text_of(form, "email").strip()
    try:
        await parts_of(request).limits.spend(Rate.MAIL, f"from {user.id}")
        await parts_of(request).limits.spend_letter(email)
        counts = await accounts.change_email(instance_of(request), user, email)
    except (Invalid, TooManyRequests) as refusal:
        return await render_security(request, user, email, refusal)
    return RedirectResponse(f"{PAGE}?done={'email' if counts else 'asked'}", status_code=303)


async def sign_out_device(request: Request) -> Response:
    """The button beside one browser was pressed."""
    form, user = await read_form(request), await require_user(request)
    await devices.sign_out(instance_of(request), user, text_of(form, "device"))
    return RedirectResponse(f"{PAGE}?done=device", status_code=303)


async def sign_out_others(request: Request) -> Response:
    """The button below all browsers was pressed."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE)
    await devices.sign_out_others(instance_of(request), user, session_token(request))
    return RedirectResponse(f"{PAGE}?done=others", status_code=303)


async def render_security(
    request: Request, user: User, email: str, refusal: Refusal | None = None
) -> Response:
    """The page, with what was typed and what is wrong with it."""
    instance = instance_of(request)
    return await render_page(
        request,
        "security.html",
        **as_answer(refusal),
        notice=_(NOTICES.get(request.query_params.get("done", ""), "")),
        devices=await devices.devices(instance, user, session_token(request)),
        has_second_step=await second_step.is_on(instance, user),
        passkeys=await passkeys.passkeys_of(instance, user),
        passkey_options=await passkeys.creation_options(instance, user),
        email=email,
        errors=errors_of(refusal, "email"),
        is_fresh=await proving.is_fresh(instance, session_token(request)),
    )
