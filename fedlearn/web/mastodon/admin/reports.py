"""Methods of reports for moderators (https://docs.joinmastodon.org/methods/admin/reports/)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import accounts as db_accounts
from fedlearn.db import reports as db_reports
from fedlearn.db.reported import posts_seen_anyway
from fedlearn.domain.ids import ActorId
from fedlearn.domain.reports import Report, ReportCategory, ReportState
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import casework, reports
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.admin import admin_report_entity, people_of
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 100, 200
READ, WRITE = "admin:read:reports", "admin:write:reports"
Act = Callable[[Instance, Steward, Report], Awaitable[None]]


async def get_reports(request: Request) -> Response:
    """Reports that wait, or were resolved, with those posts that the moderator sees anyway."""
    by = await steward_of(request, READ, Permission.MANAGE_REPORTS)
    parameters = await read_parameters(request)
    page = read_page(parameters, usual=USUAL, most=MOST)
    found = await casework.find_reports(
        instance_of(request),
        by,
        ReportState.RESOLVED if parameters.boolean("resolved") else ReportState.OPEN,
        target_id=_actor_id(parameters, "target_account_id"),
        reporter_id=_actor_id(parameters, "account_id"),
        before=page.before,
        after=page.after,
        is_upward=page.is_upward,
        limit=page.limit,
    )
    async with instance_of(request).db.read() as connection:
        posts = await posts_seen_anyway(connection, found, by.viewer)
    shown = await _entities(request, by, found, posts)
    return paged(request, shown, [one.id for one in found], has_more=len(found) == page.limit)


async def get_report(request: Request) -> Response:
    """One of them, with all posts on it; that somebody looked is written down."""
    by = await steward_of(request, READ, Permission.MANAGE_REPORTS)
    await _find(request)
    return await _respond(request, by)


async def change_report(request: Request) -> Response:
    """Say what is wrong, and which rules were broken."""
    by = await steward_of(request, WRITE, Permission.MANAGE_REPORTS)
    known, parameters = await _find(request), await read_parameters(request)
    rule_ids = parameters.ids("rule_ids") if "rule_ids" in parameters else None
    await casework.classify(
        instance_of(request),
        by,
        known.id,
        _category(parameters, known),
        [rule.id for rule in known.rules] if rule_ids is None else rule_ids,
    )
    return await _respond(request, by)


async def act_on_report(request: Request) -> Response:
    """Take a report or leave it to others, resolve it or open it again."""
    by = await steward_of(request, WRITE, Permission.MANAGE_REPORTS)
    act = ACTS.get(request.path_params["act"])
    if act is None:
        raise NotFound("Record not found")
    await act(instance_of(request), by, await _find(request))
    return await _respond(request, by)


async def _assign(instance: Instance, by: Steward, report: Report) -> None:
    await casework.assign_to_me(instance, by, report.id)


async def _unassign(instance: Instance, by: Steward, report: Report) -> None:
    await casework.unassign(instance, by, report.id)


async def _resolve(instance: Instance, by: Steward, report: Report) -> None:
    if report.resolved_at is None:
        await reports.resolve(instance, report.id, by=by)


async def _reopen(instance: Instance, by: Steward, report: Report) -> None:
    await casework.reopen(instance, by, report.id)


ACTS: dict[str, Act] = {
    "assign_to_self": _assign,
    "unassign": _unassign,
    "resolve": _resolve,
    "reopen": _reopen,
}


async def _find(request: Request) -> Report:
    async with instance_of(request).db.read() as connection:
        found = await db_reports.report_by_id(connection, request.path_params["report_id"])
    if found is None:
        raise NotFound("Record not found")
    return found


def _actor_id(parameters: Parameters, name: str) -> ActorId | None:
    number = parameters.id(name)
    return None if number is None else ActorId(number)


def _category(parameters: Parameters, known: Report) -> ReportCategory:
    try:
        return ReportCategory(parameters.text("category") or known.category)
    except ValueError:
        raise Invalid("Validation failed: Category is not included in the list") from None


async def _respond(request: Request, by: Steward) -> Response:
    report_id = request.path_params["report_id"]
    case = await casework.read_case(instance_of(request), by, report_id)
    posts = {report_id: [post.view for post in case.posts]}
    (shown,) = await _entities(request, by, [case.report], posts)
    return json(shown)


async def _entities(
    request: Request,
    by: Steward,
    found: Sequence[Report],
    posts: Mapping[int, Sequence[StatusView]],
) -> list[Entity]:
    people = {actor.id: actor for report in found for actor in people_of(report)}
    views = [view for shown in posts.values() for view in shown]
    async with instance_of(request).db.read() as connection:
        accounts = await db_accounts.accounts_by_id(connection, list(people))
        of = await describing(request, connection, by.viewer, views=views, actors=people.values())
    return [
        admin_report_entity(of, by, one, posts=posts[one.id], accounts=accounts) for one in found
    ]
