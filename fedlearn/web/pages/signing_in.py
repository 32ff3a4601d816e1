"""This is where people sign in and out, and sign up where they may."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import User
from fedlearn.errors import Invalid
from fedlearn.services import accounts, passkeys, second_step, signing_in
from fedlearn.services.accounts import NewAccount
from fedlearn.services.signing_in import SecondStepNeeded
from fedlearn.settings import Registration
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import Rate
from fedlearn.web.pages.forms import text_of
from fedlearn.web.sessions import (
    current_user,
    forget_session,
    local_path,
    read_form,
    read_open_form,
    session_token,
    set_session,
)
from fedlearn.web.templating import render_page


async def sign_in_page(request: Request) -> Response:
    """The form to sign in with."""
    target = local_path(request.query_params.get("next", ""))
    if await current_user(request):
        return RedirectResponse(target, status_code=303)
    return await render_sign_in(request, login="", target=target)


async def sign_in(request: Request) -> Response:
    """Name or address and password were sent."""
    await spend_try(request)
    form = await read_open_form(request)
    login, target = text_of(form, "login"), local_path(text_of(form, "next"))
    account, limits = login.strip().lower(), parts_of(request).limits
    await limits.spend(Rate.ACCOUNT, account)
    user = await signing_in.sign_in(instance_of(request), login, text_of(form, "password"))
    if user is None:
        problem = "The name or the password is not right."
        return await render_sign_in(request, login=login, target=target, problem=problem)
    await limits.forget(Rate.ACCOUNT, account)
    try:
        return await open_session(request, user, target)
    except Invalid as error:
        return await render_sign_in(request, login=login, target=target, problem=str(error))


async def sign_in_link_page(request: Request) -> Response:
    """A one-time link was opened: a button follows, since mail scanners open links too."""
    return await render_page(request, "sign_in_link.html", token=request.path_params["token"])


async def use_sign_in_link(request: Request) -> Response:
    """The button behind a one-time link was pressed."""
    await spend_try(request)
    await read_open_form(request)
    user = await signing_in.use_sign_in_link(instance_of(request), request.path_params["token"])
    if user is None:
        problem = "This link has been used or has run out. Ask for a new one."
        return await render_sign_in(request, login="", target="/", problem=problem)
    return await open_session(request, user, "/")


async def take_second_step(request: Request) -> Response:
    """A code was sent, after the password."""
    await spend_try(request)
    form, instance = await read_open_form(request), instance_of(request)
    token, target = text_of(form, "token"), local_path(text_of(form, "next"))
    try:
        user = await second_step.finish_sign_in(instance, token, text_of(form, "code"))
    except Invalid as error:
        if error.fields:
            return await _render_code(request, token, target, error.fields)
        return await render_sign_in(request, login="", target=target, problem=str(error))
    await parts_of(request).limits.forget(Rate.ACCOUNT, f"codes of {user.id}")
    return await open_session(request, user, target, took_second_step=True)


async def sign_out(request: Request) -> Response:
    """The session ends, here and in the database."""
    await read_form(request)
    await signing_in.close_session(instance_of(request), session_token(request))
    response = RedirectResponse("/sign-in", status_code=303)
    forget_session(request, response)
    return response


async def sign_up_page(request: Request) -> Response:
    """The form with which somebody makes an account, where the operator lets them."""
    invitation = request.query_params.get("invitation", "")
    return await _render_sign_up(request, {"invitation": invitation}, {})


async def sign_up(request: Request) -> Response:
    """Somebody made an account."""
    await spend_try(request)
    form = await read_open_form(request)
    wanted = NewAccount(
        username=text_of(form, "username").strip(),
        email=text_of(form, "email").strip(),
        password=text_of(form, "password"),
    )
    try:
        user = await accounts.sign_up(instance_of(request), wanted, text_of(form, "invitation"))
    except Invalid as error:
        errors = error.fields or {"form": str(error)}
        return await _render_sign_up(request, form, errors, status=422)
    if notice := _still_to_do(user):
        return await render_sign_in(request, login=wanted.username, target="/", notice=notice)
    return await open_session(request, user, "/")


def _still_to_do(user: User) -> str:
    """What must happen before somebody new can sign in; "" when nothing."""
    if user.confirmed_at is None:
        return f"Thank you. Open the link that we sent to {user.email}, to confirm your address."
    if user.approved_at is None:
        return "Thank you. You can sign in once your account has been approved."
    return ""


async def open_session(
    request: Request, user: User, target: str, *, took_second_step: bool = False
) -> Response:
    """A session begins, or the second step is asked for; `Invalid` says why neither may be."""
    instance, agent = instance_of(request), request.headers.get("user-agent", "")
    try:
        token = await signing_in.open_session(
            instance, user, agent, took_second_step=took_second_step
        )
    except SecondStepNeeded:
        await parts_of(request).limits.spend(Rate.ACCOUNT, f"codes of {user.id}")
        token = await second_step.begin_sign_in(instance, user)
        return await _render_code(request, token, target, {})
    response = RedirectResponse(target, status_code=303)
    set_session(request, response, token)
    return response


async def spend_try(request: Request) -> None:
    """Count a try from this address; `TooManyRequests` when it is one too many."""
    address = request.client.host if request.client else ""
    await parts_of(request).limits.spend(Rate.SIGN_IN, address)


async def render_sign_in(
    request: Request, *, login: str, target: str, problem: str = "", notice: str = ""
) -> Response:
    """The form to sign in with, and what happened."""
    return await render_page(
        request,
        "sign_in.html",
        passkey_options=passkeys.request_options(instance_of(request)),
        status=422 if problem else 200,
        login=login,
        target=target,
        problem=problem,
        notice=notice,
    )


async def _render_code(
    request: Request, token: str, target: str, errors: dict[str, str]
) -> Response:
    status = 422 if errors else 200
    return await render_page(
        request, "code.html", status=status, token=token, target=target, errors=errors
    )


async def _render_sign_up(
    request: Request, draft: FormData | dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    is_open = instance_of(request).settings.registration is not Registration.CLOSED
    return await render_page(
        request, "sign_up.html", status=status, draft=draft, errors=errors, is_open=is_open
    )
