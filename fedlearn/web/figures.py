"""This is where the figures of accounts are remembered for a while.

They change with every post and follow. Nobody counts along: after a minute they are counted anew.
What one reader alone may see is counted for nobody else, and so is not remembered.
"""

from collections.abc import Iterable, Mapping

from fedlearn.db.account_figures import AccountFigures, account_figures
from fedlearn.db.database import Connection
from fedlearn.db.lately import Lately
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId

MOST_REMEMBERED = 20_000
REMEMBERED_FOR = 60  # seconds


class FigureCache:
    """Figures as anybody here may know them, and as strangers may."""

    def __init__(self) -> None:
        self._kept: Mapping[bool, Lately[ActorId, AccountFigures]] = {
            here: Lately(MOST_REMEMBERED, REMEMBERED_FOR) for here in (True, False)
        }

    async def read(
        self, connection: Connection, viewer: Viewer, ids: Iterable[ActorId], *, anew: bool = False
    ) -> dict[ActorId, AccountFigures]:
        """The figures of these accounts, as of late; anew, as this reader may know them."""
        wanted, kept = set(ids), self._kept[viewer.is_local]
        if anew:
            self._forget(wanted)
            return await account_figures(connection, viewer, list(wanted))
        known = {one: figures for one in wanted if (figures := kept.get(one)) is not None}
        if missing := wanted - known.keys():
            anybody = Viewer(None, viewer.is_local)
            counted = await account_figures(connection, anybody, list(missing))
            for one, figures in counted.items():
                kept.put(one, figures)
            known |= counted
        return known

    def _forget(self, ids: Iterable[ActorId]) -> None:
        for one in ids:
            for kept in self._kept.values():
                kept.forget(one)
