"""This is where other sites ask what a link to a post or profile of ours shows (oembed.com)."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.audience import STRANGER
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.errors import answer
from fedlearn.web.pages.profiles import with_page
from fedlearn.web.shared import SharedPage, shared_profile, shared_status

SECONDS_KEPT = 60


async def get_oembed(request: Request) -> Response:
    """A public post or profile in a few words; only as JSON."""
    if request.query_params.get("format", "json") != "json":
        return await answer(request, 501, _("Only format=json is spoken here."))
    instance, url = instance_of(request), request.query_params.get("url", "")
    async with instance.db.read() as connection:
        page = await _page_at(connection, instance, url)
    if page is None:
        raise NotFound(_("There is no public post or profile at this address."))
    body = {
        "version": "1.0",
        "type": "link",
        "title": page.description or page.title,
        "author_name": page.author.display_name,
        "author_url": page.author.profile.url,
        "provider_name": instance.settings.name,
        "provider_url": instance.uris.origin,
        "cache_age": SECONDS_KEPT,
    }
    headers = {
        "content-type": "application/json",
        "cache-control": f"public, max-age={SECONDS_KEPT}",
    }
    return Response(msgspec.json.encode(body), headers=headers)


async def _page_at(connection: Connection, instance: Instance, url: str) -> SharedPage | None:
    username = instance.uris.username_of(url)
    if username is not None:
        actor = with_page(await db_actors.local_actor(connection, username))
        return shared_profile(actor, instance.uris)
    for status_id in instance.uris.status_ids_in(url):
        view = await status_view(connection, STRANGER, status_id)
        if view is not None and url in {view.status.url, view.status.uri}:
            with_page(view.author)
            return shared_status(view, instance.uris)
    return None
