"""This is where people name their other accounts, and move to one of them with their followers."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import actors as db_actors
from fedlearn.domain.ids import MINUTE_MS
from fedlearn.errors import FetchError, Invalid, RefusedDocument
from fedlearn.services import moving
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.proof import require_fresh_user
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

PAGE = "/settings/moving"
# Followers do not come back, so a proof for something else is soon too old.
PROVEN_WITHIN_MS = 10 * MINUTE_MS
NOTICES = {
    "alias": N_("That account can move here from now on."),
    "dropped": N_("That account is none of yours any more."),
    "moved": N_("You have moved. Your followers are told within a minute."),
    "back": N_("You are back. Who had followed you elsewhere stays there."),
}


async def moving_page(request: Request) -> Response:
    """What moving means, and the forms for it."""
    return await _render(request)


async def add_alias(request: Request) -> Response:
    """Somebody names another account of theirs."""
    form, me = await read_form(request), (await require_user(request)).actor
    typed = text_of(form, "alias").strip()
    try:
        await moving.set_alias(instance_of(request), me, typed, is_alias=True)
    except (Invalid, FetchError, RefusedDocument) as refusal:
        return await _render(request, "alias", typed, refusal)
    return _done(request, me.profile.username, "alias")


async def drop_alias(request: Request) -> Response:
    """Another account is not theirs any more."""
    form, me = await read_form(request), (await require_user(request)).actor
    await moving.drop_alias(instance_of(request), me, text_of(form, "uri"))
    return _done(request, me.profile.username, "dropped")


async def move(request: Request) -> Response:
    """Somebody goes, after a proof that is minutes old."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE, within_ms=PROVEN_WITHIN_MS)
    typed = text_of(form, "target").strip()
    try:
        await moving.move(instance_of(request), user.actor, typed)
    except (Invalid, FetchError, RefusedDocument) as refusal:
        return await _render(request, "target", typed, refusal)
    return _done(request, user.actor.profile.username, "moved")


async def come_back(request: Request) -> Response:
    """Somebody goes on under this account after all."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page=PAGE, within_ms=PROVEN_WITHIN_MS)
    await moving.come_back(instance_of(request), user.actor)
    return _done(request, user.actor.profile.username, "back")


def _done(request: Request, username: str, what: str) -> Response:
    parts_of(request).documents.forget(f"actor {username}")
    return RedirectResponse(f"{PAGE}?done={what}", status_code=303)


async def _render(
    request: Request, field: str = "", typed: str = "", refusal: Refusal | None = None
) -> Response:
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        known = await db_actors.actors_by_uri(connection, me.profile.also_known_as)
        moved_to = await db_actors.actor_by_uri(connection, me.profile.moved_to or "")
        must_wait = await moving.has_moved_lately(connection, me)
    names = {str(actor.uri): f"@{actor.acct}" for actor in known}
    return await render_page(
        request,
        "moving.html",
        **as_answer(refusal),
        aliases=[(uri, names.get(uri, uri)) for uri in me.profile.also_known_as],
        moved_to=moved_to,
        must_wait=must_wait,
        typed={field: typed},
        errors=errors_of(refusal, field),
        notice=_(NOTICES.get(request.query_params.get("done", ""), "")),
    )
