"""This is where the rules of the place are remembered. One that was removed stays for reports."""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import now
from fedlearn.domain.rules import Rule


async def rules(connection: Connection) -> list[Rule]:
    """What holds now, in its order."""
    rows = await connection.fetch_all(
        "SELECT * FROM rule WHERE removed_at IS NULL ORDER BY position, id"
    )
    return [_rule_of(row) for row in rows]


async def rule_by_id(connection: Connection, rule_id: int) -> Rule | None:
    """A rule that holds."""
    row = await connection.fetch_one(
        "SELECT * FROM rule WHERE id = :id AND removed_at IS NULL", id=rule_id
    )
    return _rule_of(row) if row else None


async def insert_rule(connection: Connection, text: str, hint: str) -> None:
    """A new rule, which stands last."""
    await connection.execute(
        """
        INSERT INTO rule (position, text, hint, created_at)
        VALUES ((SELECT coalesce(max(position), 0) + 1 FROM rule), :text, :hint, :at)
        """,
        text=text,
        hint=hint,
        at=now(),
    )


async def change_rule(connection: Connection, rule_id: int, text: str, hint: str) -> None:
    """A rule says something else from now on."""
    await connection.execute(
        "UPDATE rule SET text = :text, hint = :hint WHERE id = :id",
        id=rule_id,
        text=text,
        hint=hint,
    )


async def remove_rule(connection: Connection, rule_id: int) -> None:
    """A rule holds no more."""
    await connection.execute(
        "UPDATE rule SET removed_at = :at WHERE id = :id", id=rule_id, at=now()
    )


async def order_rules(connection: Connection, ids: Sequence[int]) -> None:
    """The rules stand in this order from now on."""
    await connection.execute_many(
        "UPDATE rule SET position = :position WHERE id = :id",
        [{"id": one, "position": position} for position, one in enumerate(ids, 1)],
    )


async def insert_report_rules(
    connection: Connection, report_id: int, rule_ids: Sequence[int]
) -> None:
    """Which rules somebody says were broken; what is no rule that holds is left out."""
    await connection.execute(
        """
        INSERT INTO report_rule (report_id, rule_id)
        SELECT CAST(:report AS BIGINT), r.id FROM rule r
        WHERE r.id IN :rules AND r.removed_at IS NULL
        ON CONFLICT DO NOTHING
        """,
        report=report_id,
        rules=rule_ids,
    )


async def forget_report_rules(connection: Connection, report_id: int) -> None:
    """No rule is named on a report any more."""
    await connection.execute("DELETE FROM report_rule WHERE report_id = :report", report=report_id)


def _rule_of(row: Row) -> Rule:
    return Rule(int(row["id"]), row["text"], row["hint"])
