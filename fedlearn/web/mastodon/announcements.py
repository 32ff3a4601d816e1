"""Methods of announcements (https://docs.joinmastodon.org/methods/announcements/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.announcements import shown_announcements
from fedlearn.domain.rules import Announcement
from fedlearn.services import announcements
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.entities.describing import Entity, moment


async def get_announcements(request: Request) -> Response:
    """What is said to everybody here and was not put away."""
    reader = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        found = await shown_announcements(connection, reader.id)
    return json([announcement_entity(one) for one in found])


async def dismiss_announcement(request: Request) -> Response:
    """Put one away."""
    reader = (await require_user(request, "write:accounts")).actor
    announcement_id = int(request.path_params["announcement_id"])
    await announcements.dismiss(instance_of(request), reader, announcement_id)
    return json({})


async def react(request: Request) -> Response:
    """Answer one with an emoji."""
    reader = (await require_user(request, "write:favourites")).actor
    await announcements.react(instance_of(request), reader, *_reaction(request))
    return json({})


async def unreact(request: Request) -> Response:
    """Take that back."""
    reader = (await require_user(request, "write:favourites")).actor
    await announcements.unreact(instance_of(request), reader, *_reaction(request))
    return json({})


def _reaction(request: Request) -> tuple[int, str]:
    return int(request.path_params["announcement_id"]), request.path_params["name"]


def announcement_entity(announcement: Announcement) -> Entity:
    """Announcement, to somebody who has not put it away."""
    begins, ends = announcement.starts_at, announcement.ends_at
    return {
        "id": str(announcement.id),
        "content": announcement.content,
        "starts_at": None if begins is None else moment(begins),
        "ends_at": None if ends is None else moment(ends),
        "all_day": False,
        "published": True,
        "published_at": moment(begins or announcement.created_at),
        "updated_at": moment(announcement.updated_at),
        "read": False,
        "mentions": [],
        "statuses": [],
        "tags": [],
        "emojis": [],
        "reactions": [
            {"name": one.name, "count": one.count, "me": one.is_own}
            for one in announcement.reactions
        ],
    }
