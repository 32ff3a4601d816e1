"""This is where the words stand in which pages speak of roles, states, reports and acts."""

from fedlearn.domain.accounts import State
from fedlearn.domain.actors import Role
from fedlearn.domain.audit import REPORT, Act
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.policies import Policy
from fedlearn.domain.reports import ReportCategory
from fedlearn.domain.roles import Agent
from fedlearn.domain.trends import TrendKind
from fedlearn.text.languages import N_, _

ROLES = {
    Role.USER: N_("User"),
    Role.MODERATOR: N_("Moderator"),
    Role.ADMIN: N_("Admin"),
    Role.OWNER: N_("Owner"),
}
STATES = {
    State.ACTIVE: N_("Active"),
    State.PENDING: N_("Waits to be let in"),
    State.SILENCED: N_("Silenced"),
    State.SUSPENDED: N_("Suspended"),
    State.DISABLED: N_("Disabled"),
    State.SENSITIZED: N_("All attachments marked as sensitive"),
    State.GONE: N_("Deleted"),
}
CATEGORIES = {
    ReportCategory.SPAM: N_("Spam"),
    ReportCategory.LEGAL: N_("Against the law"),
    ReportCategory.VIOLATION: N_("Against the rules"),
    ReportCategory.OTHER: N_("Something else"),
}
POLICIES = {
    Policy.BLOCK: N_("Blocked"),
    Policy.SILENCE: N_("Silenced"),
    Policy.ALLOW: N_("Allowed"),
}
SEVERITIES = {
    Severity.APPROVAL: N_("Who signs up waits to be let in"),
    Severity.NO_SIGN_UP: N_("Nobody signs up"),
    Severity.NO_ACCESS: N_("Nobody comes in at all"),
}
TRENDS = {
    TrendKind.HASHTAG: N_("A hashtag"),
    TrendKind.LINK: N_("A page"),
    TrendKind.STATUS: N_("A post"),
}
AGENTS = {
    Agent.TERMINAL: N_("Operator at the terminal"),
    Agent.SERVER: N_("The server, when the time had come"),
}
ACTS = {
    Act.CREATE_ACCOUNT: N_("Made an account"),
    Act.APPROVE: N_("Let in"),
    Act.REJECT: N_("Did not let in"),
    Act.WARN: N_("Wrote to"),
    Act.SILENCE: N_("Silenced"),
    Act.UNSILENCE: N_("Took silence back"),
    Act.SUSPEND: N_("Suspended"),
    Act.UNSUSPEND: N_("Took suspension back"),
    Act.DISABLE: N_("Disabled an account"),
    Act.ENABLE: N_("Enabled an account again"),
    Act.SENSITIZE: N_("Marked all attachments as sensitive"),
    Act.UNSENSITIZE: N_("Marked attachments as sensitive no more"),
    Act.DELETE_ACCOUNT: N_("Deleted an account"),
    Act.CHANGE_ROLE: N_("Changed a role"),
    Act.SEND_PASSWORD_LINK: N_("Sent a link for a new password"),
    Act.MAKE_SIGN_IN_LINK: N_("Made a link to sign in"),
    Act.MAKE_TOKEN: N_("Let a program in"),
    Act.FORGET_SECOND_STEP: N_("Turned off the second step"),
    Act.ROTATE_KEY: N_("Changed a signing key"),
    Act.ACT_IN_NAME: N_("Acted in the name of"),
    Act.DELETE_POSTS: N_("Deleted posts"),
    Act.MARK_SENSITIVE: N_("Marked posts as sensitive"),
    Act.REMOVE_COLLECTION: N_("Removed a collection"),
    Act.READ_REPORTED: N_("Was shown what was reported and is not for everybody"),
    Act.NOTE: N_("Wrote a note"),
    Act.ASSIGN: N_("Took a report"),
    Act.UNASSIGN: N_("Gave a report back"),
    Act.CLASSIFY: N_("Said what is wrong"),
    Act.RESOLVE: N_("Resolved a report"),
    Act.REOPEN: N_("Opened a report again"),
    Act.SET_DOMAIN: N_("Changed a domain"),
    Act.FORGET_DOMAIN: N_("Forgot a domain"),
    Act.BLOCK_EMAILS: N_("Took no addresses of a domain any more"),
    Act.TAKE_EMAILS: N_("Took addresses of a domain again"),
    Act.BLOCK_ADDRESS: N_("Took an e-mail address no more"),
    Act.TAKE_ADDRESS: N_("Took an e-mail address again"),
    Act.BLOCK_IP: N_("Said something of an IP range"),
    Act.CHANGE_IP_BLOCK: N_("Said otherwise of an IP range"),
    Act.LIFT_IP_BLOCK: N_("Lifted what held for an IP range"),
    Act.REJECT_TREND: N_("Kept from being shown as lively"),
    Act.APPROVE_TREND: N_("Let be shown as lively again"),
    Act.INVITE: N_("Made an invitation"),
    Act.REVOKE_INVITATION: N_("Revoked an invitation"),
    Act.ADD_RULE: N_("Added a rule"),
    Act.CHANGE_RULE: N_("Changed a rule"),
    Act.REMOVE_RULE: N_("Removed a rule"),
    Act.ADD_ANNOUNCEMENT: N_("Announced something"),
    Act.CHANGE_ANNOUNCEMENT: N_("Changed an announcement"),
    Act.REMOVE_ANNOUNCEMENT: N_("Removed an announcement"),
}
DETAILS = {
    "role": N_("Role"),
    "before": N_("Before"),
    "after": N_("Afterwards"),
    "policy": N_("From now on"),
    "severity": N_("What holds"),
    "kind": N_("What it is"),
    "place": N_("Place in the list"),
    "uses": N_("For how many"),
    "days": N_("Days"),
    "report": N_("Number of the report"),
    "posts": N_("Posts"),
    "collection": N_("Collection"),
    "doing": N_("What was done"),
}
VALUES = {
    **{role.value: word for role, word in ROLES.items()},
    **{policy.value: word for policy, word in POLICIES.items()},
    **{kind.value: word for kind, word in TRENDS.items()},
    **{severity.value: word for severity, word in SEVERITIES.items()},
    **{category.value: word for category, word in CATEGORIES.items()},
    "any": N_("any number"),
}


def named(text: str) -> str:
    """What is written down of something, which of a report is only its number."""
    number = text.removeprefix(REPORT)
    is_report = number != text and number.isdecimal()
    return _("Report %(number)s", number=number) if is_report else text
