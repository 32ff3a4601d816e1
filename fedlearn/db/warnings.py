"""This is where it is remembered what moderators have said to somebody."""

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import ActorId, Millis, now
from fedlearn.domain.warnings import AccountWarning, Consequence

MOST_SHOWN = 100


async def insert_warning(
    connection: Connection,
    actor_id: ActorId,
    consequence: Consequence,
    text: str,
    report_id: int | None,
) -> None:
    """Somebody is told something."""
    await connection.execute(
        """
        INSERT INTO account_warning (actor_id, act, text, report_id, created_at)
        VALUES (:actor, :act, :text, :report, :at)
        """,
        actor=actor_id,
        act=consequence.value,
        text=text,
        report=report_id,
        at=now(),
    )


async def warnings_of(connection: Connection, actor_id: ActorId) -> list[AccountWarning]:
    """What somebody was told, the latest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM account_warning WHERE actor_id = :actor ORDER BY id DESC LIMIT :limit",
        actor=actor_id,
        limit=MOST_SHOWN,
    )
    return [_warning_of(row) for row in rows]


def _warning_of(row: Row) -> AccountWarning:
    return AccountWarning(
        id=int(row["id"]),
        actor_id=ActorId(row["actor_id"]),
        consequence=Consequence(row["act"]),
        text=row["text"],
        report_id=row["report_id"],
        created_at=Millis(row["created_at"]),
    )
