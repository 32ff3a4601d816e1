"""This is where the pictures of a composer are read: each has a place, with its description.

What was uploaded stays, by the id of the upload, when the form comes back for another reason:
browsers do not fill in files again.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from starlette.datastructures import FormData, UploadFile

from fedlearn.domain.actors import Actor
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.attachments import upload
from fedlearn.services.drafts import MOST_PICTURES, MediaDraft
from fedlearn.web.pages.forms import text_of

PLACES = range(1, MOST_PICTURES + 1)
LONGEST_ID = 19
Place = TypeVar("Place", bound=str)


async def upload_pictures(
    instance: Instance, owner: Actor, form: FormData
) -> tuple[FormData, dict[str, str]]:
    """The form with uploads in place of its files, and what is wrong with those refused."""
    fields: list[tuple[str, str | UploadFile]] = [
        (name, value) for name, value in form.multi_items() if isinstance(value, str)
    ]
    errors: dict[str, str] = {}
    chosen = await read_files(form, [f"picture_{number}" for number in PLACES])
    for place, content in chosen.items():
        try:
            media = await upload(instance, owner, content)
            fields.append((place.replace("picture", "media"), str(media.id)))
        except Invalid as error:
            errors[place] = str(error)
    return FormData(fields), errors


def read_media(form: FormData, refused: Mapping[str, str]) -> tuple[MediaDraft, ...]:
    """The pictures that a post is to show; `Invalid` while some are refused."""
    if refused:
        raise Invalid("A picture will not do.", refused)
    places = [(text_of(form, f"media_{number}"), number) for number in PLACES]
    return tuple(
        MediaDraft(int(media), text_of(form, f"alt_{number}").strip())
        for media, number in places
        if media.isdecimal() and media.isascii() and len(media) < LONGEST_ID
    )


def read_descriptions(form: FormData, count: int) -> tuple[str, ...]:
    """What is said of the pictures that a post shows already."""
    return tuple(text_of(form, f"alt_{number}").strip() for number in range(1, count + 1))


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
