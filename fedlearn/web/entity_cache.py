"""This is where it is kept what is the same in entities for whoever reads them.

Who scrolls is shown the same posts of the same people as everybody else. So what does not depend on
the reader is made, and written as JSON, once for the values that it is made of: for these very
objects, as db/memory.py hands them out again and again. Of others, equal or not, it is made anew.
"""

from collections.abc import Callable, Hashable
from operator import is_

import msgspec

from fedlearn.db.lately import Lately

Source = tuple[object, ...]
Written = msgspec.Raw  # an entity as JSON

MOST_KEPT = 4_000
KEPT_FOR = 120  # seconds; what they are made of is read anew more often


class Shared:
    """What was written of these very objects, by a key with all that is no object of its own."""

    def __init__(self) -> None:
        self._kept: Lately[Hashable, tuple[Source, Written]] = Lately(MOST_KEPT, KEPT_FOR)

    def made_of(self, key: Hashable, source: Source, make: Callable[[], Written]) -> Written:
        """The same as before, if it was made of the same."""
        known = self._kept.get(key)
        if known is not None and all(map(is_, known[0], source)):
            return known[1]
        made = make()
        self._kept.put(key, (source, made))
        return made


class SharedEntities:
    """Accounts, and posts as they are shown with the same counts and marks."""

    def __init__(self) -> None:
        self.accounts = Shared()
        self.statuses = Shared()


def written(entity: object) -> Written:
    """An entity as JSON, to be put into others."""
    return Written(msgspec.json.encode(entity))
