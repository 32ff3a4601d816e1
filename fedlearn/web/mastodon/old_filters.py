"""Methods of filters as older apps know them: each word is a filter of its own."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import filters as db_filters
from fedlearn.domain.actors import Actor
from fedlearn.domain.filters import FilterAction, FilterContext, Keyword, NewFilter
from fedlearn.errors import Invalid
from fedlearn.services import filters
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.entities.filters import old_filter_entity
from fedlearn.web.mastodon.filters import (
    own_keyword,
    read_contexts,
    read_end,
    store,
    with_keyword,
)
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

OTHERS_TOO = (
    "These parameters cannot be changed from this application because they apply to more than one "
    "filter keyword. Use a more recent application or the web interface."
)


async def get_filters(request: Request) -> Response:
    """All words that somebody filters."""
    owner = (await require_user(request, "read:filters")).actor
    async with instance_of(request).db.read() as connection:
        mine = await db_filters.filters_of(connection, owner.id)
    return json([old_filter_entity(one, word) for one in mine for word in one.says.keywords])


async def create_filter(request: Request) -> Response:
    """One more word, in a filter that is called like it."""
    owner = (await require_user(request, "write:filters")).actor
    parameters = await read_parameters(request)
    phrase = _phrase(parameters)
    wanted = NewFilter(
        title=phrase[: filters.LONGEST_TITLE],
        contexts=read_contexts(parameters),
        keywords=(Keyword(phrase, bool(parameters.boolean("whole_word"))),),
        action=_action(parameters) or FilterAction.WARN,
        expires_at=read_end(parameters),
    )
    made = await filters.create_filter(instance_of(request), owner, wanted)
    async with instance_of(request).db.read() as connection:
        after = await filters.own_filter(connection, owner, made.id)
    return json(old_filter_entity(after, after.says.keywords[0]))


async def get_filter(request: Request) -> Response:
    """One word."""
    owner = (await require_user(request, "read:filters")).actor
    return await _respond(request, owner)


async def change_filter(request: Request) -> Response:
    """Another word; where it counts, too, if it is the only one of its filter."""
    owner = (await require_user(request, "write:filters")).actor
    known, keyword = await own_keyword(request, owner)
    parameters = await read_parameters(request)
    whole_word = parameters.boolean("whole_word")
    says = _around(known.says, parameters)
    if says != known.says and len(known.says.keywords) + len(known.posts) > 1:
        raise Invalid(OTHERS_TOO)
    changed = replace(
        keyword,
        text=_phrase(parameters) if "phrase" in parameters else keyword.text,
        whole_word=keyword.whole_word if whole_word is None else whole_word,
    )
    await store(request, owner, known, with_keyword(says, changed))
    return await _respond(request, owner)


async def delete_filter(request: Request) -> Response:
    """One word less, and the filter with it when it says nothing any more."""
    owner = (await require_user(request, "write:filters")).actor
    known, keyword = await own_keyword(request, owner)
    left = tuple(one for one in known.says.keywords if one.id != keyword.id)
    if left or known.posts:
        await store(request, owner, known, replace(known.says, keywords=left))
    else:
        await filters.delete_filter(instance_of(request), owner, known.id)
    return json({})


def _around(says: NewFilter, parameters: Parameters) -> NewFilter:
    """What is said of the whole filter, as far as it is said."""
    contexts: frozenset[FilterContext] = says.contexts
    return replace(
        says,
        contexts=read_contexts(parameters) if "context" in parameters else contexts,
        action=_action(parameters) or says.action,
        expires_at=read_end(parameters) if "expires_in" in parameters else says.expires_at,
    )


def _action(parameters: Parameters) -> FilterAction | None:
    hides = parameters.boolean("irreversible")
    if hides is None:
        return None
    return FilterAction.HIDE if hides else FilterAction.WARN


def _phrase(parameters: Parameters) -> str:
    phrase = (parameters.text("phrase") or "").strip()
    if not phrase:
        raise Invalid("Validation failed: Phrase can't be blank")
    return phrase


async def _respond(request: Request, owner: Actor) -> Response:
    known, keyword = await own_keyword(request, owner)
    return json(old_filter_entity(known, keyword))
