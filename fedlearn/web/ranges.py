"""This is where a large file is sent, whole or a part of it (RFC 9110, section 14).

Players ask for parts: the end first, or what comes after the place that somebody jumps to. Safari
plays nothing that it cannot have in parts.
"""

import re
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from fedlearn.errors import NotFound
from fedlearn.storage import Storage

ASKED = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
AT_ONCE = 1024 * 1024  # bytes in memory for each who watches


async def send_file(
    request: Request, storage: Storage, path: str, media_type: str, headers: Mapping[str, str]
) -> Response:
    """A file, or the part of it that is asked for; `NotFound` where there is none."""
    size = await storage.size(path)
    if size is None:
        raise NotFound
    sent = {**headers, "accept-ranges": "bytes", "content-type": media_type}
    asked, part, status = _asked(request), range(size), 200
    if asked is not None:
        part, status = part_of(size, *asked), 206
        sent["content-range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    if asked is not None and not part:
        sent["content-range"] = f"bytes */{size}"
        return Response(status_code=416, headers=sent)
    sent["content-length"] = str(len(part))
    if request.method == "HEAD":
        return Response(status_code=status, headers=sent)
    return StreamingResponse(_pieces(storage, path, part), status_code=status, headers=sent)


def part_of(size: int, first: str, last: str) -> range:
    """Which bytes of so many are meant by a range; none where it lies behind the end."""
    if not first:
        return range(max(0, size - int(last)), size)
    end = int(last) + 1 if last else size
    return range(int(first), min(end, size))


def _asked(request: Request) -> tuple[str, str] | None:
    """The one part that is asked for; None for the whole, which who asks for several gets, too."""
    # Nobody has a validator of ours to put there: bytes never change under an address.
    if request.method != "GET" or "if-range" in request.headers:
        return None
    found = ASKED.fullmatch(request.headers.get("range", "").strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    is_backwards = first and last and int(last) < int(first)
    return None if is_backwards else (first, last)


async def _pieces(storage: Storage, path: str, part: range) -> AsyncIterator[bytes]:
    for start in range(part.start, part.stop, AT_ONCE):
        yield await storage.part(path, start, min(start + AT_ONCE, part.stop))
