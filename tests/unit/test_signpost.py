"""The route of an address is found at once, and it is the one that Starlette would find."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route

from fedlearn.web.routes import all_routes
from fedlearn.web.signpost import Signpost


async def tell(request: Request) -> Response:
    """Which route led here."""
    return PlainTextResponse(f"{request.scope['route'].path} {request.path_params}")


OURS = all_routes()
ROUTES = [
    Route("/people/{name}", tell),
    Route("/people/all", tell),
    Route("/people/all", tell, methods=["POST"]),
    Route("/people/{name}", tell, methods=["DELETE"]),
]


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/people/all", (200, "/people/all {}")),
        ("POST", "/people/all", (200, "/people/all {}")),
        ("DELETE", "/people/all", (200, "/people/{name} {'name': 'all'}")),
        ("GET", "/people/alice", (200, "/people/{name} {'name': 'alice'}")),
        ("PUT", "/people/all", (405, "Method Not Allowed")),
        ("POST", "/people/alice", (405, "Method Not Allowed")),
        ("GET", "/people", (404, "Not Found")),
    ],
)
async def test_where_it_leads(method: str, path: str, answer: tuple[int, str]) -> None:
    """A path without parameters comes first; a method that no route takes is 405, no path 404."""
    way = httpx.ASGITransport(Starlette(routes=[Signpost(ROUTES)]))
    async with httpx.AsyncClient(transport=way, base_url="https://here.test") as client:
        response = await client.request(method, path)
    assert (response.status_code, response.text) == answer


@pytest.mark.parametrize("route", [one for one in OURS if isinstance(one, Route)])
def test_same_as_one_by_one(route: Route) -> None:
    """Each of our addresses leads where asking all routes in their order would lead."""
    path = route.path_format.format_map(dict.fromkeys(route.param_convertors, "1"))
    scope = {"type": "http", "path": path, "method": min(route.methods or ["GET"])}
    in_order = next(one for one in OURS if one.matches(scope)[0] is Match.FULL)
    assert Signpost(OURS).matches(scope)[1]["route"] is in_order
