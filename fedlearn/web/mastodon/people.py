"""This is where people are listed page by page, each with the cursor of what brought them there."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.web.context import instance_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import read_parameters

USUAL, MOST = 40, 80


class PageOfPeople(Protocol):
    """Some people, the latest first, each with a cursor."""

    def __call__(
        self,
        connection: Connection,
        *,
        before: int | None,
        after: int | None,
        is_upward: bool,
        limit: int,
    ) -> Awaitable[Sequence[tuple[int, Actor]]]:
        """The page between two cursors."""


async def respond_with_people(
    request: Request, viewer: Viewer, page_of: PageOfPeople | None
) -> Response:
    """A page of people; an empty one where who they are is hidden."""
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        found: Sequence[tuple[int, Actor]] = ()
        if page_of is not None:
            found = await page_of(connection, **page.part)
        of = await describing(request, connection, viewer, actors=[one for _, one in found])
    entities = [account_entity(of, one) for _, one in found if one.is_active]
    cursors = [cursor for cursor, _ in found]
    return paged(request, entities, cursors, has_more=page.may_go_on(found))
