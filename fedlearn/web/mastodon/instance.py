"""Methods of the server (https://docs.joinmastodon.org/methods/instance/)."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import figures as db_figures
from fedlearn.db import rules as db_rules
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.errors import NotFound
from fedlearn.services import moderation, placeholders
from fedlearn.text.languages import language, languages
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.documents import CachedDocument
from fedlearn.web.json import JSON, PRIVATE, json
from fedlearn.web.mastodon.entities.describing import Describing, Entity, moment
from fedlearn.web.mastodon.entities.instance import (
    Place,
    domain_block_entity,
    instance_entity,
    old_instance_entity,
    rule_entity,
    terms_entity,
)
from fedlearn.web.templating import render_text

MONTH_MS = 30 * DAY_MS
WEEKS_TOLD = 12
FOR_A_WHILE = {"cache-control": "public, max-age=300"}
FOR_A_DAY = {"cache-control": "public, max-age=86400"}


async def get_instance(request: Request) -> Response:
    """What the server is, and what it lets people do."""
    return await _respond(request, "instance v2", instance_entity)


async def get_old_instance(request: Request) -> Response:
    """The same, for clients from before version 2."""
    return await _respond(request, "instance v1", old_instance_entity)


async def get_rules(request: Request) -> Response:
    """What is asked of the people here."""
    async with instance_of(request).db.read() as connection:
        known = await db_rules.rules(connection)
    return json([rule_entity(rule) for rule in known], headers=FOR_A_WHILE)


async def get_languages(request: Request) -> Response:
    """The languages in which pages can be shown."""
    del request
    known = [{"code": code, "name": language(code).name} for code in languages()]
    return json(known, headers=FOR_A_DAY)


async def get_extended_description(request: Request) -> Response:
    """What the operator says of the server at length; nothing where they have not."""
    said = parts_of(request).texts.about
    changed_at = moment(said.changed_at) if said else None
    content = said.html if said else ""
    return json({"updated_at": changed_at, "content": content}, headers=FOR_A_WHILE)


async def get_privacy_policy(request: Request) -> Response:
    """What becomes of what people tell this server."""
    said = parts_of(request).texts.privacy
    content = said.html if said else render_text(request, "_privacy.html")
    changed_at = said.changed_at if said else instance_of(request).actor.profile.published
    return json({"updated_at": moment(changed_at), "content": content}, headers=FOR_A_WHILE)


async def get_terms(request: Request) -> Response:
    """The terms of service: of today, or from a day on; not there where there are none."""
    texts, day = parts_of(request).texts, request.path_params.get("day")
    terms = texts.terms_of(day) if day else texts.current_terms
    if terms is None:
        raise NotFound("Record not found")
    return json(terms_entity(terms), headers=FOR_A_WHILE)


async def get_translation_languages(request: Request) -> Response:
    """Into which languages posts are translated: this server translates none."""
    del request
    return json({}, headers=FOR_A_DAY)


async def get_peers(request: Request) -> Response:
    """With which servers this one has talked: nobody's business, so none is named."""
    del request
    return json([], headers=FOR_A_DAY)


async def get_activity(request: Request) -> Response:
    """How much there was here in each of twelve weeks: posts for all, who wrote them, newcomers."""

    async def make() -> CachedDocument:
        return CachedDocument.of(msgspec.json.encode(await _weeks(request)), JSON)

    return await _respond_with(request, "instance activity", make)


async def _weeks(request: Request) -> list[Entity]:
    """The weeks, the latest first. Who only looked in is not kept, so "logins" are who posted."""
    latest = db_figures.week_of(now())
    weeks = range(latest, latest - WEEKS_TOLD, -1)
    since = db_figures.beginning_of_week(weeks[-1])
    async with instance_of(request).db.read() as connection:
        posts = await db_figures.open_posts_by_week(connection, since)
        newcomers = await db_figures.newcomers_by_week(connection, since)
    return [
        {
            "week": str(db_figures.beginning_of_week(week) // 1000),
            "statuses": str(posts.get(week, (0, 0))[0]),
            "logins": str(posts.get(week, (0, 0))[1]),
            "registrations": str(newcomers.get(week, 0)),
        }
        for week in weeks
    ]


async def get_health(request: Request) -> Response:
    """Whether the server is up and can read what it keeps."""
    async with instance_of(request).db.read() as connection:
        await db_figures.newest_status_id(connection)
    return json({"status": "UP"})


async def get_domain_blocks(request: Request) -> Response:
    """Which servers are kept out and why, where the operator lets everybody read that."""
    if not instance_of(request).settings.shows_domain_blocks:
        raise NotFound("Record not found")
    kept_out = await moderation.blocked_in_public(instance_of(request))
    return json([domain_block_entity(one) for one in kept_out], headers=FOR_A_WHILE)


async def get_custom_emojis(request: Request) -> Response:
    """Pictures for `:names:` that this server has of its own: none so far."""
    del request
    return json([], headers=FOR_A_WHILE)


async def get_avatar(request: Request) -> Response:
    """The picture of those who have none, in one of the tints."""
    picture = placeholders.avatar(request.path_params["tint"])
    return Response(picture, media_type="image/png", headers=FOR_A_DAY)


async def get_header(request: Request) -> Response:
    """What stands on top of profiles that have no picture there."""
    del request
    return Response(placeholders.header(), media_type="image/png", headers=FOR_A_DAY)


async def _respond(
    request: Request, key: str, entity: Callable[[Describing, Place], Entity]
) -> Response:
    """What anybody may ask as often as they like: all posts are counted for it."""

    async def make() -> CachedDocument:
        made = entity(_of(request), await _place(request))
        return CachedDocument.of(msgspec.json.encode(made), JSON)

    return await _respond_with(request, key, make)


async def _respond_with(
    request: Request, key: str, make: Callable[[], Awaitable[CachedDocument]]
) -> Response:
    document = await parts_of(request).documents.get(key, make)
    sent = {"content-type": document.content_type, **PRIVATE, **FOR_A_WHILE}
    return Response(document.body, headers=sent)


def _of(request: Request) -> Describing:
    parts = parts_of(request)
    return Describing(parts.instance, parts.proxied, parts.lent, parts.shared, STRANGER)


async def _place(request: Request) -> Place:
    async with instance_of(request).db.read() as connection:
        counted = await db_figures.figures(connection)
        return Place(
            users=counted.users,
            active_users=await db_figures.active_users(connection, Millis(now() - MONTH_MS)),
            posts=await db_figures.open_web_posts(connection),
            domains=counted.domains,
            rules=tuple(await db_rules.rules(connection)),
            has_terms=bool(parts_of(request).texts.terms),
        )
