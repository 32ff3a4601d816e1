"""This is where moments are put into words, by the language and the clock of whom they are for."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from fedlearn.domain.ids import HOUR_MS, MINUTE_MS, Millis, now
from fedlearn.text.languages import N_, _, clock, language, spoken

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800
# For how long somebody can be muted, in seconds.
MUTE_LENGTHS = (
    (0, N_("For good")),
    (HOUR, N_("For an hour")),
    (8 * HOUR, N_("For 8 hours")),
    (DAY, N_("For a day")),
    (WEEK, N_("For a week")),
    (30 * DAY, N_("For 30 days")),
)
# For how long a poll can be held, in minutes.
POLL_LENGTHS = (
    (5, N_("5 minutes")),
    (30, N_("30 minutes")),
    (60, N_("1 hour")),
    (360, N_("6 hours")),
    (720, N_("12 hours")),
    (1440, N_("1 day")),
    (4320, N_("3 days")),
    (10_080, N_("7 days")),
    (43_200, N_("30 days")),
)


def iso(at: Millis) -> str:
    """A moment for machines."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: Millis) -> str:
    """A moment for people who want to know exactly."""
    return _minute(at // MINUTE_MS, spoken().code, clock())


def day(at: Millis) -> str:
    """The day of a moment of which no more is known; days begin and end by UTC."""
    return _date(at // (HOUR_MS), spoken().code, "UTC")


def of_calendar(named: date) -> str:
    """A day that is the same one everywhere."""
    return format_date(named, "long", locale=language(spoken().code).locale)


def ago(at: Millis) -> str:
    """A moment as people say it: "now", "5m", "3h", "2d", then the date."""
    seconds = max(0, (now() - at) // 1000)
    if seconds < MINUTE:
        return _("now")
    if seconds < HOUR:
        return _("%(minutes)sm", minutes=seconds // MINUTE)
    if seconds < DAY:
        return _("%(hours)sh", hours=seconds // HOUR)
    if seconds < WEEK:
        return _("%(days)sd", days=seconds // DAY)
    return _date(at // (HOUR_MS), spoken().code, clock())


# Such words are made anew for each post on each page, and are the same for many.
@lru_cache(maxsize=4096)
def _minute(minutes: int, code: str, zone: str) -> str:
    at, locale = datetime.fromtimestamp(minutes * MINUTE, ZoneInfo(zone)), language(code).locale
    time = format_time(at, "short", tzinfo=ZoneInfo(zone), locale=locale)
    return f"{format_date(at, 'long', locale)}, {time} {at.tzname()}"


@lru_cache(maxsize=4096)
def _date(hours: int, code: str, zone: str) -> str:
    at = datetime.fromtimestamp(hours * HOUR, ZoneInfo(zone))
    return format_date(at, "medium", locale=language(code).locale)
