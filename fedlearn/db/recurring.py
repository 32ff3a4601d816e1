"""This is where values are kept that are made of rows which come again and again.

Who asks is read from the database with each request, and nearly always it is the very row that it
was before. A value of the same row is the same, so it need not be made anew; of another row, it is.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from fedlearn.db.database import Row
from fedlearn.db.lately import Lately

MOST_KEPT = 2_000
KEPT_FOR = 300  # seconds

V = TypeVar("V")


class Recurring(Generic[V]):
    """What one kind of row is made into; all of these rows must come from one question."""

    def __init__(self, make: Callable[[Row], V]) -> None:
        self._make = make
        self._made: Lately[tuple[Any, ...], V] = Lately(MOST_KEPT, KEPT_FOR)

    def of(self, row: Row) -> V:
        """The value of a row."""
        values = tuple(row)
        if (known := self._made.get(values)) is not None:
            return known
        made = self._make(row)
        self._made.put(values, made)
        return made
