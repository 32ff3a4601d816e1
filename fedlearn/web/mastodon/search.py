"""Methods of search (https://docs.joinmastodon.org/methods/search/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.follows import followed_among
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import FetchError, Invalid, NotFound, RefusedDocument
from fedlearn.services import search as services_search
from fedlearn.services.lookup import look_up, look_up_known
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import actor_with
from fedlearn.web.mastodon.callers import TokenNeeded, require_user, user_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.statuses import status_entity
from fedlearn.web.mastodon.pagination import read_limit, read_offset
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.tags import tag_entities

USUAL, MOST = 20, 40
DEEPEST = 400  # how far apps leaf through what was found
KINDS = ("accounts", "statuses", "hashtags")
NO_PAGES = "Search queries pagination is not supported without authentication"
NOTHING_FETCHED = (
    "Search queries that resolve remote resources are not supported without authentication"
)


async def search(request: Request) -> Response:
    """People, posts and hashtags: by name or address, or by words. Strangers find no posts."""
    user, parameters = await user_of(request, "read:search"), await read_parameters(request)
    people, views, hashtags = (
        await _found(request, user.actor, parameters)
        if user
        else await _found_by_strangers(request, parameters)
    )
    viewer = user.actor.viewer if user else STRANGER
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, viewer, views=views, actors=people)
        tags = await tag_entities(of.instance, connection, viewer, hashtags)
    found = {
        "accounts": [account_entity(of, one) for one in people],
        "statuses": [status_entity(of, one) for one in views],
        "hashtags": tags,
    }
    wanted = parameters.text("type")
    return json({kind: found[kind] if wanted in {None, kind} else [] for kind in KINDS})


async def search_accounts(request: Request) -> Response:
    """People, by name, handle or what their profile says."""
    user = await require_user(request, "read:accounts", "read:search")
    people, _views, _hashtags = await _found(request, user.actor, await read_parameters(request))
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, user.actor.viewer, actors=people)
    return json([account_entity(of, one) for one in people])


async def _found(
    request: Request, reader: Actor, parameters: Parameters
) -> tuple[list[Actor], list[StatusView], list[str]]:
    query = (parameters.text("q") or "").strip()
    limit, offset = read_limit(parameters, usual=USUAL, most=MOST), read_offset(parameters)
    if not query or offset > DEEPEST:
        return [], [], []
    if services_search.is_name(query):
        people, views = await _named(request, reader, parameters, query)
        return people[offset:], views[offset:], []
    instance, end = instance_of(request), offset + limit
    text = await _by_author(request, parameters, query)
    before = parameters.id("max_id")
    found = await services_search.search(
        instance,
        reader,
        text,
        before=None if before is None else StatusId(before),
        limit=end,
        others=end,
    )
    people = [*found.people]
    if parameters.boolean("following"):
        people = await services_search.people_followed(instance, reader, query, end)
    names = [name for name, _count in found.hashtags]
    above = parameters.id("min_id") or 0
    views = [view for view in found.views if view.id > above]
    return people[offset:end], views[offset:end], names[offset:end]


async def _found_by_strangers(
    request: Request, parameters: Parameters
) -> tuple[list[Actor], list[StatusView], list[str]]:
    if parameters.text("offset"):
        raise TokenNeeded(NO_PAGES)
    if parameters.boolean("resolve"):
        raise TokenNeeded(NOTHING_FETCHED)
    query = (parameters.text("q") or "").strip()
    limit = read_limit(parameters, usual=USUAL, most=MOST)
    found = await services_search.search_as_stranger(instance_of(request), query, limit)
    return [*found.people], [], [name for name, _count in found.hashtags]


async def _by_author(request: Request, parameters: Parameters, query: str) -> str:
    """What is looked for, narrowed down to the author whom an app names by id."""
    author_id = parameters.id("account_id")
    if author_id is None:
        return query
    author = await actor_with(request, ActorId(author_id))
    return f"{query} from:{author.acct}"


async def _named(
    request: Request, reader: Actor, parameters: Parameters, query: str
) -> tuple[list[Actor], list[StatusView]]:
    """Whom or what a handle or an address means; asked of others only where the app says so."""
    instance = instance_of(request)
    ask = look_up if parameters.boolean("resolve") else look_up_known
    try:
        named = await ask(instance, reader, query)
    except (Invalid, NotFound, FetchError, RefusedDocument):
        return [], []
    if named is None or isinstance(named, StatusView):
        return [], [named] if named else []
    async with instance.db.read() as connection:
        followed = await followed_among(connection, reader.id, [named.id])
    is_wanted = named.id in followed or not parameters.boolean("following")
    return [named] if is_wanted else [], []
