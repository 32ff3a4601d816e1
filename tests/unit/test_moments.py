"""Moments and lengths of time as their reader would put them."""

import pytest

from fedlearn.domain.ids import Millis, now
from fedlearn.text.languages import speak
from fedlearn.web.moments import ago, exact, iso

AT = Millis(1_795_726_496_000)  # 26 November 2026, 20:54:56 UTC


@pytest.mark.parametrize(
    ("code", "zone", "said"),
    [
        ("en", "UTC", "November 26, 2026, 8:54 PM UTC"),
        ("de", "UTC", "26. November 2026, 20:54 UTC"),
        ("de", "Europe/Berlin", "26. November 2026, 21:54 CET"),
        ("en", "Asia/Tokyo", "November 27, 2026, 5:54 AM JST"),
    ],
)
async def test_moment_is_said_by_language_and_clock(code: str, zone: str, said: str) -> None:
    """The same moment is written in the reader's language, at the hour of their clock."""
    speak(code, zone)
    assert exact(AT).replace("\u202f", " ") == said
    assert iso(AT) == "2026-11-26T20:54:56Z"


@pytest.mark.parametrize(
    ("seconds", "said"), [(-60, "now"), (59, "now"), (60, "1m"), (3600, "1h"), (86_400, "1d")]
)
def test_what_is_near_is_said_shortly(seconds: int, said: str) -> None:
    """What was lately is so many minutes, hours or days ago; a clock that is ahead says now."""
    assert ago(Millis(now() - seconds * 1000)) == said


def test_what_is_long_past_has_a_date() -> None:
    """What is more than a week ago has its date."""
    assert ago(Millis(1_000_000_000_000)) == "Sep 9, 2001"
