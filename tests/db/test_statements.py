"""How a statement written once is put to each database."""

import pytest

from fedlearn.db.statements import for_postgres, for_sqlite
from fedlearn.domain.words import Sought


def test_names_become_numbers_for_postgres() -> None:
    """Each name gets a number where it first stands, and keeps it."""
    statement = for_postgres("SELECT :b, :a WHERE x = :b AND y = :a_long AND z = :a")
    assert statement.sql == "SELECT $1, $2 WHERE x = $1 AND y = $3 AND z = $2"
    assert statement.bind({"a": 1, "b": 2, "a_long": 3}) == [2, 1, 3]


def test_names_stay_for_sqlite() -> None:
    """SQLite knows names, so nothing changes."""
    statement = for_sqlite("SELECT :b WHERE x = :a")
    assert statement.sql == "SELECT :b WHERE x = :a"
    assert statement.bind({"a": 1, "b": None}) == {"a": 1, "b": None}


@pytest.mark.parametrize("sql", ["SELECT '1'::text", "SELECT '12:30'", 'SELECT a AS "b:c"'])
def test_colons_that_are_no_parameters(sql: str) -> None:
    """Casts, times and the like keep their colons."""
    assert for_postgres(sql).sql == sql
    assert for_postgres(sql).bind({}) == []


def test_lists() -> None:
    """A list is an array to PostgreSQL, and JSON to SQLite; other parameters are left alone."""
    sql = "SELECT 1 WHERE x IN :ids AND NOT (y IN :names) AND z = :z"
    postgres, sqlite = for_postgres(sql), for_sqlite(sql)
    given = {"ids": {7}, "names": ("a", 'b"'), "z": "[not a list]"}
    assert postgres.sql == "SELECT 1 WHERE x = ANY($1) AND NOT (y = ANY($2)) AND z = $3"
    assert postgres.bind(given) == [[7], ["a", 'b"'], "[not a list]"]
    assert sqlite.sql == (
        "SELECT 1 WHERE x IN (SELECT value FROM json_each(:ids))"
        " AND NOT (y IN (SELECT value FROM json_each(:names))) AND z = :z"
    )
    assert sqlite.bind(given) == {"ids": "[7]", "names": '["a","b\\""]', "z": "[not a list]"}


def test_lists_that_are_written_out_stay() -> None:
    """`IN` before anything but a parameter is plain SQL."""
    sql = "SELECT 1 WHERE x IN ('a', 'b') AND y IN (SELECT 1)"
    assert for_postgres(sql).sql == sql
    assert for_sqlite(sql).sql == sql


@pytest.mark.parametrize(
    "lock", [" FOR UPDATE", " FOR UPDATE SKIP LOCKED", "\n    FOR UPDATE OF d SKIP LOCKED"]
)
def test_row_locks(lock: str) -> None:
    """Row locks are for PostgreSQL only: SQLite has one writer, and does not know them."""
    sql = f"UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t ORDER BY id LIMIT :n{lock})"
    assert lock in for_postgres(sql).sql
    assert for_sqlite(sql).sql == sql.replace(lock, "")


def test_parameter_that_is_missing() -> None:
    """A parameter that nobody gave is a mistake that shows, not NULL."""
    with pytest.raises(KeyError, match="absent"):
        for_postgres("SELECT :absent").bind({"present": 1})


def test_character_zero() -> None:
    """Texts for PostgreSQL lose the character 0, which it refuses; all else stays as it is."""
    statement = for_postgres("SELECT :text, :bytes, :number WHERE 1 IN :texts")
    given = {"text": "a\0b", "bytes": b"a\0b", "number": 0, "texts": ["\0", "c"]}
    assert statement.bind(given) == ["ab", b"a\0b", 0, ["", "c"]]


def test_words() -> None:
    """What is sought is told to each database in its own words, none of which somebody typed."""
    sql = "SELECT id FROM FOUND(status_words, :sought) found WHERE id IN :ids"
    sought = Sought((("honey",), ("two", "words")), (("wasps",),), ("poll",))
    sqlite, postgres = for_sqlite(sql), for_postgres(sql)
    given = {"sought": sought, "above": 1, "before": 2, "most": 3, "ids": [4]}
    assert "status_words_index MATCH :sought" in sqlite.sql
    assert sqlite.only_reads
    assert sqlite.bind(given)["sought"] == (
        '(said : "honey" AND said : "two words" AND marks : "poll") NOT said : "wasps"'
    )
    assert "to_tsquery('simple', $1)" in postgres.sql
    assert postgres.bind(given) == [
        "('honey':A) & ('two':A <-> 'words':A) & 'poll':B & !('wasps':A)",
        *(1, 2, 3, [4]),
    ]
    beginning = Sought((("ali",),), by_beginning=True)
    assert sqlite.bind(given | {"sought": beginning})["sought"] == '(said : "ali"*)'
    assert postgres.bind(given | {"sought": beginning})[0] == "('ali':*A)"
