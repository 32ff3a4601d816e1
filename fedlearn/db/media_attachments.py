"""This is where it is kept which pictures people have uploaded, and to which post each belongs."""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, Millis, StatusId, now
from fedlearn.domain.media import MediaAttachment, Picture

ON_PROFILE = """EXISTS (
    SELECT 1 FROM actor a WHERE a.id = m.actor_id
        AND (a.avatar LIKE '%/' || m.token || '.webp' OR a.header LIKE '%/' || m.token || '.webp')
)"""


async def insert_media_attachment(
    connection: Connection, media: MediaAttachment, owner: ActorId
) -> None:
    """A picture was uploaded; it belongs to no post yet."""
    await connection.execute(
        """
        INSERT INTO media_attachment
            (id, actor_id, token, media_type, width, height, blurhash, created_at)
        VALUES (:id, :owner, :token, :media_type, :width, :height, :blurhash, :at)
        """,
        id=media.id,
        owner=owner,
        token=media.token,
        media_type=media.picture.media_type,
        width=media.picture.width,
        height=media.picture.height,
        blurhash=media.picture.blurhash,
        at=now(),
    )


async def waiting_media(
    connection: Connection, owner: ActorId, ids: Sequence[int]
) -> dict[int, MediaAttachment]:
    """Those of these pictures that a person has uploaded, and that no post has taken."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM media_attachment
        WHERE id IN :ids AND actor_id = :owner AND status_id IS NULL
        """,
        ids=ids,
        owner=owner,
    )
    return {int(row["id"]): _media_of(row) for row in rows}


async def take_media(connection: Connection, status_id: StatusId, ids: Sequence[int]) -> None:
    """A new post takes pictures."""
    await connection.execute(
        "UPDATE media_attachment SET status_id = :status WHERE id IN :ids",
        status=status_id,
        ids=ids,
    )


async def media_attachment_for(
    connection: Connection, viewer: Viewer, token: str
) -> tuple[MediaAttachment, bool] | None:
    """A picture, where this viewer may have it; and whether everybody may see where it stands.

    Of a post that may leave, whoever knows the token may: other servers fetch without a name. Of
    one that stays, who sees the post; and of none yet, who uploaded it. Profiles are for everybody.
    """
    row = await connection.fetch_one(
        f"""
        SELECT m.*, {ON_PROFILE} OR (
            s.scope = 'fed' AND s.reach IN ('public', 'unlisted')) AS is_open
        FROM media_attachment m LEFT JOIN status s ON s.id = m.status_id
        WHERE m.token = :token AND (
            {ON_PROFILE}
            OR s.scope = 'fed'
            OR (s.id IS NOT NULL AND {VISIBLE})
            OR (m.status_id IS NULL AND m.actor_id = :viewer_id))
        """,
        token=token,
        **eyes(viewer),
    )
    return (_media_of(row), bool(row["is_open"])) if row else None


async def media_of_status(connection: Connection, status_id: StatusId) -> list[MediaAttachment]:
    """The uploaded pictures of a post."""
    rows = await connection.fetch_all(
        "SELECT * FROM media_attachment WHERE status_id = :id", id=status_id
    )
    return [_media_of(row) for row in rows]


async def untaken_media(
    connection: Connection, before: Millis, limit: int
) -> list[MediaAttachment]:
    """Pictures uploaded before then that stand in no post and on no profile, or do no more."""
    rows = await connection.fetch_all(
        f"""
        SELECT m.* FROM media_attachment m
        WHERE m.status_id IS NULL AND m.created_at < :before AND NOT {ON_PROFILE}
        ORDER BY m.id LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [_media_of(row) for row in rows]


async def delete_media_attachments(connection: Connection, ids: Sequence[int]) -> None:
    """Nothing is known of these pictures any more."""
    await connection.execute("DELETE FROM media_attachment WHERE id IN :ids", ids=ids)


async def known_tokens(connection: Connection, tokens: Sequence[str]) -> set[str]:
    """Those of these tokens that belong to a picture."""
    rows = await connection.fetch_all(
        "SELECT token FROM media_attachment WHERE token IN :tokens", tokens=tokens
    )
    return {row["token"] for row in rows}


def _media_of(row: Row) -> MediaAttachment:
    picture = Picture(row["media_type"], row["width"], row["height"], row["blurhash"])
    return MediaAttachment(int(row["id"]), row["token"], picture)
