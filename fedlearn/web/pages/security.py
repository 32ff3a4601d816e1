"""This is where people look after their account: in which browsers they are signed in."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.services import devices
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.sessions import read_form, require_user, session_token
from fedlearn.web.templating import render_page

PAGE = "/settings/security"
NOTICES = {
    "device": "That browser is signed out.",
    "others": "Every other browser is signed out.",
}


async def security_page(request: Request) -> Response:
    """All that keeps an account safe."""
    user = await require_user(request)
    return await render_page(
        request,
        "security.html",
        notice=NOTICES.get(request.query_params.get("done", ""), ""),
        devices=await devices.devices(instance_of(request), user, session_token(request)),
    )


async def sign_out_device(request: Request) -> Response:
    """The button beside one browser was pressed."""
    form, user = await read_form(request), await require_user(request)
    await devices.sign_out(instance_of(request), user, text_of(form, "device"))
    return RedirectResponse(f"{PAGE}?done=device", status_code=303)


async def sign_out_others(request: Request) -> Response:
    """The button below all browsers was pressed."""
    await read_form(request)
    user = await require_user(request)
    await devices.sign_out_others(instance_of(request), user, session_token(request))
    return RedirectResponse(f"{PAGE}?done=others", status_code=303)
