"""This is where an invitation is described: a link with which people may sign up."""

from dataclasses import dataclass

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Millis


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that still holds. The hash names it; it opens nothing."""

    token_hash: str
    made_by: Actor | None  # nobody where the operator made it at the terminal
    max_uses: int | None
    uses: int
    created_at: Millis
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class Invited:
    """That somebody has a right to sign up, and by whom; nobody where the operator invites."""

    by: ActorId | None
