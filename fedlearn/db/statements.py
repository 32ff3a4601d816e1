"""This is where a statement written once becomes what each driver wants to be given."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from fedlearn.domain.words import Phrase, Sought

LIST_PARAM = re.compile(r"\bIN\s+:(\w+)")
NAMED_PARAM = re.compile(r"(?<![:\w]):([a-z_]\w*)")
ROW_LOCKS = re.compile(r"\s+FOR UPDATE( OF \w+)?( SKIP LOCKED)?")
READS = re.compile(r"\s*(SELECT|WITH)\b")
CHANGES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b")
# The newest rows of an index of words that fit, between two ids: the one thing that the databases
# say quite differently. What is sought is a `Sought`.
FOUND = re.compile(r"\bFOUND\((\w+), :(\w+)\)")
FOUND_BY_SQLITE = r"""(
    SELECT rowid AS id FROM \1_index WHERE \1_index MATCH :\2 AND rowid > :above AND rowid < :before
    ORDER BY rowid DESC LIMIT :most)"""
FOUND_BY_POSTGRES = r"""(
    SELECT id FROM \1 WHERE words @@ to_tsquery('simple', :\2) AND id > :above AND id < :before
    ORDER BY id DESC LIMIT :most)"""
# Small letters of any script: what lower() of SQLite makes of A to Z alone.
FOLDED = "FOLDED("
STATEMENTS_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class SqliteStatement:
    """SQL with `:name` parameters, of which some are lists handed over as JSON."""

    sql: str
    lists: frozenset[str]
    only_reads: bool
    seeks: bool = False

    def bind(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The parameters, lists written as JSON for json_each()."""
        if not (self.lists or self.seeks):
            return params
        return {name: self._value(name, value) for name, value in params.items()}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, Sought):
            return _in_fts5(value)
        return msgspec.json.encode(list(value)).decode() if name in self.lists else value


@dataclass(frozen=True, slots=True)
class PostgresStatement:
    """SQL with `$n` parameters, and the order in which the names go into them."""

    sql: str
    order: tuple[str, ...]
    lists: frozenset[str]
    seeks: bool = False

    def bind(self, params: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order, lists as lists."""
        return [
            [_storable(one) for one in params[name]]
            if name in self.lists
            else _storable(params[name])
            for name in self.order
        ]


@lru_cache(maxsize=STATEMENTS_REMEMBERED)
def for_sqlite(sql: str) -> SqliteStatement:
    """The statement for SQLite: lists through json_each, no row locks."""
    seeks = FOUND.search(sql) is not None
    lists = frozenset(LIST_PARAM.findall(sql))
    sql = FOUND.sub(FOUND_BY_SQLITE, sql)
    sql = LIST_PARAM.sub(r"IN (SELECT value FROM json_each(:\1))", sql)
    sql = ROW_LOCKS.sub("", sql)
    only_reads = READS.match(sql) is not None and CHANGES.search(sql) is None
    return SqliteStatement(sql, lists, only_reads, seeks)


@lru_cache(maxsize=STATEMENTS_REMEMBERED)
def for_postgres(sql: str) -> PostgresStatement:
    """The statement for asyncpg: lists as arrays, `:name` as `$n`."""
    seeks = FOUND.search(sql) is not None
    lists = frozenset(LIST_PARAM.findall(sql))
    order: list[str] = []
    sql = FOUND.sub(FOUND_BY_POSTGRES, sql).replace(FOLDED, "lower(")
    sql = LIST_PARAM.sub(r"= ANY(:\1)", sql)
    sql = NAMED_PARAM.sub(_numbered(order), sql)
    return PostgresStatement(sql, tuple(order), lists, seeks)


def _in_fts5(sought: Sought) -> str:
    """What is sought in SQLite's words. Words are letters and digits, so quotes hold them."""
    end = "*" if sought.by_beginning else ""
    terms = [f'said : "{_spaced(one)}"{end}' for one in sought.phrases]
    terms += [f'marks : "{mark}"' for mark in sought.marks]
    unwanted = [f' NOT said : "{_spaced(one)}"' for one in sought.unwanted]
    return f"({' AND '.join(terms)}){''.join(unwanted)}"


def _spaced(phrase: Phrase) -> str:
    return " ".join(phrase)


def _in_tsquery(sought: Sought) -> str:
    """The same for PostgreSQL, where words have the weight A, and marks B."""
    weight = "*A" if sought.by_beginning else "A"
    terms = [_as_tsquery(one, weight) for one in sought.phrases]
    terms += [f"'{mark}':B" for mark in sought.marks]
    terms += [f"!{_as_tsquery(one, 'A')}" for one in sought.unwanted]
    return " & ".join(terms)


def _as_tsquery(phrase: Phrase, weight: str) -> str:
    words = " <-> ".join(f"'{word}':{weight}" for word in phrase)
    return f"({words})"


def _storable(value: Any) -> Any:
    if isinstance(value, Sought):
        return _in_tsquery(value)
    # PostgreSQL refuses the character 0 in texts, and no text loses its meaning without it.
    return value.replace("\0", "") if isinstance(value, str) else value


def _numbered(order: list[str]) -> Callable[[re.Match[str]], str]:
    def number(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in order:
            order.append(name)
        return f"${order.index(name) + 1}"

    return number
