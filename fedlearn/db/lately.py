"""This is where values are kept for a while: each for so many seconds at most, and only so many.

There are two halves. What is new goes into the younger one; when that is full, or half the time is
over, it becomes the older one, and what was the older one is gone. So nothing is ever sorted or
counted, which on the way of each post of each timeline costs more than reading some again.
"""

import time
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lately(Generic[K, V]):
    """Values by key, as they were at most `seconds` ago; of more than `most` the older are gone."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most // 2
        self._seconds = seconds / 2
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._turns_at = time.monotonic() + self._seconds

    def get(self, key: K) -> V | None:
        """What was kept under this key, if that is not too long ago."""
        if time.monotonic() >= self._turns_at:
            self._turn()
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def put(self, key: K, value: V) -> None:
        """Keep this from now on."""
        if len(self._young) >= self._most or time.monotonic() >= self._turns_at:
            self._turn()
        self._young[key] = value

    def forget(self, key: K) -> None:
        """This is not so any more."""
        self._young.pop(key, None)
        self._old.pop(key, None)

    def clear(self) -> None:
        """Nothing of it may be so any more."""
        self._young, self._old = {}, {}

    def _turn(self) -> None:
        now = time.monotonic()
        is_long_ago = now >= self._turns_at + self._seconds
        self._young, self._old = {}, {} if is_long_ago else self._young
        self._turns_at = now + self._seconds
