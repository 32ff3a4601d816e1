"""This is where it stands what each role may do for the instance: one table, and nothing else."""

from dataclasses import dataclass
from enum import IntFlag, StrEnum

from fedlearn.domain.actors import Role, User
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.ids import ActorId


class Permission(IntFlag):
    """What one may be allowed to do: names and numbers of the Mastodon API."""

    ADMINISTRATOR = 0x1
    VIEW_AUDIT_LOG = 0x4
    VIEW_DASHBOARD = 0x8
    MANAGE_REPORTS = 0x10
    MANAGE_FEDERATION = 0x20
    MANAGE_BLOCKS = 0x40
    MANAGE_TAXONOMIES = 0x100
    MANAGE_USERS = 0x400
    MANAGE_INVITES = 0x800
    MANAGE_RULES = 0x1000
    MANAGE_ANNOUNCEMENTS = 0x2000
    INVITE_USERS = 0x10000
    MANAGE_ROLES = 0x20000
    MANAGE_USER_ACCESS = 0x40000
    DELETE_USER_DATA = 0x80000


NOTHING = Permission(0)
MODERATES = (
    Permission.VIEW_DASHBOARD
    | Permission.VIEW_AUDIT_LOG
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_TAXONOMIES
    | Permission.MANAGE_USERS
    | Permission.INVITE_USERS
)
ADMINISTERS = (
    MODERATES
    | Permission.MANAGE_FEDERATION
    | Permission.MANAGE_BLOCKS
    | Permission.MANAGE_INVITES
    | Permission.MANAGE_RULES
    | Permission.MANAGE_ANNOUNCEMENTS
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_USER_ACCESS
    | Permission.DELETE_USER_DATA
)
PERMISSIONS = {
    Role.USER: NOTHING,
    Role.MODERATOR: MODERATES,
    Role.ADMIN: ADMINISTERS,
    Role.OWNER: ADMINISTERS | Permission.ADMINISTRATOR,
}
# Lowest first: one may act upon those below oneself.
RANKS = (Role.USER, Role.MODERATOR, Role.ADMIN, Role.OWNER)


def may(role: Role, permission: Permission) -> bool:
    """Whether somebody of this role may do this."""
    return permission in PERMISSIONS[role]


def roles_that_may(permission: Permission) -> list[Role]:
    """Of which roles somebody may do this."""
    return [role for role in RANKS if may(role, permission)]


def outranks(role: Role, other: Role) -> bool:
    """Whether somebody of this role stands above somebody of the other."""
    return RANKS.index(role) > RANKS.index(other)


class Agent(StrEnum):
    """By what somebody acts."""

    PERSON = "person"  # signed in, in a browser or in an app
    TERMINAL = "terminal"  # the operator, by a command
    SERVER = "server"  # nobody: the time had come


@dataclass(frozen=True, slots=True)
class Steward:
    """Who looks after the instance: a person here, the operator at the terminal, or the clock."""

    agent: Agent
    user: User | None = None

    @property
    def role(self) -> Role:
        """As whom they act; nobody stands above who sits at the terminal."""
        return self.user.role if self.user else Role.OWNER

    @property
    def actor_id(self) -> ActorId | None:
        """The actor of a person."""
        return self.user.actor.id if self.user else None

    @property
    def viewer(self) -> Viewer:
        """With whose eyes they look."""
        return self.user.actor.viewer if self.user else STRANGER

    def may(self, permission: Permission) -> bool:
        """Whether they may do this."""
        return may(self.role, permission)


TERMINAL = Steward(Agent.TERMINAL)
SERVER = Steward(Agent.SERVER)


def steward(user: User) -> Steward:
    """Somebody who is signed in, as one who looks after the instance."""
    return Steward(Agent.PERSON, user)
