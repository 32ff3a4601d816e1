"""This is where it is said how lists are leafed through: below one place, above another, so many.

A page begins at the upper end or, when it is upward, at the lower one, next to what its reader has
seen already. Either way it is handed out from above.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

# Above every snowflake for some millennia.
LAST = 2**62
ORDER = {False: "DESC", True: "ASC"}


def from_above(found: Sequence[T], *, is_upward: bool) -> list[T]:
    """What was asked for in this order, the upper end first."""
    return list(found[::-1] if is_upward else found)
