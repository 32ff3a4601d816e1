"""This is where moderators remove a collection of somebody, from its page or that of a report."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.audit import report_name
from fedlearn.domain.ids import CollectionId
from fedlearn.domain.roles import Permission
from fedlearn.errors import Invalid
from fedlearn.services import collections
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.collections import render_collection
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import read_steward_form, steward_of
from fedlearn.web.refusals import Refusal


async def remove_collection(request: Request) -> Response:
    """A collection is taken away; the report is shown, or what is left of its owner's."""
    by, form = await read_steward_form(request, Permission.MANAGE_REPORTS, page=_come_back)
    collection_id = CollectionId(request.path_params["collection_id"])
    report_id, text = number_in(text_of(form, "report_id")), text_of(form, "text")
    reason = report_name(report_id) if report_id else text_of(form, "reason")
    try:
        owner = await collections.remove_collection(
            instance_of(request), by, collection_id, text=text, reason=reason
        )
    except Invalid as refusal:
        return await _come_back(request, form, refusal)
    if report_id:
        return RedirectResponse(f"/moderation/reports/{report_id}", status_code=303)
    return RedirectResponse(f"/@{owner.acct}/collections", status_code=303)


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    await steward_of(request, Permission.MANAGE_REPORTS)
    return await render_collection(request, form, refusal, beside="text")
