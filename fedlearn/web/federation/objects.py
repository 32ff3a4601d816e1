"""This is where our statuses are shown to other servers, each to whom it is meant for."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.activitypub.render.statuses import render_note, render_tombstone
from fedlearn.db import received as db_received
from fedlearn.db import threads as db_threads
from fedlearn.db.status_views import status_view, status_views
from fedlearn.domain.audience import Scope, Viewer
from fedlearn.domain.ids import StatusId, Uri
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import NotFound
from fedlearn.web.context import instance_of
from fedlearn.web.federation.collections import activity_of, number_of
from fedlearn.web.federation.viewer import caching, viewer_of
from fedlearn.web.negotiation import activity_response, wants_activity

REPLIES_A_PAGE = 60
MOST_OF_A_CONVERSATION = 500


async def get_status(request: Request) -> Response:
    """A status under its id; people are led to its page."""
    if not wants_activity(request):
        username, status_id = request.path_params["username"], request.path_params["status_id"]
        page = f"/@{username}/{status_id}"
        return RedirectResponse(page, status_code=302, headers={"vary": "Accept"})
    return await status_document(request)


async def status_document(request: Request) -> Response:
    """The Note in the path; 410 with a Tombstone when it was deleted."""
    viewer = await viewer_of(request)
    view = await _find(request, viewer)
    if view is None:
        return await _gone_or_not_found(request)
    if view.boost_of is not None:
        raise NotFound("There is no such post.")
    note = render_note(view, instance_of(request).uris)
    return activity_response(request, note, headers=_caching(request, view))


async def get_activity(request: Request) -> Response:
    """The Create or Announce that a status came with."""
    viewer = await viewer_of(request)
    view = await _find(request, viewer)
    if view is None:
        raise NotFound("There is no such post.")
    activity = activity_of(view, instance_of(request).uris)
    return activity_response(request, activity, headers=_caching(request, view))


async def get_replies(request: Request) -> Response:
    """The answers to a status, its author's own first."""
    viewer = await viewer_of(request)
    view = await _found(request, viewer)
    uri = f"{view.status.uri}/replies"
    if "page" not in request.query_params:
        first = f"{uri}?page=true"
        document = {"id": uri, "type": "Collection", "totalItems": view.replies, "first": first}
        return activity_response(request, document, headers=_caching(request, view))
    after = StatusId(number_of(request, "min_id") or 0)
    others_only = request.query_params.get("only_other_accounts") == "true"
    async with instance_of(request).db.read() as connection:
        ids = await db_threads.replies_page(
            connection, viewer, view.id, after=after, others_only=others_only, limit=REPLIES_A_PAGE
        )
        replies = await status_views(connection, viewer, ids)
    document = {
        "id": _replies_page(uri, after, others_only=others_only),
        "type": "CollectionPage",
        "partOf": uri,
        "items": [reply.status.uri for reply in replies],
    }
    if len(replies) == REPLIES_A_PAGE:
        is_by_other = replies[-1].author.id != view.author.id
        document["next"] = _replies_page(uri, replies[-1].id, others_only=is_by_other)
    return activity_response(request, document, headers=_caching(request, view))


def _replies_page(uri: str, after: StatusId, *, others_only: bool) -> str:
    """The address of the page of replies that begins behind one of them."""
    cursor = f"&min_id={after}" if after else ""
    return f"{uri}?page=true{cursor}" + ("&only_other_accounts=true" if others_only else "")


async def get_totals(request: Request) -> Response:
    """How many like or boost a status; who they are is not listed."""
    viewer = await viewer_of(request)
    view = await _found(request, viewer)
    kind = request.path_params["collection"]
    if kind not in {"likes", "shares"}:
        raise NotFound("There is no such collection.")
    total = view.favourites if kind == "likes" else view.boosts
    document = {"id": f"{view.status.uri}/{kind}", "type": "Collection", "totalItems": total}
    return activity_response(request, document, headers=_caching(request, view))


async def get_conversation(request: Request) -> Response:
    """What belongs to a conversation that began here, oldest first (FEP-7888)."""
    viewer = await viewer_of(request)
    instance = instance_of(request)
    uri = instance.uris.conversation(request.path_params["status_id"])
    async with instance.db.read() as connection:
        ids = await db_threads.conversation_page(connection, viewer, uri, MOST_OF_A_CONVERSATION)
        views = await status_views(connection, viewer, ids)
    shown = (view for view in views if view.status.scope is Scope.FED and view.boost_of is None)
    items = [view.status.uri for view in shown]
    if not items:
        raise NotFound("There is no such conversation.")
    document = {
        "id": uri,
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": items,
    }
    return activity_response(request, document, headers=caching(request, is_open=False))


async def _find(request: Request, viewer: Viewer) -> StatusView | None:
    """The local status in the path as far as this viewer may see it."""
    status_id = StatusId(request.path_params["status_id"])
    username = request.path_params["username"].lower()
    async with instance_of(request).db.read() as connection:
        view = await status_view(connection, viewer, status_id)
    if view is None or not view.author.is_local or view.status.scope is not Scope.FED:
        return None
    return view if view.author.profile.username.lower() == username else None


async def _found(request: Request, viewer: Viewer) -> StatusView:
    view = await _find(request, viewer)
    if view is None or view.boost_of is not None:
        raise NotFound("There is no such post.")
    return view


async def _gone_or_not_found(request: Request) -> Response:
    instance = instance_of(request)
    username, status_id = request.path_params["username"], request.path_params["status_id"]
    uri = instance.uris.status(username, StatusId(status_id))
    async with instance.db.read() as connection:
        buried = await db_received.tombstone_at(connection, uri)
    if buried is None:
        raise NotFound("There is no such post.")
    headers = caching(request, is_open=True)
    return activity_response(request, render_tombstone(Uri(uri)), status=410, headers=headers)


def _caching(request: Request, view: StatusView) -> dict[str, str]:
    return caching(request, is_open=view.status.reach.is_open)
