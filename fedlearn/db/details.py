"""This is where what belongs to a status is written: hashtags, attachments, its link preview."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fedlearn.db.database import Connection
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import Attachment, Preview


@dataclass(frozen=True, slots=True)
class Details:
    """What belongs to a status beside its text."""

    hashtags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    preview: Preview | None = None


async def add_details(connection: Connection, status_id: StatusId, details: Details) -> None:
    """What belongs to a new status."""
    await _add_hashtags(connection, status_id, details.hashtags)
    await add_attachments(connection, status_id, details.attachments)
    if details.preview is not None:
        await connection.execute(
            """
            INSERT INTO preview (status_id, url, title, description, image)
            VALUES (:id, :url, :title, :description, :image)
            """,
            id=status_id,
            url=details.preview.url,
            title=details.preview.title,
            description=details.preview.description,
            image=details.preview.image,
        )


async def add_attachments(
    connection: Connection, status_id: StatusId, attachments: Iterable[Attachment]
) -> None:
    """What a new status shows, in this order."""
    await connection.execute_many(
        """
        INSERT INTO attachment (
            status_id, position, media_type, url, description, blurhash, width, height)
        VALUES (:id, :position, :media_type, :url, :description, :blurhash, :width, :height)
        """,
        [
            {"id": status_id, "position": position, **_columns(attachment)}
            for position, attachment in enumerate(attachments)
        ],
    )


async def describe_attachments(
    connection: Connection, status_id: StatusId, descriptions: Iterable[str]
) -> None:
    """After an edit: what the pictures of a status show is said so, in their order."""
    await connection.execute_many(
        """
        UPDATE attachment SET description = :description
        WHERE status_id = :id AND position = :position
        """,
        [
            {"id": status_id, "position": position, "description": description}
            for position, description in enumerate(descriptions)
        ],
    )


async def replace_details(connection: Connection, status_id: StatusId, details: Details) -> None:
    """After an edit: these belong to a status instead of those it had."""
    await replace_hashtags(connection, status_id, ())
    await connection.execute("DELETE FROM attachment WHERE status_id = :id", id=status_id)
    await connection.execute("DELETE FROM preview WHERE status_id = :id", id=status_id)
    await add_details(connection, status_id, details)


async def replace_hashtags(
    connection: Connection, status_id: StatusId, names: Iterable[str]
) -> None:
    """After an edit of the text alone: a status has these hashtags instead of those it had."""
    await connection.execute("DELETE FROM hashtag WHERE status_id = :id", id=status_id)
    await _add_hashtags(connection, status_id, names)


async def _add_hashtags(connection: Connection, status_id: StatusId, names: Iterable[str]) -> None:
    await connection.execute_many(
        "INSERT INTO hashtag (status_id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING",
        [{"id": status_id, "name": name} for name in names],
    )


def _columns(attachment: Attachment) -> Mapping[str, Any]:
    return {
        "media_type": attachment.media_type,
        "url": attachment.url,
        "description": attachment.description,
        "blurhash": attachment.blurhash,
        "width": attachment.width,
        "height": attachment.height,
    }
