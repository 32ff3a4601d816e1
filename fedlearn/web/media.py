"""This is where browsers get files: those of other servers, and pictures of our people.

Who asks for a file of another server is not looked at: whoever has the address has got it from a
page that shows the file. A picture of ours belongs to a post, and is kept from others like that.
"""

import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fedlearn.db.media_attachments import media_attachment_for
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.media import ENDING, SMALL
from fedlearn.errors import NotFound
from fedlearn.services.attachments import uploads_folder
from fedlearn.web.context import parts_of
from fedlearn.web.limits import Rate
from fedlearn.web.sessions import current_user

# Bytes never change under an address: there is a new one for a new picture.
KEPT_FOR = 7 * 24 * 3600
HEADERS = {
    "cache-control": f"public, max-age={KEPT_FOR}, immutable",
    # Whatever the file is, it is shown and runs nothing.
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}


# A picture of a post that everybody sees; other servers' pages show it too.
OPEN_HEADERS = HEADERS | {"cross-origin-resource-policy": "cross-origin"}
# Any other: kept by one browser, and by nothing between us and it.
PRIVATE_HEADERS = HEADERS | {"cache-control": "private, max-age=3600", "vary": "Cookie"}
FILE_NAME = re.compile(f"([0-9a-f]{{32}})({SMALL})?{re.escape(ENDING)}")


async def get_picture(request: Request) -> Response:
    """A picture that somebody here has uploaded; to who may not have it, it does not exist."""
    parts = parts_of(request)
    await parts.limits.spend(Rate.MEDIA, request.client.host if request.client else "")
    asked = FILE_NAME.fullmatch(request.path_params["file_name"])
    if asked is None:
        raise NotFound("There is no such file.")
    user = await current_user(request)
    viewer = user.actor.viewer if user else STRANGER
    async with parts.instance.db.read() as connection:
        found = await media_attachment_for(connection, viewer, asked[1])
    if found is None:
        raise NotFound("There is no such file.")
    media, is_open = found
    path = uploads_folder(parts.instance.settings) / (media.small_path if asked[2] else media.path)
    if not path.is_file():
        raise NotFound("There is no such file.")
    headers = OPEN_HEADERS if is_open else PRIVATE_HEADERS
    return FileResponse(path, media_type=media.picture.media_type, headers=headers)


async def get_proxied(request: Request) -> Response:
    """A file of another server, whole or a range of it, as what its first bytes say."""
    parts = parts_of(request)
    await parts.limits.spend(Rate.MEDIA, request.client.host if request.client else "")
    url = parts.proxied.url_of(request.path_params["token"], request.path_params["address"])
    if url is None:
        raise NotFound("There is no such file.")
    path, media_type = await parts.media.get(url)
    return FileResponse(path, media_type=media_type, headers=HEADERS)
