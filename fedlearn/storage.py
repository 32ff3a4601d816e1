"""This is where uploads lie: in a folder, or in a bucket of a store that speaks S3.

Nobody fetches them from there but this server, which first asks who may have them.
"""

import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from fedlearn.db.aside import Aside
from fedlearn.errors import Unavailable
from fedlearn.settings import Settings

BEING_WRITTEN = ".new"
# What was written a moment ago may not be in the database yet.
LEFT_ALONE = 3600.0  # seconds
FILES_AT_ONCE = 4
LISTED_AT_ONCE = 500
RETRIES = 2


class Storage(Protocol):
    """A place for files, each under a path of two parts."""

    async def put(self, path: str, content: bytes) -> None:
        """Keep a file, for good once this returns; `Unavailable` when it cannot be kept."""

    async def get(self, path: str) -> bytes | None:
        """What is in a file, None where there is none."""

    async def size(self, path: str) -> int | None:
        """How many bytes a file has, None where there is none."""

    async def part(self, path: str, start: int, stop: int) -> bytes:
        """Some of a file that is there: what begins here, and ends before there."""

    async def remove(self, paths: Sequence[str]) -> None:
        """Remove these files, those of them that are there."""

    def old_files(self) -> AsyncIterator[list[str]]:
        """What lies there, many at a time, without what was written a moment ago."""

    def close(self) -> None:
        """Nothing is asked of it any more."""


def storage_of(settings: Settings) -> Storage:
    """Where the uploads of this instance lie."""
    return Bucket(settings) if settings.s3_bucket else Folder(settings.data_dir / "media")


class Folder:
    """A folder on the disk of this server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = Aside(FILES_AT_ONCE, "files")

    async def put(self, path: str, content: bytes) -> None:
        """Written to the disk when this returns, and not at all otherwise."""
        await self._aside.run(lambda: self._write(path, content))

    async def get(self, path: str) -> bytes | None:
        """What is in a file, None where there is none."""
        return await self._aside.run(lambda: self._read(path))

    async def size(self, path: str) -> int | None:
        """How many bytes a file has, None where there is none."""
        return await self._aside.run(lambda: self._size(path))

    async def part(self, path: str, start: int, stop: int) -> bytes:
        """Some of a file that is there: what begins here, and ends before there."""
        return await self._aside.run(lambda: self._part(path, start, stop))

    async def remove(self, paths: Sequence[str]) -> None:
        """Remove these files, those of them that are there."""
        await self._aside.run(lambda: remove([self._folder / path for path in paths]))

    async def old_files(self) -> AsyncIterator[list[str]]:
        """Part by part."""
        for part in await self._aside.run(lambda: parts_of(self._folder)):
            files = await self._aside.run(lambda part=part: old_files(part))  # type: ignore[misc]
            yield [f"{part.name}/{path.name}" for path in files]

    def close(self) -> None:
        """The threads go."""
        self._aside.close()

    def _write(self, path: str, content: bytes) -> None:
        with new_file(self._folder / path) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def _size(self, path: str) -> int | None:
        try:
            return (self._folder / path).stat().st_size
        except FileNotFoundError:
            return None

    def _part(self, path: str, start: int, stop: int) -> bytes:
        try:
            with (self._folder / path).open("rb") as file:
                file.seek(start)
                return file.read(stop - start)
        except OSError as error:
            raise Unavailable(f"the file cannot be read: {error}") from error


class Bucket:
    """A bucket of its own in a store that speaks S3."""

    def __init__(self, settings: Settings) -> None:
        self._store = S3Store(
            settings.s3_bucket,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key,
            secret_access_key=settings.s3_secret_key,
            client_options={
                "allow_http": settings.s3_endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=settings.connect_timeout),
                "timeout": timedelta(seconds=settings.total_timeout),
            },
            retry_config={
                "max_retries": RETRIES,
                "retry_timeout": timedelta(seconds=settings.total_timeout),
            },
        )

    async def put(self, path: str, content: bytes) -> None:
        """Kept by the store when this returns."""
        with _unavailable():
            await obstore.put_async(self._store, path, content)

    async def get(self, path: str) -> bytes | None:
        """What is in a file, None where there is none."""
        with _unavailable():
            try:
                found = await obstore.get_async(self._store, path)
            except FileNotFoundError:
                return None
            return bytes(await found.bytes_async())

    async def size(self, path: str) -> int | None:
        """How many bytes a file has, None where there is none."""
        with _unavailable():
            try:
                return int((await obstore.head_async(self._store, path))["size"])
            except FileNotFoundError:
                return None

    async def part(self, path: str, start: int, stop: int) -> bytes:
        """Some of a file that is there: what begins here, and ends before there."""
        with _unavailable():
            return bytes(await obstore.get_range_async(self._store, path, start=start, end=stop))

    async def remove(self, paths: Sequence[str]) -> None:
        """Remove these files; the store says nothing of those that are not there."""
        if paths:
            with _unavailable():
                await obstore.delete_async(self._store, list(paths))

    async def old_files(self) -> AsyncIterator[list[str]]:
        """Page by page."""
        with _unavailable():
            async for page in obstore.list(self._store, chunk_size=LISTED_AT_ONCE):
                latest = time.time() - LEFT_ALONE
                yield [one["path"] for one in page if one["last_modified"].timestamp() < latest]

    def close(self) -> None:
        """Connections go by themselves."""


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        said = str(error).splitlines()[0]
        raise Unavailable(f"the object store does not do as it is asked: {said}") from error


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


def remove(paths: Sequence[Path]) -> None:
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
