"""This is where one post has its page, and where people answer, boost, like, edit and delete."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import statuses as db_statuses
from fedlearn.db import timelines as db_timelines
from fedlearn.db.status_views import status_view, status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import bookmarks, boosts, favourites, pins, polls, quotes, statuses
from fedlearn.services.threads import complete_thread
from fedlearn.web.context import instance_of
from fedlearn.web.federation.objects import status_document
from fedlearn.web.negotiation import wants_activity
from fedlearn.web.pages.forms import LONGEST_NUMBER, back, read_poll, text_of
from fedlearn.web.pages.pictures import read_descriptions
from fedlearn.web.sessions import current_user, read_form, require_user
from fedlearn.web.shared import shared_status
from fedlearn.web.templating import permalink, render_page


async def thread_page(request: Request) -> Response:
    """A post with what it answers and what answers it."""
    if wants_activity(request) and "@" not in request.path_params["username"]:
        return await status_document(request)
    user = await current_user(request)
    viewer = user.actor.viewer if user else STRANGER
    return await render_thread(request, viewer, _status_id(request))


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
    async with instance_of(request).db.read() as connection:
        view = await status_view(connection, viewer, status_id)
        if view is None or view.boost_of is not None:
            raise NotFound("There is no such post, or it is not for you.")
        above = await db_timelines.ancestors(connection, viewer, status_id)
        below = await db_timelines.descendants(connection, viewer, status_id)
        ancestors = await status_views(connection, viewer, above)
        replies = await status_views(connection, viewer, below)
        edits = await db_statuses.edits_of(connection, status_id)
    if viewer.actor_id is not None and request.method == "GET":
        await complete_thread(instance_of(request), view.status)
    # Everybody's posts have a page here for those who sign in; strangers go to its own.
    if viewer.actor_id is None and not view.author.is_local:
        raise NotFound("There is no such post here.")
    if request.method == "GET" and request.path_params["username"] != view.author.acct:
        return RedirectResponse(permalink(view), status_code=302)
    uri = view.status.uri
    link = f'<{uri}>; rel="alternate"; type="application/activity+json"'
    return await render_page(
        request,
        "thread.html",
        status=status,
        headers={"link": link} if view.author.is_local and view.status.reach.is_open else None,
        view=view,
        ancestors=ancestors,
        replies=list(_in_order_of_reading(status_id, replies)),
        edits=edits,
        shared=shared_status(view, instance_of(request).uris),
        draft=draft or {},
        errors=errors or {},
    )


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
    "pin": pins.pin,
    "unpin": pins.unpin,
    "delete": statuses.delete_status,
    "revoke_quote": quotes.revoke_quote,
}


async def act(request: Request) -> Response:
    """A button under a post was pressed; back to where it stands."""
    form, actor = await read_form(request), (await require_user(request)).actor
    status_id, act_on = _status_id(request), ACTS.get(request.path_params["act"])
    if act_on is None:
        raise NotFound("There is no such button.")
    await act_on(instance_of(request), actor, status_id)
    if act_on is statuses.delete_status and text_of(form, "next").endswith(f"/{status_id}"):
        # It was deleted on its own page, which is no more.
        return RedirectResponse("/", status_code=303)
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


async def edit_page(request: Request) -> Response:
    """The form with which one's own post is changed."""
    actor = (await require_user(request)).actor
    view = await _own(request, actor)
    draft = {"text": view.status.source or "", "content_warning": view.status.content_warning}
    if view.poll is not None:
        numbered = enumerate(view.poll.options, start=1)
        draft |= {f"option_{number}": option.title for number, option in numbered}
        draft["multiple"] = "on" if view.poll.is_multiple else ""
    numbered_pictures = enumerate(view.attachments, start=1)
    draft |= {f"alt_{number}": one.description for number, one in numbered_pictures}
    return await render_page(request, "edit.html", view=view, draft=draft, errors={})


async def edit(request: Request) -> Response:
    """The changed post was sent."""
    form, actor = await read_form(request), (await require_user(request)).actor
    view = await _own(request, actor)
    text, warning = text_of(form, "text"), text_of(form, "content_warning").strip()
    try:
        await statuses.edit_status(
            instance_of(request),
            actor,
            view.id,
            text,
            warning,
            poll=read_poll(form),
            descriptions=read_descriptions(form, len(view.attachments)),
        )
    except Invalid as error:
        return await render_page(
            request, "edit.html", status=422, view=view, draft=form, errors=error.fields
        )
    return RedirectResponse(permalink(view), status_code=303)


async def _own(request: Request, actor: Actor) -> StatusView:
    async with instance_of(request).db.read() as connection:
        view = await status_view(connection, actor.viewer, _status_id(request))
    if view is None or view.author.id != actor.id or view.boost_of is not None:
        raise NotFound("There is no such post of yours.")
    return view


def _status_id(request: Request) -> StatusId:
    return StatusId(request.path_params["status_id"])
