"""Entity of pictures, sounds and films: MediaAttachment."""

from pathlib import PurePosixPath

from fedlearn.domain.audience import Scope
from fedlearn.domain.media import (
    Focus,
    MediaAttachment,
    MediaKind,
    MediaState,
    Run,
    small_address,
)
from fedlearn.domain.statuses import Attachment, Status
from fedlearn.services.attachments import url_of
from fedlearn.web.lent import Lent
from fedlearn.web.mastodon.entities.describing import Describing, Entity

LARGEST_SMALL = 400  # points on the longer side, as services/pictures.py makes them


def attachment_entity(
    of: Describing, status: Status, position: int, attachment: Attachment
) -> Entity:
    """MediaAttachment: a file of a post. Those of other servers have an id from their place."""
    is_ours = of.instance.uris.is_ours(attachment.url)
    is_lent = is_ours and not (status.reach.is_open and status.scope is Scope.FED)
    url = _lent(of, attachment.url) if is_lent else of.media(attachment.url)
    media_id = attachment.media_id or f"{status.id}{position}"
    entity = _entity(str(media_id), attachment.kind, url, attachment.description)
    return entity | {
        "preview_url": _preview(of, attachment, url, is_ours=is_ours),
        "remote_url": None if is_ours else attachment.url,
        "preview_remote_url": attachment.cover,
        "meta": _meta(attachment.width, attachment.height, attachment.focus, attachment.run),
        "blurhash": attachment.blurhash,
    }


def uploaded_entity(of: Describing, media: MediaAttachment) -> Entity:
    """MediaAttachment: what waits for the post that will show it, and maybe is not ready yet."""
    if media.state is not MediaState.READY:
        entity = _entity(str(media.id), media.kind, None, media.description)
        return entity | {"meta": _meta(0, 0, media.focus, None)}
    url = _lent(of, url_of(of.instance, media), Lent.OWNER)
    picture = media.picture
    return _entity(str(media.id), media.kind, url, media.description) | {
        "preview_url": small_address(url, picture.blurhash) or None,
        "meta": _meta(picture.width, picture.height, media.focus, media.run),
        "blurhash": picture.blurhash or None,
    }


def _entity(media_id: str, kind: MediaKind, url: str | None, description: str) -> Entity:
    return {
        "id": media_id,
        "type": kind.value,
        "url": url,
        "preview_url": None,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {},
        "description": description or None,
        "blurhash": None,
    }


def _preview(of: Describing, attachment: Attachment, url: str, *, is_ours: bool) -> str | None:
    if is_ours:
        return small_address(url, attachment.blurhash) or None
    if attachment.cover:
        return of.media(attachment.cover)
    return url if attachment.kind is MediaKind.IMAGE else None


def _lent(of: Describing, url: str, whose: Lent = Lent.READER) -> str:
    """The address of a file of ours that not everybody sees, which shows it for a while."""
    return f"{url}?{of.lent.query_of(PurePosixPath(url).stem, whose)}"


def _meta(width: int | None, height: int | None, focus: Focus | None, run: Run | None) -> Entity:
    meta: Entity = {}
    if focus is not None:
        meta["focus"] = {"x": focus.x, "y": focus.y}
    original = _running(run)
    if width and height:
        original |= _size(width, height)
        scale = min(1.0, LARGEST_SMALL / max(width, height))
        meta["small"] = _size(max(1, round(width * scale)), max(1, round(height * scale)))
    return {**meta, "original": original} if original else meta


def _running(run: Run | None) -> Entity:
    if run is None:
        return {}
    told = {"frame_rate": run.frame_rate} if run.frame_rate else {}
    return {**told, "duration": run.seconds, "bitrate": run.bit_rate}


def _size(width: int, height: int) -> Entity:
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}
