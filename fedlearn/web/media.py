"""This is where browsers get pictures, sounds and films of other servers: from us, with no cookie.

Who asks is not looked at: whoever has the address has got it from a page that shows the file.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fedlearn.errors import NotFound
from fedlearn.web.context import parts_of
from fedlearn.web.limits import Rate

# Bytes never change under an address: there is a new one for a new picture.
KEPT_FOR = 7 * 24 * 3600
HEADERS = {
    "cache-control": f"public, max-age={KEPT_FOR}, immutable",
    # Whatever the file is, it is shown and runs nothing.
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}


async def get_proxied(request: Request) -> Response:
    """A file of another server, whole or a range of it, as what its first bytes say."""
    parts = parts_of(request)
    await parts.limits.spend(Rate.MEDIA, request.client.host if request.client else "")
    url = parts.proxied.url_of(request.path_params["token"], request.path_params["address"])
    if url is None:
        raise NotFound("There is no such file.")
    path, media_type = await parts.media.get(url)
    return FileResponse(path, media_type=media_type, headers=HEADERS)
