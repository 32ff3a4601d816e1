"""Methods of reports (https://docs.joinmastodon.org/methods/reports/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import reports as db_reports
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, CollectionId, StatusId
from fedlearn.domain.reports import Report, ReportCategory
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import reports
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import actor_with
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import moment
from fedlearn.web.mastodon.parameters import Parameters, read_parameters


async def create_report(request: Request) -> Response:
    """Ask the moderators to look at an account, here and, if that is wished, at its home."""
    reporter = (await require_user(request, "write:reports")).actor
    parameters = await read_parameters(request)
    target = await actor_with(request, ActorId(parameters.id("account_id") or 0))
    report_id = await reports.report(
        instance_of(request),
        reporter,
        target,
        comment=(parameters.text("comment") or "").strip(),
        status_ids=[StatusId(one) for one in parameters.ids("status_ids")],
        collection_ids=[CollectionId(one) for one in parameters.ids("collection_ids")],
        category=_category(parameters),
        rule_ids=parameters.ids("rule_ids"),
        forward=parameters.boolean("forward") or False,
    )
    async with instance_of(request).db.read() as connection:
        made = await db_reports.report_by_id(connection, report_id or 0)
    if made is None:
        raise NotFound("Record not found")
    return await _respond(request, reporter.viewer, made, parameters)


async def _respond(
    request: Request, viewer: Viewer, report: Report, parameters: Parameters
) -> Response:
    """Report, to whom it is by."""
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, viewer, actors=[report.target])
    return json(
        {
            "id": str(report.id),
            "action_taken": False,
            "action_taken_at": None,
            "category": report.category.value,
            "comment": report.comment,
            "forwarded": report.is_forwarded,
            "created_at": moment(report.created_at),
            "status_ids": [str(one) for one in parameters.ids("status_ids")] or None,
            "rule_ids": [str(rule.id) for rule in report.rules] or None,
            "collection_ids": [str(one) for one in report.collections] or None,
            "target_account": account_entity(of, report.target),
        }
    )


def _category(parameters: Parameters) -> ReportCategory:
    """What is wrong; who names rules says that these are broken."""
    usual = ReportCategory.VIOLATION if parameters.ids("rule_ids") else ReportCategory.OTHER
    try:
        return ReportCategory(parameters.text("category") or usual)
    except ValueError:
        raise Invalid("Validation failed: Category is not included in the list") from None
