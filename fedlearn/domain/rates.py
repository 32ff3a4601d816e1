"""This is where it is said how often what may be asked."""

from dataclasses import dataclass
from enum import Enum

from fedlearn.domain.ids import MINUTE_MS, Millis


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """So many in a window, which begins with the first of them.

    What is exact is never more in all processes together; of the rest they hear of each other a
    moment later.
    """

    amount: int
    window: int  # milliseconds
    is_exact: bool


def often(amount: int, *, minutes: int) -> Measure:
    """Something so frequent that to ask the database each time would cost more than it saves."""
    return Measure(amount, minutes * MINUTE_MS, is_exact=False)


def seldom(amount: int, *, minutes: int) -> Measure:
    """Something rare, which is counted in the database itself before it is done."""
    return Measure(amount, minutes * MINUTE_MS, is_exact=True)


class Rate(Enum):
    """How often one address may ask for what. A whole server may stand behind one address."""

    INBOX = often(9000, minutes=5)
    DOCUMENTS = often(3000, minutes=5)
    MEDIA = often(30000, minutes=5)
    FORMS = often(900, minutes=5)
    SIGN_IN = seldom(20, minutes=10)
    # These count for one account, from wherever it is tried; letters for who gets them, too.
    ACCOUNT = seldom(20, minutes=60)
    MAIL = seldom(5, minutes=60)
    ARCHIVE = seldom(3, minutes=60)
    # What scripts of the composer ask for while somebody writes, for one account.
    WRITING = often(1200, minutes=5)
    APPS = seldom(25, minutes=10)
    # What apps ask: with one token, or as a stranger from one address; for one person, by all apps.
    API = often(300, minutes=5)
    API_OF_A_PERSON = often(1500, minutes=5)
    # Of that, each by itself: uploads, and what other servers are told as a deletion or undoing.
    API_COSTLY = seldom(30, minutes=30)


# The clocks of processes may differ a little.
LONGEST_WINDOW_MS = max(rate.value.window for rate in Rate) + MINUTE_MS


@dataclass(frozen=True, slots=True)
class Standing:
    """How often something was asked in a window, and when that ends."""

    spent: int
    ends_at: Millis


def is_open(ends_at: int, at: int) -> bool:
    """Whether a window that ends then counts: not once a clock was put back that had begun it."""
    return at < ends_at <= at + LONGEST_WINDOW_MS
