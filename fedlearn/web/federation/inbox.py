"""This is where other servers deliver: POST to the shared inbox, or to that of one actor."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.activitypub import values
from fedlearn.activitypub.synchronization import HEADER
from fedlearn.domain.rates import Rate
from fedlearn.inbox import receive
from fedlearn.inbox.synchronization import compare_followers
from fedlearn.inbox.verify import SignerGone, verify_sender
from fedlearn.web.body import read_body
from fedlearn.web.context import address_of, head_of, parts_of
from fedlearn.web.federation.actors import find_local_actor


async def post_inbox(request: Request) -> Response:
    """202 once the activity is on disk; what happens then, happens later."""
    parts = parts_of(request)
    settings = parts.instance.settings
    address = address_of(request)
    await parts.limits.spend(Rate.INBOX, address)
    is_personal = "username" in request.path_params
    owner = (await find_local_actor(request)).uri if is_personal else None
    body = await read_body(request, settings.max_inbox_bytes)
    content_type = request.headers.get("content-type", "")
    document = receive.read_delivery(body, content_type, settings)
    if await receive.is_news_of_a_stranger(parts.instance, document):
        return _accepted()
    try:
        sender = await verify_sender(parts.instance, head_of(request, "POST"), body)
    except SignerGone:
        if values.kind(document) == "Delete":
            # It says that it is gone, and so does its key: there is nothing left to do.
            return _accepted()
        raise
    await receive.receive(parts.instance, parts.intake, sender, document, body, delivered_to=owner)
    if HEADER in request.headers:
        await compare_followers(parts.instance, sender, request.headers[HEADER])
    return _accepted()


def _accepted() -> Response:
    return Response(status_code=202)
