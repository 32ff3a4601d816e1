"""Methods of hashtags (https://docs.joinmastodon.org/methods/tags/ and followed_tags/)."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import featured_hashtags as db_featured_hashtags
from fedlearn.db import followed_hashtags as db_followed_hashtags
from fedlearn.db.database import Connection
from fedlearn.db.lively import DayOfUse, days_of_hashtags
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.services import featured, followed_hashtags
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import read_parameters

USUAL, MOST = 100, 200
DAYS_TOLD = 7


async def get_followed_tags(request: Request) -> Response:
    """The hashtags that somebody follows."""
    me, instance = (await require_user(request, "read:follows")).actor, instance_of(request)
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance.db.read() as connection:
        found = await db_followed_hashtags.followed_hashtags_page(connection, me.id, **page.part)
        names = [name for _, name in found]
        entities = await tag_entities(instance, connection, me.viewer, names)
    return paged(request, entities, [cursor for cursor, _ in found], has_more=page.may_go_on(found))


async def get_tag(request: Request) -> Response:
    """A hashtag, and whether it is followed and shown on one's profile."""
    return await _respond(request, await viewer_of(request), request.path_params["name"].lower())


Act = Callable[[Instance, Actor, str], Awaitable[None]]
# What is done with a hashtag, and the scope that it takes.
ACTS: dict[str, tuple[str, Act]] = {
    "follow": ("write:follows", followed_hashtags.follow_hashtag),
    "unfollow": ("write:follows", followed_hashtags.unfollow_hashtag),
    "feature": ("write:accounts", featured.feature_hashtag),
    "unfeature": ("write:accounts", featured.unfeature_hashtag),
}


async def act_on_tag(request: Request) -> Response:
    """One of those."""
    scope, act = ACTS.get(request.path_params["act"], ("", None))
    if act is None:
        raise NotFound("Record not found")
    me, name = (await require_user(request, scope)).actor, request.path_params["name"].lower()
    await act(instance_of(request), me, name)
    return await _respond(request, me.viewer, name)


async def _respond(request: Request, viewer: Viewer, name: str) -> Response:
    instance = instance_of(request)
    async with instance.db.read() as connection:
        (entity,) = await tag_entities(instance, connection, viewer, [name])
    return json(entity)


async def tag_entities(
    instance: Instance, connection: Connection, viewer: Viewer, names: Sequence[str]
) -> list[Entity]:
    """Several of Tag, with what they are to the viewer and how they were used lately."""
    if not names:
        return []
    followed, shown = set[str](), set[str]()
    if viewer.actor_id is not None:
        me = viewer.actor_id
        followed = set(await db_followed_hashtags.hashtags_followed_by(connection, me))
        shown = set(await db_featured_hashtags.hashtags_featured_by(connection, me))
    days = await days_of_hashtags(connection, viewer, days_told()[-1], names)
    return [
        {
            "id": name,
            "name": name,
            "url": instance.uris.hashtag(name),
            "history": history_of(name, days),
            "following": name in followed,
            "featuring": name in shown,
        }
        for name in names
    ]


def days_told() -> list[Millis]:
    """The days of which a history tells, today first."""
    today = now() - now() % DAY_MS
    return [Millis(today - number * DAY_MS) for number in range(DAYS_TOLD)]


def history_of(name: str, days: Iterable[DayOfUse]) -> list[Entity]:
    """A line for each day, also where nobody used it: all of it is text."""
    used = {one.day: one for one in days if one.name == name}
    return [_line_of(used.get(day, DayOfUse(name, day, 0, 0))) for day in days_told()]


def _line_of(day: DayOfUse) -> Entity:
    return {
        "day": str(day.day // 1000),
        "accounts": str(day.people),
        "uses": str(day.posts),
    }
