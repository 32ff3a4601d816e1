"""This is where moderators find reports and work on one."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import actors as db_actors
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.reports import ReportState
from fedlearn.domain.roles import Permission, Steward, outranks
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import casework, reports, stewardship
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import (
    before_of,
    read_steward_form,
    render_desk,
    steward_of,
)
from fedlearn.web.pages.moderation.words import CATEGORIES
from fedlearn.web.refusals import Refusal, errors_of

A_PAGE = 30
Step = Callable[[Instance, Steward, int, FormData], Awaitable[object]]


async def reports_page(request: Request) -> Response:
    """Reports that wait, are one's own, or were resolved; all, or those about or by somebody."""
    by = await steward_of(request, Permission.MANAGE_REPORTS)
    state = _state_of(request.query_params.get("state", ""))
    about = number_in(request.query_params.get("about", ""))
    target_id = ActorId(about) if about else None
    reporter = number_in(request.query_params.get("from", ""))
    found = await casework.find_reports(
        instance_of(request),
        by,
        state,
        target_id=target_id,
        reporter_id=ActorId(reporter) if reporter else None,
        before=before_of(request),
        limit=A_PAGE,
    )
    async with instance_of(request).db.read() as connection:
        target = await db_actors.actor_by_id(connection, target_id) if target_id else None
    return await render_desk(
        request,
        by,
        "reports.html",
        reports=found,
        state=state,
        target=target,
        reporter=reporter,
        older=found[-1].id if len(found) == A_PAGE else None,
        categories=CATEGORIES,
    )


async def report_page(request: Request) -> Response:
    """One report, with what was reported."""
    by = await steward_of(request, Permission.MANAGE_REPORTS)
    return await _render_report(request, by, FormData())


async def act_on_report(request: Request) -> Response:
    """A button on the page of a report was pressed."""
    by, form = await read_steward_form(request, Permission.MANAGE_REPORTS, page=_come_back)
    step = STEPS.get(request.path_params["step"])
    if step is None:
        raise NotFound(_("There is no such button."))
    report_id = request.path_params["report_id"]
    try:
        await step(instance_of(request), by, report_id, form)
    except Invalid as refusal:
        return await _render_report(request, by, form, refusal)
    return RedirectResponse(f"/moderation/reports/{report_id}", status_code=303)


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    by = await steward_of(request, Permission.MANAGE_REPORTS)
    return await _render_report(request, by, form, refusal)


async def _render_report(
    request: Request, by: Steward, draft: FormData, refusal: Refusal | None = None
) -> Response:
    instance = instance_of(request)
    case = await casework.read_case(instance, by, request.path_params["report_id"])
    account, _figures = await stewardship.account(instance, by, case.report.target.id)
    return await render_desk(
        request,
        by,
        "report.html",
        case=case,
        report=case.report,
        account=account,
        may_act=outranks(by.role, account.role),
        draft=draft,
        chosen=_posts(draft) if "post" in draft or "posts" in errors_of(refusal) else None,
        refusal=refusal,
        categories=CATEGORIES,
    )


async def _note(instance: Instance, by: Steward, report_id: int, form: FormData) -> None:
    await casework.add_note(instance, by, report_id, text_of(form, "note"))


async def _assign(instance: Instance, by: Steward, report_id: int, _form: FormData) -> None:
    await casework.assign_to_me(instance, by, report_id)


async def _unassign(instance: Instance, by: Steward, report_id: int, _form: FormData) -> None:
    await casework.unassign(instance, by, report_id)


async def _resolve(instance: Instance, by: Steward, report_id: int, _form: FormData) -> None:
    await reports.resolve(instance, report_id, by=by)


async def _reopen(instance: Instance, by: Steward, report_id: int, _form: FormData) -> None:
    await casework.reopen(instance, by, report_id)


async def _delete(instance: Instance, by: Steward, report_id: int, form: FormData) -> None:
    await casework.delete_posts(instance, by, report_id, _posts(form), text_of(form, "text"))


async def _mark(instance: Instance, by: Steward, report_id: int, form: FormData) -> None:
    await casework.mark_sensitive(instance, by, report_id, _posts(form), text_of(form, "text"))


STEPS: dict[str, Step] = {
    "note": _note,
    "assign": _assign,
    "unassign": _unassign,
    "resolve": _resolve,
    "reopen": _reopen,
    "delete": _delete,
    "sensitive": _mark,
}


def _posts(form: FormData) -> list[StatusId]:
    numbers = [number_in(str(one)) for one in form.getlist("post")]
    return [StatusId(one) for one in numbers if one is not None]


def _state_of(text: str) -> ReportState:
    try:
        return ReportState(text)
    except ValueError:
        return ReportState.OPEN
