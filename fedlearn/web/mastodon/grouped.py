"""Methods of notifications in groups (https://docs.joinmastodon.org/methods/grouped_notifications/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db import notification_groups as db_groups
from fedlearn.db.notification_groups import Asked
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId
from fedlearn.domain.notifications import GROUPED
from fedlearn.errors import NotFound
from fedlearn.services import notifications
from fedlearn.services.reading import unfiltered_groups
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.notifications import TOLD_TO_APPS
from fedlearn.web.mastodon.notifications import (
    MOST,
    USUAL,
    kinds_of,
    respond_with_unread,
    sender_of,
    supported_by,
)
from fedlearn.web.mastodon.pagination import WrongPage, paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.told import grouped_entity

EXPANSIONS = {"full": False, "partial_avatars": True}


async def get_groups(request: Request) -> Response:
    """What the person is told, what belongs together as one, the latest first."""
    viewer = (await require_user(request, "read:notifications")).actor.viewer
    parameters = await read_parameters(request)
    page, is_partial = read_page(parameters, usual=USUAL, most=MOST), _is_partial(parameters)
    async with instance_of(request).db.read() as connection:
        found = await db_groups.groups_page(
            connection,
            _asked(viewer, parameters),
            **page.part,
        )
        shown = await unfiltered_groups(connection, viewer, found)
        body = await grouped_entity(
            request,
            connection,
            viewer,
            shown,
            is_partial=is_partial,
            supported=supported_by(parameters),
        )
    return paged(request, body, [one.latest_id for one in found])


async def get_group(request: Request) -> Response:
    """One group."""
    viewer = (await require_user(request, "read:notifications")).actor.viewer
    supported = supported_by(await read_parameters(request))
    async with instance_of(request).db.read() as connection:
        found = await db_groups.group_with(connection, _for_key(request, viewer), _key(request))
        if found is None:
            raise NotFound("Record not found")
        body = await grouped_entity(request, connection, viewer, [found], supported=supported)
    return json(body)


async def get_accounts(request: Request) -> Response:
    """Everybody who has a part in a group."""
    viewer = (await require_user(request, "read:notifications")).actor.viewer
    members = await _members(request, viewer)
    async with instance_of(request).db.read() as connection:
        senders = await db_actors.actors_by_id(connection, [sender for _, sender in members])
        of = await describing(request, connection, viewer, actors=senders.values())
    return json([account_entity(of, senders[sender]) for _, sender in members])


async def dismiss(request: Request) -> Response:
    """Keep nothing of a group."""
    me = (await require_user(request, "write:notifications")).actor
    members = await _members(request, me.viewer)
    await notifications.dismiss(instance_of(request), me, [one for one, _ in members])
    return json({})


async def get_unread_count(request: Request) -> Response:
    """How many groups hold something that was not seen yet."""
    viewer = (await require_user(request, "read:notifications")).actor.viewer
    parameters = await read_parameters(request)
    return await respond_with_unread(request, _asked(viewer, parameters), parameters)


async def _members(request: Request, viewer: Viewer) -> list[tuple[int, ActorId]]:
    async with instance_of(request).db.read() as connection:
        asked = _for_key(request, viewer)
        found = await db_groups.members_of_group(connection, asked, _key(request))
    if not found:
        raise NotFound("Record not found")
    return found


def _asked(viewer: Viewer, parameters: Parameters) -> Asked:
    wanted = parameters.texts("grouped_types")
    grouped = [kind for kind in GROUPED if not wanted or kind.value in wanted]
    put_aside = bool(parameters.boolean("include_filtered"))
    return Asked(viewer, kinds_of(parameters), grouped, sender_of(parameters), put_aside)


def _is_partial(parameters: Parameters) -> bool:
    """Whether of most accounts only their picture is wanted; `WrongPage` for another wish."""
    wish = parameters.text("expand_accounts") or "full"
    if wish not in EXPANSIONS:
        allowed = "allowed values are 'full' and 'partial_avatars'"
        raise WrongPage(f"Invalid value for 'expand_accounts': '{wish}', {allowed}")
    return EXPANSIONS[wish]


def _for_key(request: Request, viewer: Viewer) -> Asked:
    """With what is told together where such a key is made; a single one may be of any kind."""
    is_alone = _key(request).startswith("ungrouped-")
    return Asked(viewer, TOLD_TO_APPS, () if is_alone else GROUPED)


def _key(request: Request) -> str:
    return str(request.path_params["group_key"])
