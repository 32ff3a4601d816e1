"""This is where people upload films, sounds and moving pictures, which are ready some time later.

Whoever sends one is answered at once. What was sent lies beside the other uploads until the worker
comes to it, makes of it what every browser plays, and removes it; that one is what posts show.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import msgspec

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.ids import ActorId, Millis, now, snowflake
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.media import (
    AUDIO,
    HEAD_BYTES,
    VIDEO,
    MediaAttachment,
    MediaState,
    Picture,
    Run,
    media_type_of,
)
from fedlearn.errors import Invalid, Unavailable
from fedlearn.ffmpeg import Recording
from fedlearn.instance import Instance
from fedlearn.services.attachments import (
    check_room,
    insert_upload,
    new_token,
    remove_files,
    upload,
)
from fedlearn.services.pictures import convert, moves
from fedlearn.services.thumbnails import read_thumbnail
from fedlearn.text.languages import SOURCE, _, speaking

log = logging.getLogger(__name__)

MOST_UNFINISHED = 10  # of one person
LOOKED_FOR_EVERY = 0.2  # seconds
PUT_OFF_FOR_MS = 3_000
FOLDER = "fedlearn-recording-"
LONGEST_WORK = 3600.0  # seconds; nothing is worked on for so long


class Work(msgspec.Struct, frozen=True):
    """The payload of a process_media job: which upload is to be made ready, and whose it is."""

    media_id: int
    owner_id: int


async def take_in(
    instance: Instance, owner: Actor, content: bytes, thumbnail: bytes | None = None
) -> MediaAttachment:
    """Take in what somebody uploads: a picture is ready at once, all else a little later.

    What it is, its first bytes say. A film or sound is shown by `thumbnail`, where there is one.
    Raises `Invalid` for what cannot be shown, is too large or one too many, `Unavailable` when the
    disk is full; then nothing of it is kept.
    """
    media_type = media_type_of(content[:HEAD_BYTES]) or ""
    if instance.ffmpeg is None:
        return await upload(instance, owner, content)
    if media_type == "image/gif" and await instance.aside.run(lambda: moves(content)):
        return await _put_off(
            instance, owner, content, thumbnail, Picture(VIDEO, 0, 0, ""), loops=True
        )
    if media_type.startswith("image/"):
        return await upload(instance, owner, content)
    if not media_type:
        raise Invalid(_("This is no picture, video or sound that can be shown."))
    becomes = VIDEO if media_type.startswith("video/") else AUDIO
    return await _put_off(instance, owner, content, thumbnail, Picture(becomes, 0, 0, ""))


def largest_upload(instance: Instance) -> int:
    """How many bytes a file may have, whatever it is."""
    settings = instance.settings
    most = settings.max_image_bytes
    return max(most, settings.max_video_bytes) if instance.ffmpeg else most


async def wait_until_ready(
    instance: Instance, owner: Actor, ids: Sequence[int], seconds: float
) -> list[MediaAttachment]:
    """These uploads of somebody, once none of them is worked on any more or so long has passed."""
    latest = asyncio.get_running_loop().time() + seconds
    while True:
        async with instance.db.read() as connection:
            found = await db_media_attachments.media_of_owner(connection, owner.id, ids)
        is_late = asyncio.get_running_loop().time() >= latest
        if is_late or all(one.state is not MediaState.WAITING for one in found):
            return found
        await asyncio.sleep(LOOKED_FOR_EVERY)


async def process_media(instance: Instance, payload: str) -> None:
    """Make an upload ready. A job that comes again finds nothing to do."""
    work = msgspec.json.decode(payload, type=Work)
    if instance.ffmpeg is None:
        raise Unavailable("an upload waits for ffmpeg, which is not here")
    if instance.ffmpeg.turn.locked():
        # Who waited here would lose the lease of the job over it.
        async with instance.db.write() as connection:
            await insert_jobs(connection, [_job(work, Millis(now() + PUT_OFF_FOR_MS))])
        return
    async with instance.ffmpeg.turn:
        async with instance.db.read() as connection:
            media = await db_media_attachments.media_by_id(connection, work.media_id)
            user = await db_users.user_of_actor(connection, ActorId(work.owner_id))
        if media is None or user is None:
            return
        if media.state is MediaState.WAITING:
            with speaking(user.locale or SOURCE):
                await _make_ready(instance, user, media)
        await instance.uploads.remove([media.original_path])


async def clean_folders(instance: Instance) -> None:
    """Remove what a process left behind that was killed over a film: it is what somebody sent."""
    await instance.aside.run(_remove_old_folders)


def _remove_old_folders() -> None:
    latest = time.time() - LONGEST_WORK
    for folder in Path(gettempdir()).glob(f"{FOLDER}*"):
        # Another process may be removing it just now; what is another user's stays.
        with suppress(OSError):
            if folder.lstat().st_mtime < latest:
                shutil.rmtree(folder)


async def _put_off(
    instance: Instance,
    owner: Actor,
    content: bytes,
    thumbnail: bytes | None,
    becomes: Picture,
    *,
    loops: bool = False,
) -> MediaAttachment:
    """Keep what was sent for the worker."""
    most = instance.settings.max_video_bytes
    if len(content) > most:
        raise Invalid(_("This file is too large: %(most)s MB fit.", most=most >> 20))
    shown = await read_thumbnail(instance, thumbnail) if thumbnail else None
    picture = replace(becomes, blurhash=shown.picture.blurhash) if shown else becomes
    media = MediaAttachment(
        snowflake(),
        new_token(),
        picture,
        run=Run(0, loops=loops),
        state=MediaState.WAITING,
    )
    size = len(content) + (len(shown.large) if shown else 0)
    try:
        await instance.uploads.put(media.original_path, content)
        if shown:
            # It lies where the small one will be that is cut from it to the shape of the film.
            await instance.uploads.put(media.small_path, shown.large)
        async with instance.db.write() as connection:
            await _check_unfinished(connection, owner)
            await insert_upload(instance, connection, owner, media, size)
            await insert_jobs(connection, [_job(Work(media.id, owner.id))])
    except BaseException:
        await asyncio.shield(remove_files(instance, [media]))
        raise
    return media


async def _check_unfinished(connection: Connection, owner: Actor) -> None:
    if await db_media_attachments.count_unfinished(connection, owner.id) >= MOST_UNFINISHED:
        raise Invalid(_("Other uploads of yours are not ready yet: try again in a moment."))


def _job(work: Work, run_at: Millis | None = None) -> NewJob:
    # One after the other for each person, so that nobody waits long for somebody who sends many.
    payload = msgspec.json.encode(work).decode()
    return NewJob(JobKind.PROCESS_MEDIA, payload, f"media of {work.owner_id}", run_at)


async def _make_ready(instance: Instance, user: User, media: MediaAttachment) -> None:
    try:
        await _keep(instance, user.actor, *await _made_of(instance, media))
    except Invalid as error:
        log.info("upload %s of %s cannot be shown: %s", media.id, user.actor.acct, error)
        async with instance.db.write() as connection:
            await db_media_attachments.fail_media(connection, media.id, str(error))
        await instance.uploads.remove([media.small_path])


async def _made_of(
    instance: Instance, media: MediaAttachment
) -> tuple[MediaAttachment, dict[str, bytes]]:
    """An upload as it will be, and its files by their paths."""
    if instance.ffmpeg is None:
        raise Unavailable("an upload waits for ffmpeg, which is not here")
    original = await instance.uploads.get(media.original_path)
    if original is None:
        raise Invalid(_("What was sent is not here any more: send it again."))
    thumbnail = await instance.uploads.get(media.small_path) if media.picture.blurhash else None
    with TemporaryDirectory(prefix=FOLDER) as folder:
        source = Path(folder) / "original"
        await instance.aside.run(lambda: source.write_bytes(original))
        recording = await instance.ffmpeg.record(source)
        return await instance.aside.run(lambda: _read(instance, media, recording, thumbnail))


def _read(
    instance: Instance, media: MediaAttachment, recording: Recording, thumbnail: bytes | None
) -> tuple[MediaAttachment, dict[str, bytes]]:
    picture, small = Picture(recording.media_type, recording.width, recording.height, ""), {}
    still = thumbnail or (recording.still.read_bytes() if recording.still else None)
    if still is not None:
        shown = convert(still, instance.settings.max_image_megapixels, picture.size)
        picture = replace(picture, blurhash=shown.picture.blurhash)
        small = {media.small_path: shown.small}
    made = replace(media, picture=picture, run=recording.run, state=MediaState.READY)
    return made, {made.path: recording.file.read_bytes(), **small}


async def _keep(
    instance: Instance, owner: Actor, made: MediaAttachment, files: dict[str, bytes]
) -> None:
    """It is ready; `Invalid` where there is no room for it, and then none of its files stays."""
    is_kept = False
    try:
        for path, content in files.items():
            await instance.uploads.put(path, content)
        # What was sent is removed after this, so it must be on the disk.
        async with instance.db.write(redoable=False) as connection:
            size = sum(map(len, files.values()))
            is_wanted = await db_media_attachments.finish_media(connection, made, size)
            await check_room(instance, connection, owner)
        is_kept = is_wanted
    finally:
        if not is_kept:
            await asyncio.shield(instance.uploads.remove(list(files)))
