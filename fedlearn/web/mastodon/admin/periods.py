"""This is where it is read of which days numbers are asked for. Days are numbered from 1970."""

from datetime import UTC, date, datetime, timedelta

from fedlearn.domain.ids import DAY_MS, Millis
from fedlearn.errors import Invalid
from fedlearn.web.mastodon.entities.describing import moment
from fedlearn.web.mastodon.parameters import Parameters

MOST_DAYS = 100
MOST_MONTHS = 100
BEGINNING = date(1970, 1, 1)
# No id is so late that it could be compared with what comes after.
LAST_YEAR = 2999


def read_days(parameters: Parameters) -> range:
    """The days that are asked for, both ends included."""
    first, last = _day(parameters, "start_at"), _day(parameters, "end_at")
    if not 0 < last + 1 - first <= MOST_DAYS:
        raise Invalid(f"Validation failed: Between one day and {MOST_DAYS} can be asked for")
    return range(first, last + 1)


def read_months(parameters: Parameters) -> list[int]:
    """The first day of each month that is asked for, and of the one after them."""
    first, last = (_date(_day(parameters, name)) for name in ("start_at", "end_at"))
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    if not 0 < count <= MOST_MONTHS:
        raise Invalid(f"Validation failed: Between one month and {MOST_MONTHS} can be asked for")
    whole = (12 * first.year + first.month - 1 + number for number in range(count + 1))
    return [_number(date(month // 12, month % 12 + 1, 1)) for month in whole]


def midnight(day: int) -> str:
    """When a day begins."""
    return moment(Millis(day * DAY_MS))


def _day(parameters: Parameters, name: str) -> int:
    """A day, whatever hour is named with it."""
    try:
        found = datetime.fromisoformat(parameters.text(name) or "")
        at = found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):
        raise Invalid(f"Validation failed: {name} is not a date") from None
    if at.year > LAST_YEAR:
        raise Invalid(f"Validation failed: {name} is after the year {LAST_YEAR}")
    return _number(at.date())


def _number(day: date) -> int:
    return (day - BEGINNING).days


def _date(number: int) -> date:
    return BEGINNING + timedelta(days=number)
