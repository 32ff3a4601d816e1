"""This is where entities are made ready: whatever belongs to those who occur is read at once."""

from collections.abc import Iterable, Iterator, Sequence

from starlette.requests import HTTPConnection

from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import Filter, FilterContext
from fedlearn.domain.statuses import StatusView
from fedlearn.services.filters import filters_for
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.mastodon.entities.describing import Describing


async def describing(
    request: HTTPConnection,
    connection: Connection,
    viewer: Viewer,
    *,
    views: Sequence[StatusView] = (),
    actors: Iterable[Actor] = (),
    context: FilterContext | None = None,
    filters: Sequence[Filter] | None = None,
    counts_anew: bool = False,
) -> Describing:
    """What entities of these posts and accounts are made with, and with the filters of a place.

    Without a place it is for the app to choose among all filters; those that were read already are
    handed in. Counts may be a minute old, unless they are what is asked for.
    """
    parts = parts_of(request)
    wanted = {actor.id for actor in actors} | {one.id for view in views for one in people_in(view)}
    figures = await parts.figures.read(connection, viewer, wanted, anew=counts_anew)
    if filters is None:
        filters = await filters_for(connection, viewer, context) if views else ()
    return Describing(
        instance_of(request), parts.proxied, parts.lent, parts.shared, viewer, figures, filters
    )


def people_in(view: StatusView) -> Iterator[Actor]:
    """Whose accounts are shown with a post."""
    yield view.author
    if view.credited is not None:
        yield view.credited
    if view.boost_of is not None:
        yield from people_in(view.boost_of)
    if view.quote is not None and view.quote.view is not None:
        yield from people_in(view.quote.view)
