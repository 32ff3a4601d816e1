"""This is where kept files of other servers lie on the disk, and are removed from it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from fedlearn.db import media as db_media
from fedlearn.domain.media import CachedMedia
from fedlearn.instance import Instance
from fedlearn.settings import Settings
from fedlearn.storage import old_files, parts_of, remove


def cache_folder(settings: Settings) -> Path:
    """Where kept files lie."""
    return settings.data_dir / "cache"


async def forget_files(instance: Instance, files: Sequence[CachedMedia]) -> None:
    """Keep these no more: first their rows go, then they."""
    async with instance.db.write() as connection:
        await db_media.forget_media(connection, [one.url for one in files])
    folder = cache_folder(instance.settings)
    await asyncio.to_thread(remove, [folder / one.path for one in files])


async def forget_addresses(instance: Instance, urls: Sequence[str]) -> None:
    """Keep what is under these addresses no more."""
    async with instance.db.read() as connection:
        kept = await db_media.cached_among(connection, urls)
    if kept:
        await forget_files(instance, kept)


async def sweep(instance: Instance) -> None:
    """Remove what lies in the folder though nothing is known of it: a process died over it."""
    folder = cache_folder(instance.settings)
    for part in await asyncio.to_thread(parts_of, folder):
        paths = [f"{part.name}/{path.name}" for path in await asyncio.to_thread(old_files, part)]
        async with instance.db.read() as connection:
            known = await db_media.known_paths(connection, paths)
        await asyncio.to_thread(remove, [folder / path for path in paths if path not in known])
