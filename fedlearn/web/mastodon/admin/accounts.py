"""Methods of accounts for moderators (https://docs.joinmastodon.org/methods/admin/accounts/)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import accounts as db_accounts
from fedlearn.db import reports as db_reports
from fedlearn.domain.accounts import Account, AccountSearch, Origin, State
from fedlearn.domain.actors import Role, User
from fedlearn.domain.ids import ActorId
from fedlearn.domain.policies import Measure
from fedlearn.domain.reports import Report
from fedlearn.domain.roles import Permission, Steward, outranks, roles_that_may
from fedlearn.errors import Forbidden, Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import deletion, measures, reports, sign_ups, stewardship, warnings
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import NOT_ALLOWED, steward_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import ROLE_IDS
from fedlearn.web.mastodon.entities.admin import admin_account_entity
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 100, 200
READ, WRITE = "admin:read:accounts", "admin:write:accounts"
Choice = TypeVar("Choice", Origin, State)
Act = Callable[[Instance, Steward, Account], Awaitable[None]]
MEASURES = {
    "sensitive": measures.sensitize,
    "disable": measures.disable,
    "silence": measures.silence,
    "suspend": measures.suspend,
}


# --- looking -------------------------------------------------------------------------------------


async def get_accounts(request: Request) -> Response:
    """Accounts here and elsewhere that are looked for, newest first."""
    by = await steward_of(request, READ, Permission.MANAGE_USERS)
    parameters = await read_parameters(request)
    status = parameters.text("status") or ""
    wanted = replace(
        _named(parameters),
        origin=_choice(Origin, parameters.text("origin") or ""),
        states=_states([status] if status else []),
        roles=_roles(parameters),
        invited_by=_actor_id(parameters, "invited_by"),
    )
    return await _respond_with_page(request, by, wanted)


async def get_old_accounts(request: Request) -> Response:
    """The same, as older clients ask: by a switch for each way in which an account can stand."""
    by = await steward_of(request, READ, Permission.MANAGE_USERS)
    parameters = await read_parameters(request)
    origins = [one for one in Origin if parameters.boolean(one.value)]
    stands = [one for one in State if parameters.boolean(one.value)]
    wanted = replace(
        _named(parameters),
        origin=origins[0] if len(origins) == 1 else None,
        states=_states(stands),
        roles=_staff() if parameters.boolean("staff") else None,
    )
    return await _respond_with_page(request, by, wanted)


async def get_account(request: Request) -> Response:
    """One account."""
    by = await steward_of(request, READ, Permission.MANAGE_USERS)
    return await _respond(request, by, await _find(request))


# --- acting --------------------------------------------------------------------------------------


async def take_action(request: Request) -> Response:
    """Warn somebody or take a measure; what was reported about them is done with that."""
    by = await steward_of(request, WRITE, Permission.MANAGE_USERS, Permission.MANAGE_REPORTS)
    found, parameters = await _find_below(request, by), await read_parameters(request)
    text = parameters.text("text") or ""
    report = await _report(request, found, parameters)
    report_id = report.id if report else None
    by_mail = parameters.boolean("send_email_notification") is not False
    instance, actor = instance_of(request), found.actor
    kind = parameters.text("type") or ""
    if kind == "none":
        await warnings.warn(instance, by, actor, text, report_id=report_id, by_mail=by_mail)
        if report is not None and report.resolved_at is None:
            await reports.resolve(instance, report.id, by=by)
        return json({})
    measure = MEASURES.get(kind)
    if measure is None:
        raise Invalid("Record invalid")
    await measure(instance, by, actor, text=text, reason=text, report_id=report_id, by_mail=by_mail)
    await reports.resolve_about(instance, actor, by=by)
    _forget_document(request, found)
    return json({})


async def act_on_account(request: Request) -> Response:
    """Let somebody in or not, or take a measure back."""
    by = await steward_of(request, WRITE, Permission.MANAGE_USERS)
    act = ACTS.get(request.path_params["act"])
    if act is None:
        raise NotFound("Record not found")
    found = await _find_below(request, by)
    await act(instance_of(request), by, found)
    _forget_document(request, found)
    # Of whom was not let in nothing is left.
    return await _respond(request, by, await _again(request, found))


async def delete_account(request: Request) -> Response:
    """Erase for good who is suspended here."""
    by = await steward_of(request, WRITE, Permission.DELETE_USER_DATA)
    found = await _find_below(request, by)
    if found.user is None or found.state is not State.SUSPENDED:
        raise Forbidden(NOT_ALLOWED)
    await deletion.delete_account(instance_of(request), found.user, by=by)
    _forget_document(request, found)
    return await _respond(request, by, await _again(request, found))


async def _approve(instance: Instance, by: Steward, account: Account) -> None:
    await sign_ups.approve(instance, _newcomer(account), by=by)


async def _reject(instance: Instance, by: Steward, account: Account) -> None:
    await sign_ups.reject(instance, _newcomer(account), by=by)


async def _enable(instance: Instance, by: Steward, account: Account) -> None:
    if account.user is None:
        raise Forbidden(NOT_ALLOWED)
    if account.is_disabled:
        await measures.enable(instance, by, account.actor)


async def _unsensitize(instance: Instance, by: Steward, account: Account) -> None:
    if account.actor.is_sensitized:
        await measures.unsensitize(instance, by, account.actor)


async def _unsilence(instance: Instance, by: Steward, account: Account) -> None:
    if account.actor.measure is Measure.SILENCE:
        await measures.unsilence(instance, by, account.actor)


async def _unsuspend(instance: Instance, by: Steward, account: Account) -> None:
    if account.actor.measure is not Measure.SUSPEND:
        raise Forbidden(NOT_ALLOWED)
    await measures.unsuspend(instance, by, account.actor)


ACTS: dict[str, Act] = {
    "approve": _approve,
    "reject": _reject,
    "enable": _enable,
    "unsensitive": _unsensitize,
    "unsilence": _unsilence,
    "unsuspend": _unsuspend,
}


def _newcomer(account: Account) -> User:
    if account.user is None or account.state is not State.PENDING:
        raise Forbidden(NOT_ALLOWED)
    return account.user


# --- reading what is asked -----------------------------------------------------------------------


async def _find(request: Request) -> Account:
    instance, wanted = instance_of(request), ActorId(request.path_params["actor_id"])
    async with instance.db.read() as connection:
        found = await db_accounts.account(connection, wanted)
    if found is None or found.actor.id == instance.actor.id:
        raise NotFound("Record not found")
    return found


async def _find_below(request: Request, by: Steward) -> Account:
    found = await _find(request)
    if not outranks(by.role, found.role):
        raise Forbidden(NOT_ALLOWED)
    return found


async def _again(request: Request, account: Account) -> Account:
    """As it stands now; as it stood, when nothing of it is left."""
    async with instance_of(request).db.read() as connection:
        return await db_accounts.account(connection, account.actor.id) or account


async def _report(request: Request, about: Account, parameters: Parameters) -> Report | None:
    """The report that led to what is done, which must be one about this account."""
    report_id = parameters.id("report_id")
    if report_id is None:
        return None
    async with instance_of(request).db.read() as connection:
        found = await db_reports.report_by_id(connection, report_id)
    if found is None or found.target.id != about.actor.id:
        raise NotFound("Record not found")
    return found


def _forget_document(request: Request, account: Account) -> None:
    # What other servers are shown of them may have changed.
    parts_of(request).documents.forget(f"actor {account.actor.profile.username}")


def _named(parameters: Parameters) -> AccountSearch:
    """What both ways of asking have in common. By addresses of computers nobody is found."""
    return AccountSearch(
        username=(parameters.text("username") or "").strip().removeprefix("@"),
        name=(parameters.text("display_name") or "").strip(),
        domain=(parameters.text("by_domain") or "").strip(),
        email=(parameters.text("email") or "").strip(),
    )


def _states(stands: Sequence[str]) -> tuple[State, ...] | None:
    if not stands:
        return None
    found = [_choice(State, one) for one in stands]
    return tuple(one for one in found if one is not None)


def _roles(parameters: Parameters) -> tuple[Role, ...] | None:
    if parameters.text("permissions") == "staff":
        return _staff()
    wanted = parameters.texts("role_ids")
    return tuple(role for role in Role if ROLE_IDS[role] in wanted) if wanted else None


def _staff() -> tuple[Role, ...]:
    return tuple(roles_that_may(Permission.MANAGE_REPORTS))


def _actor_id(parameters: Parameters, name: str) -> ActorId | None:
    number = parameters.id(name)
    return None if number is None else ActorId(number)


def _choice(kind: type[Choice], text: str) -> Choice | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise Invalid(f"Unknown value: {text}") from None


# --- answering -----------------------------------------------------------------------------------


async def _respond_with_page(request: Request, by: Steward, wanted: AccountSearch) -> Response:
    parameters = await read_parameters(request)
    if parameters.text("ip"):
        return json([])
    page = read_page(parameters, usual=USUAL, most=MOST)
    found = await stewardship.search_accounts(
        instance_of(request),
        by,
        wanted,
        before=page.before,
        after=page.after,
        is_upward=page.is_upward,
        limit=page.limit,
    )
    has_more = len(found) == page.limit
    shown = await _entities(request, by, found)
    return paged(request, shown, [one.actor.id for one in found], has_more=has_more)


async def _respond(request: Request, by: Steward, account: Account) -> Response:
    (shown,) = await _entities(request, by, [account])
    return json(shown)


async def _entities(request: Request, by: Steward, found: Sequence[Account]) -> list[Entity]:
    async with instance_of(request).db.read() as connection:
        actors = [one.actor for one in found]
        of = await describing(request, connection, by.viewer, actors=actors)
    return [admin_account_entity(of, by, one) for one in found]
