"""Methods of trends (https://docs.joinmastodon.org/methods/trends/): what several do here."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import lively as db_lively
from fedlearn.db.status_views import status_views
from fedlearn.db.whole_statuses import creators_of
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import DAY_MS, Millis, StatusId, now
from fedlearn.services.filters import filtered_in
from fedlearn.web.context import instance_of
from fedlearn.web.entity_cache import Written
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import viewer_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.entities.statuses import card_entity, status_entity
from fedlearn.web.mastodon.pagination import read_limit, read_offset
from fedlearn.web.mastodon.parameters import read_parameters
from fedlearn.web.mastodon.tags import days_told, history_of, tag_entities

TAGS, MOST_TAGS = 10, 20
LINKS, MOST_LINKS = 10, 20
POSTS, MOST_POSTS = 20, 40
WEEK_MS = 7 * DAY_MS


async def get_tags(request: Request) -> Response:
    """Hashtags that several people use, with how that was on each day of the week."""
    return json(await lively_tags(request, await viewer_of(request)))


async def get_links(request: Request) -> Response:
    """Pages to which several people lead, with how that was on each day of the week."""
    found = await lively_links(request, await viewer_of(request))
    return json([link for _status_id, link in found])


async def get_statuses(request: Request) -> Response:
    """Posts that several people have taken up."""
    return json(await lively_statuses(request, await viewer_of(request)))


async def lively_tags(
    request: Request, viewer: Viewer, *, with_rejected: bool = False
) -> list[Entity]:
    """The page of hashtags that is asked for."""
    parameters, since = await read_parameters(request), Millis(now() - WEEK_MS)
    limit, offset = read_limit(parameters, usual=TAGS, most=MOST_TAGS), read_offset(parameters)
    async with instance_of(request).db.read() as connection:
        found = await db_lively.lively_hashtags(
            connection, viewer, since, offset + limit, with_rejected=with_rejected
        )
        names = [one.name for one in found[offset:]]
        return await tag_entities(instance_of(request), connection, viewer, names)


async def lively_links(
    request: Request, viewer: Viewer, *, with_rejected: bool = False
) -> list[tuple[StatusId, Entity]]:
    """The page of links that is asked for, each with the latest post that leads there."""
    parameters, since = await read_parameters(request), Millis(now() - WEEK_MS)
    limit, offset = read_limit(parameters, usual=LINKS, most=MOST_LINKS), read_offset(parameters)
    async with instance_of(request).db.read() as connection:
        found = await db_lively.lively_links(
            connection, viewer, since, offset + limit, with_rejected=with_rejected
        )
        shown = found[offset:]
        creators = await creators_of(connection, [one.preview for one in shown])
        urls = [one.preview.url for one in shown]
        days = await db_lively.days_of_links(connection, viewer, days_told()[-1], urls)
        of = await describing(request, connection, viewer, actors=filter(None, creators))
    return [
        (
            one.status_id,
            card_entity(of, one.preview, creator) | {"history": history_of(one.preview.url, days)},
        )
        for one, creator in zip(shown, creators, strict=True)
    ]


async def lively_statuses(
    request: Request, viewer: Viewer, *, with_rejected: bool = False, **beside: object
) -> list[Written]:
    """The page of posts that is asked for, each with what stands beside it."""
    parameters, since = await read_parameters(request), Millis(now() - WEEK_MS)
    limit, offset = read_limit(parameters, usual=POSTS, most=MOST_POSTS), read_offset(parameters)
    async with instance_of(request).db.read() as connection:
        ids = await db_lively.lively_statuses(
            connection, viewer, since, offset + limit, with_rejected=with_rejected
        )
        found = await status_views(connection, viewer, ids[offset:])
        views = await filtered_in(connection, viewer, FilterContext.PUBLIC, found)
        of = await describing(request, connection, viewer, views=views)
    return [status_entity(of, view, **beside) for view in views]
