"""What is kept for a while is gone after it, and never more than so much of it."""

import pytest

from fedlearn.db.lately import Lately


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be set."""
    time = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: time[0])
    return time


def test_kept_for_a_while(clock: list[float]) -> None:
    """A value is there for half its time at least, and never for longer than the whole."""
    kept = Lately[str, int](100, 60)
    kept.put("a", 1)
    clock[0] += 29
    kept.put("b", 2)
    clock[0] += 2
    assert (kept.get("a"), kept.get("b")) == (1, 2)
    clock[0] += 30
    assert (kept.get("a"), kept.get("b")) == (None, None)


def test_long_after(clock: list[float]) -> None:
    """What nobody asked for in the meantime is gone, too."""
    kept = Lately[str, int](100, 60)
    kept.put("a", 1)
    clock[0] += 61
    assert kept.get("a") is None


def test_only_so_many(clock: list[float]) -> None:
    """Of more than fit the older go; what is new is there."""
    del clock
    kept = Lately[int, int](10, 60)
    for number in range(100):
        kept.put(number, number)
        assert kept.get(number) == number
    assert sum(kept.get(number) is not None for number in range(100)) <= 10


def test_forgotten(clock: list[float]) -> None:
    """What is forgotten is gone at once, be it new or not; so is everything."""
    kept = Lately[str, int](100, 60)
    kept.put("a", 1)
    clock[0] += 31
    assert kept.get("a") == 1
    kept.put("a", 2)
    kept.forget("a")
    assert kept.get("a") is None
    kept.put("b", 3)
    kept.clear()
    assert kept.get("b") is None
