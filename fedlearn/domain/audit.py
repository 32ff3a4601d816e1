"""This is where it is described what is written down of those who look after the instance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Millis
from fedlearn.domain.roles import Agent


class Act(StrEnum):
    """What was done."""

    # --- to accounts
    CREATE_ACCOUNT = "create_account"
    APPROVE = "approve"
    REJECT = "reject"
    WARN = "warn"
    SILENCE = "silence"
    UNSILENCE = "unsilence"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    DISABLE = "disable"
    ENABLE = "enable"
    SENSITIZE = "sensitize"
    UNSENSITIZE = "unsensitize"
    DELETE_ACCOUNT = "delete_account"
    CHANGE_ROLE = "change_role"
    SEND_PASSWORD_LINK = "send_password_link"  # noqa: S105 - the word, not a secret
    MAKE_SIGN_IN_LINK = "make_sign_in_link"
    MAKE_TOKEN = "make_token"  # noqa: S105 - the word, not a secret
    FORGET_SECOND_STEP = "forget_second_step"
    ROTATE_KEY = "rotate_key"
    ACT_IN_NAME = "act_in_name"  # at the terminal: post, follow, move
    # --- to posts and collections
    DELETE_POSTS = "delete_posts"
    MARK_SENSITIVE = "mark_sensitive"
    REMOVE_COLLECTION = "remove_collection"
    # --- with reports
    READ_REPORTED = "read_reported"  # what was shown for no other reason
    NOTE = "note"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    CLASSIFY = "classify"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    # --- with the place and its neighbours
    SET_DOMAIN = "set_domain"
    FORGET_DOMAIN = "forget_domain"
    BLOCK_EMAILS = "block_emails"
    TAKE_EMAILS = "take_emails"
    BLOCK_ADDRESS = "block_address"
    TAKE_ADDRESS = "take_address"
    BLOCK_IP = "block_ip"
    CHANGE_IP_BLOCK = "change_ip_block"
    LIFT_IP_BLOCK = "lift_ip_block"
    REJECT_TREND = "reject_trend"
    APPROVE_TREND = "approve_trend"
    INVITE = "invite"
    REVOKE_INVITATION = "revoke_invitation"
    ADD_RULE = "add_rule"
    CHANGE_RULE = "change_rule"
    REMOVE_RULE = "remove_rule"
    ADD_ANNOUNCEMENT = "add_announcement"
    CHANGE_ANNOUNCEMENT = "change_announcement"
    REMOVE_ANNOUNCEMENT = "remove_announcement"


REPORT = "report "


def report_name(number: int) -> str:
    """What a report is called where it is written down what was done."""
    return f"{REPORT}{number}"


@dataclass(frozen=True, slots=True)
class Done:
    """Something that somebody does: to what, why, and what else is worth knowing."""

    act: Act
    target: str  # in words, for whoever reads it when the target is no more
    target_id: int | None = None  # of the account, where it is about one
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the audit log. Nobody is named where no person did it."""

    id: int
    at: Millis
    agent: Agent
    by: Actor | None
    done: Done


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines are looked for; None is any."""

    act: Act | None = None
    by: ActorId | None = None
    about: ActorId | None = None
