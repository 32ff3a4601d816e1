"""How long people stay who came at the same time."""

from fedlearn.domain.cohorts import Cohort, Stay, cohorts

STAYS = [Stay(10, None, 1), Stay(10, 10, 2), Stay(11, 12, 4), Stay(12, 20, 8), Stay(30, 30, 16)]


def test_day_by_day() -> None:
    """Who never came back counts among those who came; who came on no day of these counts nowhere."""
    assert cohorts(STAYS, [10, 11, 12], 13) == [
        Cohort(10, 3, ((10, 2), (11, 0), (12, 0))),
        Cohort(11, 4, ((11, 4), (12, 4))),
        Cohort(12, 8, ((12, 8),)),
    ]


def test_longer_periods() -> None:
    """A period begins on its day and ends with the next one's."""
    assert cohorts(STAYS, [10, 12], 40) == [
        Cohort(10, 7, ((10, 6), (12, 4))),
        Cohort(12, 24, ((12, 24),)),
    ]


def test_nobody() -> None:
    """Where nobody came there is a cohort of nobody."""
    assert cohorts([], [10], 11) == [Cohort(10, 0, ((10, 0),))]
