"""This is where it is found out for whom an ActivityPub document is fetched."""

from starlette.requests import Request

from fedlearn.activitypub.signatures import is_signed
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.rates import Rate
from fedlearn.errors import BadSignature, KeyUnreachable
from fedlearn.inbox.verify import verify_sender
from fedlearn.web.context import address_of, head_of, instance_of, parts_of

PRIVATE = {"cache-control": "private, no-store"}
PUBLIC = {"cache-control": "public, max-age=60"}


async def viewer_of(request: Request) -> Viewer:
    """The actor whose signature the request carries, or a stranger.

    A signature that does not hold makes a stranger too, except where the settings demand one:
    then `BadSignature` (401). `Blocked` (403) for a host with which we do not talk.
    """
    instance = instance_of(request)
    await parts_of(request).limits.spend(Rate.DOCUMENTS, address_of(request))
    demanded = instance.settings.authorized_fetch
    if not is_signed(request.headers):
        if demanded:
            raise BadSignature("this server shows documents to signed requests only")
        return STRANGER
    try:
        sender = await verify_sender(instance, head_of(request, request.method), None)
    except (BadSignature, KeyUnreachable):
        if demanded:
            raise
        return STRANGER
    return sender.actor.viewer


async def signer_of(request: Request) -> Actor:
    """The actor whose signature the request carries; `BadSignature` (401) where there is none."""
    await parts_of(request).limits.spend(Rate.DOCUMENTS, address_of(request))
    sender = await verify_sender(instance_of(request), head_of(request, request.method), None)
    return sender.actor


def caching(request: Request, *, is_open: bool) -> dict[str, str]:
    """Whether anybody in between may keep an answer: never that to a signed request."""
    demanded = instance_of(request).settings.authorized_fetch
    return PUBLIC if is_open and not demanded and not is_signed(request.headers) else PRIVATE
