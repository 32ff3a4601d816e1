"""This is where passkeys come in: one that was just made, and one that signs its owner in."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.errors import Invalid
from fedlearn.services import passkeys
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.security import PAGE, render_security
from fedlearn.web.pages.signing_in import open_session, render_sign_in, spend_try
from fedlearn.web.sessions import local_path, read_form, read_open_form, require_user


async def add(request: Request) -> Response:
    """A browser has made a passkey."""
    form, user = await read_form(request), await require_user(request)
    answer, agent = text_of(form, "credential"), request.headers.get("user-agent", "")
    try:
        await passkeys.add(instance_of(request), user, answer, agent)
    except Invalid as error:
        return await render_security(request, user, user.email, error.fields)
    return RedirectResponse(f"{PAGE}?done=passkey", status_code=303)


async def remove(request: Request) -> Response:
    """The button beside a passkey was pressed."""
    form, user = await read_form(request), await require_user(request)
    await passkeys.remove(instance_of(request), user, text_of(form, "passkey"))
    return RedirectResponse(f"{PAGE}?done=no-passkey", status_code=303)


async def sign_in(request: Request) -> Response:
    """A passkey has answered our challenge."""
    await spend_try(request)
    form = await read_open_form(request)
    target = local_path(text_of(form, "next"))
    try:
        user = await passkeys.sign_in(instance_of(request), text_of(form, "credential"))
        return await open_session(request, user, target, took_second_step=True)
    except Invalid as error:
        return await render_sign_in(request, login="", target=target, problem=str(error))
