"""This is where moderators look for accounts, and look after one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import accounts as db_accounts
from fedlearn.db import warnings as db_warnings
from fedlearn.domain.accounts import Account, AccountFilter, Origin, State
from fedlearn.domain.actors import Role, User
from fedlearn.domain.ids import ActorId
from fedlearn.domain.roles import RANKS, Permission, Steward, outranks
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import deletion, measures, sign_ups, stewardship, warnings
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import (
    before_of,
    read_steward_form,
    render_desk,
    steward_of,
)
from fedlearn.web.pages.moderation.words import ROLES, STATES
from fedlearn.web.refusals import Refusal

A_PAGE = 40
Choice = TypeVar("Choice", Origin, State, Role)
# What comes back is shown once, where there is something to show.
Act = Callable[..., Awaitable[None]]  # of services/measures.py
Step = Callable[[Instance, Steward, Account, FormData], Awaitable[str | None]]


async def accounts_page(request: Request) -> Response:
    """Accounts that are looked for, newest first."""
    by = await steward_of(request, Permission.MANAGE_USERS)
    wanted, instance = _filter_of(request), instance_of(request)
    found = await stewardship.find_accounts(
        instance, by, wanted, before=before_of(request), limit=A_PAGE
    )
    last = found[-1] if len(found) == A_PAGE else None
    async with instance.db.read() as connection:
        pending = await db_accounts.count_pending(connection)
    return await render_desk(
        request,
        by,
        "accounts.html",
        accounts=found,
        wanted=wanted,
        pending=pending,
        query=request.query_params,
        older=(last.user.id if last.user else last.actor.id) if last else None,
        roles=ROLES,
        states=STATES,
    )


async def account_page(request: Request) -> Response:
    """One account."""
    by = await steward_of(request, Permission.MANAGE_USERS)
    return await _render_account(request, by, {})


async def act_on_account(request: Request) -> Response:
    """A button on the page of an account or of a report about it was pressed."""
    by, form = await read_steward_form(request, Permission.MANAGE_USERS, page=_come_back)
    step = STEPS.get(request.path_params["step"])
    if step is None:
        raise NotFound(_("There is no such button."))
    actor_id = ActorId(request.path_params["actor_id"])
    found, _figures = await stewardship.account(instance_of(request), by, actor_id)
    try:
        shown_once = await step(instance_of(request), by, found, form)
    except Invalid as refusal:
        return await _render_account(request, by, form, refusal)
    # What other servers are shown of them may have changed.
    parts_of(request).documents.forget(f"actor {found.actor.profile.username}")
    if shown_once is not None:
        return await _render_account(request, by, {}, shown_once=shown_once)
    return RedirectResponse(_next(form, actor_id, request.path_params["step"]), status_code=303)


def _next(form: FormData, actor_id: ActorId, step: str) -> str:
    report_id = _report_id(form)
    if report_id is not None:
        return f"/moderation/reports/{report_id}"
    if step in {"approve", "reject"}:
        return "/moderation/accounts?state=pending"
    return f"/moderation/accounts/{actor_id}"


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    by = await steward_of(request, Permission.MANAGE_USERS)
    return await _render_account(request, by, form, refusal)


async def _render_account(
    request: Request,
    by: Steward,
    draft: Mapping[str, Any],
    refusal: Refusal | None = None,
    *,
    shown_once: str | None = None,
) -> Response:
    instance, actor_id = instance_of(request), ActorId(request.path_params["actor_id"])
    found, figures = await stewardship.account(instance, by, actor_id)
    async with instance.db.read() as connection:
        told = await db_warnings.warnings_of(connection, actor_id)
    return await render_desk(
        request,
        by,
        "account.html",
        account=found,
        figures=figures,
        told=told,
        draft=draft,
        step=request.path_params.get("step"),
        refusal=refusal,
        shown_once=shown_once,
        may_act=outranks(by.role, found.role),
        may_change_role=by.role is Role.OWNER or outranks(by.role, found.role),
        roles_to_give=[one for one in RANKS if by.role is Role.OWNER or outranks(by.role, one)],
        roles=ROLES,
        states=STATES,
        what_was_done=warnings.WHAT_WAS_DONE,
    )


# --- the buttons ---------------------------------------------------------------------------------


async def _warn(instance: Instance, by: Steward, account: Account, form: FormData) -> None:
    text = text_of(form, "text")
    await warnings.warn(instance, by, account.actor, text, report_id=_report_id(form))


def _taking(act: Act) -> Step:
    async def take(instance: Instance, by: Steward, account: Account, form: FormData) -> None:
        text, reason, report_id = text_of(form, "text"), _reason(form), _report_id(form)
        await act(instance, by, account.actor, text=text, reason=reason, report_id=report_id)

    return take


def _lifting(act: Act) -> Step:
    async def lift(instance: Instance, by: Steward, account: Account, form: FormData) -> None:
        await act(instance, by, account.actor, reason=_reason(form))

    return lift


async def _approve(instance: Instance, by: Steward, account: Account, _form: FormData) -> None:
    await sign_ups.approve(instance, _user(account), by=by)


async def _reject(instance: Instance, by: Steward, account: Account, form: FormData) -> None:
    await sign_ups.reject(instance, _user(account), by=by, reason=_reason(form))


async def _role(instance: Instance, by: Steward, account: Account, form: FormData) -> None:
    role = _choice(Role, text_of(form, "role"))
    if role is None:
        message = _("Choose a role.")
        raise Invalid(message, {"role": message})
    await stewardship.change_role(instance, _user(account), role, by=by)


async def _password(instance: Instance, by: Steward, account: Account, _form: FormData) -> str:
    return await stewardship.send_password_link(instance, by, _user(account))


async def _one_step(instance: Instance, by: Steward, account: Account, _form: FormData) -> None:
    await stewardship.forget_second_step(instance, _user(account), by=by)


async def _delete(instance: Instance, by: Steward, account: Account, form: FormData) -> None:
    user = _user(account)
    if text_of(form, "name").strip().removeprefix("@") != user.actor.profile.username:
        message = _("Type the name to say that you mean it.")
        raise Invalid(message, {"name": message})
    await deletion.delete_account(instance, user, by=by, reason=_reason(form))


STEPS: dict[str, Step] = {
    "warn": _warn,
    "sensitize": _taking(measures.sensitize),
    "unsensitize": _lifting(measures.unsensitize),
    "disable": _taking(measures.disable),
    "enable": _lifting(measures.enable),
    "silence": _taking(measures.silence),
    "unsilence": _lifting(measures.unsilence),
    "suspend": _taking(measures.suspend),
    "unsuspend": _lifting(measures.unsuspend),
    "approve": _approve,
    "reject": _reject,
    "role": _role,
    "password": _password,
    "one-step": _one_step,
    "delete": _delete,
}


def _user(account: Account) -> User:
    if account.user is None:
        raise Invalid(_("Nobody here has this account."))
    return account.user


def _reason(form: FormData) -> str:
    return text_of(form, "reason").strip()[: warnings.LONGEST_MESSAGE]


def _report_id(form: FormData) -> int | None:
    return number_in(text_of(form, "report_id"))


def _filter_of(request: Request) -> AccountFilter:
    query = request.query_params
    return AccountFilter(
        origin=_choice(Origin, query.get("origin", "")) or Origin.LOCAL,
        state=_choice(State, query.get("state", "")),
        role=_choice(Role, query.get("role", "")),
        domain=query.get("domain", "").strip(),
        name=query.get("name", "").strip().removeprefix("@"),
    )


def _choice(kind: type[Choice], text: str) -> Choice | None:
    try:
        return kind(text)
    except ValueError:
        return None
