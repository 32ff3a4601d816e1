"""This is where links in mails lead: to a new password, and to an address that is confirmed."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid
from fedlearn.services import mail_links, signing_in
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.signing_in import render_sign_in, spend_try
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import read_open_form
from fedlearn.web.templating import render_page

ASKED = N_(
    "If there is such an account, a mail with a link is on its way to its address. "
    "It works for %(minutes)s minutes."
)


async def forgotten_page(request: Request) -> Response:
    """The form in which somebody says whose password they forgot."""
    minutes = instance_of(request).settings.password_link_minutes
    notice = _(ASKED, minutes=minutes) if "asked" in request.query_params else ""
    return await _render_forgotten(request, notice=notice)


async def ask_for_link(request: Request) -> Response:
    """That form was sent. The answer is the same whether there is such a person or not."""
    instance, login = instance_of(request), text_of(await read_open_form(request), "login")
    try:
        await spend_try(request)
        account = await signing_in.account_of(instance, login)
        await parts_of(request).limits.spend(Rate.MAIL, account)
    except TooManyRequests as refusal:
        return await _render_forgotten(request, login=login, refusal=refusal)
    if instance.settings.sends_mail:
        await mail_links.ask_for_password_link(instance, login)
    return RedirectResponse("/new-password?asked=yes", status_code=303)


async def new_password_page(request: Request) -> Response:
    """The link in the mail was opened."""
    return await _render_new_password(request)


async def choose_password(request: Request) -> Response:
    """A new password was chosen."""
    password = text_of(await read_open_form(request), "password")
    try:
        await spend_try(request)
        await mail_links.choose_password(
            instance_of(request), request.path_params["token"], password
        )
    except (Invalid, TooManyRequests) as refusal:
        return await _render_new_password(request, refusal)
    notice = _(
        "Your password was changed, and every browser is signed out. Sign in with the new one."
    )
    return await render_sign_in(request, notice=notice)


async def confirm_page(request: Request) -> Response:
    """A link to confirm an address was opened: a button follows, since mail scanners open links."""
    return await _render_confirm(request)


async def confirm_email(request: Request) -> Response:
    """The button behind that link was pressed."""
    await read_open_form(request)
    try:
        await spend_try(request)
        user = await mail_links.confirm_email(instance_of(request), request.path_params["token"])
    except (Invalid, TooManyRequests) as refusal:
        return await _render_confirm(request, refusal)
    notice = _("Your address is confirmed. You can sign in.")
    if user.approved_at is None:
        notice = _(
            "Your address is confirmed. You can sign in once your account has been approved."
        )
    return await render_sign_in(request, notice=notice)


async def _render_forgotten(
    request: Request, *, notice: str = "", login: str = "", refusal: TooManyRequests | None = None
) -> Response:
    return await render_page(
        request,
        "forgotten.html",
        **as_answer(refusal),
        notice=notice,
        login=login,
        errors=errors_of(refusal, "login"),
    )


async def _render_new_password(request: Request, refusal: Refusal | None = None) -> Response:
    return await render_page(
        request,
        "new_password.html",
        **as_answer(refusal),
        token=request.path_params["token"],
        errors=errors_of(refusal),
    )


async def _render_confirm(request: Request, refusal: Refusal | None = None) -> Response:
    return await render_page(
        request,
        "confirm.html",
        **as_answer(refusal),
        problem=str(refusal or ""),
        is_over=isinstance(refusal, Invalid),
    )
