"""This is where it is described what those see of accounts who look after the instance."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.actors import Actor, Role, User
from fedlearn.domain.ids import ActorId, Millis


class Origin(StrEnum):
    """Where accounts live."""

    LOCAL = "local"
    REMOTE = "remote"


class State(StrEnum):
    """How accounts stand."""

    ACTIVE = "active"
    PENDING = "pending"  # nobody has let them in yet
    SILENCED = "silenced"
    SUSPENDED = "suspended"
    GONE = "gone"
    # These stand beside another.
    DISABLED = "disabled"
    SENSITIZED = "sensitized"


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts are looked for; "" and None are any."""

    origin: Origin = Origin.LOCAL
    state: State | None = None
    role: Role | None = None
    domain: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """Which accounts an app looks for, here and elsewhere at once; "" and None are any."""

    origin: Origin | None = None
    states: tuple[State, ...] | None = None
    roles: tuple[Role, ...] | None = None
    invited_by: ActorId | None = None
    username: str = ""  # how it begins
    name: str = ""  # how it begins
    domain: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An actor with all that is known of it as an account; those elsewhere have no user."""

    actor: Actor
    state: State
    user: User | None = None
    active_at: Millis | None = None
    invited_by: Actor | None = None
    invite_request: str = ""  # why they want to join, as long as they wait to be let in

    @property
    def role(self) -> Role:
        """Above whom one must stand to act upon it."""
        return self.user.role if self.user else Role.USER

    @property
    def is_disabled(self) -> bool:
        """Whether its owner is kept out of it."""
        return self.user is not None and self.user.disabled_at is not None

    @property
    def states(self) -> tuple[State, ...]:
        """All that can be said of how it stands."""
        beside = {State.DISABLED: self.is_disabled, State.SENSITIZED: self.actor.is_sensitized}
        return (self.state, *(one for one, holds in beside.items() if holds))


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """What one account has come to."""

    statuses: int
    followers: int
    following: int
    reports_about: int
    reports_by: int
    has_second_step: bool


def state_of(actor: Actor, user: User | None) -> State:
    """How an account stands."""
    if actor.gone_at is not None:
        return State.GONE
    if user is not None and user.approved_at is None:
        return State.PENDING
    if actor.measure is not None or actor.policy is not None:
        return State.SILENCED if actor.is_silenced else State.SUSPENDED
    return State.ACTIVE
