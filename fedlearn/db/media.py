"""This is where it is remembered which files of other servers are kept, and when they were used."""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import ActorId, Millis, now
from fedlearn.domain.media import CachedMedia


async def cached_media(connection: Connection, url: str) -> CachedMedia | None:
    """The file under this address, if it is kept."""
    row = await connection.fetch_one("SELECT * FROM cached_media WHERE url = :url", url=url)
    return _media_of(row) if row else None


async def cached_among(connection: Connection, urls: Sequence[str]) -> list[CachedMedia]:
    """Those of these files that are kept."""
    rows = await connection.fetch_all("SELECT * FROM cached_media WHERE url IN :urls", urls=urls)
    return [_media_of(row) for row in rows]


async def keep_media(connection: Connection, media: CachedMedia, host: str) -> None:
    """A file was fetched."""
    await connection.execute(
        """
        INSERT INTO cached_media (url, path, media_type, bytes, fetched_at, used_at, host)
        VALUES (:url, :path, :media_type, :size, :used_at, :used_at, :host)
        ON CONFLICT (url) DO UPDATE SET
            media_type = excluded.media_type, bytes = excluded.bytes,
            fetched_at = excluded.fetched_at, used_at = excluded.used_at
        """,
        url=media.url,
        path=media.path,
        media_type=media.media_type,
        size=media.size,
        used_at=media.used_at,
        host=host,
    )


async def touch_media(connection: Connection, url: str) -> None:
    """A file was looked at."""
    await connection.execute(
        "UPDATE cached_media SET used_at = :at WHERE url = :url", url=url, at=now()
    )


async def forget_media(connection: Connection, urls: Sequence[str]) -> None:
    """These files are kept no more."""
    await connection.execute("DELETE FROM cached_media WHERE url IN :urls", urls=urls)


async def cache_size(connection: Connection) -> tuple[int, int]:
    """How many files are kept, and their bytes in all."""
    row = await connection.fetch_one(
        "SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM cached_media"
    )
    return (int(row["files"]), int(row["bytes"])) if row else (0, 0)


async def unused_since(connection: Connection, before: Millis, limit: int) -> list[CachedMedia]:
    """Files that nobody has looked at since then, those that were longest unused first."""
    rows = await connection.fetch_all(
        "SELECT * FROM cached_media WHERE used_at < :before ORDER BY used_at LIMIT :limit",
        before=before,
        limit=limit,
    )
    return [_media_of(row) for row in rows]


async def media_of_domain(
    connection: Connection, domain: str, before: Millis, limit: int
) -> list[CachedMedia]:
    """Files that a domain or one below it serves, and that nobody has looked at since then."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM cached_media
        WHERE used_at < :before AND (host = :domain OR host LIKE :below
            OR host LIKE :with_port OR host LIKE :below_with_port)
        LIMIT :limit
        """,
        before=before,
        limit=limit,
        domain=domain,
        below=f"%.{domain}",
        with_port=f"{domain}:%",
        below_with_port=f"%.{domain}:%",
    )
    return [_media_of(row) for row in rows]


async def media_of_actors(connection: Connection, actor_ids: Sequence[ActorId]) -> list[str]:
    """The addresses of what these actors show: their own pictures, and those in their posts."""
    rows = await connection.fetch_all(
        """
        SELECT avatar AS url FROM actor WHERE id IN :ids AND avatar IS NOT NULL
        UNION
        SELECT header FROM actor WHERE id IN :ids AND header IS NOT NULL
        UNION
        SELECT t.url FROM status s JOIN attachment t ON t.status_id = s.id
        WHERE s.actor_id IN :ids
        UNION
        SELECT t.cover FROM status s JOIN attachment t ON t.status_id = s.id
        WHERE s.actor_id IN :ids AND t.cover IS NOT NULL
        UNION
        SELECT p.image FROM status s JOIN preview p ON p.status_id = s.id
        WHERE s.actor_id IN :ids AND p.image IS NOT NULL
        """,
        ids=actor_ids,
    )
    return [row["url"] for row in rows]


async def known_paths(connection: Connection, paths: Sequence[str]) -> set[str]:
    """Those of these places where a kept file lies."""
    rows = await connection.fetch_all(
        "SELECT path FROM cached_media WHERE path IN :paths", paths=paths
    )
    return {row["path"] for row in rows}


def _media_of(row: Row) -> CachedMedia:
    return CachedMedia(
        url=row["url"],
        path=row["path"],
        media_type=row["media_type"],
        size=int(row["bytes"]),
        used_at=int(row["used_at"]),
    )
