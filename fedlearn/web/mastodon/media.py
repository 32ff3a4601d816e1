"""Methods of uploads (https://docs.joinmastodon.org/methods/media/)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.domain.actors import Actor
from fedlearn.domain.media import MediaAttachment, MediaState, go_together
from fedlearn.domain.statuses import Attachment
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import attachments
from fedlearn.services.drafts import MOST_PICTURES, MediaDraft
from fedlearn.services.recordings import largest_upload, take_in, wait_until_ready
from fedlearn.services.thumbnails import change_thumbnail
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.drafts import read_focus
from fedlearn.web.mastodon.entities.attachments import uploaded_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity
from fedlearn.web.mastodon.metering import spend_on
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

PATIENCE = 20.0  # seconds; longer than most clips of a telephone take


async def upload_media(request: Request) -> Response:
    """Take in a picture, which is ready at once, or a film or sound, which is a little later."""
    owner = (await require_user(request, "write:media")).actor
    return _answer(request, owner, await _take_in(request, owner), 202)


async def upload_media_and_wait(request: Request) -> Response:
    """The same for older clients, which are answered once it is ready, if that is soon."""
    owner = (await require_user(request, "write:media")).actor
    media = await _take_in(request, owner)
    found = await wait_until_ready(instance_of(request), owner, [media.id], PATIENCE)
    return _answer(request, owner, found[0] if found else media, 202)


async def _take_in(request: Request, owner: Actor) -> MediaAttachment:
    await spend_on(request, "uploads")
    instance = instance_of(request)
    most = largest_upload(instance) + instance.settings.max_image_bytes
    parameters = await read_parameters(request, most_file_bytes=most)
    content = parameters.file("file")
    if content is None:
        raise Invalid("Validation failed: File can't be blank")
    focus = read_focus(parameters.text("focus"))
    media = await take_in(instance, owner, content, parameters.file("thumbnail"))
    description = parameters.text("description") or ""
    if description or focus is not None:
        media = await attachments.describe(instance, owner, media.id, description, focus)
    return media


async def get_media(request: Request) -> Response:
    """What stands in no post yet; 206 while it is not ready."""
    owner = (await require_user(request, "write:media")).actor
    return _answer(request, owner, await _waiting(request, owner), 206)


async def change_media(request: Request) -> Response:
    """Say what an upload shows, which point of it stays visible, and what a film is shown by."""
    owner, instance = (await require_user(request, "write:media")).actor, instance_of(request)
    before, most = await _waiting(request, owner), instance.settings.max_image_bytes
    parameters = await read_parameters(request, most_file_bytes=most)
    thumbnail = parameters.file("thumbnail")
    if thumbnail:
        await spend_on(request, "uploads")
        before = await change_thumbnail(instance, owner, before, thumbnail)
    description = parameters.text("description")
    focus = read_focus(parameters.text("focus")) if "focus" in parameters else before.focus
    media = await attachments.describe(
        instance,
        owner,
        before.id,
        before.description if description is None else description,
        focus,
    )
    return _answer(request, owner, media, 206)


async def delete_media(request: Request) -> Response:
    """Forget a picture that stands nowhere."""
    owner = (await require_user(request, "write:media")).actor
    await attachments.take_back(instance_of(request), owner, int(request.path_params["media_id"]))
    return json({})


async def media_drafts(
    instance: Instance, owner: Actor, parameters: Parameters, shown: Sequence[Attachment] = ()
) -> tuple[MediaDraft, ...]:
    """The pictures that an app wants to show, as they are described now, were shown or uploaded."""
    ids = list(dict.fromkeys(parameters.ids("media_ids")))
    async with instance.db.read() as connection:
        known = await db_media_attachments.media_of_owner(connection, owner.id, ids)
    _check(ids, known)
    said = {row.id("id"): row for row in parameters.rows("media_attributes")}
    before = {
        one.media_id: MediaDraft(one.media_id, one.description, one.focus)
        for one in shown
        if one.media_id
    }
    uploaded = {one.id: MediaDraft(one.id, one.description, one.focus) for one in known}
    by_id = {one.id: _said(before.get(one.id, uploaded[one.id]), said.get(one.id)) for one in known}
    return tuple(by_id.get(media_id, MediaDraft(media_id)) for media_id in ids)


async def waiting_entities(request: Request, owner: Actor, ids: Sequence[int]) -> list[Entity]:
    """Those of these pictures that no post has taken, as their owner is shown them."""
    async with instance_of(request).db.read() as connection:
        found = await db_media_attachments.waiting_media(connection, owner.id, ids)
    of = _of(request, owner)
    return [uploaded_entity(of, found[one]) for one in ids if one in found]


def _check(ids: Sequence[int], known: Sequence[MediaAttachment]) -> None:
    """`Invalid` in the words that clients know; the same is asked again when it is posted."""
    if len(ids) > MOST_PICTURES:
        raise Invalid(f"Cannot attach more than {MOST_PICTURES} files")
    if not go_together([one.kind for one in known]):
        raise Invalid("Cannot attach a video to a post that already contains images")
    if any(one.state is not MediaState.READY for one in known):
        raise Invalid(
            "Cannot attach files that have not finished processing. Try again in a moment!"
        )


def _said(draft: MediaDraft, said: Parameters | None) -> MediaDraft:
    if said is None:
        return draft
    description = said.text("description")
    return MediaDraft(
        draft.media_id,
        draft.description if description is None else description,
        read_focus(said.text("focus")) if "focus" in said else draft.focus,
    )


async def _waiting(request: Request, owner: Actor) -> MediaAttachment:
    media_id = int(request.path_params["media_id"])
    async with instance_of(request).db.read() as connection:
        found = await db_media_attachments.waiting_media(connection, owner.id, [media_id])
    if media_id not in found:
        raise NotFound("Record not found")
    return found[media_id]


def _answer(request: Request, owner: Actor, media: MediaAttachment, while_waiting: int) -> Response:
    """What an upload is; `Invalid` for one that will never be ready."""
    if media.state is MediaState.FAILED:
        raise Invalid("Error processing thumbnail for uploaded media")
    status = 200 if media.state is MediaState.READY else while_waiting
    return json(uploaded_entity(_of(request, owner), media), status=status)


def _of(request: Request, owner: Actor) -> Describing:
    parts = parts_of(request)
    return Describing(parts.instance, parts.proxied, parts.lent, parts.shared, owner.viewer)
