"""This is where people find each other, hashtags and posts: by name or address, or by words."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import Actor, User
from fedlearn.errors import FetchError, Invalid, NotFound, RefusedDocument
from fedlearn.services.lookup import look_up
from fedlearn.services.search import Found, is_name, search
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of, size_of
from fedlearn.web.refusals import sentence_of
from fedlearn.web.sessions import require_user
from fedlearn.web.templating import permalink, render_page


async def search_page(request: Request) -> Response:
    """The search form, with what was found; a handle or an address leads where it means."""
    user = await require_user(request)
    query = request.query_params.get("q", "")
    if is_name(query):
        return await _lead_to(request, user, query)
    before = cursor_of(request)
    found = await search(
        instance_of(request), user.actor, query, before=before, limit=size_of(request)
    )
    return await _render_search(request, query, found)


async def authorize_interaction(request: Request) -> Response:
    """Another server sends a person of ours here with something to follow or answer.

    Nothing is fetched for somebody who has not signed in.
    """
    user = await require_user(request)
    uri = request.query_params.get("uri", request.query_params.get("acct", ""))
    return await _lead_to(request, user, uri.removeprefix("acct:"))


async def _lead_to(request: Request, user: User, query: str) -> Response:
    try:
        found = await look_up(instance_of(request), user.actor, query)
    except (Invalid, FetchError, RefusedDocument, NotFound) as error:
        status = 422 if isinstance(error, Invalid) else 404
        return await _render_search(
            request, query, Found(), problem=sentence_of(error), status=status
        )
    target = f"/@{found.acct}" if isinstance(found, Actor) else permalink(found)
    return RedirectResponse(target, status_code=303)


async def _render_search(
    request: Request, query: str, found: Found, *, problem: str = "", status: int = 200
) -> Response:
    return await render_page(
        request,
        "search.html",
        status=status,
        query=query,
        problem=problem,
        found=found,
        older=urlencode({"q": query, "before": found.older}) if found.older else "",
    )
