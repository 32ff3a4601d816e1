"""This is where people take along what is theirs: their posts and pictures, and whom they read.

It is one ZIP file, made while it is sent, so that neither disk nor memory holds it. The names in it
are those that other servers of this kind give to such files.
"""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec

from fedlearn.activitypub.render.activities import render_announce, render_create
from fedlearn.activitypub.render.actors import render_actor
from fedlearn.activitypub.render.documents import with_context
from fedlearn.db import archive as db_archive
from fedlearn.db import collections as db_collections
from fedlearn.db import domain_blocks as db_domain_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import lists as db_lists
from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import mutes as db_mutes
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import FollowId, StatusId
from fedlearn.domain.media import MediaAttachment
from fedlearn.domain.statuses import StatusView
from fedlearn.instance import Instance
from fedlearn.services.collections import MOST_COLLECTIONS

AT_ONCE = 100


class _Sink(io.RawIOBase):
    """Takes what the ZIP writer has written, for the one who sends it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Nobody can go back in it, and the writer finds that out by itself."""
        return True

    def write(self, piece: object) -> int:
        """A piece was written."""
        written = bytes(memoryview(piece))  # type: ignore[arg-type]
        self._pieces.append(written)
        return len(written)

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = b"".join(self._pieces), []
        return pieces


async def archive_of(instance: Instance, actor: Actor) -> AsyncGenerator[bytes, None]:
    """All that somebody here posted, the whole of their profile, and whom they gathered."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as packed:
        key = await instance.keys.public_key(actor)
        profile = with_context(render_actor(actor, key, instance.uris))
        packed.writestr("actor.json", msgspec.json.encode(profile))
        for name, rows in await _tables(instance, actor):
            packed.writestr(name, _as_csv(rows))
        with packed.open("outbox.json", "w") as outbox:
            async for piece in _outbox(instance, actor):
                outbox.write(piece)
                yield sink.taken()
        for media in await _pictures(instance, actor):
            content = await instance.uploads.get(media.path)
            if content is not None:
                # Pictures, films and sounds are packed already.
                packed.writestr(ZipInfo(f"media/{media.file_name}"), content, ZIP_STORED)
                yield sink.taken()
    yield sink.taken()


async def _outbox(instance: Instance, actor: Actor) -> AsyncIterator[bytes]:
    """The collection of all that they posted, newest first, whoever may see it."""
    head = {"id": f"{actor.uri}/outbox", "type": "OrderedCollection"}
    yield msgspec.json.encode(with_context(head)).removesuffix(b"}") + b',"orderedItems":['
    separator, before = b"", None
    while True:
        async with instance.db.read() as connection:
            ids = await db_archive.own_statuses(
                connection, actor.viewer, before=before, limit=AT_ONCE
            )
            views = await status_views(connection, actor.viewer, ids)
        for view in views:
            yield separator + msgspec.json.encode(_activity(instance, view))
            separator = b","
        if len(ids) < AT_ONCE:
            break
        before = StatusId(ids[-1])
    yield b"]}"


def _activity(instance: Instance, view: StatusView) -> dict[str, object]:
    return render_announce(view) if view.boost_of else render_create(view, instance.uris)


async def _tables(instance: Instance, actor: Actor) -> list[tuple[str, list[list[str]]]]:
    """Whom somebody follows, has on lists, recommends, and does not want to hear of."""
    async with instance.db.read() as connection:
        muted = await db_mutes.muted_by(connection, actor.id)
        domains = await db_domain_blocks.domains_blocked_by(connection, actor.id)
        on_lists = [
            [one.title, _handle(instance, member)]
            for one in await db_lists.lists_of(connection, actor.id)
            for member in await db_lists.members_of(connection, one.id)
        ]
        in_collections = [
            [view.collection.said.name, _handle(instance, item.actor)]
            for view in await db_collections.collections_of(
                connection, actor.viewer, actor.id, offset=0, limit=MOST_COLLECTIONS
            )
            for item in view.items
        ]
    followed = [[_handle(instance, one)] async for one in _followed(instance, actor)]
    return [
        ("following_accounts.csv", [["Account address"], *followed]),
        ("lists.csv", on_lists),
        ("collections.csv", in_collections),
        ("muted_accounts.csv", [["Account address"], *([_handle(instance, m)] for _, m in muted)]),
        ("blocked_domains.csv", [["#domain"], *([domain] for domain in domains)]),
    ]


async def _followed(instance: Instance, actor: Actor) -> AsyncIterator[Actor]:
    before: FollowId | None = None
    while True:
        async with instance.db.read() as connection:
            page = await db_follows.following_page(
                connection, actor.id, before=before, limit=AT_ONCE
            )
        for _, one in page:
            yield one
        if len(page) < AT_ONCE:
            return
        before = page[-1][0]


async def _pictures(instance: Instance, actor: Actor) -> list[MediaAttachment]:
    async with instance.db.read() as connection:
        return await db_media_attachments.all_media_of(connection, actor.id)


def _handle(instance: Instance, actor: Actor) -> str:
    return actor.acct if "@" in actor.acct else f"{actor.acct}@{instance.uris.domain}"


def _as_csv(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
