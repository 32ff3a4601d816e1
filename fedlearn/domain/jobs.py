"""This is where work that is done later is described: jobs, and deliveries to other servers."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.actors import OwnKey
from fedlearn.domain.ids import ActorId, Millis


class JobKind(StrEnum):
    """What the worker can be asked to do."""

    PROCESS_ACTIVITY = "process_activity"
    REFRESH_ACTOR = "refresh_actor"
    FETCH_PARENT = "fetch_parent"
    FETCH_CONVERSATION = "fetch_conversation"
    FETCH_HANDED_ON = "fetch_handed_on"
    FETCH_FEATURED = "fetch_featured"
    FETCH_OUTBOX = "fetch_outbox"
    RESOLVE_MENTION = "resolve_mention"
    SYNCHRONIZE_FOLLOWERS = "synchronize_followers"
    ANNOUNCE_MOVE = "announce_move"
    TELL_TALLIES = "tell_tallies"
    POST_SCHEDULED = "post_scheduled"
    END_POLL = "end_poll"
    FETCH_PREVIEW = "fetch_preview"
    VERIFY_QUOTE = "verify_quote"
    VERIFY_FIELDS = "verify_fields"
    MAIL_PASSWORD_LINK = "mail_password_link"  # noqa: S105 - the word, not a secret
    MAIL_CONFIRMATION = "mail_confirmation"
    MAIL_NOTICE = "mail_notice"
    DELETE_STATUS = "delete_status"
    MAIL_LETTER = "mail_letter"
    PROCESS_MEDIA = "process_media"
    WAKE_APP = "wake_app"
    CLEAN_UP = "clean_up"


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work, done at least once. `payload` is JSON text that the kind's handler reads."""

    id: int
    kind: JobKind
    payload: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST of one activity to one inbox. `body` is sent as it is; it is signed when it goes."""

    id: int
    inbox: str
    host: str
    sender_id: ActorId
    key: OwnKey | None  # the key to sign with, where its sender has one already
    body: bytes
    status_id: int | None
    attempts: int
    created_at: Millis
    syncs_followers: bool = False  # the digest of FEP-8fcf goes with it
    is_doubtful: bool = False  # its host failed or was slow lately
