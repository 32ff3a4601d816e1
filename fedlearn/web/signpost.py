"""This is where the route of an address is found without asking every route.

There are hundreds, and most have no parameter in their path: these are found by it at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

Found = tuple[Match, dict[str, Any]]


class Signpost(BaseRoute):
    """These routes as one. A path without parameters comes before those it may also fit."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._fixed: defaultdict[str, list[BaseRoute]] = defaultdict(list)
        self._others: list[BaseRoute] = []
        for route in routes:
            if isinstance(route, Route) and not route.param_convertors:
                self._fixed[route.path].append(route)
            else:
                self._others.append(route)

    def matches(self, scope: Scope) -> Found:
        """The first route that takes path and method, else the first that takes the path."""
        fixed = _first(self._fixed.get(scope["path"], ()), scope)
        if fixed[0] is Match.FULL:
            return fixed
        other = _first(self._others, scope)
        return fixed if other[0] is Match.NONE or fixed[0] is other[0] else other

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go where the route leads that was found."""
        await scope["route"].handle(scope, receive, send)


def _first(routes: Sequence[BaseRoute], scope: Scope) -> Found:
    partly: Found = Match.NONE, {}
    for route in routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return match, {**found, "route": route}
        if match is Match.PARTIAL and partly[0] is Match.NONE:
            partly = match, {**found, "route": route}
    return partly
