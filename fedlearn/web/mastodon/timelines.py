"""Methods of timelines (https://docs.joinmastodon.org/methods/timelines/)."""

from collections.abc import Callable, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import lists as db_lists
from fedlearn.db import timelines as db_timelines
from fedlearn.db.chosen import Choice
from fedlearn.db.database import Connection
from fedlearn.db.leading_to import link_page
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ListId, StatusId
from fedlearn.services import lists, reading
from fedlearn.services.reading import LeafedTimeline
from fedlearn.web.context import instance_of
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.statuses import status_entity
from fedlearn.web.mastodon.pagination import Page, paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 20, 40
DEEPEST = 20  # pages
MOST_HASHTAGS = 4


Question = Callable[[Connection], LeafedTimeline]


async def home_timeline(request: Request) -> Response:
    """What the people one follows have posted and boosted."""
    viewer = (await require_user(request, "read:statuses")).actor.viewer

    def question(connection: Connection) -> LeafedTimeline:
        return partial(db_timelines.home_page, connection, viewer)

    return await respond(request, viewer, FilterContext.HOME, question)


async def public_timeline(request: Request) -> Response:
    """Public posts of this server, of others, or of all; to strangers only our own."""
    viewer = await viewer_of(request, "read:statuses")
    parameters = await read_parameters(request)
    choice = Choice(only_media=bool(parameters.boolean("only_media")))
    page = db_timelines.federated_page
    if parameters.boolean("local") or not viewer.is_local:
        page = db_timelines.public_page
    elif parameters.boolean("remote"):
        page = db_timelines.remote_page

    def question(connection: Connection) -> LeafedTimeline:
        return partial(page, connection, viewer, choice=choice)

    return await respond(request, viewer, FilterContext.PUBLIC, question)


async def hashtag_timeline(request: Request) -> Response:
    """Public posts with a hashtag or one of several; with others besides, or without them."""
    viewer, parameters = await viewer_of(request, "read:statuses"), await read_parameters(request)
    any_of = frozenset({request.path_params["name"].lower(), *_names(parameters, "any")})
    choice = Choice(
        only_media=bool(parameters.boolean("only_media")),
        only_local=bool(parameters.boolean("local")),
        only_remote=bool(parameters.boolean("remote")),
        with_all=_names(parameters, "all"),
        with_none=_names(parameters, "none"),
    )

    def question(connection: Connection) -> LeafedTimeline:
        return partial(db_timelines.hashtags_page, connection, viewer, any_of, choice=choice)

    return await respond(request, viewer, FilterContext.PUBLIC, question)


def _names(parameters: Parameters, name: str) -> frozenset[str]:
    """Hashtags, of which no more are looked for than Mastodon would."""
    named = [one.removeprefix("#").lower() for one in parameters.texts(name)]
    return frozenset(named[:MOST_HASHTAGS])


async def link_timeline(request: Request) -> Response:
    """Public posts that lead to a page."""
    viewer, parameters = await viewer_of(request, "read:statuses"), await read_parameters(request)
    url = parameters.text("url") or ""

    def question(connection: Connection) -> LeafedTimeline:
        return partial(link_page, connection, viewer, url)

    return await respond(request, viewer, FilterContext.PUBLIC, question)


async def list_timeline(request: Request) -> Response:
    """What those on a list have posted."""
    reader = (await require_user(request, "read:lists")).actor
    list_id = ListId(request.path_params["list_id"])
    async with instance_of(request).db.read() as connection:
        await lists.own_list(connection, reader, list_id)

    def question(connection: Connection) -> LeafedTimeline:
        return downwards(partial(db_lists.list_page, connection, reader.viewer, list_id))

    return await respond(request, reader.viewer, FilterContext.HOME, question)


async def respond(
    request: Request, viewer: Viewer, context: FilterContext, question: Question
) -> Response:
    """A page of a timeline, without what the reader's filters hide."""
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        found = await _read(connection, viewer, context, question(connection), page)
        of = await describing(request, connection, viewer, views=found.views, filters=found.filters)
    ends = [found.newer, *(view.id for view in found.views), found.older]
    body = [status_entity(of, view) for view in found.views]
    return paged(request, body, [one for one in ends if one is not None])


async def _read(
    connection: Connection,
    viewer: Viewer,
    context: FilterContext,
    timeline: LeafedTimeline,
    page: Page,
) -> reading.Page:
    before, after = _id(page.before), _id(page.after)
    if page.is_upward:
        return await reading.read_upwards(
            connection, viewer, context, timeline, before=before, after=after, limit=page.limit
        )
    downward = partial(timeline, after=after, is_upward=False)
    return await reading.read_page(
        connection, viewer, context, downward, before=before, limit=page.limit
    )


def _id(cursor: int | None) -> StatusId | None:
    return None if cursor is None else StatusId(cursor)


def downwards(timeline: reading.Timeline) -> LeafedTimeline:
    """A timeline that is only read downwards: what lies next to a lower end is found from above.

    No further than a home timeline is deep; whoever was away for longer begins at the top.
    """

    async def read(
        *, before: StatusId | None, limit: int, after: StatusId | None, is_upward: bool
    ) -> Sequence[StatusId]:
        lower, size = after or 0, MOST if is_upward else limit
        found: list[StatusId] = []
        for _ in range(DEEPEST if is_upward else 1):
            ids = await timeline(before=before, limit=size)
            found += [one for one in ids if one > lower]
            if len(ids) < size or ids[-1] <= lower:
                break
            before = ids[-1]
        return found[-limit:]

    return read
