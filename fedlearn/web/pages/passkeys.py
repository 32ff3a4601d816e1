"""This is where passkeys come in: one that was just made, and one that signs its owner in."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.errors import Invalid
from fedlearn.services import passkeys
from fedlearn.web.context import instance_of
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.lost import read_going_on
from fedlearn.web.pages.proof import require_fresh_user
from fedlearn.web.pages.security import PAGE, render_security
from fedlearn.web.pages.signing_in import open_session, render_sign_in, spend_try
from fedlearn.web.sessions import read_form, read_open_form


async def add(request: Request) -> Response:
    """A browser has made a passkey."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE)
    answer, agent = text_of(form, "credential"), request.headers.get("user-agent", "")
    try:
        await passkeys.add(instance_of(request), user, answer, agent)
    except Invalid as refusal:
        return await render_security(request, user, user.email, refusal)
    return RedirectResponse(f"{PAGE}?done=passkey", status_code=303)


async def remove(request: Request) -> Response:
    """The button beside a passkey was pressed."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE)
    await passkeys.remove(instance_of(request), user, text_of(form, "passkey"))
    return RedirectResponse(f"{PAGE}?done=no-passkey", status_code=303)


async def sign_in(request: Request) -> Response:
    """A passkey has answered our challenge."""
    form = await read_open_form(request)
    going_on = read_going_on(form)
    try:
        await spend_try(request)
        user = await passkeys.sign_in(instance_of(request), text_of(form, "credential"))
        return await open_session(request, user, going_on, took_second_step=True)
    except (Invalid, TooManyRequests) as refusal:
        return await render_sign_in(request, going_on, refusal=refusal)
