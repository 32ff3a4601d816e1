"""This is where our own files are sent."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.errors import NotFound
from fedlearn.web.assets import Asset
from fedlearn.web.context import parts_of
from fedlearn.web.packing import takes_gzip

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"
ASKED_ANEW = "no-cache"


async def get_asset(request: Request) -> Response:
    """A file of ours, in the version that is asked for or, without one, as it is now."""
    kept = parts_of(request).assets
    asset = kept.files.get(request.path_params["name"])
    if asset is None:
        raise NotFound
    is_current = request.path_params.get("version") == kept.version
    return _sent(request, asset, FOR_GOOD if is_current else ASKED_ANEW)


async def get_icon(request: Request) -> Response:
    """The operator's logo or our icon, for who asks for one without having read a page."""
    kept = parts_of(request).assets
    return _sent(request, kept.files[kept.logo], FOR_A_DAY)


def _sent(request: Request, asset: Asset, kept: str) -> Response:
    headers = {"cache-control": kept, "vary": "Accept-Encoding"}
    if not takes_gzip(request):
        return Response(asset.body, media_type=asset.media_type, headers=headers)
    headers["content-encoding"] = "gzip"
    return Response(asset.packed, media_type=asset.media_type, headers=headers)
