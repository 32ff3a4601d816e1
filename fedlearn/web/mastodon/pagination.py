"""This is where lists are cut into pages, and pages say where the next ones are (RFC 8288)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.paging import LAST
from fedlearn.errors import FedlearnError
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.parameters import Parameters

CURSORS = ("max_id", "min_id", "since_id", "offset")
FURTHEST = 1_000_000  # no list is so long that anything stands behind


class WrongPage(FedlearnError):
    """A page is asked for that there cannot be (400)."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted: below `before`, above `after`, so many.

    From the upper end, or, when `is_upward`, from the lower one: next to what the reader has seen.
    """

    limit: int
    before: int | None = None
    after: int | None = None
    is_upward: bool = False

    @property
    def part(self) -> dict[str, Any]:
        """The same, as queries take it."""
        return {
            "before": self.before,
            "after": self.after,
            "is_upward": self.is_upward,
            "limit": self.limit,
        }

    def may_go_on(self, found: Sequence[object]) -> bool:
        """Whether something older may be left after what was found."""
        return self.is_upward or len(found) == self.limit


def read_page(parameters: Parameters, *, usual: int, most: int) -> Page:
    """The page that is asked for; `WrongPage` for a negative one."""
    min_id, since_id = parameters.id("min_id"), parameters.id("since_id")
    return Page(
        limit=read_limit(parameters, usual=usual, most=most),
        before=parameters.id("max_id"),
        after=since_id if min_id is None else min_id,
        is_upward=min_id is not None,
    )


def read_limit(parameters: Parameters, *, usual: int, most: int) -> int:
    """How much is asked for at once; `WrongPage` for less than nothing."""
    limit = parameters.integer("limit")
    if limit is not None and limit < 0:
        raise WrongPage("limit must not be negative")
    return min(limit or usual, most)


def read_offset(parameters: Parameters) -> int:
    """How many are passed over; `WrongPage` for less than none."""
    offset = parameters.integer("offset") or 0
    if offset < 0:
        raise WrongPage("offset must not be negative")
    return min(offset, FURTHEST)


def cut(page: Page, ids: Sequence[int]) -> list[int]:
    """The part of a list, all of which is at hand, that stands on a page: the highest id first."""
    above, below = page.after or 0, LAST if page.before is None else page.before
    found = sorted((one for one in ids if above < one < below), reverse=True)
    return found[-page.limit :] if page.is_upward else found[: page.limit]


def paged(
    request: Request,
    body: Sequence[Any] | Mapping[str, Any],
    cursors: Sequence[int],
    *,
    has_more: bool = True,
) -> Response:
    """A page with the addresses of its neighbours: first of what is older, then of what is newer.

    Without anything on it a page leads nowhere; some clients would go round in circles.
    """
    if not cursors:
        return json(body)
    query = [(name, value) for name, value in request.query_params.multi_items() if _stays(name)]
    page = f"{instance_of(request).uris.origin}{request.scope['path']}"
    older = urlencode([*query, ("max_id", cursors[-1])])
    newer = urlencode([*query, ("min_id", cursors[0])])
    links = [f'<{page}?{older}>; rel="next"'] if has_more else []
    return json(body, headers={"link": ", ".join([*links, f'<{page}?{newer}>; rel="prev"'])})


def leafed(
    request: Request, body: Mapping[str, Any], found: int, *, offset: int, limit: int
) -> Response:
    """A page of a list that is leafed through by number, with the addresses of its neighbours."""
    query = [(name, value) for name, value in request.query_params.multi_items() if _stays(name)]
    page = f"{instance_of(request).uris.origin}{request.scope['path']}"
    turns = {
        "next": offset + limit if found == limit else None,
        "prev": max(offset - limit, 0) if offset else None,
    }
    links = [
        f'<{page}?{urlencode([*query, ("offset", at)])}>; rel="{turn}"'
        for turn, at in turns.items()
        if at is not None
    ]
    return json(body, headers={"link": ", ".join(links)} if links else None)


def _stays(name: str) -> bool:
    return name not in CURSORS and name != "access_token"
