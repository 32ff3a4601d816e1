"""This is where browsers get files: those of other servers, and what our people have uploaded.

Who asks for a file of another server is not looked at: whoever has the address has got it from a
page or an app that shows the file. An upload of ours belongs to a post, and is kept from others
like that, but for whom it is lent to.
"""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fedlearn.db.media_attachments import media_attachment_for
from fedlearn.domain.media import (
    ENDING,
    ENDINGS,
    PICTURE,
    SMALL,
    MediaAttachment,
    MediaState,
)
from fedlearn.domain.rates import Rate
from fedlearn.domain.roles import Permission, may
from fedlearn.errors import NotFound
from fedlearn.web.context import address_of, instance_of, parts_of
from fedlearn.web.lent import Lent
from fedlearn.web.ranges import send_file
from fedlearn.web.sessions import current_user, current_viewer

# Bytes never change under an address: there is a new one for a new picture.
KEPT_FOR = 7 * 24 * 3600
HEADERS = {
    "cache-control": f"public, max-age={KEPT_FOR}, immutable",
    # Whatever the file is, it is shown and runs nothing.
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}


# What everybody may see who has the address; other servers' pages and apps show it too.
OPEN_HEADERS = HEADERS | {"cross-origin-resource-policy": "cross-origin"}
# Any other: kept by one browser, and by nothing between us and it.
PRIVATE_HEADERS = HEADERS | {"cache-control": "private, max-age=3600", "vary": "Cookie"}
LENT_HEADERS = OPEN_HEADERS | {"cache-control": "private, max-age=3600"}
ENDED = "|".join(map(re.escape, ENDINGS.values()))
FILE_NAME = re.compile(f"([0-9a-f]{{32}})(?:{SMALL}{re.escape(ENDING)}|{ENDED})")


async def get_upload(request: Request) -> Response:
    """What somebody here has uploaded; to who may not have it, it does not exist."""
    parts, name = parts_of(request), request.path_params["file_name"]
    await parts.limits.spend(Rate.MEDIA, address_of(request))
    asked = FILE_NAME.fullmatch(name)
    if asked is None:
        raise NotFound
    user, viewer = await current_user(request), await current_viewer(request)
    lent_to = _lent_to(request, asked[1])
    moderates = user is not None and may(user.role, Permission.MANAGE_USERS)
    async with parts.instance.db.read() as connection:
        found = await media_attachment_for(
            connection,
            viewer,
            asked[1],
            is_lent=lent_to is not None,
            is_lent_to_owner=lent_to is Lent.OWNER,
            sees_suspended=moderates,
        )
    if found is None:
        raise NotFound
    media, is_open = found
    headers = OPEN_HEADERS if is_open else PRIVATE_HEADERS if lent_to is None else LENT_HEADERS
    return await _file_of(request, media, name, headers)


async def _file_of(
    request: Request, media: MediaAttachment, name: str, headers: Mapping[str, str]
) -> Response:
    uploads, media_type = instance_of(request).uploads, media.picture.media_type
    is_small = SMALL in name
    if media.state is not MediaState.READY or (not is_small and name != media.file_name):
        raise NotFound
    if media.run is not None and not is_small:
        return await send_file(request, uploads, media.path, media_type, headers)
    content = await uploads.get(media.small_path if is_small else media.path)
    if content is None:
        raise NotFound
    return Response(content, media_type=PICTURE, headers=headers)


def _lent_to(request: Request, token: str) -> Lent | None:
    """Whose the address is, if it is one that shows this picture to whoever has it."""
    until, proof = (request.query_params.get(name, "") for name in ("until", "proof"))
    return parts_of(request).lent.lent_to(token, until, proof)


async def get_proxied(request: Request) -> Response:
    """A file of another server, whole or a range of it, as what its first bytes say."""
    parts = parts_of(request)
    await parts.limits.spend(Rate.MEDIA, address_of(request))
    url = parts.proxied.url_of(request.path_params["token"], request.path_params["address"])
    if url is None:
        raise NotFound
    path, media_type = await parts.media.get(url)
    return FileResponse(path, media_type=media_type, headers=OPEN_HEADERS)
