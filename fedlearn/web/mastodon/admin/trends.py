"""Methods of trends for moderators (https://docs.joinmastodon.org/methods/admin/trends/).

Nothing waits here until it was looked at: what is lively is shown unless it was rejected.
"""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.lively import days_of_links
from fedlearn.db.status_views import status_view, status_views
from fedlearn.db.trends import is_used, rejected
from fedlearn.domain.ids import StatusId
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.trends import TrendKind
from fedlearn.errors import NotFound
from fedlearn.services import trends
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.entities.statuses import card_entity, status_entity
from fedlearn.web.mastodon.tags import days_told, history_of, tag_entities
from fedlearn.web.mastodon.trends import lively_links, lively_statuses, lively_tags

READ, WRITE = "admin:read", "admin:write"
ACTS = {"approve": trends.approve, "reject": trends.reject}
REVIEWED = {"requires_review": False}


async def get_tags(request: Request) -> Response:
    """Hashtags that several people use, with those that are not shown."""
    by = await _reviewer(request, READ)
    found = await lively_tags(request, by.viewer, with_rejected=True)
    hidden = await _rejected(request, TrendKind.HASHTAG)
    return json([_admin_tag(one, is_shown=one["name"] not in hidden) for one in found])


async def get_links(request: Request) -> Response:
    """Pages to which several people lead, with those that are not shown."""
    by = await _reviewer(request, READ)
    found = await lively_links(request, by.viewer, with_rejected=True)
    return json([_admin_link(status_id, link) for status_id, link in found])


async def get_statuses(request: Request) -> Response:
    """Posts that several people have taken up, with those that are not shown."""
    by = await _reviewer(request, READ)
    return json(await lively_statuses(request, by.viewer, with_rejected=True, **REVIEWED))


async def act_on_tag(request: Request) -> Response:
    """Show a hashtag no more, or again."""
    by, name = await _reviewer(request, WRITE), request.path_params["name"].lower()
    async with instance_of(request).db.read() as connection:
        if not await is_used(connection, name):
            raise NotFound("Record not found")
    await _act(request, by, TrendKind.HASHTAG, name)
    async with instance_of(request).db.read() as connection:
        (tag,) = await tag_entities(instance_of(request), connection, by.viewer, [name])
    return json(_admin_tag(tag, is_shown=request.path_params["act"] == "approve"))


async def act_on_link(request: Request) -> Response:
    """Show a page no more, or again; it is named by a post that leads there."""
    by, status_id = await _reviewer(request, WRITE), StatusId(request.path_params["status_id"])
    async with instance_of(request).db.read() as connection:
        view = await status_view(connection, by.viewer, status_id)
        if view is None or view.preview is None:
            raise NotFound("Record not found")
        url = view.preview.url
        days = await days_of_links(connection, by.viewer, days_told()[-1], [url])
        of = await describing(request, connection, by.viewer, views=[view])
    await _act(request, by, TrendKind.LINK, url)
    card = card_entity(of, view.preview, view.creator) | {"history": history_of(url, days)}
    return json(_admin_link(status_id, card))


async def act_on_status(request: Request) -> Response:
    """Show a post no more, or again."""
    by, status_id = await _reviewer(request, WRITE), StatusId(request.path_params["status_id"])
    async with instance_of(request).db.read() as connection:
        views = await status_views(connection, by.viewer, [status_id])
        if not views:
            raise NotFound("Record not found")
        of = await describing(request, connection, by.viewer, views=views)
    await _act(request, by, TrendKind.STATUS, str(status_id))
    return json(status_entity(of, views[0], **REVIEWED))


async def _reviewer(request: Request, scope: str) -> Steward:
    return await steward_of(request, scope, Permission.MANAGE_TAXONOMIES)


async def _act(request: Request, by: Steward, kind: TrendKind, subject: str) -> None:
    act = ACTS.get(request.path_params["act"])
    if act is None:
        raise NotFound("Record not found")
    await act(instance_of(request), by, kind, subject)
    parts_of(request).lively.forget()


async def _rejected(request: Request, kind: TrendKind) -> set[str]:
    async with instance_of(request).db.read() as connection:
        return await rejected(connection, kind)


def _admin_tag(tag: Entity, *, is_shown: bool) -> Entity:
    """Admin::Tag."""
    return tag | REVIEWED | {"trendable": is_shown, "usable": True, "listable": True}


def _admin_link(status_id: StatusId, link: Entity) -> Entity:
    """Admin::Trends::Link."""
    return link | REVIEWED | {"id": str(status_id)}
