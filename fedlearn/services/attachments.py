"""This is where people upload pictures, and posts take what was uploaded; and where files go again.

Pictures, for short: recordings.py has what is to be said of films and sounds alone.

Files are written before their row, and removed after it. So what a process leaves behind that dies
over it are at worst files of which nothing is known; the next cleaning removes them.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db.database import Connection
from fedlearn.db.details import add_attachments, replace_attachments
from fedlearn.db.redrafts import let_go_of_media
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import DAY_MS, Millis, StatusId, now, snowflake
from fedlearn.domain.media import Focus, MediaAttachment, MediaState, go_together
from fedlearn.domain.statuses import Attachment
from fedlearn.errors import Invalid, NotFound, Unavailable
from fedlearn.instance import Instance
from fedlearn.services.drafts import MediaDraft, check_description
from fedlearn.services.pictures import convert
from fedlearn.settings import Settings
from fedlearn.storage import BEING_WRITTEN
from fedlearn.text.languages import N_, _

log = logging.getLogger(__name__)

TOKEN_BYTES = 16
TOKEN_IN_NAME = re.compile("[-.]")
MOST_WAITING = 200  # pictures of one person that no post has taken yet
REMOVED_AT_ONCE = 200
NOT_READY = N_("A video or sound is not ready yet: try again in a moment.")


async def upload(
    instance: Instance, owner: Actor, content: bytes, *, size: tuple[int, int] | None = None
) -> MediaAttachment:
    """Take a picture in, cut to a size if one is given; a post may have it from now on.

    Raises `Invalid` for what is no picture, broken, too large or one too many, `Unavailable` when
    the disk is full; then nothing of it is kept.
    """
    settings = instance.settings
    if len(content) > settings.max_image_bytes:
        raise Invalid(too_large(settings))
    most = settings.max_image_megapixels
    converted = await instance.aside.run(lambda: convert(content, most, size))
    media = MediaAttachment(snowflake(), new_token(), converted.picture)
    try:
        await instance.uploads.put(media.path, converted.large)
        await instance.uploads.put(media.small_path, converted.small)
        async with instance.db.write() as connection:
            await insert_upload(instance, connection, owner, media, converted.size)
    except BaseException:
        await asyncio.shield(remove_files(instance, [media]))
        raise
    return media


def new_token() -> str:
    """A name for the files of an upload, which nobody guesses."""
    return secrets.token_hex(TOKEN_BYTES)


async def insert_upload(
    instance: Instance, connection: Connection, owner: Actor, media: MediaAttachment, size: int
) -> None:
    """Note down what was uploaded; `Invalid` where its owner has no room for it.

    Nobody fills the disk: with all their uploads, or with some that stand nowhere.
    """
    if await db_media_attachments.count_waiting(connection, owner.id) >= MOST_WAITING:
        raise Invalid(_("Too many of your uploads stand in no post yet. Try again tomorrow."))
    await db_media_attachments.insert_media_attachment(connection, media, owner.id, size)
    await check_room(instance, connection, owner)


async def check_room(instance: Instance, connection: Connection, owner: Actor) -> None:
    """`Invalid` where somebody's uploads take more room than each may have."""
    room = instance.settings.max_upload_bytes
    if await db_media_attachments.bytes_of_uploads(connection, owner.id) > room:
        raise Invalid(
            _("You have no room for this file: delete posts whose attachments you can spare.")
        )


def too_large(settings: Settings) -> str:
    """What is to be said of a picture with too many bytes."""
    return _("This picture is too large: %(most)s MB fit.", most=settings.max_image_bytes >> 20)


async def describe(
    instance: Instance, owner: Actor, media_id: int, description: str, focus: Focus | None
) -> MediaAttachment:
    """Say what an upload shows before a post takes it; `NotFound` once one has, or for others'."""
    check_description(description)
    async with instance.db.write() as connection:
        is_there = await db_media_attachments.describe_media(
            connection, owner.id, media_id, description, focus
        )
        found = await db_media_attachments.media_of_owner(connection, owner.id, [media_id])
    if not is_there:
        raise NotFound(_("There is no such file, or a post shows it already."))
    return found[0]


async def take_back(instance: Instance, owner: Actor, media_id: int) -> None:
    """Forget an upload; `NotFound` for others', `Invalid` once it stands somewhere."""
    async with instance.db.write() as connection:
        if not await db_media_attachments.media_of_owner(connection, owner.id, [media_id]):
            raise NotFound(_("There is no such file."))
        gone = await db_media_attachments.delete_untaken(connection, owner.id, media_id)
        if not gone:
            raise Invalid(_("This file is in use."))
    await remove_files(instance, gone)


@asynccontextmanager
async def all_or_none(instance: Instance) -> AsyncIterator[list[MediaAttachment]]:
    """Several uploads that belong together: those in the list go again when something breaks."""
    taken: list[MediaAttachment] = []
    try:
        yield taken
    except BaseException:
        await asyncio.shield(_give_up(instance, taken))
        raise


def url_of(instance: Instance, media: MediaAttachment) -> str:
    """Where an upload is served."""
    return instance.uris.media(media.file_name)


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
    attachments = _attachments(instance, waiting, drafts)
    await db_media_attachments.take_media(connection, status_id, list(waiting))
    await add_attachments(connection, status_id, attachments)


async def change_pictures(
    instance: Instance,
    connection: Connection,
    author: Actor,
    status_id: StatusId,
    drafts: Sequence[MediaDraft],
) -> None:
    """After an edit: a post shows these, some of them new; `Invalid` where one is not there.

    A picture that it shows no more still belongs to it: what the post was before can be looked at.
    """
    usable = await db_media_attachments.usable_media(
        connection, author.id, status_id, [draft.media_id for draft in drafts]
    )
    attachments = _attachments(instance, usable, drafts)
    await db_media_attachments.take_media(connection, status_id, list(usable))
    await replace_attachments(connection, status_id, attachments)


async def give_up_media(connection: Connection, status_id: StatusId) -> list[MediaAttachment]:
    """A post is about to be deleted: its pictures are forgotten, and only their files remain.

    What its author is writing anew keeps them.
    """
    await let_go_of_media(connection, status_id)
    gone = await db_media_attachments.media_of_status(connection, status_id)
    await db_media_attachments.delete_media_attachments(connection, [one.id for one in gone])
    return gone


async def remove_files(instance: Instance, gone: Sequence[MediaAttachment]) -> None:
    """The files of pictures of which no row is left."""
    paths = [path for one in gone for path in (one.path, one.small_path, one.original_path)]
    await instance.uploads.remove(paths)


async def _give_up(instance: Instance, taken: Sequence[MediaAttachment]) -> None:
    try:
        async with instance.db.write() as connection:
            await db_media_attachments.delete_media_attachments(
                connection, [one.id for one in taken]
            )
    except Unavailable as trouble:
        # Their rows stay, and so must they: the next cleaning removes both.
        log.info("%s uploads wait for the next cleaning: %s", len(taken), trouble)
        return
    await remove_files(instance, taken)


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
    async for paths in instance.uploads.old_files():
        files = {path: _token_of(path) for path in paths}
        async with instance.db.read() as connection:
            known = await db_media_attachments.known_tokens(connection, list(files.values()))
        unknown = [path for path, token in files.items() if token not in known]
        await instance.uploads.remove(unknown)


def _token_of(path: str) -> str:
    """Which picture a file belongs to; none, while it is being written."""
    if BEING_WRITTEN in path:
        return ""
    return TOKEN_IN_NAME.split(path.rpartition("/")[2], maxsplit=1)[0]


def check_chosen(found: Mapping[int, MediaAttachment], ids: Sequence[int]) -> None:
    """`Invalid` unless all that a post is to show is there, is ready, and goes together."""
    if missing := [one for one in ids if one not in found]:
        count = len(missing)
        raise _refusal(
            _("%(count)s of the files cannot be found any more: choose them again.", count=count)
        )
    chosen = [found[one] for one in ids]
    if any(one.state is not MediaState.READY for one in chosen):
        raise _refusal(_(NOT_READY))
    if not go_together([one.kind for one in chosen]):
        raise _refusal(_("A post shows pictures, or one video, or one sound."))


def _refusal(message: str) -> Invalid:
    return Invalid(message, {"pictures": message})


def _attachments(
    instance: Instance, found: Mapping[int, MediaAttachment], drafts: Sequence[MediaDraft]
) -> list[Attachment]:
    check_chosen(found, [draft.media_id for draft in drafts])
    return [_attachment(instance, found[one.media_id], one) for one in drafts]


def _attachment(instance: Instance, media: MediaAttachment, draft: MediaDraft) -> Attachment:
    picture = media.picture
    return Attachment(
        media_type=picture.media_type,
        url=url_of(instance, media),
        description=draft.description,
        blurhash=picture.blurhash or None,
        width=picture.width or None,
        height=picture.height or None,
        focus=draft.focus,
        media_id=media.id,
        run=media.run,
    )
