"""Posts and people are found by their words, those that are here already, too.

What a row says is a text of words with one space between them (domain/words.py); SQLite has an FTS5
index over it, PostgreSQL a `tsvector` with a GIN index. In both, words and marks do not mix.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from alembic import op
from sqlalchemy import Connection, Row, text

from fedlearn.db.marks import marks_of_actor, marks_of_status, words_of_actor, words_of_status

revision = "0009_search"
down_revision = "0008_keeping"

AT_ONCE = 1_000

WORDS = {
    "sqlite": {"snowflake": "INTEGER PRIMARY KEY", "index": ""},
    "postgresql": {
        "snowflake": "BIGINT PRIMARY KEY",
        "index": """,
        words TSVECTOR NOT NULL GENERATED ALWAYS AS (
            setweight(to_tsvector('simple', said), 'A')
            || setweight(to_tsvector('simple', marks), 'B')) STORED""",
    },
}
TABLES = {
    "status": "CREATE TABLE status_words ({columns})",
    "actor": "CREATE TABLE actor_words ({columns})",
}
COLUMNS = """
    id {snowflake} REFERENCES {noun} (id) ON DELETE CASCADE,
    said TEXT NOT NULL,
    marks TEXT NOT NULL,
    is_indexed BOOLEAN NOT NULL DEFAULT {is_indexed}{index}
"""
# Triggers keep the index, so that a deletion that cascades is noticed, too. What a row says is put
# into the index of SQLite together with what others say, which costs a third: until then it waits.
INDEX = {
    "sqlite": [
        """
        CREATE VIRTUAL TABLE {noun}_words_index USING fts5(
            said, marks, content = '{noun}_words', content_rowid = 'id', columnsize = 0,
            tokenize = 'unicode61 remove_diacritics 0')
        """,
        """
        CREATE TRIGGER {noun}_words_new AFTER INSERT ON {noun}_words WHEN NEW.is_indexed BEGIN
            INSERT INTO {noun}_words_index (rowid, said, marks)
            VALUES (NEW.id, NEW.said, NEW.marks);
        END
        """,
        """
        CREATE TRIGGER {noun}_words_gone AFTER DELETE ON {noun}_words WHEN OLD.is_indexed BEGIN
            INSERT INTO {noun}_words_index ({noun}_words_index, rowid, said, marks)
            VALUES ('delete', OLD.id, OLD.said, OLD.marks);
        END
        """,
        """
        CREATE TRIGGER {noun}_words_changed AFTER UPDATE ON {noun}_words BEGIN
            INSERT INTO {noun}_words_index ({noun}_words_index, rowid, said, marks)
            SELECT 'delete', OLD.id, OLD.said, OLD.marks WHERE OLD.is_indexed;
            INSERT INTO {noun}_words_index (rowid, said, marks)
            SELECT NEW.id, NEW.said, NEW.marks WHERE NEW.is_indexed;
        END
        """,
    ],
    "postgresql": ["CREATE INDEX {noun}_words_index ON {noun}_words USING GIN (words)"],
}
WAITING = "CREATE INDEX status_words_waiting ON status_words (id) WHERE NOT is_indexed"
# Names of hashtags are looked for by their beginning, which needs the order of their bytes.
ORDER_OF_BYTES = 'ALTER TABLE hashtag ALTER COLUMN name TYPE TEXT COLLATE "C"'


def upgrade() -> None:
    connection = op.get_bind()
    dialect = connection.dialect.name
    for noun, table in TABLES.items():
        is_indexed = not (noun == "status" and dialect == "sqlite")
        columns = COLUMNS.format(noun=noun, is_indexed=is_indexed, **WORDS[dialect])
        op.execute(table.format(columns=columns))
        for statement in INDEX[dialect]:
            op.execute(statement.format(noun=noun))
    op.execute(WAITING)
    if dialect == "postgresql":
        op.execute(ORDER_OF_BYTES)
    _fill_statuses(connection)
    _fill_actors(connection)


def _fill_statuses(connection: Connection) -> None:
    some = """
        SELECT id, actor_id, content, content_warning FROM status
        WHERE id > :after AND boost_of_id IS NULL ORDER BY id LIMIT :limit
    """
    for rows in _batches(connection, some):
        span = {"first": rows[0].id, "last": rows[-1].id}
        texts, marks = _enclosed(connection, span)
        _keep(
            connection,
            "INSERT INTO status_words (id, said, marks, is_indexed)"
            " VALUES (:id, :said, :marks, true)",
            [
                {
                    "id": row.id,
                    "said": words_of_status(
                        row.content, row.content_warning, texts.get(row.id, [])
                    ),
                    "marks": marks_of_status(row.actor_id, row.content, marks.get(row.id, set())),
                }
                for row in rows
            ],
        )


def _enclosed(
    connection: Connection, span: dict[str, Any]
) -> tuple[dict[int, list[str]], dict[int, set[str]]]:
    """Texts of what posts enclose, and what that is."""
    texts: dict[int, list[str]] = {}
    marks: dict[int, set[str]] = {}
    rows = connection.execute(
        text(
            """
            SELECT status_id, 'media' AS mark, description AS text, position FROM attachment
            WHERE status_id BETWEEN :first AND :last
            UNION ALL SELECT status_id, 'poll', title, position FROM poll_option
            WHERE status_id BETWEEN :first AND :last
            UNION ALL SELECT status_id, 'link', '', 0 FROM preview
            WHERE status_id BETWEEN :first AND :last
            ORDER BY 1, 2, 4
            """
        ),
        span,
    )
    for row in rows:
        texts.setdefault(row.status_id, []).append(row.text)
        marks.setdefault(row.status_id, set()).add(row.mark)
    return texts, marks


def _fill_actors(connection: Connection) -> None:
    some = """
        SELECT id, username, domain, name, summary, is_discoverable FROM actor
        WHERE id > :after ORDER BY id LIMIT :limit
    """
    for rows in _batches(connection, some):
        _keep(
            connection,
            "INSERT INTO actor_words (id, said, marks) VALUES (:id, :said, :marks)",
            [
                {
                    "id": row.id,
                    "said": words_of_actor(row.username, row.domain, row.name, row.summary),
                    "marks": marks_of_actor(row.domain, is_discoverable=row.is_discoverable),
                }
                for row in rows
            ],
        )


def _batches(connection: Connection, some: str) -> Iterator[Sequence[Row[Any]]]:
    after = -1
    while rows := connection.execute(text(some), {"after": after, "limit": AT_ONCE}).all():
        yield rows
        after = rows[-1].id


def _keep(connection: Connection, insert: str, rows: list[dict[str, Any]]) -> None:
    connection.execute(text(insert), rows)
