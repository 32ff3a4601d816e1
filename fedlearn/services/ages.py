"""This is where it is asked how old somebody is who makes an account, where that matters.

When they were born is looked at once, and written nowhere.
"""

from datetime import UTC, date, datetime

from fedlearn.domain.ids import Millis, now
from fedlearn.errors import Invalid
from fedlearn.text.languages import _

# As a browser sends it, and as apps may write it.
SHAPES = ("%Y-%m-%d", "%d.%m.%Y")
OLDEST = 150


class TooYoung(Invalid):
    """Somebody is not old enough to have an account here."""


def check_age(least: int | None, born: str) -> None:
    """`Invalid` for who says that they are younger than that, or says nothing that is a date."""
    if least is None:
        return
    age = _age(read_date(born), _today(now()))
    if age > OLDEST:
        raise _no_date()
    if age < least:
        message = _(
            "One must be at least %(years)s years old to have an account here.", years=least
        )
        raise TooYoung(message, {"date_of_birth": message})


def read_date(text: str) -> date:
    """A day as it was typed; `Invalid` for what is none."""
    for shape in SHAPES:
        try:
            return datetime.strptime(text.strip(), shape).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise _no_date()


def _age(born: date, today: date) -> int:
    """How many birthdays somebody has had; who was born on a 29 February has theirs a day later."""
    is_to_come = (today.month, today.day) < (born.month, born.day)
    return today.year - born.year - is_to_come


def _today(at: Millis) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).date()


def _no_date() -> Invalid:
    message = _("Say when you were born, such as 1990-12-31.")
    return Invalid(message, {"date_of_birth": message})
