"""Methods of lists (https://docs.joinmastodon.org/methods/lists/)."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db import lists as db_lists
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, ListId
from fedlearn.domain.lists import PeopleList, RepliesPolicy
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import lists
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import find_actor
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.people import respond_with_people


async def get_lists(request: Request) -> Response:
    """All lists of somebody."""
    owner = (await require_user(request, "read:lists")).actor
    async with instance_of(request).db.read() as connection:
        mine = await db_lists.lists_of(connection, owner.id)
    return json([list_entity(one) for one in mine])


async def get_lists_with(request: Request) -> Response:
    """Those of somebody's lists on which a person is."""
    owner = (await require_user(request, "read:lists")).actor
    member = await find_actor(request)
    async with instance_of(request).db.read() as connection:
        mine = await db_lists.lists_of(connection, owner.id)
        found = await db_lists.lists_with(connection, owner.id, member.id)
    return json([list_entity(one) for one in mine if one.id in found])


async def create_list(request: Request) -> Response:
    """A new list."""
    owner = (await require_user(request, "write:lists")).actor
    parameters = await read_parameters(request)
    _policy(parameters)
    made = await lists.create_list(instance_of(request), owner, parameters.text("title") or "")
    return await _change(request, owner, made, parameters)


async def get_list(request: Request) -> Response:
    """One list."""
    owner = (await require_user(request, "read:lists")).actor
    return json(list_entity(await _own(request, owner)))


async def change_list(request: Request) -> Response:
    """Another name, or other rules for what stands on it."""
    owner = (await require_user(request, "write:lists")).actor
    before, parameters = await _own(request, owner), await read_parameters(request)
    _policy(parameters)
    title = parameters.text("title")
    if title is not None:
        await lists.rename_list(instance_of(request), owner, before.id, title)
    return await _change(request, owner, before, parameters)


async def delete_list(request: Request) -> Response:
    """The list is gone; the people on it stay as they are."""
    owner = (await require_user(request, "write:lists")).actor
    await lists.delete_list(instance_of(request), owner, _id(request))
    return json({})


async def get_members(request: Request) -> Response:
    """Who is on a list, page by page; everybody at once where the limit is 0."""
    owner = (await require_user(request, "read:lists")).actor
    mine = await _own(request, owner)
    if (await read_parameters(request)).integer("limit") != 0:
        page_of = partial(db_lists.members_page, list_id=mine.id)
        return await respond_with_people(request, owner.viewer, page_of)
    async with instance_of(request).db.read() as connection:
        members = await db_lists.members_of(connection, mine.id)
        of = await describing(request, connection, owner.viewer, actors=members)
    return json([account_entity(of, one) for one in members])


async def add_members(request: Request) -> Response:
    """Put people on a list, be they followed or not."""
    owner = (await require_user(request, "write:lists")).actor
    for actor in await _named(request):
        await lists.add_member(instance_of(request), owner, _id(request), actor)
    return json({})


async def remove_members(request: Request) -> Response:
    """Take people off a list."""
    owner = (await require_user(request, "write:lists")).actor
    for actor in await _named(request):
        await lists.remove_member(instance_of(request), owner, _id(request), actor)
    return json({})


def list_entity(one: PeopleList) -> Entity:
    """List."""
    return {
        "id": str(one.id),
        "title": one.title,
        "replies_policy": one.replies_policy.value,
        "exclusive": one.is_exclusive,
    }


async def _change(
    request: Request, owner: Actor, before: PeopleList, parameters: Parameters
) -> Response:
    exclusive = parameters.boolean("exclusive")
    await lists.change_list(
        instance_of(request),
        owner,
        before.id,
        _policy(parameters) or before.replies_policy,
        is_exclusive=before.is_exclusive if exclusive is None else exclusive,
    )
    async with instance_of(request).db.read() as connection:
        return json(list_entity(await lists.own_list(connection, owner, before.id)))


def _policy(parameters: Parameters) -> RepliesPolicy | None:
    """Which answers stand on it, if that is said: known before anything is done."""
    text = parameters.text("replies_policy")
    try:
        return None if text is None else RepliesPolicy(text)
    except ValueError:
        raise Invalid(f"Validation failed: Replies policy {text} is not a valid one") from None


async def _named(request: Request) -> list[Actor]:
    ids = (await read_parameters(request)).ids("account_ids")
    async with instance_of(request).db.read() as connection:
        known = await db_actors.actors_by_id(connection, [ActorId(one) for one in ids])
    if len(known) < len(set(ids)):
        raise NotFound("Record not found")
    return list(known.values())


async def _own(request: Request, owner: Actor) -> PeopleList:
    async with instance_of(request).db.read() as connection:
        return await lists.own_list(connection, owner, _id(request))


def _id(request: Request) -> ListId:
    return ListId(request.path_params["list_id"])
