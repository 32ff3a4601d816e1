"""Methods of quotes (https://docs.joinmastodon.org/methods/statuses/#quotes)."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import quotes as db_quotes
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import StatusId
from fedlearn.errors import NotFound
from fedlearn.services import quotes
from fedlearn.services.reading import LeafedTimeline
from fedlearn.web.context import instance_of
from fedlearn.web.mastodon import timelines
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.drafts import read_quote_policy
from fedlearn.web.mastodon.parameters import read_parameters
from fedlearn.web.mastodon.statuses import find_view, respond


async def get_quotes(request: Request) -> Response:
    """The posts that quote one, as far as its author has agreed."""
    viewer = await viewer_of(request, "read:statuses")
    quoted = await find_view(request, viewer)

    def question(connection: Connection) -> LeafedTimeline:
        return partial(db_quotes.quotes_page, connection, viewer, quoted.id)

    return await timelines.respond(request, viewer, FilterContext.THREAD, question)


async def revoke_quote(request: Request) -> Response:
    """Take one's post out of another that quotes it; that other comes back without it."""
    author = (await require_user(request, "write:statuses")).actor
    quoted = await find_view(request, author.viewer)
    quoting_id = StatusId(request.path_params["quoting_id"])
    async with instance_of(request).db.read() as connection:
        known = await db_quotes.quote_of(connection, quoting_id)
    if known is None or known.quoted_id != quoted.id:
        raise NotFound("Record not found")
    await quotes.revoke_quote(instance_of(request), author, quoting_id)
    async with instance_of(request).db.read() as connection:
        quoting = await status_view(connection, author.viewer, quoting_id)
    if quoting is None:
        raise NotFound("Record not found")
    return await respond(request, author.viewer, quoting)


async def change_policy(request: Request) -> Response:
    """Say who may quote a post of one's own from now on."""
    author = (await require_user(request, "write:statuses")).actor
    policy = read_quote_policy((await read_parameters(request)).text("quote_approval_policy") or "")
    view = await find_view(request, author.viewer)
    view = await quotes.change_policy(instance_of(request), author, view.id, policy)
    return await respond(request, author.viewer, view)
