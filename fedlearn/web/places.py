"""This is where streams are counted: so many may be open for a session, an account, an address.

Each process counts its own. Of one browser the oldest stream makes room for a new one, since the
tab that was opened last is the one that somebody looks at.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fedlearn.domain.ids import UserId
from fedlearn.errors import FedlearnError, Unavailable
from fedlearn.web.limits import TooManyRequests

# Browsers without HTTP/2 open six connections to a server, and pages need some of them.
MOST_OF_A_SESSION = 4
MOST_OF_AN_ACCOUNT = 16
# A whole organisation may stand behind one address.
MOST_OF_AN_ADDRESS = 500
MOST = 2_000
LATER = 60  # seconds


class TooManyOpen(TooManyRequests):
    """An account or an address has too many streams open."""

    def __init__(self, message: str) -> None:
        FedlearnError.__init__(self, message)
        self.retry_after = LATER


@dataclass(eq=False)
class Place:
    """One stream that is open. `is_lost` once a newer one of the same browser took its place."""

    session: str | None
    user_id: UserId
    address: str
    end: Callable[[], None]
    is_lost: bool = False


class Places:
    """The streams that are open in this process, the oldest first."""

    def __init__(self) -> None:
        self._taken: list[Place] = []

    def refuse_too_many(self, user_id: UserId, address: str) -> None:
        """`TooManyOpen` or `Unavailable` when there is no place left."""
        if sum(one.user_id == user_id for one in self._taken) >= MOST_OF_AN_ACCOUNT:
            raise TooManyOpen("You have this place open in very many windows: close some.")
        if sum(one.address == address for one in self._taken) >= MOST_OF_AN_ADDRESS:
            raise TooManyOpen("Very many windows are open on your network.")
        if len(self._taken) >= MOST:
            raise Unavailable("Very many people are here now, so pages do not go on by themselves.")

    @contextmanager
    def take(
        self, session: str | None, user_id: UserId, address: str, end: Callable[[], None]
    ) -> Iterator[Place]:
        """A place for one stream, until its end; `end` ends it when another one needs the place.

        An app has no session here, and keeps its place: it would only come back for it.
        """
        if session is not None:
            self._make_room(session)
        place = Place(session, user_id, address, end)
        self._taken.append(place)
        try:
            yield place
        finally:
            self._taken.remove(place)

    def _make_room(self, session: str) -> None:
        of_session = [one for one in self._taken if one.session == session and not one.is_lost]
        for oldest in of_session[: max(0, len(of_session) + 1 - MOST_OF_A_SESSION)]:
            oldest.is_lost = True
            oldest.end()
