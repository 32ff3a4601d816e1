"""This is where people sign in and out, and sign up where they may."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import User
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid
from fedlearn.services import passkeys, proving, second_step, signing_in, signing_up
from fedlearn.services.accounts import NewAccount
from fedlearn.services.signing_in import SecondStepNeeded
from fedlearn.settings import Registration
from fedlearn.text.languages import _
from fedlearn.web.context import address_of, instance_of, parts_of, severity_of
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.lost import GoingOn, read_going_on
from fedlearn.web.refusals import Refusal, as_answer, errors_of
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
    notice = _("Your account is deleted.") if "left" in request.query_params else ""
    return await render_sign_in(request, target=target, notice=notice)


async def sign_in(request: Request) -> Response:
    """Name or address and password were sent."""
    form = await read_open_form(request)
    login, going_on = text_of(form, "login"), read_going_on(form)
    try:
        await spend_try(request)
        account = await signing_in.account_of(instance_of(request), login)
        await parts_of(request).limits.spend(Rate.ACCOUNT, account)
        user = await signing_in.sign_in(instance_of(request), login, text_of(form, "password"))
        await parts_of(request).limits.forget(Rate.ACCOUNT, account)
        return await open_session(request, user, going_on)
    except (Invalid, TooManyRequests) as refusal:
        return await render_sign_in(request, going_on, login=login, refusal=refusal)


async def sign_in_link_page(request: Request) -> Response:
    """A one-time link was opened: a button follows, since mail scanners open links too."""
    return await render_page(request, "sign_in_link.html", token=request.path_params["token"])


async def use_sign_in_link(request: Request) -> Response:
    """The button behind a one-time link was pressed."""
    await read_open_form(request)
    try:
        await spend_try(request)
        user = await signing_in.use_sign_in_link(instance_of(request), request.path_params["token"])
        shown = await proving.proofs_of(instance_of(request), user)
        comes_back = shown.password or shown.passkey
        going_on = GoingOn("/" if comes_back else "/?choose=password")
        return await open_session(request, user, going_on)
    except (Invalid, TooManyRequests) as refusal:
        return await render_sign_in(request, refusal=refusal)


async def take_second_step(request: Request) -> Response:
    """A code was sent, after the password."""
    form, instance = await read_open_form(request), instance_of(request)
    token, going_on = text_of(form, "token"), read_going_on(form)
    try:
        await spend_try(request)
        user = await second_step.finish_sign_in(instance, token, text_of(form, "code"))
    except Invalid as refusal:
        if refusal.fields:
            return await _render_code(request, token, going_on, refusal)
        return await render_sign_in(request, going_on, refusal=refusal)
    except TooManyRequests as refusal:
        return await _render_code(request, token, going_on, refusal)
    await parts_of(request).limits.forget(Rate.ACCOUNT, f"codes of {user.id}")
    return await open_session(request, user, going_on, took_second_step=True)


async def sign_out(request: Request) -> Response:
    """The session ends, here and in the database."""
    await read_form(request)
    await signing_in.close_session(instance_of(request), session_token(request))
    response = RedirectResponse("/sign-in", status_code=303)
    forget_session(request, response)
    return response


async def sign_up_page(request: Request) -> Response:
    """The form with which somebody makes an account, where the operator lets them."""
    return await _render_sign_up(request, request.query_params)


async def sign_up(request: Request) -> Response:
    """Somebody made an account."""
    form = await read_open_form(request)
    wanted = NewAccount(
        username=text_of(form, "username").strip(),
        email=text_of(form, "email").strip(),
        password=text_of(form, "password"),
        invite_request=text_of(form, "reason"),
        date_of_birth=text_of(form, "date_of_birth"),
    )
    try:
        await spend_try(request)
        await parts_of(request).limits.spend_letter(wanted.email)
        user = await signing_up.sign_up(
            instance_of(request),
            wanted,
            text_of(form, "invitation"),
            severity=await severity_of(request),
        )
    except (Invalid, TooManyRequests) as refusal:
        return await _render_sign_up(request, form, refusal)
    if notice := _still_to_do(user):
        return await render_sign_in(request, login=wanted.username, notice=notice)
    return await open_session(request, user, GoingOn())


def _still_to_do(user: User) -> str:
    """What must happen before somebody new can sign in; "" when nothing."""
    if user.confirmed_at is None:
        return _(
            "Thank you. Open the link that we sent to %(email)s, to confirm your address.",
            email=user.email,
        )
    if user.approved_at is None:
        return _("Thank you. You can sign in once your account has been approved.")
    return ""


async def open_session(
    request: Request, user: User, going_on: GoingOn, *, took_second_step: bool = False
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
        return await _render_code(request, token, going_on)
    response = going_on.response()
    set_session(request, response, token)
    return response


async def spend_try(request: Request) -> None:
    """Count a try from this address; `TooManyRequests` when it is one too many."""
    address = address_of(request)
    await parts_of(request).limits.spend(Rate.SIGN_IN, address)


async def render_sign_in(
    request: Request,
    going_on: GoingOn | None = None,
    *,
    target: str = "/",
    login: str = "",
    refusal: Refusal | None = None,
    notice: str = "",
    otherwise: int = 200,
) -> Response:
    """The form to sign in with, what happened, and where it leads."""
    return await render_page(
        request,
        "sign_in.html",
        **as_answer(refusal, otherwise=otherwise),
        passkey_options=passkeys.request_options(instance_of(request)),
        login=login,
        going_on=going_on or GoingOn(target),
        problem=str(refusal or ""),
        notice=notice,
    )


async def ask_to_sign_in(request: Request, going_on: GoingOn, *, status: int = 401) -> Response:
    """The form to sign in with, since the session was lost over what somebody wrote."""
    notice = _("You were signed out. Sign in, and you find what you wrote.")
    return await render_sign_in(request, going_on, notice=notice, otherwise=status)


async def _render_code(
    request: Request, token: str, going_on: GoingOn, refusal: Refusal | None = None
) -> Response:
    return await render_page(
        request,
        "code.html",
        **as_answer(refusal),
        token=token,
        going_on=going_on,
        errors=errors_of(refusal, "code"),
    )


async def _render_sign_up(
    request: Request, draft: Mapping[str, Any], refusal: Refusal | None = None
) -> Response:
    mode, errors = instance_of(request).settings.registration, errors_of(refusal)
    waits = await severity_of(request) is Severity.APPROVAL
    is_asked_why = mode is Registration.APPROVAL and not draft.get("invitation")
    return await render_page(
        request,
        "sign_up.html",
        **as_answer(refusal),
        draft=draft,
        errors=errors,
        is_let_in=_is_let_in(mode, draft),
        # An invitation that has run out is found to be so only when it is used.
        asks_why=waits or is_asked_why or "reason" in errors,
        must_say_why=is_asked_why,
        longest_reason=signing_up.LONGEST_REASON,
    )


def _is_let_in(mode: Registration, draft: Mapping[str, Any]) -> bool:
    """Whether the form would lead anywhere: not without an invitation where one is asked for."""
    return mode in {Registration.OPEN, Registration.APPROVAL} or (
        mode is Registration.INVITE and bool(draft.get("invitation"))
    )
