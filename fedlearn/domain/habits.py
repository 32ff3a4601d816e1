"""This is where it is described how somebody posts where they say nothing else."""

from dataclasses import dataclass

from fedlearn.domain.audience import Reach
from fedlearn.domain.quotes import QuotePolicy


@dataclass(frozen=True, slots=True)
class Habits:
    """Who may see what somebody posts, and quote it, and whether its pictures are folded."""

    reach: Reach = Reach.PUBLIC
    is_sensitive: bool = False
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
