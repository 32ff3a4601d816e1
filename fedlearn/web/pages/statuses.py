"""This is where one post has its page, and where people answer, boost, like, edit and delete."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import statuses as db_statuses
from fedlearn.db import threads as db_threads
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view, status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import (
    bookmarks,
    boosts,
    favourites,
    muted_threads,
    pins,
    polls,
    quotes,
    threads,
)
from fedlearn.services.filters import filtered_in
from fedlearn.services.threads import complete_thread, servers_with_more
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.federation.objects import status_document
from fedlearn.web.negotiation import wants_activity
from fedlearn.web.pages.drafting import composer_values
from fedlearn.web.pages.forms import LONGEST_NUMBER, back, text_of
from fedlearn.web.sessions import current_user, current_viewer, local_path, read_form, require_user
from fedlearn.web.shared import shared_status
from fedlearn.web.templating import permalink, render_page

# How many replies a thread shows at first, and each time more are asked for; and at most.
REPLIES = 60
MOST_REPLIES = 960


async def thread_page(request: Request) -> Response:
    """A post with what it answers and what answers it."""
    if wants_activity(request) and "@" not in request.path_params["username"]:
        return await status_document(request)
    viewer = await current_viewer(request)
    return await render_thread(request, viewer, _status_id(request))


async def fetch_more(request: Request) -> Response:
    """Somebody wants the rest of a conversation from the servers that have it."""
    form, actor = await read_form(request), (await require_user(request)).actor
    await threads.fetch_more(instance_of(request), actor, _status_id(request))
    target = local_path(text_of(form, "next")).partition("?")[0]
    return RedirectResponse(f"{target}?fetching=1", status_code=303)


def _replies_wanted(request: Request) -> int:
    """How many replies a page shows, as its address asks for, within bounds."""
    text = request.query_params.get("replies", "")
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        return REPLIES
    return max(REPLIES, min(int(text), MOST_REPLIES))


async def render_thread(
    request: Request,
    viewer: Viewer,
    status_id: StatusId,
    *,
    status: int = 200,
    draft: FormData | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    """The page of one post; its own form comes back with what is wrong beside it."""
    instance, user = instance_of(request), await current_user(request)
    async with instance.db.read() as connection:
        view = await _shown(connection, viewer, status_id)
        values = await _around(connection, viewer, status_id, _replies_wanted(request))
        if user is not None:
            values |= await composer_values(connection, instance, user.actor, draft)
    if viewer.actor_id is not None and request.method == "GET":
        await complete_thread(instance, view.status)
    if request.method == "GET" and request.path_params["username"] != view.author.acct:
        return RedirectResponse(permalink(view), status_code=302)
    return await render_page(
        request,
        "thread.html",
        status=status,
        headers=_where_its_document_is(view),
        view=view,
        is_fetching="fetching" in request.query_params,
        shared=shared_status(view, instance.uris),
        draft=draft or {},
        errors=errors or {},
        **values,
    )


async def _shown(connection: Connection, viewer: Viewer, status_id: StatusId) -> StatusView:
    """The post that has this page, for who may read it here."""
    view = await status_view(connection, viewer, status_id)
    if view is None or view.boost_of is not None:
        raise NotFound(_("There is no such post, or it is not for you."))
    # Everybody's posts have a page here for those who sign in; strangers go to its own.
    if viewer.actor_id is None and not view.author.is_local:
        raise NotFound(_("There is no such post here."))
    return view


async def _around(
    connection: Connection, viewer: Viewer, status_id: StatusId, most: int
) -> dict[str, Any]:
    """What it answers, at most so many of its replies, who has more, and what it said before."""
    above = await db_threads.ancestors(connection, viewer, status_id)
    below = await db_threads.descendants(connection, viewer, status_id, most + 1)
    views = await status_views(connection, viewer, [*above, *below[:most]])
    left = await filtered_in(connection, viewer, FilterContext.THREAD, views)
    replies = [one for one in left if one.id not in set(above)]
    return {
        "ancestors": [one for one in left if one.id in set(above)],
        "replies": list(_in_order_of_reading(status_id, replies)),
        "more_replies": most + REPLIES if len(below) > most and most < MOST_REPLIES else None,
        "servers": await servers_with_more(connection, status_id) if viewer.actor_id else [],
        "edits": await db_statuses.edits_of(connection, status_id),
    }


def _where_its_document_is(view: StatusView) -> dict[str, str] | None:
    if not view.author.is_local or not view.status.reach.is_open:
        return None
    return {"link": f'<{view.status.uri}>; rel="alternate"; type="application/activity+json"'}


def _in_order_of_reading(
    root: StatusId, replies: Sequence[StatusView]
) -> Iterator[tuple[int, StatusView]]:
    """Each reply below what it answers, and how deep it stands there."""
    shown = {view.id for view in replies}
    answers: dict[StatusId, list[StatusView]] = defaultdict(list)
    for view in replies:
        parent = view.status.in_reply_to_id
        # What answers something that this reader may not see stands at the top.
        answers[parent if parent in shown else root].append(view)

    def below(status_id: StatusId, depth: int) -> Iterator[tuple[int, StatusView]]:
        for view in answers[status_id]:
            yield depth, view
            yield from below(view.id, depth + 1)

    return below(root, 0)


# What the buttons under a post do.
ACTS: dict[str, Callable[[Instance, Actor, StatusId], Awaitable[object]]] = {
    "boost": boosts.boost,
    "unboost": boosts.unboost,
    "favourite": favourites.favourite,
    "unfavourite": favourites.unfavourite,
    "bookmark": bookmarks.bookmark,
    "unbookmark": bookmarks.unbookmark,
    "mute": muted_threads.mute_thread,
    "unmute": muted_threads.unmute_thread,
    "pin": pins.pin,
    "unpin": pins.unpin,
    "revoke_quote": quotes.revoke_quote,
}


async def act(request: Request) -> Response:
    """A button under a post was pressed; back to where it stands."""
    form, actor = await read_form(request), (await require_user(request)).actor
    status_id, act_on = _status_id(request), ACTS.get(request.path_params["act"])
    if act_on is None:
        raise NotFound(_("There is no such button."))
    await act_on(instance_of(request), actor, status_id)
    return back(form, place=f"#s{status_id}")


async def vote(request: Request) -> Response:
    """Answers were chosen in a poll; what is wrong with them stands beside them."""
    form, actor = await read_form(request), (await require_user(request)).actor
    chosen = [one for one in form.getlist("choice") if isinstance(one, str) and one.isdecimal()]
    try:
        choices = {int(one) for one in chosen if len(one) <= LONGEST_NUMBER}
        await polls.vote(instance_of(request), actor, _status_id(request), choices)
    except Invalid as error:
        return await render_thread(
            request, actor.viewer, _status_id(request), status=422, errors=error.fields
        )
    return back(form)


def _status_id(request: Request) -> StatusId:
    return StatusId(request.path_params["status_id"])
