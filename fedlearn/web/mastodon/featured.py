"""Methods of what profiles lead to: endorsements and featured hashtags.

(https://docs.joinmastodon.org/methods/endorsements/ and featured_tags/)
"""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import endorsements as db_endorsements
from fedlearn.db import featured_hashtags as db_featured_hashtags
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.featured import FeaturedHashtag
from fedlearn.errors import NotFound
from fedlearn.services import featured
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import find_actor
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.entities.profiles import featured_hashtag_entity
from fedlearn.web.mastodon.parameters import read_parameters
from fedlearn.web.mastodon.people import respond_with_people
from fedlearn.web.mastodon.tags import tag_entities

SUGGESTED = 10


async def get_own_endorsements(request: Request) -> Response:
    """Whom somebody shows on their own profile."""
    me = (await require_user(request, "read:accounts")).actor
    return await _endorsements(request, me.viewer, me)


async def get_endorsements(request: Request) -> Response:
    """Whom somebody shows on their profile, as far as it is known here."""
    viewer = await viewer_of(request, "read:accounts")
    return await _endorsements(request, viewer, await find_actor(request))


async def _endorsements(request: Request, viewer: Viewer, owner: Actor) -> Response:
    page_of = partial(db_endorsements.endorsed_by, owner_id=owner.id)
    return await respond_with_people(request, viewer, page_of)


async def get_own_hashtags(request: Request) -> Response:
    """Which hashtags somebody shows on their own profile."""
    me = (await require_user(request, "read:accounts")).actor
    return json([_entity(request, me, one) for one in await _hashtags(request, me.viewer, me)])


async def get_hashtags(request: Request) -> Response:
    """Which hashtags somebody shows on their profile, as far as it is known here."""
    viewer, owner = await viewer_of(request, "read:accounts"), await find_actor(request)
    return json([_entity(request, owner, one) for one in await _hashtags(request, viewer, owner)])


async def feature_hashtag(request: Request) -> Response:
    """Show a hashtag on one's profile."""
    me = (await require_user(request, "write:accounts")).actor
    name = ((await read_parameters(request)).text("name") or "").removeprefix("#").lower()
    await featured.feature_hashtag(instance_of(request), me, name)
    shown = {one.name: one for one in await _hashtags(request, me.viewer, me)}
    return json(_entity(request, me, shown[name]))


async def unfeature_hashtag(request: Request) -> Response:
    """Show it no more."""
    me = (await require_user(request, "write:accounts")).actor
    shown = {one.id: one for one in await _hashtags(request, me.viewer, me)}
    known = shown.get(request.path_params["featured_id"])
    if known is None:
        raise NotFound("Record not found")
    await featured.unfeature_hashtag(instance_of(request), me, known.name)
    return json({})


async def suggest_hashtags(request: Request) -> Response:
    """Which hashtags somebody uses most and does not show yet."""
    me, instance = (await require_user(request, "read:accounts")).actor, instance_of(request)
    async with instance.db.read() as connection:
        names = await db_featured_hashtags.often_used_by(connection, me.id, SUGGESTED)
        return json(await tag_entities(instance, connection, me.viewer, names))


async def _hashtags(request: Request, viewer: Viewer, owner: Actor) -> list[FeaturedHashtag]:
    async with instance_of(request).db.read() as connection:
        return await db_featured_hashtags.featured_hashtags(connection, viewer, owner.id)


def _entity(request: Request, owner: Actor, shown: FeaturedHashtag) -> Entity:
    return featured_hashtag_entity(instance_of(request).uris, owner, shown)
