"""This is where it is kept what people have uploaded, how far it is, and to which post it belongs.

Pictures, for short; some of them are films and sounds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fedlearn.db.database import Connection, Row
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, Millis, StatusId, now
from fedlearn.domain.media import Focus, MediaAttachment, MediaState, Picture, Run

ON_PROFILE = """EXISTS (
    SELECT 1 FROM actor a WHERE a.id = m.actor_id
        AND (a.avatar LIKE '%/' || m.token || '.webp' OR a.header LIKE '%/' || m.token || '.webp')
)"""


# It stands in no post, sent or to come, on no profile, and in nothing that is written anew.
UNTAKEN = f"""m.status_id IS NULL AND m.scheduled_id IS NULL AND NOT {ON_PROFILE}
    AND NOT EXISTS (SELECT 1 FROM redraft_media r WHERE r.media_id = m.id)"""


async def insert_media_attachment(
    connection: Connection, media: MediaAttachment, owner: ActorId, size: int = 0
) -> None:
    """It was uploaded, and its files have so many bytes; it belongs to no post yet."""
    await connection.execute(
        """
        INSERT INTO media_attachment (
            id, actor_id, token, media_type, width, height, blurhash, state, seconds, bit_rate,
            frame_rate, loops, bytes, created_at)
        VALUES (
            :id, :owner, :token, :media_type, :width, :height, :blurhash, :state, :seconds,
            :bit_rate, :frame_rate, :loops, :bytes, :at)
        """,
        owner=owner,
        token=media.token,
        at=now(),
        **_made(media, size),
    )


async def finish_media(connection: Connection, media: MediaAttachment, size: int) -> bool:
    """A film or a sound is ready; whether it was still waited for."""
    changed = await connection.execute(
        """
        UPDATE media_attachment SET media_type = :media_type, width = :width, height = :height,
            blurhash = :blurhash, state = :state, seconds = :seconds, bit_rate = :bit_rate,
            frame_rate = :frame_rate, loops = :loops, bytes = :bytes
        WHERE id = :id AND state = 'waiting'
        """,
        **_made(media, size),
    )
    return changed > 0


async def change_token(
    connection: Connection,
    owner: ActorId,
    before: MediaAttachment,
    made: MediaAttachment,
    size: int,
) -> bool:
    """An upload that no post has taken has other files from now on; whether it was as known."""
    changed = await connection.execute(
        """
        UPDATE media_attachment SET token = :token, blurhash = :blurhash, bytes = :bytes
        WHERE id = :id AND actor_id = :owner AND token = :before
            AND status_id IS NULL AND scheduled_id IS NULL
        """,
        id=made.id,
        owner=owner,
        before=before.token,
        token=made.token,
        blurhash=made.picture.blurhash,
        bytes=size,
    )
    return changed > 0


async def fail_media(connection: Connection, media_id: int, reason: str) -> None:
    """A film or a sound will never be ready; its owner is told why, and its files are gone."""
    await connection.execute(
        """
        UPDATE media_attachment SET state = 'failed', failure = :reason, bytes = 0
        WHERE id = :id AND state = 'waiting'
        """,
        id=media_id,
        reason=reason,
    )


async def media_by_id(connection: Connection, media_id: int) -> MediaAttachment | None:
    """An upload, however far it is."""
    row = await connection.fetch_one("SELECT * FROM media_attachment WHERE id = :id", id=media_id)
    return _media_of(row) if row else None


async def count_unfinished(connection: Connection, owner: ActorId) -> int:
    """How many uploads of a person are not ready yet."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM media_attachment
        WHERE actor_id = :owner AND state = 'waiting'
        """,
        owner=owner,
    )
    return int(row["n"]) if row else 0


async def waiting_media(
    connection: Connection, owner: ActorId, ids: Sequence[int], *, scheduled_id: int = 0
) -> dict[int, MediaAttachment]:
    """Those of these pictures that a person has uploaded, and that no post has taken.

    Nor may they wait for a post that is sent later, but for the one with this id.
    """
    rows = await connection.fetch_all(
        """
        SELECT * FROM media_attachment
        WHERE id IN :ids AND actor_id = :owner AND status_id IS NULL
            AND (scheduled_id IS NULL OR scheduled_id = :scheduled)
        """,
        ids=ids,
        owner=owner,
        scheduled=scheduled_id,
    )
    return {int(row["id"]): _media_of(row) for row in rows}


async def describe_media(
    connection: Connection, owner: ActorId, media_id: int, description: str, focus: Focus | None
) -> bool:
    """Say something of a picture that no post has taken; whether there is such a one."""
    changed = await connection.execute(
        """
        UPDATE media_attachment SET description = :description, focus_x = :x, focus_y = :y
        WHERE id = :id AND actor_id = :owner AND status_id IS NULL
        """,
        id=media_id,
        owner=owner,
        description=description,
        x=focus.x if focus else None,
        y=focus.y if focus else None,
    )
    return changed > 0


async def take_media(connection: Connection, status_id: StatusId, ids: Sequence[int]) -> None:
    """A new post takes pictures."""
    await connection.execute(
        "UPDATE media_attachment SET status_id = :status WHERE id IN :ids",
        status=status_id,
        ids=ids,
    )


async def media_attachment_for(
    connection: Connection,
    viewer: Viewer,
    token: str,
    *,
    is_lent: bool = False,
    is_lent_to_owner: bool = False,
    sees_suspended: bool = False,
) -> tuple[MediaAttachment, bool] | None:
    """A picture, where this viewer may have it; and whether everybody may see where it stands.

    Of a post that may leave, whoever knows the token may: other servers fetch without a name. Of
    one that stays, who sees the post; and of none yet, who uploaded it. Profiles are for everybody,
    and what is lent is for whom it is lent to, unless the post was deleted; without a post for its
    owner alone. While they are suspended, it is for those alone who look at what they did.
    """
    row = await connection.fetch_one(
        f"""
        SELECT m.*, o.suspended_at IS NULL AND ({ON_PROFILE} OR (
            s.scope = 'fed' AND s.reach IN ('public', 'unlisted'))) AS is_open
        FROM media_attachment m JOIN actor o ON o.id = m.actor_id
            LEFT JOIN status s ON s.id = m.status_id
        WHERE m.token = :token AND (o.suspended_at IS NULL OR :sees_suspended) AND (
            {ON_PROFILE}
            OR (s.scope = 'fed' AND s.deleted_at IS NULL)
            OR (s.id IS NOT NULL AND {VISIBLE})
            OR (:is_lent AND s.id IS NOT NULL AND s.deleted_at IS NULL)
            OR (:is_lent_to_owner AND s.deleted_at IS NULL)
            OR ((s.id IS NULL OR s.deleted_at IS NOT NULL) AND m.actor_id = :viewer_id))
        """,
        token=token,
        is_lent=is_lent,
        is_lent_to_owner=is_lent_to_owner,
        sees_suspended=sees_suspended,
        **eyes(viewer),
    )
    return (_media_of(row), bool(row["is_open"])) if row else None


async def media_of_owner(
    connection: Connection, owner: ActorId, ids: Sequence[int]
) -> list[MediaAttachment]:
    """Those of these pictures that a person has uploaded, whatever became of them."""
    rows = await connection.fetch_all(
        "SELECT * FROM media_attachment WHERE id IN :ids AND actor_id = :owner",
        ids=ids,
        owner=owner,
    )
    return [_media_of(row) for row in rows]


async def usable_media(
    connection: Connection, owner: ActorId, status_id: StatusId, ids: Sequence[int]
) -> dict[int, MediaAttachment]:
    """Those of these pictures that a post of this person has already, or that no post has taken."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM media_attachment
        WHERE id IN :ids AND actor_id = :owner
            AND (status_id = :status OR (status_id IS NULL AND scheduled_id IS NULL))
        """,
        ids=ids,
        owner=owner,
        status=status_id,
    )
    return {int(row["id"]): _media_of(row) for row in rows}


async def count_waiting(connection: Connection, owner: ActorId) -> int:
    """How many pictures of a person stand in no post, sent or to come; some are on a profile."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM media_attachment
        WHERE actor_id = :owner AND status_id IS NULL AND scheduled_id IS NULL
        """,
        owner=owner,
    )
    return int(row["n"]) if row else 0


async def bytes_of_all_uploads(connection: Connection) -> int:
    """How many bytes all uploads have, as far as they were counted."""
    row = await connection.fetch_one("SELECT coalesce(sum(bytes), 0) AS n FROM media_attachment")
    return int(row["n"]) if row else 0


async def bytes_of_uploads(connection: Connection, owner: ActorId) -> int:
    """How many bytes the pictures of a person have, as far as they were counted."""
    row = await connection.fetch_one(
        "SELECT coalesce(sum(bytes), 0) AS n FROM media_attachment WHERE actor_id = :owner",
        owner=owner,
    )
    return int(row["n"]) if row else 0


async def all_media_of(connection: Connection, owner: ActorId) -> list[MediaAttachment]:
    """All pictures that a person has uploaded, oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM media_attachment WHERE actor_id = :owner ORDER BY id", owner=owner
    )
    return [_media_of(row) for row in rows]


async def delete_all_media_of(connection: Connection, owner: ActorId) -> list[MediaAttachment]:
    """Nothing is known of a person's pictures any more; which they were."""
    rows = await connection.fetch_all(
        "DELETE FROM media_attachment WHERE actor_id = :owner RETURNING *", owner=owner
    )
    return [_media_of(row) for row in rows]


async def media_of_status(connection: Connection, status_id: StatusId) -> list[MediaAttachment]:
    """The uploaded pictures of a post."""
    rows = await connection.fetch_all(
        "SELECT * FROM media_attachment WHERE status_id = :id", id=status_id
    )
    return [_media_of(row) for row in rows]


async def set_media_free(connection: Connection, status_id: StatusId) -> None:
    """The pictures of a post wait for another one, as new ones do, described as they were."""
    await connection.execute(
        """
        UPDATE media_attachment SET status_id = NULL, created_at = :at, description = coalesce((
            SELECT a.description FROM attachment a
            WHERE a.status_id = :id AND a.media_id = media_attachment.id), description)
        WHERE status_id = :id
        """,
        id=status_id,
        at=now(),
    )


async def untaken_media(
    connection: Connection, before: Millis, limit: int
) -> list[MediaAttachment]:
    """Pictures uploaded before then that stand in no post and on no profile, or do no more.

    Those of a post that is to come are waited for.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT m.* FROM media_attachment m WHERE m.created_at < :before AND {UNTAKEN}
        ORDER BY m.id LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [_media_of(row) for row in rows]


async def delete_untaken(
    connection: Connection, owner: ActorId, media_id: int
) -> list[MediaAttachment]:
    """Nothing is known of a picture any more, unless it stands somewhere; which it was."""
    rows = await connection.fetch_all(
        f"""
        DELETE FROM media_attachment AS m
        WHERE m.id = :id AND m.actor_id = :owner AND {UNTAKEN} RETURNING *
        """,
        id=media_id,
        owner=owner,
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


def run_of(row: Row) -> Run | None:
    """How a film or a sound runs; None for a picture."""
    if row["seconds"] is None:
        return None
    return Run(row["seconds"], row["bit_rate"], row["frame_rate"], bool(row["loops"]))


def _made(media: MediaAttachment, size: int) -> Mapping[str, Any]:
    """What is known of an upload once it is ready."""
    picture, run = media.picture, media.run or Run(0)
    return {
        "id": media.id,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "blurhash": picture.blurhash,
        "state": media.state.value,
        "seconds": media.run.seconds if media.run else None,
        "bit_rate": run.bit_rate,
        "frame_rate": run.frame_rate,
        "loops": run.loops,
        "bytes": size,
    }


def _media_of(row: Row) -> MediaAttachment:
    return MediaAttachment(
        id=int(row["id"]),
        token=row["token"],
        picture=Picture(row["media_type"], row["width"], row["height"], row["blurhash"]),
        description=row["description"],
        focus=None if row["focus_x"] is None else Focus(row["focus_x"], row["focus_y"]),
        run=run_of(row),
        state=MediaState(row["state"]),
        failure=row["failure"],
    )
