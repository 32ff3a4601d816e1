"""This is where it is described what a person wants to post, and checked whether it will do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedlearn.domain.audience import Reach, Scope, narrower
from fedlearn.domain.ids import StatusId
from fedlearn.domain.media import Focus
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid
from fedlearn.settings import Settings
from fedlearn.text.languages import _
from fedlearn.text.lengths import length_of

LONGEST_WARNING = 200
LONGEST_DESCRIPTION = 1500
MOST_PICTURES = 4
FEWEST_OPTIONS = 2
DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class PollDraft:
    """The answers that a person offers, and for how many minutes.

    How often each is chosen may be hidden until then.
    """

    options: tuple[str, ...]
    is_multiple: bool = False
    minutes: int = DAY
    hides_totals: bool = False


@dataclass(frozen=True, slots=True)
class MediaDraft:
    """An uploaded picture that a post is to show, and what is said of it for who cannot see it.

    `focus` is what stays visible of it when it is cut.
    """

    media_id: int
    description: str = ""
    focus: Focus | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wants to post. With a warning it is sensitive, whether it says so or not.

    `adding` are handles of people to whom a direct post goes besides those whom it answers.
    """

    text: str
    reach: Reach = Reach.PUBLIC
    scope: Scope = Scope.FED
    content_warning: str = ""
    is_sensitive: bool = False
    language: str | None = None
    in_reply_to_id: StatusId | None = None
    poll: PollDraft | None = None
    quoted_id: StatusId | None = None
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
    media: tuple[MediaDraft, ...] = ()
    adding: tuple[str, ...] = ()


def no_wider_than(other: StatusView | None, draft: Draft) -> Draft:
    """What answers or quotes another post reaches no further than that does."""
    if other is None:
        return draft
    scope = Scope.ORG if other.status.scope is Scope.ORG else draft.scope
    return replace(draft, reach=narrower(draft.reach, other.status.reach), scope=scope)


def check_draft(settings: Settings, draft: Draft) -> None:
    """`Invalid` for what can be posted neither now nor later."""
    check_text(settings, draft.text, draft.content_warning, has_media=bool(draft.media))
    check_poll(settings, draft.poll)
    check_media(draft.media)


def check_text(
    settings: Settings, text: str, content_warning: str, *, has_media: bool = False
) -> None:
    """`Invalid` for a text that is too long, or empty where no picture stands for it."""
    limit = settings.max_status_characters
    if not text.strip() and not has_media:
        raise Invalid(_("There is nothing to post yet."), {"text": _("Write something first.")})
    over = length_of(text) + len(content_warning) - limit
    if over > 0:
        raise Invalid(
            _("The post is too long."),
            {
                "text": _(
                    "%(over)s characters too many: %(limit)s fit in a post.", over=over, limit=limit
                )
            },
        )
    if len(content_warning) > LONGEST_WARNING:
        message = _("A warning has at most %(most)s characters.", most=LONGEST_WARNING)
        raise Invalid(_("The warning is too long."), {"content_warning": message})


def check_poll(settings: Settings, poll: PollDraft | None) -> None:
    """`Invalid` for a poll with too few, too many, equal or long answers, or of a wrong length."""
    if poll is None:
        return
    wrong = _wrong_options(settings, poll.options) or _wrong_length(settings, poll.minutes)
    if wrong:
        raise Invalid(_("The poll cannot be held like this."), {"poll": wrong})


def check_media(media: Sequence[MediaDraft]) -> None:
    """`Invalid` for too many pictures, or the same one twice."""
    if len(media) > MOST_PICTURES or len({one.media_id for one in media}) < len(media):
        message = _(
            "A post shows at most %(most)s files, each once.",
            most=MOST_PICTURES,
        )
        raise Invalid(message, {"pictures": message})
    for one in media:
        check_description(one.description)


def check_description(description: str) -> None:
    """`Invalid` for too many words on what a picture shows."""
    if len(description) > LONGEST_DESCRIPTION:
        message = _(
            "A description has at most %(most)s characters.",
            most=LONGEST_DESCRIPTION,
        )
        raise Invalid(message, {"pictures": message})


def _wrong_options(settings: Settings, options: Sequence[str]) -> str | None:
    longest = settings.max_poll_option_characters
    if len(options) < FEWEST_OPTIONS or not all(options):
        return _("A poll needs at least two answers.")
    if len(options) > settings.max_poll_options:
        return _(
            "A poll has at most %(most)s answers.",
            most=settings.max_poll_options,
        )
    if len(set(options)) < len(options):
        return _("Each answer must be another one.")
    if any(len(option) > longest for option in options):
        return _("An answer has at most %(most)s characters.", most=longest)
    return None


def _wrong_length(settings: Settings, minutes: int) -> str | None:
    if minutes < settings.min_poll_minutes:
        return _(
            "A poll takes at least %(least)s minutes.",
            least=settings.min_poll_minutes,
        )
    if minutes > settings.max_poll_days * DAY:
        return _("A poll takes at most %(most)s days.", most=settings.max_poll_days)
    return None
