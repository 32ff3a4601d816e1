"""Methods of what is posted later (https://docs.joinmastodon.org/methods/scheduled_statuses/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import MINUTE_MS, Millis, now
from fedlearn.errors import Invalid
from fedlearn.services import scheduling
from fedlearn.services.drafts import Draft
from fedlearn.services.scheduling import SOONEST_MINUTES
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.drafts import read_moment
from fedlearn.web.mastodon.entities.scheduled import scheduled_entity
from fedlearn.web.mastodon.pagination import cut, paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 20, 40
TOO_SOON = "Validation failed: Scheduled at The scheduled date must be in the future"


async def get_scheduled(request: Request) -> Response:
    """What somebody wants to post later, what they wrote last first."""
    author = (await require_user(request, "read:statuses")).actor
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    waiting = await scheduling.scheduled_views(instance_of(request), author)
    by_id = {one.scheduled.id: one for one in waiting}
    shown = cut(page, list(by_id))
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, author.viewer)
    return paged(request, [scheduled_entity(of, by_id[one]) for one in shown], shown)


async def get_one_scheduled(request: Request) -> Response:
    """One of those."""
    author = (await require_user(request, "read:statuses")).actor
    return await _respond(request, author, _id(request))


async def change_scheduled(request: Request) -> Response:
    """Post it at another time."""
    author = (await require_user(request, "write:statuses")).actor
    at = read_time(await read_parameters(request))
    if at is not None:
        await scheduling.change_scheduled(instance_of(request), author, _id(request), at)
    return await _respond(request, author, _id(request))


async def call_off(request: Request) -> Response:
    """Do not post it at all."""
    author = (await require_user(request, "write:statuses")).actor
    await scheduling.call_off(instance_of(request), author, _id(request))
    return json({})


async def schedule(
    request: Request, author: Actor, draft: Draft, at: Millis, *, key: str
) -> Response:
    """What was sent to be posted now is to be posted then."""
    made = await scheduling.schedule(instance_of(request), author, draft, at, key=key)
    return await _respond(request, author, made.id)


def read_time(parameters: Parameters) -> Millis | None:
    """When something is to be posted, if that is said; `Invalid` for a time that is too near."""
    text = parameters.text("scheduled_at")
    if not text:
        return None
    at = read_moment(text)
    if at < now() + SOONEST_MINUTES * MINUTE_MS:
        raise Invalid(TOO_SOON)
    return at


def read_time_ahead(parameters: Parameters) -> Millis | None:
    """The same for something new: what was to be posted in the past is posted now."""
    text = parameters.text("scheduled_at")
    is_over = bool(text) and read_moment(text or "") <= now()
    return None if is_over else read_time(parameters)


async def _respond(request: Request, author: Actor, scheduled_id: int) -> Response:
    found = await scheduling.scheduled_view(instance_of(request), author, scheduled_id)
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, author.viewer)
    return json(scheduled_entity(of, found))


def _id(request: Request) -> int:
    return int(request.path_params["scheduled_id"])
