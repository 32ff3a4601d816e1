"""This is where it is kept what those do who look after the instance. Nothing is ever deleted."""

import msgspec

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST
from fedlearn.domain.actors import Actor
from fedlearn.domain.audit import Act, AuditEntry, AuditFilter, Done
from fedlearn.domain.ids import ActorId, Millis, now
from fedlearn.domain.roles import Agent, Steward


async def insert_audit_entry(connection: Connection, by: Steward, done: Done) -> None:
    """Something was done just now."""
    await connection.execute(
        """
        INSERT INTO audit_entry (at, agent, actor_id, act, target_id, target, reason, details)
        VALUES (:at, :agent, :actor, :act, :target_id, :target, :reason, :details)
        """,
        at=now(),
        agent=by.agent.value,
        actor=by.actor_id,
        act=done.act.value,
        target_id=done.target_id,
        target=done.target,
        reason=done.reason,
        details=msgspec.json.encode(done.details).decode(),
    )


async def audit_page(
    connection: Connection, wanted: AuditFilter, *, before: int | None, limit: int
) -> list[AuditEntry]:
    """What was done, the latest first."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM audit_entry
        WHERE id < :before
            AND (CAST(:act AS TEXT) IS NULL OR act = :act)
            AND (CAST(:by AS BIGINT) IS NULL OR actor_id = :by)
            AND (CAST(:about AS BIGINT) IS NULL OR target_id = :about)
        ORDER BY id DESC LIMIT :limit
        """,
        before=before or LAST,
        act=wanted.act and wanted.act.value,
        by=wanted.by,
        about=wanted.about,
        limit=limit,
    )
    people = await actors_by_id(connection, [row["actor_id"] for row in rows if row["actor_id"]])
    return [_entry_of(row, people.get(row["actor_id"])) for row in rows]


async def has_done(connection: Connection, actor_id: ActorId, act: Act, target: str) -> bool:
    """Whether somebody has done this before."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM audit_entry
        WHERE actor_id = :actor AND act = :act AND target = :target LIMIT 1
        """,
        actor=actor_id,
        act=act.value,
        target=target,
    )
    return row is not None


def _entry_of(row: Row, by: Actor | None) -> AuditEntry:
    return AuditEntry(
        id=int(row["id"]),
        at=Millis(row["at"]),
        agent=Agent(row["agent"]),
        by=by,
        done=Done(
            act=Act(row["act"]),
            target=row["target"],
            target_id=row["target_id"],
            reason=row["reason"],
            details=msgspec.json.decode(row["details"], type=dict[str, str]),
        ),
    )
