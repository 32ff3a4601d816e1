"""Methods of notifications (https://docs.joinmastodon.org/methods/notifications/)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import notifications as db_notifications
from fedlearn.db.notification_groups import Asked, count_unread_groups
from fedlearn.domain.ids import ActorId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import NotFound
from fedlearn.services import notifications
from fedlearn.services.reading import unfiltered
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.entities.notifications import TOLD_TO_APPS, Supported
from fedlearn.web.mastodon.pagination import paged, read_limit, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.told import notification_entities

USUAL, MOST = 40, 80
COUNTED, MOST_COUNTED = 100, 1000


async def get_notifications(request: Request) -> Response:
    """What the person is told, newest first."""
    viewer = (await require_user(request, "read:notifications")).actor.viewer
    parameters = await read_parameters(request)
    page = read_page(parameters, usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        told = await db_notifications.notifications_page(
            connection,
            viewer,
            **page.part,
            kinds=kinds_of(parameters),
            sender_id=sender_of(parameters),
            with_put_aside=bool(parameters.boolean("include_filtered")),
        )
        shown = await unfiltered(connection, viewer, told)
        entities = await notification_entities(
            request, connection, viewer, shown, supported=supported_by(parameters)
        )
    return paged(request, entities, [one.id for one in told])


async def get_notification(request: Request) -> Response:
    """One of them."""
    viewer = (await require_user(request, "read:notifications")).actor.viewer
    wanted, parameters = int(request.path_params["notification_id"]), await read_parameters(request)
    async with instance_of(request).db.read() as connection:
        told = await db_notifications.notifications_page(
            connection, viewer, before=wanted + 1, after=wanted - 1, limit=1, kinds=TOLD_TO_APPS
        )
        entities = await notification_entities(
            request, connection, viewer, told, supported=supported_by(parameters)
        )
    if not entities:
        raise NotFound("Record not found")
    return json(entities[0])


async def dismiss(request: Request) -> Response:
    """Keep one of them no longer."""
    actor = (await require_user(request, "write:notifications")).actor
    wanted = int(request.path_params["notification_id"])
    await notifications.dismiss(instance_of(request), actor, [wanted])
    return json({})


async def get_unread_count(request: Request) -> Response:
    """How many were not seen yet."""
    viewer = (await require_user(request, "read:notifications")).actor.viewer
    parameters = await read_parameters(request)
    asked = Asked(viewer, kinds_of(parameters), (), sender_of(parameters))
    return await respond_with_unread(request, asked, parameters)


async def respond_with_unread(request: Request, asked: Asked, parameters: Parameters) -> Response:
    """How many of those that are asked for were not seen yet, told up to a limit."""
    limit = read_limit(parameters, usual=COUNTED, most=MOST_COUNTED)
    async with instance_of(request).db.read() as connection:
        count = await count_unread_groups(connection, asked)
    return json({"count": min(count, limit)})


async def clear_notifications(request: Request) -> Response:
    """Keep nothing of what was told."""
    actor = (await require_user(request, "write:notifications")).actor
    await notifications.clear(instance_of(request), actor)
    return json({})


def kinds_of(parameters: Parameters) -> Sequence[NotificationKind]:
    """The kinds that are asked for, without those that are not wanted."""
    wanted, unwanted = parameters.texts("types"), set(parameters.texts("exclude_types"))
    return [
        kind
        for kind in TOLD_TO_APPS
        if kind.value not in unwanted and (not wanted or kind.value in wanted)
    ]


def supported_by(parameters: Parameters) -> Supported:
    """The kinds that the app knows, if it says so."""
    return parameters.texts("supported_types") if "supported_types" in parameters else None


def sender_of(parameters: Parameters) -> ActorId | None:
    """Whose deeds alone are asked for, if anybody's."""
    sender = parameters.id("account_id")
    return None if sender is None else ActorId(sender)
