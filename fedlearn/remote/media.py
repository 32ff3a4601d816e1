"""This is where pictures, sounds and films of other servers are fetched once somebody looks.

They are kept for a while, so that no browser of ours asks another server for anything. A file is
what its first bytes say it is; what its server says of it is not believed.
"""

import asyncio
import hashlib
import logging
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

from cachetools import TTLCache

from fedlearn.activitypub.uris import host_of
from fedlearn.db import media as db_media
from fedlearn.domain.ids import HOUR_MS, Millis, now
from fedlearn.domain.media import HEAD_BYTES, CachedMedia, media_type_of
from fedlearn.errors import FetchError, NotFound, RefusedDocument, Unavailable, Unreachable
from fedlearn.instance import Instance
from fedlearn.remote.files import cache_folder, forget_files
from fedlearn.storage import new_file

log = logging.getLogger(__name__)

ACCEPT = "image/*, video/*, audio/*"
MEDIA_REMEMBERED = 10_000  # addresses that failed
SILENT_FOR = 60.0  # seconds in which a host that was silent is asked for no other file
USE_NOTED_EVERY_MS = HOUR_MS
# When the cache is full, room is made for many, not for one.
FULL_AGAIN_AFTER = 0.1
FORGOTTEN_AT_ONCE = 200


class MediaCache:
    """The files of other servers that this process shows."""

    def __init__(self, instance: Instance) -> None:
        settings = instance.settings
        self._instance = instance
        self._folder = cache_folder(settings)
        self._failed: TTLCache[str, str] = TTLCache(
            MEDIA_REMEMBERED, settings.media_retry_minutes * 60
        )
        self._silent: TTLCache[str, str] = TTLCache(MEDIA_REMEMBERED, SILENT_FOR)
        self._fetching: dict[str, asyncio.Task[CachedMedia | None]] = {}
        self._turns = asyncio.Semaphore(settings.media_fetches_at_once)
        self._turns_at: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def get(self, url: str) -> tuple[Path, str]:
        """Where a file lies, and its type; fetched if need be, `NotFound` when it cannot be had."""
        media = await self._kept(url) or await self._fetched(url)
        if media is None:
            raise NotFound
        return self._folder / media.path, media.media_type

    async def close(self) -> None:
        """Leave what is under way."""
        for task in self._fetching.values():
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)

    async def _kept(self, url: str) -> CachedMedia | None:
        async with self._instance.db.read() as connection:
            media = await db_media.cached_media(connection, url)
        if media is None or not (self._folder / media.path).is_file():
            return None
        if media.used_at < now() - USE_NOTED_EVERY_MS:
            await self._note_use(url)
        return media

    async def _note_use(self, url: str) -> None:
        try:
            async with self._instance.db.write(redoable=True) as connection:
                await db_media.touch_media(connection, url)
        except Unavailable as trouble:
            # A full disk is no reason to show no pictures.
            log.info("the use of %s is not noted: %s", url, trouble)

    async def _fetched(self, url: str) -> CachedMedia | None:
        """Fetched now, or together with whoever asked for it first."""
        if url in self._failed:
            return None
        task = self._fetching.get(url)
        if task is None:
            task = self._fetching[url] = asyncio.create_task(self._fetch_in_turn(url))
            task.add_done_callback(lambda _: self._fetching.pop(url))
        # Whoever goes away leaves it to the others.
        return await asyncio.shield(task)

    async def _fetch_in_turn(self, url: str) -> CachedMedia | None:
        host = host_of(url)
        at_host = self._turns_at.get(host)
        if at_host is None:
            at_host = asyncio.Semaphore(self._instance.settings.media_fetches_per_host)
            self._turns_at[host] = at_host
        async with at_host, self._turns:
            if host in self._silent:
                return None
            try:
                media = await self._fetch(url, host)
            except Unavailable as trouble:
                log.warning("%s cannot be kept: %s", url, trouble)
                return None
            except (FetchError, RefusedDocument) as error:
                log.info("%s cannot be shown: %s", url, error)
                self._failed[url] = str(error)
                if isinstance(error, Unreachable):
                    self._silent[host] = str(error)
                return None
        await self._make_room(media)
        return media

    async def _fetch(self, url: str, host: str) -> CachedMedia:
        limit = self._instance.settings.max_media_bytes
        name = hashlib.sha256(url.encode()).hexdigest()
        path = f"{name[:2]}/{name[2:]}"
        with new_file(self._folder / path) as file:
            incoming = Incoming(url, file)
            await self._instance.client.download(
                url, accept=ACCEPT, limit=limit, into=incoming.take
            )
            media_type = incoming.finish()
        media = CachedMedia(url, path, media_type, incoming.size, now())
        async with self._instance.db.write(redoable=True) as connection:
            await db_media.keep_media(connection, media, host)
        return media

    async def _make_room(self, newest: CachedMedia) -> None:
        """Forget what was longest unused, should the cache be larger than it may be."""
        limit = self._instance.settings.media_cache_bytes
        async with self._instance.db.read() as connection:
            _, size = await db_media.cache_size(connection)
        if size > limit:
            await shrink_cache(self._instance, int(limit * (1 - FULL_AGAIN_AFTER)), spare=newest)


class Incoming:
    """A file on its way in: written piece by piece, once it is known to be one that we show."""

    def __init__(self, url: str, file: BinaryIO) -> None:
        self._url = url
        self._file = file
        self._head = b""
        self.size = 0

    def take(self, piece: bytes) -> None:
        """The next piece; `RefusedDocument` as soon as it is seen to be something else."""
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + piece)[:HEAD_BYTES]
            if len(self._head) == HEAD_BYTES:
                self._media_type()
        try:
            self._file.write(piece)
        except OSError as error:
            # Here, because an OSError further up would be one of the network.
            raise Unavailable(f"the cache cannot be written: {error}") from error
        self.size += len(piece)

    def finish(self) -> str:
        """The type of the whole file."""
        return self._media_type()

    def _media_type(self) -> str:
        media_type = media_type_of(self._head)
        if media_type is None:
            raise RefusedDocument(f"{self._url} is no picture, sound or film that we know")
        return media_type


async def shrink_cache(
    instance: Instance, wanted: int, *, spare: CachedMedia | None = None
) -> None:
    """Forget what was longest unused until the cache has at most so many bytes."""
    while True:
        async with instance.db.read() as connection:
            _, size = await db_media.cache_size(connection)
            oldest = await db_media.unused_since(connection, Millis(now() + 1), FORGOTTEN_AT_ONCE)
        victims = []
        for media in oldest:
            if size <= wanted:
                break
            if spare is None or media.url != spare.url:
                victims.append(media)
                size -= media.size
        if not victims:
            return
        await forget_files(instance, victims)
