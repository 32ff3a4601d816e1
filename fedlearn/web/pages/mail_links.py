"""This is where links in mails lead: to a new password, and to an address that is confirmed."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.errors import Invalid
from fedlearn.services import mail_links
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import Rate
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.signing_in import render_sign_in, spend_try
from fedlearn.web.sessions import read_open_form
from fedlearn.web.templating import render_page

ASKED = (
    "If there is such an account, a mail with a link is on its way to its address. "
    "It works for {minutes} minutes."
)


async def forgotten_page(request: Request) -> Response:
    """The form in which somebody says whose password they forgot."""
    minutes = instance_of(request).settings.password_link_minutes
    notice = ASKED.format(minutes=minutes) if "asked" in request.query_params else ""
    return await render_page(request, "forgotten.html", notice=notice)


async def ask_for_link(request: Request) -> Response:
    """That form was sent. The answer is the same whether there is such a person or not."""
    await spend_try(request)
    instance, login = instance_of(request), text_of(await read_open_form(request), "login")
    await parts_of(request).limits.spend(Rate.MAIL, login.strip().lower())
    if instance.settings.sends_mail:
        await mail_links.ask_for_password_link(instance, login)
    return RedirectResponse("/new-password?asked=yes", status_code=303)


async def new_password_page(request: Request) -> Response:
    """The link in the mail was opened."""
    return await _render_new_password(request, {})


async def choose_password(request: Request) -> Response:
    """A new password was chosen."""
    await spend_try(request)
    password = text_of(await read_open_form(request), "password")
    try:
        await mail_links.choose_password(
            instance_of(request), request.path_params["token"], password
        )
    except Invalid as error:
        return await _render_new_password(request, error.fields or {"form": str(error)})
    notice = "Your password was changed, and every browser is signed out. Sign in with the new one."
    return await render_sign_in(request, login="", target="/", notice=notice)


async def confirm_page(request: Request) -> Response:
    """A link to confirm an address was opened: a button follows, since mail scanners open links."""
    return await render_page(request, "confirm.html", problem="")


async def confirm_email(request: Request) -> Response:
    """The button behind that link was pressed."""
    await spend_try(request)
    await read_open_form(request)
    try:
        user = await mail_links.confirm_email(instance_of(request), request.path_params["token"])
    except Invalid as error:
        return await render_page(request, "confirm.html", status=422, problem=str(error))
    notice = "Your address is confirmed. You can sign in."
    if user.approved_at is None:
        notice = "Your address is confirmed. You can sign in once your account has been approved."
    return await render_sign_in(request, login="", target="/", notice=notice)


async def _render_new_password(request: Request, errors: dict[str, str]) -> Response:
    return await render_page(
        request,
        "new_password.html",
        status=422 if errors else 200,
        token=request.path_params["token"],
        errors=errors,
    )
