"""This is where people take along what is theirs, and delete their account."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from fedlearn.db import users as db_users
from fedlearn.domain.actors import Role, User
from fedlearn.domain.ids import MINUTE_MS
from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid
from fedlearn.services import deletion
from fedlearn.services.archive import archive_of
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.proof import require_fresh_user
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import forget_session, read_form, require_user
from fedlearn.web.templating import render_page

PAGE = "/settings/leave"
# There is no way back, so a proof for something else is soon too old.
PROVEN_WITHIN_MS = 10 * MINUTE_MS


async def leave_page(request: Request) -> Response:
    """What deleting an account means, and the form for it."""
    return await _render(request, await require_user(request), "")


async def leave(request: Request) -> Response:
    """Somebody deletes their account, and has typed their name to show that they mean it."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE, within_ms=PROVEN_WITHIN_MS)
    typed, name = text_of(form, "username").strip(), user.actor.profile.username
    if typed.removeprefix("@").lower() != name.lower():
        message = _("Type %(name)s here, if you are sure.", name=name)
        return await _render(request, user, typed, Invalid(message, {"username": message}))
    try:
        await deletion.delete_account(instance_of(request), user)
    except Invalid as refusal:
        return await _render(request, user, typed, refusal)
    parts_of(request).documents.forget(f"actor {name}")
    response = RedirectResponse("/sign-in?left=yes", status_code=303)
    forget_session(request, response)
    return response


async def _render(
    request: Request,
    user: User,
    typed: str,
    refusal: Refusal | None = None,
    *,
    beside: str = "username",
) -> Response:
    async with instance_of(request).db.read() as connection:
        is_last_owner = user.role is Role.OWNER and await db_users.count_owners(connection) == 1
    return await render_page(
        request,
        "leave.html",
        **as_answer(refusal),
        typed=typed,
        may_leave=not is_last_owner,
        errors=errors_of(refusal, beside),
    )


async def send_archive(request: Request) -> Response:
    """Somebody takes along what is theirs."""
    await read_form(request)
    user = await require_fresh_user(request, page=PAGE)
    try:
        await parts_of(request).limits.spend(Rate.ARCHIVE, f"account {user.id}")
    except TooManyRequests as refusal:
        return await _render(request, user, "", refusal, beside="archive")
    name = f"{user.actor.profile.username}-{instance_of(request).settings.origin_host}.zip"
    headers = {
        "content-disposition": f'attachment; filename="{name.replace(":", "-")}"',
        "cache-control": "private, no-store",
    }
    pieces = archive_of(instance_of(request), user.actor)
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)
