"""This is where it is remembered what is not shown as lively."""

from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.trends import Rejection, TrendKind

MOST_SHOWN = 1000


async def insert_rejection(connection: Connection, kind: TrendKind, subject: str) -> bool:
    """Show this no more; False when it was not shown before."""
    added = await connection.execute(
        """
        INSERT INTO trend_rejection (kind, subject, rejected_at) VALUES (:kind, :subject, :at)
        ON CONFLICT (kind, subject) DO NOTHING
        """,
        kind=kind.value,
        subject=subject,
        at=now(),
    )
    return added > 0


async def delete_rejection(connection: Connection, kind: TrendKind, subject: str) -> bool:
    """Show it again; False when it was shown."""
    deleted = await connection.execute(
        "DELETE FROM trend_rejection WHERE kind = :kind AND subject = :subject",
        kind=kind.value,
        subject=subject,
    )
    return deleted > 0


async def rejections(connection: Connection) -> list[Rejection]:
    """What is not shown, the latest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM trend_rejection ORDER BY rejected_at DESC, subject LIMIT :most",
        most=MOST_SHOWN,
    )
    return [
        Rejection(TrendKind(row["kind"]), row["subject"], Millis(row["rejected_at"]))
        for row in rows
    ]


async def rejected(connection: Connection, kind: TrendKind) -> set[str]:
    """All of one kind that are not shown."""
    rows = await connection.fetch_all(
        "SELECT subject FROM trend_rejection WHERE kind = :kind", kind=kind.value
    )
    return {row["subject"] for row in rows}


async def is_used(connection: Connection, name: str) -> bool:
    """Whether a post has this hashtag."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM hashtag WHERE name = :name LIMIT 1", name=name
    )
    return row is not None
