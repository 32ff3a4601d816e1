"""This is where kept files of other servers lie on the disk, and are removed from it."""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fedlearn.db import media as db_media
from fedlearn.domain.media import CachedMedia
from fedlearn.errors import Unavailable
from fedlearn.instance import Instance
from fedlearn.settings import Settings

BEING_WRITTEN = ".new"
# What was written a moment ago may not be in the database yet.
LEFT_ALONE = 3600.0  # seconds


def cache_folder(settings: Settings) -> Path:
    """Where kept files lie."""
    return settings.data_dir / "cache"


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is there under its name when it is whole, and not at all otherwise."""
    # Another process may be fetching the same.
    draft = path.with_name(f"{path.name}{BEING_WRITTEN}{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        raise Unavailable(f"the file cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


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


def remove(paths: list[Path]) -> None:
    """Remove these files, those of them that are there."""
    for path in paths:
        path.unlink(missing_ok=True)


def parts_of(folder: Path) -> list[Path]:
    """The folders that a large one is divided into."""
    return sorted(path for path in folder.glob("*") if path.is_dir())


def old_files(part: Path) -> list[Path]:
    """What lies in a folder, without what was written a moment ago."""
    latest = time.time() - LEFT_ALONE
    return [path for path in part.iterdir() if path.stat().st_mtime < latest]
