"""This is where what belongs to a status is written: hashtags, attachments, its link preview."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fedlearn.db.database import Connection, Row
from fedlearn.db.media_attachments import run_of
from fedlearn.domain.events import Edited
from fedlearn.domain.ids import StatusId
from fedlearn.domain.media import Focus
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
        await _add_preview(connection, status_id, details.preview)


async def add_attachments(
    connection: Connection, status_id: StatusId, attachments: Iterable[Attachment]
) -> None:
    """What a new status shows, in this order."""
    await connection.execute_many(
        """
        INSERT INTO attachment (
            status_id, position, media_type, url, description, blurhash, width, height, focus_x,
            focus_y, media_id, cover)
        VALUES (
            :id, :position, :media_type, :url, :description, :blurhash, :width, :height, :focus_x,
            :focus_y, :media_id, :cover)
        """,
        [
            {"id": status_id, "position": position, **_columns(attachment)}
            for position, attachment in enumerate(attachments)
        ],
    )


async def replace_attachments(
    connection: Connection, status_id: StatusId, attachments: Iterable[Attachment]
) -> None:
    """After an edit: a status shows these instead of those that it had."""
    await connection.execute("DELETE FROM attachment WHERE status_id = :id", id=status_id)
    await add_attachments(connection, status_id, attachments)


async def attachments_of(
    connection: Connection, ids: Sequence[StatusId]
) -> Mapping[int, list[Attachment]]:
    """What these statuses show, in its order, by the id of the status."""
    rows = await connection.fetch_all(
        """
        SELECT a.*, m.seconds, m.bit_rate, m.frame_rate, m.loops
        FROM attachment a LEFT JOIN media_attachment m ON m.id = a.media_id
        WHERE a.status_id IN :ids ORDER BY a.status_id, a.position
        """,
        ids=ids,
    )
    found: dict[int, list[Attachment]] = defaultdict(list)
    for row in rows:
        found[row["status_id"]].append(_attachment_of(row))
    return found


async def replace_details(connection: Connection, status_id: StatusId, details: Details) -> None:
    """After an edit: these belong to a status instead of those it had."""
    await replace_hashtags(connection, status_id, ())
    await replace_attachments(connection, status_id, ())
    await delete_preview(connection, status_id)
    await add_details(connection, status_id, details)


async def store_preview(connection: Connection, status_id: StatusId, preview: Preview) -> None:
    """It was looked up where a status leads; whoever has it on a page is shown that."""
    await _add_preview(connection, status_id, preview)
    connection.announce(Edited(status_id))


async def delete_preview(connection: Connection, status_id: StatusId) -> None:
    """A status leads nowhere any more, or elsewhere."""
    await connection.execute("DELETE FROM preview WHERE status_id = :id", id=status_id)


async def previews_of(
    connection: Connection, ids: Sequence[StatusId]
) -> Mapping[StatusId, Preview]:
    """Where these statuses lead, by the id of the status."""
    rows = await connection.fetch_all("SELECT * FROM preview WHERE status_id IN :ids", ids=ids)
    return {row["status_id"]: _preview_of(row) for row in rows}


async def replace_hashtags(
    connection: Connection, status_id: StatusId, names: Iterable[str]
) -> None:
    """After an edit of the text alone: a status has these hashtags instead of those it had."""
    await connection.execute("DELETE FROM hashtag WHERE status_id = :id", id=status_id)
    await _add_hashtags(connection, status_id, names)


async def _add_preview(connection: Connection, status_id: StatusId, preview: Preview) -> None:
    await connection.execute(
        """
        INSERT INTO preview (
            status_id, url, title, description, image, image_description, site, creator_id)
        VALUES (
            :id, :url, :title, :description, :image, :image_description, :site, :creator_id)
        """,
        id=status_id,
        url=preview.url,
        title=preview.title,
        description=preview.description,
        image=preview.image,
        image_description=preview.image_description,
        site=preview.site,
        creator_id=preview.creator_id,
    )


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
        "focus_x": attachment.focus.x if attachment.focus else None,
        "focus_y": attachment.focus.y if attachment.focus else None,
        "media_id": attachment.media_id,
        "cover": attachment.cover,
    }


def _preview_of(row: Row) -> Preview:
    return Preview(
        url=row["url"],
        title=row["title"],
        description=row["description"],
        image=row["image"],
        image_description=row["image_description"],
        site=row["site"],
        creator_id=row["creator_id"],
    )


def _attachment_of(row: Row) -> Attachment:
    x, y = row["focus_x"], row["focus_y"]
    return Attachment(
        media_type=row["media_type"],
        url=row["url"],
        description=row["description"],
        blurhash=row["blurhash"],
        width=row["width"],
        height=row["height"],
        focus=Focus(x, y) if x is not None and y is not None else None,
        media_id=row["media_id"],
        run=run_of(row),
        cover=row["cover"],
    )
