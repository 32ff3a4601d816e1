"""This is where the body of a request is read, no further than its limit."""

from starlette.requests import Request
from starlette.types import Message

from fedlearn.errors import TooLarge


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body; `TooLarge` (413) as soon as it is known to be over the limit, in bytes."""
    return await counted_request(request, limit).body()


def counted_request(request: Request, limit: int) -> Request:
    """The same request; its body ends with `TooLarge` as soon as it is over the limit, in bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"the body is over {limit} bytes")
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise TooLarge(f"the body is over {limit} bytes")
        return message

    return Request(request.scope, receive)
