"""This is where our word is shown that somebody may quote a post of ours (FEP-044f)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.activitypub.render.quotes import render_authorization
from fedlearn.db import quotes as db_quotes
from fedlearn.db.status_views import status_view
from fedlearn.domain.audience import Scope
from fedlearn.errors import NotFound
from fedlearn.web.context import instance_of
from fedlearn.web.federation.viewer import caching, viewer_of
from fedlearn.web.negotiation import activity_response


async def get_authorization(request: Request) -> Response:
    """An authorization, as long as it stands, for those who may see what it lets quote."""
    viewer = await viewer_of(request)
    instance = instance_of(request)
    username, number = request.path_params["username"], request.path_params["authorization_id"]
    async with instance.db.read() as connection:
        given = await db_quotes.authorized_quote(connection, number)
        quoted = await status_view(connection, viewer, given[0]) if given else None
    if given is None or quoted is None or quoted.status.scope is not Scope.FED:
        raise NotFound("There is no such authorization.")
    if quoted.author.profile.username.lower() != username.lower():
        raise NotFound("There is no such authorization.")
    uri = instance.uris.quote_authorization(quoted.author.profile.username, number)
    document = render_authorization(uri, quoted, given[1])
    # It may be taken back at any moment, so nothing in between may keep it.
    return activity_response(request, document, headers=caching(request, is_open=False))
