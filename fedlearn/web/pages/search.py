"""This is where people find somebody by handle, or a post by its address."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import Actor, User
from fedlearn.errors import FetchError, Invalid, NotFound, RefusedDocument
from fedlearn.services.lookup import look_up
from fedlearn.web.context import instance_of
from fedlearn.web.sessions import require_user
from fedlearn.web.templating import permalink, render_page


async def search_page(request: Request) -> Response:
    """The search form, or where it leads."""
    user = await require_user(request)
    query = request.query_params.get("q", "")
    if not query.strip():
        return await render_page(request, "search.html", query="", problem="")
    return await _lead_to(request, user, query)


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
    except Invalid as error:
        return await _no_luck(request, query, str(error), 422)
    except (FetchError, RefusedDocument, NotFound) as error:
        return await _no_luck(request, query, f"Nothing was found: {error}.", 404)
    target = f"/@{found.acct}" if isinstance(found, Actor) else permalink(found)
    return RedirectResponse(target, status_code=303)


async def _no_luck(request: Request, query: str, problem: str, status: int) -> Response:
    return await render_page(request, "search.html", status=status, query=query, problem=problem)
