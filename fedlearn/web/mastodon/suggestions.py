"""Methods of suggestions and the directory: whom somebody may want to follow.

https://docs.joinmastodon.org/methods/suggestions/ and methods/directory/.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.directory import directory_page
from fedlearn.domain.actors import Actor
from fedlearn.services import suggestions
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import find_actor
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.pagination import read_limit, read_offset
from fedlearn.web.mastodon.parameters import read_parameters

USUAL, MOST = 40, 80


async def get_suggestions(request: Request) -> Response:
    """Whom somebody may want to follow, and why that is believed."""
    return json(
        [
            {"source": "past_interactions" if sources else "global", "sources": sources, **entity}
            for sources, entity in await _suggested(request)
        ]
    )


async def get_old_suggestions(request: Request) -> Response:
    """The same, for clients from before version 2."""
    return json([entity["account"] for _, entity in await _suggested(request)])


async def remove_suggestion(request: Request) -> Response:
    """Suggest somebody no more."""
    reader = (await require_user(request, "write:accounts")).actor
    await suggestions.never_suggest(instance_of(request), reader, (await find_actor(request)).id)
    return json({})


async def get_directory(request: Request) -> Response:
    """Who is here and wants to be found; who posted last comes first, or who came last."""
    viewer = await viewer_of(request)
    parameters = await read_parameters(request)
    async with instance_of(request).db.read() as connection:
        found = await directory_page(
            connection,
            viewer,
            by_age=parameters.text("order") == "new",
            offset=read_offset(parameters),
            limit=read_limit(parameters, usual=USUAL, most=MOST),
        )
        of = await describing(request, connection, viewer, actors=found)
    return json([account_entity(of, one) for one in found])


async def _suggested(request: Request) -> list[tuple[list[str], Entity]]:
    reader = (await require_user(request, "read:accounts")).actor
    limit = read_limit(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        known = await suggestions.by_friends(connection, reader, limit)
        new = await suggestions.newcomers(connection, reader, limit)
        rest = _without(new, known)[: limit - len(known)]
        of = await describing(request, connection, reader.viewer, actors=[*known, *rest])
    return [
        (["friends_of_friends"] if one in known else [], {"account": account_entity(of, one)})
        for one in [*known, *rest]
    ]


def _without(people: Sequence[Actor], others: Sequence[Actor]) -> list[Actor]:
    ids = {one.id for one in others}
    return [one for one in people if one.id not in ids]
