"""This is where people upload pictures, and where the files go that no post shows any more.

Files are written before their row, and removed after it. So what a process leaves behind that dies
over it are at worst files of which nothing is known; the next cleaning removes them.
"""

import asyncio
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db.database import Connection
from fedlearn.db.details import add_attachments
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis, StatusId, now, snowflake
from fedlearn.domain.media import ENDING, SMALL, MediaAttachment
from fedlearn.domain.statuses import Attachment
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.remote.files import BEING_WRITTEN, new_file, old_files, parts_of, remove
from fedlearn.services.drafts import MediaDraft
from fedlearn.services.pictures import Converted, convert
from fedlearn.settings import Settings

TOKEN_BYTES = 16
DAY_MS = 86_400_000
REMOVED_AT_ONCE = 200


def uploads_folder(settings: Settings) -> Path:
    """Where uploaded pictures lie."""
    return settings.data_dir / "media"


async def upload(
    instance: Instance, owner: Actor, content: bytes, *, size: tuple[int, int] | None = None
) -> MediaAttachment:
    """Take a picture in, cut to a size if one is given; a post may have it from now on.

    Raises `Invalid` for what is no picture, broken or too large, `Unavailable` when the disk is
    full; then nothing of it is kept.
    """
    settings = instance.settings
    if len(content) > settings.max_image_bytes:
        raise Invalid(f"This picture is too large: {settings.max_image_bytes >> 20} MB fit.")
    most = settings.max_image_megapixels
    converted = await instance.aside.run(lambda: convert(content, most, size))
    token = secrets.token_hex(TOKEN_BYTES)
    media = MediaAttachment(snowflake(), token, converted.picture)
    try:
        await instance.aside.run(lambda: _write(settings, media, converted))
        async with instance.db.write() as connection:
            await db_media_attachments.insert_media_attachment(connection, media, owner.id)
    except BaseException:
        await asyncio.shield(remove_files(instance, [media]))
        raise
    return media


def url_of(instance: Instance, media: MediaAttachment) -> str:
    """Where a picture is served."""
    return instance.uris.media(f"{media.token}{ENDING}")


async def attach(
    instance: Instance,
    connection: Connection,
    author: Actor,
    status_id: StatusId,
    drafts: Sequence[MediaDraft],
) -> None:
    """A new post takes pictures that its author has uploaded; `Invalid` where one is not there."""
    waiting = await db_media_attachments.waiting_media(
        connection, author.id, [draft.media_id for draft in drafts]
    )
    if missing := [draft for draft in drafts if draft.media_id not in waiting]:
        message = f"{len(missing)} of the pictures cannot be found any more: choose them again."
        raise Invalid(message, {"pictures": message})
    await db_media_attachments.take_media(connection, status_id, list(waiting))
    await add_attachments(
        connection,
        status_id,
        [_attachment(instance, waiting[one.media_id], one.description) for one in drafts],
    )


async def give_up_media(connection: Connection, status_id: StatusId) -> list[MediaAttachment]:
    """A post is about to be deleted: its pictures are forgotten, and only their files remain."""
    gone = await db_media_attachments.media_of_status(connection, status_id)
    await db_media_attachments.delete_media_attachments(connection, [one.id for one in gone])
    return gone


async def remove_files(instance: Instance, gone: Sequence[MediaAttachment]) -> None:
    """The files of pictures of which no row is left."""
    folder = uploads_folder(instance.settings)
    paths = [folder / path for one in gone for path in (one.path, one.small_path)]
    await asyncio.to_thread(remove, paths)


async def clean_uploads(instance: Instance) -> None:
    """Remove what no post has taken for a day, or shows no more, and files that nobody knows."""
    before = Millis(now() - DAY_MS)
    while True:
        async with instance.db.write() as connection:
            gone = await db_media_attachments.untaken_media(connection, before, REMOVED_AT_ONCE)
            await db_media_attachments.delete_media_attachments(
                connection, [one.id for one in gone]
            )
        if not gone:
            break
        await remove_files(instance, gone)
    await _sweep(instance)


async def _sweep(instance: Instance) -> None:
    for part in await asyncio.to_thread(parts_of, uploads_folder(instance.settings)):
        files = {path: _token_of(path) for path in await asyncio.to_thread(old_files, part)}
        async with instance.db.read() as connection:
            known = await db_media_attachments.known_tokens(connection, list(files.values()))
        unknown = [path for path, token in files.items() if token not in known]
        await asyncio.to_thread(remove, unknown)


def _token_of(path: Path) -> str:
    """Which picture a file belongs to; none, while it is being written."""
    if BEING_WRITTEN in path.name:
        return ""
    return path.name.removesuffix(ENDING).removesuffix(SMALL)


def _write(settings: Settings, media: MediaAttachment, converted: Converted) -> None:
    folder = uploads_folder(settings)
    for path, content in ((media.path, converted.large), (media.small_path, converted.small)):
        with new_file(folder / path) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _attachment(instance: Instance, media: MediaAttachment, description: str) -> Attachment:
    picture = media.picture
    return Attachment(
        media_type=picture.media_type,
        url=url_of(instance, media),
        description=description,
        blurhash=picture.blurhash,
        width=picture.width,
        height=picture.height,
    )
