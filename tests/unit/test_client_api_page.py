"""The page of what apps can ask says what the routes answer."""

import inspect
import re
from enum import Enum

import pytest
from starlette.routing import Match, Route, WebSocketRoute

from fedlearn.web.admin_routes import ADMIN
from fedlearn.web.api_routes import API, OAUTH
from fedlearn.web.routes import FEDERATION
from tests import client_api_page
from tests.client_api_page import told_of_mastodon, unfolded

OURS = {"/avatars/{tint:int}.png", "/headers/missing.png"}
TOLD = [
    (method, state, why)
    for _page, named, state, why in told_of_mastodon()
    for method in unfolded(named)
]
ASKED = [
    one for one in [*OAUTH, *API] if isinstance(one, Route | WebSocketRoute) and one not in ADMIN
]


def test_page_is_what_the_routes_are_now() -> None:
    """The page in the tree is what would be made from the routes of today."""
    in_tree = client_api_page.PAGE.read_text(encoding="utf-8")
    assert in_tree == client_api_page.render(), "run `python -m tests.client_api_page`"


def test_every_method_says_what_it_does() -> None:
    """No method is without a sentence."""
    assert all(said for *_method, said in client_api_page.methods())


def test_what_a_method_takes_is_found() -> None:
    """Scopes stand in handlers, in what these use, or in tables of acts."""
    found = {(verb, path): scopes for verb, path, scopes, _said in client_api_page.methods()}
    assert found["GET", "/api/v1/timelines/home"] == "`read:statuses`"
    assert found["GET", "/api/v1/bookmarks"] == "`read:bookmarks`"
    assert "`write:favourites`" in found["POST", "/api/v1/statuses/{status_id:id}/{act}"]
    assert found["GET", "/api/v2/instance"] == ""


def route_of(method: str) -> Route | WebSocketRoute | None:
    """What answers a method; what a gap of its address is filled with must be known there."""
    verb, _, path = method.partition(" ")
    scope = {"path": re.sub(r":\w+", "1", path), "method": verb, "root_path": ""}
    for route in [*ASKED, *FEDERATION]:
        kind = "websocket" if isinstance(route, WebSocketRoute) else "http"
        match, found = route.matches({**scope, "type": kind})
        if match is Match.FULL and isinstance(route, Route | WebSocketRoute):
            gaps = {str(value) for value in found["path_params"].values()}
            words = gaps & set(path.split("/")) - {"1"}
            return route if all(is_known(route, word) for word in words) else None
    return None


def is_known(route: Route | WebSocketRoute, word: str) -> bool:
    """Whether a handler knows a word that stands in an address, in its module or by an enumeration."""
    module = inspect.getmodule(inspect.unwrap(route.endpoint))
    assert module is not None
    values = [one for one in vars(module).values() if isinstance(one, type)]
    known = {str(one.value) for kind in values if issubclass(kind, Enum) for one in kind}
    return word in known or f'"{word}"' in inspect.getsource(module)


@pytest.mark.parametrize(("method", "state", "why"), TOLD)
def test_what_is_said_of_mastodons_methods_is_so(method: str, state: str, why: str) -> None:
    """What is there is answered, what is not is not; and where something is missing it is said why."""
    assert state in {"done", "partly", "no"}
    assert bool(why) is (state != "done")
    assert (route_of(method) is None) is (state == "no")


def test_something_is_said_of_every_method() -> None:
    """No method is left out. A new one takes a line in tests/mastodon_methods.toml."""
    answered = {id(route_of(method)) for method, state, _why in TOLD if state != "no"}
    silent = [one.path for one in ASKED if id(one) not in answered and one.path not in OURS]
    assert [path for path in silent if path != "/api/v1/streaming/"] == []
