"""This is where the body of an answer is read, packed or not, and never more of it than allowed."""

import zlib
from collections.abc import Callable

import httpx

from fedlearn.errors import FetchError

# Takes a piece of a body and the room that is left for it.
Unpacker = Callable[[bytes, int], bytes]
# Takes the pieces of a file one after the other; what it raises ends the download.
Sink = Callable[[bytes], None]


async def read(response: httpx.Response, limit: int, unpack: Unpacker) -> bytes:
    """The body, or what of it is enough to see that it is longer than the limit."""
    body = bytearray()
    async for chunk in _pieces(response):
        body += unpack(chunk, limit + 1 - len(body))
        if len(body) > limit:
            break
    return bytes(body)


async def pour(response: httpx.Response, limit: int, into: Sink) -> None:
    """Hand the body over piece by piece; `FetchError` when it is longer than the limit."""
    unpack, room = unpacker(response), limit
    async for chunk in _pieces(response):
        piece = unpack(chunk, room + 1)
        room -= len(piece)
        if room < 0:
            raise FetchError(f"the file is over {limit} bytes")
        into(piece)


def as_it_is(chunk: bytes, _room: int) -> bytes:
    """For a body that is not packed."""
    return chunk


def unpacker(response: httpx.Response) -> Unpacker:
    """What undoes the content encoding, never making more than there is room for.

    Only gzip, once, is asked for: ten kilobytes packed twice could unpack to ten gigabytes.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return as_it_is
    if encoding in {"gzip", "x-gzip"}:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
    raise FetchError(f"{response.request.url}: the answer is packed as {encoding!r}")


def _pieces(response: httpx.Response) -> httpx.AsyncByteStream:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the transport is not asynchronous")
    return response.stream
