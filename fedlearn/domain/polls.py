"""This is where a poll is described: a question with answers to choose from."""

from dataclasses import dataclass

from fedlearn.domain.ids import Millis


@dataclass(frozen=True, slots=True)
class PollOption:
    """One answer, and how often it was chosen."""

    title: str
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Poll:
    """The answers that belong to a status. `voters` counts people, the options count choices.

    `own_choices` are the positions that the reader has chosen.
    """

    options: tuple[PollOption, ...]
    is_multiple: bool
    ends_at: Millis | None
    closed_at: Millis | None = None
    voters: int = 0
    own_choices: frozenset[int] = frozenset()
    hides_totals: bool = False  # until it is over

    def share_of(self, option: PollOption) -> int:
        """How many of a hundred voters chose an answer."""
        # A server that does not count people counts choices at least.
        all_voters = self.voters or sum(one.votes for one in self.options)
        return min(round(100 * option.votes / all_voters), 100) if all_voters else 0

    def is_same_as(self, other: "Poll") -> bool:
        """Whether both offer the same answers, so that votes in one are votes in the other."""
        titles = [[option.title for option in one.options] for one in (self, other)]
        return titles[0] == titles[1] and self.is_multiple == other.is_multiple

    def tells_totals(self, at: Millis) -> bool:
        """Whether it is told how often each answer was chosen."""
        return not self.hides_totals or self.is_over(at)

    def is_over(self, at: Millis) -> bool:
        """Whether nobody can vote any more."""
        return self.closed_at is not None or (self.ends_at is not None and self.ends_at <= at)
