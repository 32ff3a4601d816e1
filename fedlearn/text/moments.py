"""This is where a day and an hour that somebody chose become a moment, and the other way round."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from fedlearn.domain.ids import Millis

UTC_NAME = "UTC"
CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe"}
    | {"Indian", "Pacific"}
)
SHORTEST, LONGEST = len("2026-11-27T09:00"), len("2026-11-27T09:00:00.000")


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """The zones that people know: of cities, and the one without summer."""
    cities = (name for name in available_timezones() if name.partition("/")[0] in CONTINENTS)
    return (UTC_NAME, *sorted(cities))


def is_time_zone(name: str) -> bool:
    """Whether this is the name of a time zone."""
    return name in available_timezones()


def read_local(text: str, time_zone: str) -> Millis | None:
    """The moment of `2026-11-27T09:00` on the clocks of a zone; None for what is none."""
    if not SHORTEST <= len(text) <= LONGEST:
        return None
    try:
        local = datetime.fromisoformat(text)
        moment = local.replace(tzinfo=ZoneInfo(time_zone)) if local.tzinfo is None else None
        return Millis(int(moment.timestamp() * 1000)) if moment and moment.year >= 1970 else None
    except (ValueError, OverflowError):
        return None


def write_local(at: Millis, time_zone: str) -> str:
    """A moment as the clocks of a zone have it, to the minute."""
    moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(time_zone))
    return moment.strftime("%Y-%m-%dT%H:%M")
