"""Every method of the client API, with parameters that no app sends: refused in JSON, never broken."""

import inspect
import logging
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from starlette.routing import Route

from fedlearn.web.api_routes import API
from fedlearn.web.mastodon import drafts, pagination
from tests.api.apps import App, app_of
from tests.browser.every_page import Scene, set_scene
from tests.federation.canary import Secret, gaps_of
from tests.federation.server import Server, settle
from tests.hostile.searching import EXAMPLES
from tests.hostile.strategies import ODD_ADDRESSES, ODD_NUMBERS, ODD_TEXTS, ODD_TIMES

READ = re.compile(r'\.(?:text|boolean|integer|ids?|texts|rows|nested|file)\("(\w+)"')
NESTED: list[Any] = [[], {}, [[]], [None], {"a": {"b": "c"}}, {"0": {}}, {"9" * 30: 1}, [{}] * 50]
SOUND: list[Any] = ["1", 2, "true", False, None, "all", "public", "nan", "-inf", "0.5,nan", "hello"]
# Half a surrogate is no JSON, which has a test of its own.
TEXTS = [one for one in ODD_TEXTS if one.isprintable() or one.isascii()]
ODD = [*TEXTS, *ODD_NUMBERS, *ODD_TIMES, *ODD_ADDRESSES, *NESTED, *SOUND]
QUICK = 3
LONGEST_IN_ADDRESS = 1000
ASKED = ("GET", "POST", "PUT", "PATCH")
METHODS = [
    (route, method)
    for route in API
    # Streams have no end.
    if isinstance(route, Route) and re.match("/api/(?!v1/streaming)", route.path)
    for method in sorted((route.methods or set()) & set(ASKED))
]


def names_read(route: Route) -> list[str]:
    """The parameters that the module of a handler reads, or what reads for several of them."""
    module = inspect.getmodule(route.endpoint) or route.endpoint
    sources = map(inspect.getsource, (module, drafts, pagination))
    return sorted({name for source in sources for name in READ.findall(source)})


def spellings(parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same in the query, in JSON, and in a form."""
    flat = {name: str(value) for name, value in parameters.items()}
    short = {name: value[:LONGEST_IN_ADDRESS] for name, value in flat.items()}
    yield {"params": {**short, **{f"{name}[][a]": value for name, value in short.items()}}}
    yield {"json": parameters}
    yield {"data": flat}


@pytest.fixture
async def ada(alpha: Server) -> tuple[App, Scene]:
    """An app of somebody for whom there is something of every kind."""
    scene = await set_scene(alpha, "ada")
    known = {name: values[-1:] for name, values in (await gaps_of(alpha, Secret())).items()}
    gaps = {name: "".join(values) or "1" for name, values in known.items()}
    return await app_of(alpha, "ada"), Scene("ada", {**gaps, **scene.gaps})


async def test_any_parameters(ada: tuple[App, Scene], caplog: pytest.LogCaptureFixture) -> None:
    """Whatever stands in parameters of a method, there is an answer, and nothing broke."""
    (app, scene), chance = ada, Random(None if EXAMPLES else 0)
    for route, method in METHODS * (EXAMPLES or QUICK):
        path, names = scene.fill(route.path).removeprefix("/api"), names_read(route)
        for how in spellings({name: chance.choice(ODD) for name in chance.sample(names, 4)}):
            if method != "GET" or "params" in how:
                answer = await app.ask(method, path, **how)
                assert answer.status_code < 500, (method, path, how, answer.text)
    await settle(app.server)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []
