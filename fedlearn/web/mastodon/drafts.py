"""This is where what an app wants to post is read into what the services take."""

import re
from datetime import UTC, datetime

from fedlearn.domain.actors import User
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.media import Focus
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.errors import Invalid
from fedlearn.services.drafts import Draft, MediaDraft, PollDraft
from fedlearn.web.mastodon.parameters import Parameters

REACHES = {
    "public": Reach.PUBLIC,
    "unlisted": Reach.UNLISTED,
    "private": Reach.FOLLOWERS,
    "direct": Reach.DIRECT,
}
MINUTE = 60
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")  # about what RFC 5646 allows
LONGEST_LANGUAGE = 35


def read_draft(parameters: Parameters, media: tuple[MediaDraft, ...], author: User) -> Draft:
    """What an app wants to post, as its author does where it says nothing else.

    `Invalid` for an audience that there is not.
    """
    habits, is_sensitive = author.habits, parameters.boolean("sensitive")
    visibility, policy = parameters.text("visibility"), parameters.text("quote_approval_policy")
    parent, quoted = parameters.id("in_reply_to_id"), parameters.id("quoted_status_id")
    return Draft(
        text=parameters.text("status") or "",
        reach=read_reach(visibility) if visibility else habits.reach,
        scope=Scope.ORG if parameters.boolean("local_only") else Scope.FED,
        content_warning=(parameters.text("spoiler_text") or "").strip(),
        is_sensitive=habits.is_sensitive if is_sensitive is None else is_sensitive,
        language=read_language(parameters) or author.posting_language,
        in_reply_to_id=StatusId(parent) if parent is not None else None,
        poll=read_poll(parameters),
        quoted_id=StatusId(quoted) if quoted is not None else None,
        quote_policy=read_quote_policy(policy) if policy else habits.quote_policy,
        media=media,
    )


def read_language(parameters: Parameters) -> str | None:
    """In which language it is; None where that is not said, or in words that name none."""
    code = parameters.text("language") or ""
    return code if LANGUAGE.fullmatch(code) and len(code) <= LONGEST_LANGUAGE else None


def read_poll(parameters: Parameters) -> PollDraft | None:
    """The poll that goes with it; its length is given in seconds."""
    poll = parameters.nested("poll")
    if poll is None or not poll.texts("options"):
        return None
    seconds = poll.integer("expires_in") or 0
    options = tuple(option.strip() for option in poll.texts("options"))
    return PollDraft(
        options,
        bool(poll.boolean("multiple")),
        -(-seconds // MINUTE),
        hides_totals=bool(poll.boolean("hide_totals")),
    )


def read_moment(text: str) -> Millis:
    """A moment as clients write one (ISO 8601); `Invalid` for what is none."""
    try:
        at = datetime.fromisoformat(text)
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Millis(round(aware.timestamp() * 1000))
    except (ValueError, OverflowError):
        raise Invalid("Record invalid") from None


def read_focus(text: str | None) -> Focus | None:
    """A point of a picture as "x,y"; `Invalid` for what is none."""
    if not text:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid("Validation failed: Focus is invalid") from None
    return Focus(max(-1.0, min(1.0, x)), max(-1.0, min(1.0, y)))


def read_reach_of_boost(visibility: str | None) -> Reach | None:
    """Who is to see a boost, if that is said; `Invalid` for a letter, which is for nobody else."""
    reach = read_reach(visibility) if visibility else None
    if reach is Reach.DIRECT:
        raise Invalid("Validation failed: Visibility is reserved")
    return reach


def read_reach(visibility: str) -> Reach:
    """Who is to see it; `Invalid` for a word that says nobody."""
    if visibility not in REACHES:
        raise Invalid(f"Validation failed: Visibility {visibility} is not a valid one")
    return REACHES[visibility]


def read_quote_policy(policy: str) -> QuotePolicy:
    """Who may quote a post; `Invalid` for a word that says nobody."""
    try:
        return QuotePolicy(policy)
    except ValueError:
        raise Invalid("Validation failed: Quote approval policy is invalid") from None
