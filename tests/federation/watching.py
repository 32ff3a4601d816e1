"""This is where it is watched what a database does for a page, on both engines."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from fedlearn.db.postgres import PostgresConnection
from fedlearn.db.sqlite import SqliteConnection
from fedlearn.db.statements import READS, for_postgres, for_sqlite
from tests.plans import large_among, read_whole, rows_looked_at, scanned

STEPS_AT_ONCE = 10


@dataclass
class Watch:
    """What has been seen since the last look.

    `work` is in steps of SQLite's machine, in tens, or in rows that steps of PostgreSQL had in hand:
    both are counted, and the same each time.
    """

    whole: set[str] = field(default_factory=set)
    work: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def forget(self) -> None:
        """Begin anew."""
        self.whole.clear()
        self.work.clear()


def watch_databases(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Whatever is asked from now on is explained first."""
    watch = Watch()
    for kind, explain in (
        (SqliteConnection, _explain_sqlite),
        (PostgresConnection, _explain_postgres),
    ):
        for name in ("fetch_all", "fetch_one", "execute"):
            _watch(monkeypatch, kind, name, explain, watch)
    return watch


def _watch(
    monkeypatch: pytest.MonkeyPatch, kind: type, name: str, explain: Any, watch: Watch
) -> None:
    answer = getattr(kind, name)

    async def watched(self: Any, sql: str, **params: Any) -> Any:
        await explain(self._raw, sql, params, watch)
        return await answer(self, sql, **params)

    monkeypatch.setattr(kind, name, watched)


async def _explain_sqlite(raw: Any, sql: str, params: dict[str, Any], watch: Watch) -> None:
    statement = for_sqlite(sql)
    bound = statement.bind(params)
    plan = raw.execute(f"EXPLAIN QUERY PLAN {statement.sql}", bound).fetchall()
    watch.whole |= large_among(scanned([row["detail"] for row in plan]), sql)
    if statement.only_reads:
        steps = [0]

        def step() -> int:
            steps[0] += 1
            return 0

        raw.set_progress_handler(step, STEPS_AT_ONCE)
        raw.execute(statement.sql, bound).fetchall()
        raw.set_progress_handler(None, 0)
        watch.work[sql] += steps[0]


async def _explain_postgres(raw: Any, sql: str, params: dict[str, Any], watch: Watch) -> None:
    statement = for_postgres(sql)
    options = "ANALYZE, TIMING OFF, FORMAT JSON" if READS.match(sql) else "FORMAT JSON"
    if sql.lstrip().startswith(("SET", "SELECT pg_notify")):
        return
    # A table of some thousand rows is rather read from end to end than by an index, a million is not.
    await raw.execute("SET LOCAL enable_seqscan TO off")
    text = await raw.fetchval(f"EXPLAIN ({options}) {statement.sql}", *statement.bind(params))
    plan = msgspec.json.decode(text)[0]["Plan"]
    watch.whole |= read_whole(plan)
    if READS.match(sql):
        watch.work[sql] += rows_looked_at(plan)
