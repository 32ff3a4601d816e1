"""This is where posts wait that their authors are writing anew, and hold on to their pictures."""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import ActorId, Millis, StatusId
from fedlearn.domain.redrafts import Redraft, RedraftId


async def insert_redraft(
    connection: Connection, redraft: Redraft, media_ids: Sequence[int]
) -> None:
    """Keep what a post said, and these pictures of it."""
    await connection.execute(
        """
        INSERT INTO redraft (id, owner_id, status_id, draft, created_at)
        VALUES (:id, :owner, :status, :draft, :at)
        """,
        id=redraft.id,
        owner=redraft.owner_id,
        status=redraft.status_id,
        draft=redraft.draft,
        at=redraft.created_at,
    )
    await connection.execute_many(
        "INSERT INTO redraft_media (redraft_id, media_id) VALUES (:redraft, :media)",
        [{"redraft": redraft.id, "media": media_id} for media_id in media_ids],
    )


async def redraft_by_id(connection: Connection, redraft_id: RedraftId) -> Redraft | None:
    """What waits under this id, whoever owns it."""
    row = await connection.fetch_one("SELECT * FROM redraft WHERE id = :id", id=redraft_id)
    return _redraft_of(row) if row else None


async def redrafts_of(connection: Connection, owner_id: ActorId) -> list[Redraft]:
    """What somebody is writing anew, the latest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM redraft WHERE owner_id = :owner ORDER BY id DESC", owner=owner_id
    )
    return [_redraft_of(row) for row in rows]


async def delete_redraft(connection: Connection, redraft_id: RedraftId) -> None:
    """It was posted again, or thrown away."""
    await connection.execute("DELETE FROM redraft WHERE id = :id", id=redraft_id)


async def delete_redrafts_of_status(connection: Connection, status_id: StatusId) -> None:
    """The post is there again, so nothing needs to be written anew."""
    await connection.execute("DELETE FROM redraft WHERE status_id = :id", id=status_id)


async def forget_old_redrafts(connection: Connection, before: Millis) -> None:
    """Nobody will come back to these."""
    await connection.execute("DELETE FROM redraft WHERE created_at < :before", before=before)


async def let_go_of_media(connection: Connection, status_id: StatusId) -> None:
    """A post is about to end: pictures that a redraft holds on to belong to no post from now on."""
    await connection.execute(
        """
        UPDATE media_attachment SET status_id = NULL
        WHERE status_id = :id AND id IN (SELECT media_id FROM redraft_media)
        """,
        id=status_id,
    )


def _redraft_of(row: Row) -> Redraft:
    return Redraft(
        id=RedraftId(int(row["id"])),
        owner_id=ActorId(row["owner_id"]),
        status_id=StatusId(row["status_id"]),
        draft=row["draft"],
        created_at=Millis(row["created_at"]),
    )
