"""This is where it is described what a person wants to post, and checked whether it will do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedlearn.domain.audience import Reach, Scope, narrower
from fedlearn.domain.ids import StatusId
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid
from fedlearn.settings import Settings

LONGEST_WARNING = 200
LONGEST_DESCRIPTION = 1500
MOST_PICTURES = 4
FEWEST_OPTIONS = 2
DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class PollDraft:
    """The answers that a person offers, and for how many minutes."""

    options: tuple[str, ...]
    is_multiple: bool = False
    minutes: int = DAY


@dataclass(frozen=True, slots=True)
class MediaDraft:
    """An uploaded picture that a post is to show, and what is said of it for who cannot see it."""

    media_id: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wants to post."""

    text: str
    reach: Reach = Reach.PUBLIC
    scope: Scope = Scope.FED
    content_warning: str = ""
    language: str | None = None
    in_reply_to_id: StatusId | None = None
    poll: PollDraft | None = None
    quoted_id: StatusId | None = None
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
    media: tuple[MediaDraft, ...] = ()


def no_wider_than(other: StatusView | None, draft: Draft) -> Draft:
    """What answers or quotes another post reaches no further than that does."""
    if other is None:
        return draft
    scope = Scope.ORG if other.status.scope is Scope.ORG else draft.scope
    return replace(draft, reach=narrower(draft.reach, other.status.reach), scope=scope)


def check_text(settings: Settings, text: str, content_warning: str) -> None:
    """`Invalid` for a text that is empty or too long."""
    limit = settings.max_status_characters
    if not text.strip():
        raise Invalid("There is nothing to post yet.", {"text": "Write something first."})
    if len(text) + len(content_warning) > limit:
        over = len(text) + len(content_warning) - limit
        raise Invalid(
            "The post is too long.", {"text": f"{over} characters too many: {limit} fit in a post."}
        )
    if len(content_warning) > LONGEST_WARNING:
        message = f"A warning has at most {LONGEST_WARNING} characters."
        raise Invalid("The warning is too long.", {"content_warning": message})


def check_poll(settings: Settings, poll: PollDraft | None) -> None:
    """`Invalid` for a poll with too few, too many, equal or long answers, or of a wrong length."""
    if poll is None:
        return
    wrong = _wrong_options(settings, poll.options) or _wrong_length(settings, poll.minutes)
    if wrong:
        raise Invalid("The poll cannot be held like this.", {"poll": wrong})


def check_media(media: Sequence[MediaDraft]) -> None:
    """`Invalid` for too many pictures, or the same one twice."""
    if len(media) > MOST_PICTURES or len({one.media_id for one in media}) < len(media):
        message = f"A post shows at most {MOST_PICTURES} pictures, each once."
        raise Invalid(message, {"pictures": message})
    check_descriptions([one.description for one in media])


def check_descriptions(descriptions: Sequence[str]) -> None:
    """`Invalid` for a description of a picture that is too long."""
    if any(len(one) > LONGEST_DESCRIPTION for one in descriptions):
        message = f"The description of a picture has at most {LONGEST_DESCRIPTION} characters."
        raise Invalid(message, {"pictures": message})


def _wrong_options(settings: Settings, options: Sequence[str]) -> str | None:
    longest = settings.max_poll_option_characters
    if len(options) < FEWEST_OPTIONS or not all(options):
        return "A poll needs at least two answers."
    if len(options) > settings.max_poll_options:
        return f"A poll has at most {settings.max_poll_options} answers."
    if len(set(options)) < len(options):
        return "Each answer must be another one."
    if any(len(option) > longest for option in options):
        return f"An answer has at most {longest} characters."
    return None


def _wrong_length(settings: Settings, minutes: int) -> str | None:
    if minutes < settings.min_poll_minutes:
        return f"A poll takes at least {settings.min_poll_minutes} minutes."
    if minutes > settings.max_poll_days * DAY:
        return f"A poll takes at most {settings.max_poll_days} days."
    return None
