"""Methods of posts (https://docs.joinmastodon.org/methods/statuses/)."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import statuses as db_statuses
from fedlearn.db import taken_up as db_taken_up
from fedlearn.db import threads as db_threads
from fedlearn.db.status_views import status_view, status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import (
    bookmarks,
    boosts,
    favourites,
    muted_threads,
    pins,
    polls,
    quotes,
    statuses,
)
from fedlearn.services.drafts import Draft
from fedlearn.services.filters import filtered_in
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.drafts import (
    read_draft,
    read_language,
    read_poll,
    read_quote_policy,
    read_reach_of_boost,
)
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.attachments import attachment_entity
from fedlearn.web.mastodon.entities.describing import Entity, emoji_entity, moment
from fedlearn.web.mastodon.entities.polls import poll_entity
from fedlearn.web.mastodon.entities.statuses import status_entity
from fedlearn.web.mastodon.media import media_drafts, waiting_entities
from fedlearn.web.mastodon.metering import spend_on
from fedlearn.web.mastodon.parameters import read_parameters
from fedlearn.web.mastodon.people import respond_with_people
from fedlearn.web.mastodon.scheduled import read_time_ahead, schedule

MOST_AT_ONCE = 20
UNEXPECTED = "Post would be sent to unexpected accounts"
UNDOING = "deletions"  # and boosts that are taken back
MOST_ABOVE, MOST_BELOW = 200, 400
MOST_ABOVE_FOR_STRANGERS, MOST_BELOW_FOR_STRANGERS = 40, 60


async def create_status(request: Request) -> Response:
    """Post, now or later. The same key posts once, however often the app sends it."""
    user = await require_user(request, "write:statuses")
    parameters, instance, author = await read_parameters(request), instance_of(request), user.actor
    at = read_time_ahead(parameters)
    draft = read_draft(parameters, await media_drafts(instance, author, parameters), user)
    if "allowed_mentions" in parameters:
        unexpected = await _unexpected(instance, author, draft, parameters.ids("allowed_mentions"))
        if unexpected:
            return await _refuse_unexpected(request, author.viewer, unexpected)
    key = request.headers.get("idempotency-key", "")
    if at is not None:
        return await schedule(request, author, draft, at, key=key)
    view = await statuses.post_status(instance, author, draft, key=key)
    return await respond(request, author.viewer, view)


async def _unexpected(
    instance: Instance, author: Actor, draft: Draft, allowed: Collection[int]
) -> list[Actor]:
    """To whom a post would go besides those whom the app expects."""
    checked = await statuses.check(instance, author, draft)
    return [one for one in checked.people if one.id not in {*allowed, author.id}]


async def _refuse_unexpected(
    request: Request, viewer: Viewer, unexpected: Sequence[Actor]
) -> Response:
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, viewer, actors=unexpected)
    people = [account_entity(of, one) for one in unexpected]
    return json({"error": UNEXPECTED, "unexpected_accounts": people}, status=422)


async def get_status(request: Request) -> Response:
    """One post."""
    viewer = await viewer_of(request, "read:statuses")
    return await respond(request, viewer, await find_view(request, viewer))


async def get_statuses(request: Request) -> Response:
    """Several posts by their ids; those that the viewer may not see are left out."""
    viewer = await viewer_of(request, "read:statuses")
    ids = (await read_parameters(request)).ids("id")[:MOST_AT_ONCE]
    async with instance_of(request).db.read() as connection:
        views = await status_views(connection, viewer, [StatusId(one) for one in ids])
        of = await describing(request, connection, viewer, views=views)
    return json([status_entity(of, view) for view in views])


async def edit_status(request: Request) -> Response:
    """Change a post."""
    author = (await require_user(request, "write:statuses")).actor
    parameters, instance = await read_parameters(request), instance_of(request)
    before = await find_view(request, author.viewer)
    policy = parameters.text("quote_approval_policy")
    if policy is not None:
        await quotes.change_policy(instance, author, before.id, read_quote_policy(policy))
    view = await statuses.edit_status(
        instance,
        author,
        before.id,
        parameters.text("status") or "",
        (parameters.text("spoiler_text") or "").strip(),
        poll=read_poll(parameters),
        media=await media_drafts(instance, author, parameters, before.attachments),
        is_sensitive=parameters.boolean("sensitive"),
        language=read_language(parameters),
    )
    return await respond(request, author.viewer, view)


async def delete_status(request: Request) -> Response:
    """Delete a post. What it said comes back, with its pictures, so that it can be written anew."""
    author = (await require_user(request, "write:statuses")).actor
    await spend_on(request, UNDOING)
    instance, view = instance_of(request), await find_view(request, author.viewer)
    keeps_pictures = not (await read_parameters(request)).boolean("delete_media")
    async with instance.db.read() as connection:
        of = await describing(request, connection, author.viewer, views=[view])
    beside: Entity = {"text": view.status.source or ""}
    await statuses.delete_status(instance, author, view.id, keeps_pictures=keeps_pictures)
    if keeps_pictures:
        media_ids = [one.media_id for one in view.attachments if one.media_id]
        beside["media_attachments"] = await waiting_entities(request, author, media_ids)
    return json(status_entity(of, view, **beside))


async def get_context(request: Request) -> Response:
    """What a post answers, and what answers it."""
    viewer = await viewer_of(request, "read:statuses")
    status_id = (await find_view(request, viewer)).id
    most_above = MOST_ABOVE if viewer.is_local else MOST_ABOVE_FOR_STRANGERS
    most_below = MOST_BELOW if viewer.is_local else MOST_BELOW_FOR_STRANGERS
    async with instance_of(request).db.read() as connection:
        above = await db_threads.ancestors(connection, viewer, status_id, most_above)
        below = await db_threads.descendants(connection, viewer, status_id, most_below)
        views = await status_views(connection, viewer, [*above, *below])
        views = await filtered_in(connection, viewer, FilterContext.THREAD, views)
        of = await describing(
            request, connection, viewer, views=views, context=FilterContext.THREAD
        )
    ancestors = [status_entity(of, view) for view in views if view.id in set(above)]
    descendants = [status_entity(of, view) for view in views if view.id not in set(above)]
    return json({"ancestors": ancestors, "descendants": descendants})


async def favourited_by(request: Request) -> Response:
    """Who likes a post."""
    viewer = await viewer_of(request, "read:statuses")
    status_id = (await find_view(request, viewer)).id
    page_of = partial(db_taken_up.favourited_by, status_id=status_id)
    return await respond_with_people(request, viewer, page_of)


async def boosted_by(request: Request) -> Response:
    """Who has boosted a post."""
    viewer = await viewer_of(request, "read:statuses")
    status_id = (await find_view(request, viewer)).id
    page_of = partial(db_taken_up.boosted_by, viewer=viewer, status_id=status_id)
    return await respond_with_people(request, viewer, page_of)


async def get_source(request: Request) -> Response:
    """What its author typed."""
    author = (await require_user(request, "read:statuses")).actor
    view = await find_view(request, author.viewer)
    if view.author.id != author.id:
        raise NotFound("Record not found")
    status = view.status
    text, warning = status.source or "", status.content_warning
    return json({"id": str(view.id), "text": text, "spoiler_text": warning})


async def get_history(request: Request) -> Response:
    """What a post has said, the beginning first."""
    viewer = await viewer_of(request, "read:statuses")
    view = await find_view(request, viewer)
    async with instance_of(request).db.read() as connection:
        edits = await db_statuses.edits_of(connection, view.id)
        of = await describing(request, connection, viewer, views=[view])
    files = enumerate(view.attachments)
    shared = {
        "account": account_entity(of, view.author),
        "emojis": [emoji_entity(of, one) for one in view.status.emojis],
        "media_attachments": [attachment_entity(of, view.status, *one) for one in files],
    }
    said = [
        {
            "content": edit.content,
            "spoiler_text": edit.content_warning,
            "sensitive": edit.is_sensitive or view.author.is_sensitized,
            "created_at": moment(edit.created_at),
            **shared,
        }
        for edit in sorted(edits, key=lambda edit: edit.created_at)
    ]
    latest = {
        "content": view.status.content,
        "spoiler_text": view.status.content_warning,
        "sensitive": view.is_sensitive,
        "created_at": moment(view.status.edited_at or view.status.published),
        **shared,
    }
    return json([*said, latest])


Act = Callable[[Instance, Actor, StatusId], Awaitable[object]]
# What is done to a post, the scope that it takes, and what it is done by.
ACTS: dict[str, tuple[str, Act]] = {
    "favourite": ("write:favourites", favourites.favourite),
    "unfavourite": ("write:favourites", favourites.unfavourite),
    "reblog": ("write:statuses", boosts.boost),
    "unreblog": ("write:statuses", boosts.unboost),
    "bookmark": ("write:bookmarks", bookmarks.bookmark),
    "unbookmark": ("write:bookmarks", bookmarks.unbookmark),
    "mute": ("write:mutes", muted_threads.mute_thread),
    "unmute": ("write:mutes", muted_threads.unmute_thread),
    "pin": ("write:accounts", pins.pin),
    "unpin": ("write:accounts", pins.unpin),
}


async def act_on_status(request: Request) -> Response:
    """One of those; what comes back is the post as it is then, or the new boost of it."""
    scope, act = ACTS.get(request.path_params["act"], ("", None))
    if act is None:
        raise NotFound("Record not found")
    actor = (await require_user(request, scope)).actor
    if act is boosts.unboost:
        await spend_on(request, UNDOING)
    if act is boosts.boost:
        visibility = (await read_parameters(request)).text("visibility")
        act = partial(boosts.boost, reach=read_reach_of_boost(visibility))
    view = await find_view(request, actor.viewer)
    target = (view.boost_of or view).id
    made = await act(instance_of(request), actor, target)
    shown = made if isinstance(made, StatusView) else None
    async with instance_of(request).db.read() as connection:
        after = await status_view(connection, actor.viewer, shown.id if shown else target)
    if after is None:
        raise NotFound("Record not found")
    return await respond(request, actor.viewer, after)


async def get_poll(request: Request) -> Response:
    """A poll, by the id of its post."""
    viewer = await viewer_of(request, "read:statuses")
    return await _respond_with_poll(request, viewer, await find_view(request, viewer))


async def vote(request: Request) -> Response:
    """Choose answers of a poll."""
    actor = (await require_user(request, "write:statuses")).actor
    view = await find_view(request, actor.viewer)
    choices = set(map(number_in, (await read_parameters(request)).texts("choices")))
    if view.poll is None or not choices <= set(range(len(view.poll.options))):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    if view.poll.own_choices or (len(choices) > 1 and not view.poll.is_multiple):
        raise Invalid("Validation failed: You have already voted on this poll")
    await polls.vote(
        instance_of(request), actor, view.id, {one for one in choices if one is not None}
    )
    return await _respond_with_poll(request, actor.viewer, await find_view(request, actor.viewer))


async def respond(request: Request, viewer: Viewer, view: StatusView) -> Response:
    """A post as an answer."""
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, viewer, views=[view])
    return json(status_entity(of, view))


async def _respond_with_poll(request: Request, viewer: Viewer, view: StatusView) -> Response:
    if view.poll is None:
        raise NotFound("Record not found")
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, viewer, views=[view])
    return json(poll_entity(of, view))


async def find_view(request: Request, viewer: Viewer) -> StatusView:
    """The post that the address names; `NotFound` when it is not for this viewer."""
    async with instance_of(request).db.read() as connection:
        view = await status_view(connection, viewer, _id(request))
    if view is None:
        raise NotFound("Record not found")
    return view


def _id(request: Request) -> StatusId:
    return StatusId(request.path_params["status_id"])
