"""This is where the body of a request is read, no further than its limit."""

from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.types import Message

from fedlearn.errors import Invalid, TooLarge
from fedlearn.text.languages import _


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body; `TooLarge` (413) as soon as it is known to be over the limit, in bytes."""
    try:
        return await counted_request(request, limit).body()
    except TooLarge as error:
        # Read by whoever runs the peer, for whom it is exact.
        raise TooLarge(f"the body is over {limit} bytes") from error


def form_request(request: Request, limit: int) -> Request:
    """The same for a form, of a browser or an app; `Invalid` for one that is not in UTF-8."""
    _media_type, options = parse_options_header(request.headers.get("content-type"))
    # Some codecs of Python make texts that nobody can store.
    if options.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise Invalid(_("This form is not in UTF-8."))
    return counted_request(request, limit)


def counted_request(request: Request, limit: int) -> Request:
    """The same request; its body ends with `TooLarge` as soon as it is over the limit, in bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _too_large(limit)
        return message

    return Request(request.scope, receive)


def _too_large(limit: int) -> TooLarge:
    megabytes, kilobytes = limit >> 20, limit >> 10
    if megabytes:
        return TooLarge(_("That is too large: %(most)s MB fit.", most=megabytes))
    return TooLarge(_("That is too large: %(most)s kB fit.", most=kilobytes))


def text_in(sent: str) -> str:
    """A text of a form or an app as we keep it: our line ends, and no character 0."""
    # PostgreSQL refuses that character, and what holds nothing else says nothing.
    return sent.replace("\r\n", "\n").replace("\0", "")
