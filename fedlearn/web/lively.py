"""This is where the hashtags are remembered that stand beside every page.

They are those that strangers see on the page of what is lively, so they are the same for everybody.
"""

from collections.abc import Sequence

from cachetools import TTLCache

from fedlearn.db.database import Database
from fedlearn.db.lively import LivelyHashtag, lively_hashtags
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import DAY_MS, Millis, now

HASHTAGS = 6
WEEK_MS = 7 * DAY_MS
REMEMBERED_FOR = 600  # seconds


class LivelyCache:
    """What is lively, as it was a few minutes ago."""

    def __init__(self) -> None:
        self._kept: TTLCache[int, Sequence[LivelyHashtag]] = TTLCache(1, REMEMBERED_FOR)

    async def read(self, db: Database) -> Sequence[LivelyHashtag]:
        """Hashtags that several people use, those of most people first; often there are none."""
        found = self._kept.get(HASHTAGS)
        if found is None:
            since = Millis(now() - WEEK_MS)
            async with db.read() as connection:
                found = await lively_hashtags(connection, STRANGER, since, HASHTAGS)
            self._kept[HASHTAGS] = found
        return found

    def forget(self) -> None:
        """A steward has said what is not shown, or is again."""
        self._kept.clear()
