"""Days and hours on somebody's clock, and the moments that they mean."""

import pytest

from fedlearn.domain.ids import HOUR_MS
from fedlearn.text.moments import is_time_zone, read_local, write_local

NINE_UTC = 1_795_770_000_000  # 2026-11-27T09:00Z


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-11-27T09:00", "UTC", NINE_UTC),
        ("2026-11-27T09:00:00", "UTC", NINE_UTC),
        ("2026-11-27T10:00", "Europe/Berlin", NINE_UTC),
        ("2026-11-27T14:45", "Asia/Kathmandu", NINE_UTC),
        ("2026-11-27T04:00", "America/New_York", NINE_UTC),
        ("2026-11-27T09:00Z", "UTC", None),
        ("2026-11-27", "UTC", None),
        ("2026-11-31T09:00", "UTC", None),
        ("1900-01-01T09:00", "UTC", None),
        ("tomorrow at nine", "UTC", None),
        ("", "UTC", None),
        ("9" * 100, "UTC", None),
    ],
)
def test_moment_on_a_clock(text: str, zone: str, moment: int | None) -> None:
    """What a field for date and time sends is read by the clock of its zone; nothing else is."""
    found = read_local(text, zone)
    assert found == moment
    if found is not None:
        assert write_local(found, zone) == text[:16]


def test_summer_and_winter() -> None:
    """A clock that is put forward or back is followed."""
    summer, winter = (
        read_local(f"2026-{day}T12:00", "Europe/Berlin") for day in ("07-01", "12-01")
    )
    assert summer is not None
    assert winter is not None
    assert (summer // HOUR_MS % 24, winter // HOUR_MS % 24) == (10, 11)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "europe/berlin", "UTC+1"])
def test_zone_that_does_not_exist(name: str) -> None:
    """Only what has a clock is a zone."""
    assert not is_time_zone(name)
    assert is_time_zone("Europe/Berlin")
    assert is_time_zone("UTC")
