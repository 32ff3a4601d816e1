"""This is where the pictures of a composer are read: each has a place, with its description.

One of them may be a film or a sound, for which the form waits until it is ready. What was uploaded
stays, by the id of the upload, when the form comes back for another reason: browsers do not fill in
files again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.media import Focus, MediaAttachment, MediaKind, MediaState, small_address
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.attachments import all_or_none, url_of
from fedlearn.services.drafts import MOST_PICTURES, MediaDraft
from fedlearn.services.recordings import take_in, wait_until_ready
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.forms import text_of

PLACES = range(1, MOST_PICTURES + 1)
PATIENCE = 20.0  # seconds
SHARE = re.compile(r"-?[01](\.[0-9]{1,4})?")
Place = TypeVar("Place", bound=str)


@dataclass(frozen=True, slots=True)
class Look:
    """How a composer shows an upload: by a small picture; `url` is "" where there is none yet."""

    kind: MediaKind
    url: str


async def upload_pictures(
    instance: Instance, owner: Actor, form: FormData
) -> tuple[FormData, dict[str, str]]:
    """The form with uploads in place of its files, and what is wrong with those refused.

    When the disk is full over one of them, or the browser goes away, none of them stays. Films and
    sounds are waited for; those that cannot be made ready are taken out.
    """
    form, errors = await _upload_files(instance, owner, form)
    places = {number_in(text_of(form, f"media_{number}")): number for number in PLACES}
    found = await wait_until_ready(instance, owner, [one for one in places if one], PATIENCE)
    failed = {places[one.id]: one.failure for one in found if one.state is MediaState.FAILED}
    gone = {f"media_{number}" for number in failed}
    fields = [(name, value) for name, value in form.multi_items() if name not in gone]
    return FormData(fields), errors | {f"picture_{number}": why for number, why in failed.items()}


async def _upload_files(
    instance: Instance, owner: Actor, form: FormData
) -> tuple[FormData, dict[str, str]]:
    fields: list[tuple[str, str | UploadFile]] = [
        (name, value) for name, value in form.multi_items() if isinstance(value, str)
    ]
    errors: dict[str, str] = {}
    chosen = await read_files(form, [f"picture_{number}" for number in PLACES])
    async with all_or_none(instance) as taken:
        for place, content in chosen.items():
            try:
                taken.append(await take_in(instance, owner, content))
                fields.append((place.replace("picture", "media"), str(taken[-1].id)))
            except Invalid as error:
                errors[place] = str(error)
    return FormData(fields), errors


def read_media(form: FormData, refused: Mapping[str, str]) -> tuple[MediaDraft, ...]:
    """The pictures that a post is to show, in the order of their places.

    `Invalid` while some are refused.
    """
    if refused:
        raise Invalid(_("A file will not do."), refused)
    chosen = {number: number_in(text_of(form, f"media_{number}")) for number in PLACES}
    order = sorted(PLACES, key=lambda number: (_place(form, number), number))
    return tuple(
        MediaDraft(media_id, text_of(form, f"alt_{number}").strip(), _focus(form, number))
        for number in order
        if (media_id := chosen[number])
    )


def too_large_in_all(request: Request) -> dict[str, str]:
    """What is wrong with a form whose files were let go by: they come not back with its text."""
    instance = instance_of(request)
    most = instance.settings.max_image_bytes >> 20
    if instance.ffmpeg is not None:
        video = instance.settings.max_video_bytes >> 20
        return {
            "pictures": _(
                "This is too large: %(most)s MB fit for each picture, %(video)s MB for a video or "
                "sound.",
                most=most,
                video=video,
            )
        }
    return {"pictures": _("These pictures are too large: %(most)s MB fit for each.", most=most)}


async def uploads_in(
    connection: Connection, instance: Instance, owner: Actor, draft: Mapping[str, object]
) -> dict[str, Look]:
    """The uploads that a draft speaks of, by their ids as the draft has them."""
    said = [str(draft.get(f"media_{number}") or "") for number in PLACES]
    ids = [media_id for one in said if (media_id := number_in(one))]
    found = await db_media_attachments.media_of_owner(connection, owner.id, ids) if ids else []
    return {str(one.id): look_of(instance, one) for one in found}


def look_of(instance: Instance, media: MediaAttachment) -> Look:
    """How an upload is shown to who writes about it."""
    is_ready = media.state is MediaState.READY
    small = small_address(url_of(instance, media), media.picture.blurhash)
    return Look(media.kind, small if is_ready else "")


def _place(form: FormData, number: int) -> int:
    place = text_of(form, f"place_{number}")
    return int(place) if place in map(str, PLACES) else number


def _focus(form: FormData, number: int) -> Focus | None:
    """What stays visible; the middle is what is not spoken of."""
    x, y = (_share(text_of(form, f"focus_{axis}_{number}")) for axis in "xy")
    return Focus(x, y) if x or y else None


def _share(text: str) -> float:
    return max(-1.0, min(1.0, float(text))) if SHARE.fullmatch(text) else 0.0


async def read_files(form: FormData, places: Iterable[Place]) -> dict[Place, bytes]:
    """The files that were chosen for these places; the form is closed then.

    A place that was left empty is sent as a file without a name.
    """
    try:
        files = [(place, form.get(place)) for place in places]
        return {
            place: await file.read()
            for place, file in files
            if isinstance(file, UploadFile) and file.filename
        }
    finally:
        await form.close()
