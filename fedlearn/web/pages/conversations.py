"""This is where direct posts are read and answered, each conversation on a page of its own."""

from typing import NoReturn

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import direct_posts as db_direct_posts
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.conversations import ConversationId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import conversations
from fedlearn.services.drafts import Draft
from fedlearn.services.statuses import post_status
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of, key_of, read_handles, size_of, status_id_of, text_of
from fedlearn.web.pages.in_place import go_on
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page


async def conversations_page(request: Request) -> Response:
    """This person's conversations, the latest first, and a form to begin another one."""
    return await _render_all(request)


async def _render_all(
    request: Request, form: FormData | None = None, refusal: Refusal | None = None
) -> Response:
    me = (await require_user(request)).actor
    limit = size_of(request)
    async with instance_of(request).db.read() as connection:
        shown = await db_direct_posts.conversations_page(
            connection, me.viewer, before=cursor_of(request), limit=limit
        )
    return await render_page(
        request,
        "conversations.html",
        **as_answer(refusal),
        shown=shown,
        older=shown[-1].conversation.last_status_id if len(shown) == limit else None,
        draft=form or {"to": request.query_params.get("to", "")},
        errors=errors_of(refusal, "text"),
    )


async def begin(request: Request) -> Response:
    """A first post to some people was sent: it goes to them alone, whoever is named in it."""
    form = await read_form(request, page=_render_all)
    me = (await require_user(request)).actor
    scope = Scope.ORG if text_of(form, "stays") else Scope.FED
    try:
        adding = read_handles(form, "to") or _refuse_nobody()
        draft = Draft(text_of(form, "text"), reach=Reach.DIRECT, scope=scope, adding=adding)
        posted = await post_status(instance_of(request), me, draft, key=key_of(form))
    except Invalid as refusal:
        return await _render_all(request, form, refusal)
    return await _to_conversation_of(request, me, posted)


async def conversation_page(request: Request) -> Response:
    """The posts of a conversation, the latest below, and who gets an answer.

    To look at the page is to have read it.
    """
    return await _render_one(request)


async def _render_one(
    request: Request, form: FormData | None = None, refusal: Refusal | None = None
) -> Response:
    me = (await require_user(request)).actor
    db, limit = instance_of(request).db, size_of(request)
    async with db.read() as connection:
        shown = await conversations.own_conversation(connection, me, _conversation_id(request))
        ids = await db_direct_posts.direct_page(
            connection, me.viewer, shown.uri, before=cursor_of(request), limit=limit
        )
        views = await status_views(connection, me.viewer, ids)
        if not views:
            raise NotFound(_("There is nothing left of this conversation."))
        people = await db_direct_posts.people_in(connection, views[0], me.id)
    response = await render_page(
        request,
        "conversation.html",
        **as_answer(refusal),
        conversation=shown,
        views=views[::-1],
        last=views[0],
        people=people,
        older=ids[-1] if len(ids) == limit else None,
        is_latest=cursor_of(request) is None,
        draft=form or {},
        errors=errors_of(refusal, "text"),
    )
    if shown.is_unread:
        await conversations.mark_read(instance_of(request), me, shown.id)
    return response


async def answer(request: Request) -> Response:
    """An answer was sent: to those who are in the post that it answers, and whom it adds."""
    form = await read_form(request, page=_render_one)
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        shown = await conversations.own_conversation(connection, me, _conversation_id(request))
        parent_id = status_id_of(text_of(form, "in_reply_to_id"))
        parents = await status_views(connection, me.viewer, [parent_id])
    if [parent.status.conversation for parent in parents] != [shown.uri]:
        raise NotFound(_("There is no such post in this conversation."))
    adding = read_handles(form, "adding")
    draft = Draft(
        text_of(form, "text"), reach=Reach.DIRECT, in_reply_to_id=parent_id, adding=adding
    )
    try:
        posted = await post_status(instance_of(request), me, draft, key=key_of(form))
    except Invalid as refusal:
        return await _render_one(request, form, refusal)
    return await _to_conversation_of(request, me, posted)


async def remove(request: Request) -> Response:
    """A conversation is taken off the list, until somebody says more in it."""
    await read_form(request)
    me = (await require_user(request)).actor
    await conversations.remove(instance_of(request), me, _conversation_id(request))
    return RedirectResponse("/conversations", status_code=303)


async def _to_conversation_of(request: Request, me: Actor, posted: StatusView) -> Response:
    async with instance_of(request).db.read() as connection:
        found = await db_direct_posts.conversation_with(connection, me.id, posted.status)
    place = f"/{found.id}#s{posted.id}" if found else ""
    return go_on(request, f"/conversations{place}")


def _refuse_nobody() -> NoReturn:
    message = _("Say whom it is for.")
    raise Invalid(message, {"adding": message})


def _conversation_id(request: Request) -> ConversationId:
    return ConversationId(request.path_params["conversation_id"])
