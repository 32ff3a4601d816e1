"""This is where those are let in who look after the instance; for others there is nothing."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.roles import Permission, Steward, steward
from fedlearn.errors import NotFound
from fedlearn.services.permissions import require
from fedlearn.text.languages import N_, _
from fedlearn.web.convertors import number_in
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import FilledIn, SessionLost, current_user, read_form
from fedlearn.web.templating import render_page

# The places within, each for those who may do something there.
PLACES = (
    (Permission.VIEW_DASHBOARD, "/moderation", N_("Overview")),
    (Permission.MANAGE_REPORTS, "/moderation/reports", N_("Reports")),
    (Permission.MANAGE_USERS, "/moderation/accounts", N_("Accounts")),
    (Permission.MANAGE_TAXONOMIES, "/moderation/trends", N_("What is lively")),
    (Permission.INVITE_USERS, "/moderation/invitations", N_("Invitations")),
    (Permission.MANAGE_FEDERATION, "/moderation/domains", N_("Other servers")),
    (Permission.MANAGE_BLOCKS, "/moderation/email-domains", N_("E-mail domains")),
    (Permission.MANAGE_BLOCKS, "/moderation/ip-blocks", N_("IP addresses")),
    (Permission.MANAGE_RULES, "/moderation/rules", N_("Rules")),
    (Permission.MANAGE_ANNOUNCEMENTS, "/moderation/announcements", N_("Announcements")),
    (Permission.VIEW_AUDIT_LOG, "/moderation/audit", N_("Audit log")),
)


async def steward_of(request: Request, permission: Permission) -> Steward:
    """Who asks, if they may do this; for everybody else, strangers too, there is nothing here."""
    user = await current_user(request)
    if user is None:
        raise NotFound(_("There is nothing here."))
    by = steward(user)
    require(by, permission)
    return by


async def read_steward_form(
    request: Request, permission: Permission, *, page: FilledIn | None = None
) -> tuple[Steward, FormData]:
    """The same for who sends a form, with what it holds."""
    try:
        form = await _read_known(request, permission, page)
    except SessionLost as lost:
        # Who has lost their session is a stranger, but what they wrote is kept for them.
        lost.status = 404
        raise
    return await steward_of(request, permission), form


async def _read_known(request: Request, permission: Permission, page: FilledIn | None) -> FormData:
    if page is None or await current_user(request) is not None:
        await steward_of(request, permission)
    return await read_form(request, page=page)


async def render_desk(
    request: Request,
    by: Steward,
    template: str,
    *,
    refusal: Refusal | None = None,
    beside: str = "form",
    **values: Any,
) -> Response:
    """A page of theirs, with the way to the others; with a refusal, that of a form that comes back.

    `beside` is the field of which a refusal speaks that names none.
    """
    places = [(path, _(name)) for permission, path, name in PLACES if by.may(permission)]
    return await render_page(
        request,
        f"moderation/{template}",
        **as_answer(refusal),
        by=by,
        places=places,
        permission=Permission,
        errors=errors_of(refusal, beside),
        **values,
    )


def before_of(request: Request) -> int | None:
    """Below which number the page of a list begins."""
    return number_in(request.query_params.get("before", ""))
