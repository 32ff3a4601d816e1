"""This is where the body of a request is read, no further than its limit."""

from starlette.requests import Request

from fedlearn.errors import TooLarge


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body; `TooLarge` (413) as soon as it is known to be over the limit, in bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"the body is over {limit} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"the body is over {limit} bytes")
    return bytes(body)
