"""This is where a film or a sound is given the picture by which it is shown until it is played.

Without one, films are shown by a picture from themselves, and sounds by none.
"""

import asyncio
from dataclasses import replace

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.domain.actors import Actor
from fedlearn.domain.media import MediaAttachment, MediaState
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.attachments import NOT_READY, check_room, new_token, remove_files, too_large
from fedlearn.services.pictures import Converted, convert
from fedlearn.text.languages import _


async def read_thumbnail(
    instance: Instance, content: bytes, size: tuple[int, int] | None = None
) -> Converted:
    """A picture that stands for something else, cut to its shape; `Invalid` for what is none."""
    settings = instance.settings
    if len(content) > settings.max_image_bytes:
        raise Invalid(too_large(settings))
    return await instance.aside.run(lambda: convert(content, settings.max_image_megapixels, size))


async def change_thumbnail(
    instance: Instance, owner: Actor, media: MediaAttachment, content: bytes
) -> MediaAttachment:
    """Have an upload that is ready shown by another picture; a picture goes on to show itself.

    It gets another address with that, since bytes never change under one. `NotFound` once a post
    has taken it, or somebody has changed it meanwhile.
    """
    if media.state is not MediaState.READY:
        raise Invalid(_(NOT_READY))
    if media.run is None:
        return media
    picture = media.picture
    shown = await read_thumbnail(instance, content, picture.size)
    recording = await instance.uploads.get(media.path)
    if recording is None:
        raise Invalid(_("What was sent is not here any more: send it again."))
    made = replace(
        media, token=new_token(), picture=replace(picture, blurhash=shown.picture.blurhash)
    )
    try:
        await instance.uploads.put(made.path, recording)
        await instance.uploads.put(made.small_path, shown.small)
        await _store(instance, owner, media, made, len(recording) + len(shown.small))
    except BaseException:
        await asyncio.shield(remove_files(instance, [made]))
        raise
    await remove_files(instance, [media])
    return made


async def _store(
    instance: Instance, owner: Actor, before: MediaAttachment, made: MediaAttachment, size: int
) -> None:
    # The files of before are removed after this, so it must be on the disk.
    async with instance.db.write(redoable=False) as connection:
        if not await db_media_attachments.change_token(connection, owner.id, before, made, size):
            raise NotFound(_("There is no such file, or a post shows it already."))
        await check_room(instance, connection, owner)
