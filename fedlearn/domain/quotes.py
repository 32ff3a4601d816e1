"""This is where it is described how one status quotes another, and whether it may (FEP-044f)."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.ids import StatusId, Uri


class QuotePolicy(StrEnum):
    """Who may quote a post without being asked about (Mastodon's `quote_approval_policy`)."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


class QuoteState(StrEnum):
    """Whether the author of what is quoted has agreed."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Quote:
    """That one status quotes another, as it is stored."""

    status_id: StatusId
    quoted_uri: Uri
    quoted_id: StatusId | None
    state: QuoteState
    request_uri: Uri | None = None
    authorization_uri: Uri | None = None
