"""How old somebody is, from the day on which they were born."""

from datetime import UTC, datetime

import pytest

from fedlearn.domain.ids import Millis
from fedlearn.services.ages import TooYoung, check_age
from tests.clock import Clock

BIRTHDAYS = [
    (16, "2010-11-27", "2026-11-27"),
    (16, "27.11.2010", "2026-11-27"),
    (16, "2012-02-29", "2028-02-29"),
    # Where there is no 29 February, who was born on one is older on the next day.
    (17, "2008-02-29", "2025-03-01"),
]
DAY = 86_400_000


def set_to(clock: Clock, day: str) -> None:
    """It is noon of that day."""
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    clock.now = Millis(int(noon.timestamp() * 1000))


@pytest.mark.parametrize(("least", "born", "birthday"), BIRTHDAYS)
def test_birthday_counts(clock: Clock, least: int, born: str, birthday: str) -> None:
    """From then on somebody is old enough, and not on the day before."""
    set_to(clock, birthday)
    check_age(least, born)
    clock.forward(-DAY)
    with pytest.raises(TooYoung):
        check_age(least, born)


def test_where_no_age_is_set() -> None:
    """Nobody is asked anything."""
    check_age(None, "")
