"""Methods of filters (https://docs.joinmastodon.org/methods/filters/)."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import filters as db_filters
from fedlearn.domain.actors import Actor
from fedlearn.domain.filters import (
    Filter,
    FilterAction,
    FilterContext,
    FilteredPost,
    FilterId,
    Keyword,
    NewFilter,
)
from fedlearn.domain.ids import Millis, StatusId, now
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import filters
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.entities.filters import (
    filtered_post_entity,
    keyword_entity,
    whole_filter_entity,
)
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

LONGEST_SECONDS = 100 * 365 * 86_400


async def get_filters(request: Request) -> Response:
    """All filters of somebody."""
    owner = (await require_user(request, "read:filters")).actor
    async with instance_of(request).db.read() as connection:
        mine = await db_filters.filters_of(connection, owner.id)
    return json([whole_filter_entity(one) for one in mine])


async def create_filter(request: Request) -> Response:
    """A new filter, with words or still without."""
    owner = (await require_user(request, "write:filters")).actor
    parameters = await read_parameters(request)
    wanted = _changed(NewFilter(parameters.text("title") or "", frozenset(), ()), parameters)
    made = await filters.create_filter(instance_of(request), owner, wanted, may_be_empty=True)
    return await _respond(request, owner, made.id)


async def get_filter(request: Request) -> Response:
    """One filter."""
    owner = (await require_user(request, "read:filters")).actor
    return await _respond(request, owner, _filter_id(request))


async def change_filter(request: Request) -> Response:
    """A filter says something else; of its keywords those change that are named."""
    owner = (await require_user(request, "write:filters")).actor
    known = await _own(request, owner)
    wanted = _changed(known.says, await read_parameters(request))
    await store(request, owner, known, wanted)
    return await _respond(request, owner, known.id)


async def delete_filter(request: Request) -> Response:
    """Read again what a filter kept away."""
    owner = (await require_user(request, "write:filters")).actor
    await filters.delete_filter(instance_of(request), owner, _filter_id(request))
    return json({})


async def get_keywords(request: Request) -> Response:
    """The words of a filter."""
    owner = (await require_user(request, "read:filters")).actor
    known = await _own(request, owner)
    return json([keyword_entity(one) for one in known.says.keywords])


async def add_keyword(request: Request) -> Response:
    """One more word."""
    owner = (await require_user(request, "write:filters")).actor
    known, parameters = await _own(request, owner), await read_parameters(request)
    added = _keyword(Keyword(""), parameters)
    await store(request, owner, known, replace(known.says, keywords=(*known.says.keywords, added)))
    after = (await _own(request, owner)).says.keywords
    return json(keyword_entity(after[after.index(replace(added, text=added.text.strip()))]))


async def get_keyword(request: Request) -> Response:
    """One word of a filter."""
    owner = (await require_user(request, "read:filters")).actor
    _known, keyword = await own_keyword(request, owner)
    return json(keyword_entity(keyword))


async def change_keyword(request: Request) -> Response:
    """Another word in its place."""
    owner = (await require_user(request, "write:filters")).actor
    known, keyword = await own_keyword(request, owner)
    changed = _keyword(keyword, await read_parameters(request))
    await store(request, owner, known, with_keyword(known.says, changed))
    _known, after = await own_keyword(request, owner)
    return json(keyword_entity(after))


async def remove_keyword(request: Request) -> Response:
    """One word less."""
    owner = (await require_user(request, "write:filters")).actor
    known, keyword = await own_keyword(request, owner)
    left = tuple(one for one in known.says.keywords if one.id != keyword.id)
    await store(request, owner, known, replace(known.says, keywords=left))
    return json({})


async def get_posts(request: Request) -> Response:
    """The posts of which a filter speaks whatever they say."""
    owner = (await require_user(request, "read:filters")).actor
    return json([filtered_post_entity(one) for one in (await _own(request, owner)).posts])


async def add_post(request: Request) -> Response:
    """One more of them."""
    owner = (await require_user(request, "write:filters")).actor
    status_id = StatusId((await read_parameters(request)).id("status_id") or 0)
    made = await filters.name_post(instance_of(request), owner, _filter_id(request), status_id)
    return json(filtered_post_entity(made))


async def get_post(request: Request) -> Response:
    """One of them."""
    owner = (await require_user(request, "read:filters")).actor
    return json(filtered_post_entity(await _own_post(request, owner)))


async def remove_post(request: Request) -> Response:
    """A filter speaks of it no more."""
    owner = (await require_user(request, "write:filters")).actor
    post = await _own_post(request, owner)
    await filters.forget_post(instance_of(request), owner, post.id)
    return json(filtered_post_entity(post))


# --- what the older methods need as well ---------------------------------------------------------


async def own_keyword(request: Request, owner: Actor) -> tuple[Filter, Keyword]:
    """The word that the address names, and the filter to which it belongs."""
    keyword_id = int(request.path_params["keyword_id"])
    async with instance_of(request).db.read() as connection:
        found = await db_filters.filter_with_keyword(connection, keyword_id)
    known = filters.own(found, owner)
    for one in known.says.keywords:
        if one.id == keyword_id:
            return known, one
    raise NotFound("Record not found")


async def store(request: Request, owner: Actor, known: Filter, wanted: NewFilter) -> None:
    """A filter says something else, and may say nothing yet."""
    await filters.change_filter(instance_of(request), owner, known.id, wanted, may_be_empty=True)


def with_keyword(says: NewFilter, changed: Keyword) -> NewFilter:
    """What a filter says with another word in the place of one."""
    kept = tuple(changed if one.id == changed.id else one for one in says.keywords)
    return replace(says, keywords=kept)


def read_contexts(parameters: Parameters) -> frozenset[FilterContext]:
    """Where a filter counts; `Invalid` for nowhere, and for a place that there is not."""
    named = parameters.texts("context")
    if not named or not set(named) <= set(FilterContext):
        raise Invalid("Validation failed: Context None or invalid context supplied")
    return frozenset(map(FilterContext, named))


def read_end(parameters: Parameters) -> Millis | None:
    """When a filter ends that counts for so many seconds; never, when it is not said how many."""
    seconds = parameters.integer("expires_in")
    if seconds is None:
        return None
    return Millis(now() + max(0, min(seconds, LONGEST_SECONDS)) * 1000)


# --- what is read --------------------------------------------------------------------------------


def _changed(says: NewFilter, parameters: Parameters) -> NewFilter:
    """What a filter says after what an app has sent; what that leaves out stays as it was."""
    title = parameters.text("title")
    return NewFilter(
        title=says.title if title is None else title,
        contexts=(
            says.contexts
            if says.contexts and "context" not in parameters
            else read_contexts(parameters)
        ),
        keywords=_keywords(says.keywords, parameters),
        action=_action(parameters) or says.action,
        expires_at=read_end(parameters) if "expires_in" in parameters else says.expires_at,
    )


def _action(parameters: Parameters) -> FilterAction | None:
    text = parameters.text("filter_action")
    try:
        return FilterAction(text) if text else None
    except ValueError:
        raise Invalid(f"Validation failed: Action {text} is not a valid one") from None


def _keywords(known: tuple[Keyword, ...], parameters: Parameters) -> tuple[Keyword, ...]:
    """The words after rows of changes: new ones, those with an id, and those to be removed."""
    by_id = {one.id: one for one in known}
    added: list[Keyword] = []
    for row in parameters.rows("keywords_attributes"):
        keyword_id, is_removed = row.id("id"), row.boolean("_destroy")
        if keyword_id is None:
            added += [] if is_removed else [_keyword(Keyword(""), row)]
        elif keyword_id not in by_id:
            raise NotFound("Record not found")
        elif is_removed:
            del by_id[keyword_id]
        else:
            by_id[keyword_id] = _keyword(by_id[keyword_id], row)
    return (*by_id.values(), *added)


def _keyword(known: Keyword, said: Parameters) -> Keyword:
    """A word as it is after what was said of it."""
    text, whole_word = said.text("keyword"), said.boolean("whole_word")
    changed = Keyword(
        known.text if text is None else text,
        known.whole_word if whole_word is None else whole_word,
        known.id,
    )
    if not changed.text.strip():
        raise Invalid("Validation failed: Keyword can't be blank")
    return changed


async def _respond(request: Request, owner: Actor, filter_id: FilterId) -> Response:
    async with instance_of(request).db.read() as connection:
        return json(whole_filter_entity(await filters.own_filter(connection, owner, filter_id)))


async def _own(request: Request, owner: Actor) -> Filter:
    async with instance_of(request).db.read() as connection:
        return await filters.own_filter(connection, owner, _filter_id(request))


async def _own_post(request: Request, owner: Actor) -> FilteredPost:
    post_id = int(request.path_params["post_id"])
    async with instance_of(request).db.read() as connection:
        found = await db_filters.filter_with_post(connection, post_id)
    return next(one for one in filters.own(found, owner).posts if one.id == post_id)


def _filter_id(request: Request) -> FilterId:
    return FilterId(request.path_params["filter_id"])
