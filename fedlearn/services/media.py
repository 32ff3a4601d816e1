"""This is where operators see how much is kept of other servers' files, and forget it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fedlearn.db import media as db_media
from fedlearn.db.database import Connection
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.domain.media import CachedMedia
from fedlearn.instance import Instance
from fedlearn.remote.files import forget_files, sweep
from fedlearn.remote.media import FORGOTTEN_AT_ONCE, shrink_cache
from fedlearn.text.hosts import read_domain


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """How much is kept, and how much may be."""

    files: int
    bytes: int
    limit: int


async def figures(instance: Instance) -> CacheFigures:
    """How much is kept now."""
    async with instance.db.read() as connection:
        files, size = await db_media.cache_size(connection)
    return CacheFigures(files, size, instance.settings.media_cache_bytes)


async def purge(instance: Instance, *, domain: str | None = None, unused_days: int = 0) -> int:
    """Forget files, all or those of a domain, that were not looked at for so long; how many."""
    # Whatever is looked at from now on is kept, or this might never end.
    before = Millis(now() + 1 - unused_days * DAY_MS)
    if domain is None:
        return await _forget_all(
            instance, lambda c: db_media.unused_since(c, before, FORGOTTEN_AT_ONCE)
        )
    name = read_domain(domain)
    return await _forget_all(
        instance, lambda c: db_media.media_of_domain(c, name, before, FORGOTTEN_AT_ONCE)
    )


async def clean_cache(instance: Instance) -> None:
    """Forget what nobody has looked at for long, and what is too much."""
    await purge(instance, unused_days=instance.settings.media_cache_days)
    await shrink_cache(instance, instance.settings.media_cache_bytes)
    await sweep(instance)


async def _forget_all(
    instance: Instance, some: Callable[[Connection], Awaitable[list[CachedMedia]]]
) -> int:
    forgotten = 0
    while True:
        async with instance.db.read() as connection:
            files = await some(connection)
        if not files:
            return forgotten
        await forget_files(instance, files)
        forgotten += len(files)
