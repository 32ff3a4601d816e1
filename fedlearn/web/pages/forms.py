"""This is where forms are read into what the services take, and where a page leads next."""

import hashlib
import re

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.media import Focus
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.errors import Invalid, NotFound
from fedlearn.services.drafts import Draft, MediaDraft, PollDraft
from fedlearn.text.languages import _
from fedlearn.text.moments import read_local
from fedlearn.text.tongues import is_tongue
from fedlearn.web.body import text_in
from fedlearn.web.convertors import number_in
from fedlearn.web.sessions import local_path

# The choices of the composer: what is sent, and in plain words what will happen.
AUDIENCES = {
    "public": (Reach.PUBLIC, Scope.FED),
    "unlisted": (Reach.UNLISTED, Scope.FED),
    "followers": (Reach.FOLLOWERS, Scope.FED),
    "direct": (Reach.DIRECT, Scope.FED),
    "org": (Reach.PUBLIC, Scope.ORG),
}

# What makes two forms with the same key the same; pictures are uploaded anew, and no measure.
TELLING = (
    "key",
    "text",
    "content_warning",
    "audience",
    "in_reply_to_id",
    "quoted_id",
    "scheduled_at",
    "scheduled_id",
    "to",
    "adding",
    "stays",
    "actor",
    "comment",
    "category",
)
OPTION = re.compile(r"option_\d+")
LONGEST_NUMBER = 9
# As in the Mastodon API.
A_PAGE, MOST_ON_A_PAGE = 20, 40


def text_of(form: FormData, name: str) -> str:
    """A field of text as we keep it; "" when it is missing."""
    value = form.get(name)
    return text_in(value) if isinstance(value, str) else ""


def key_of(form: FormData) -> str:
    """What is the same when a form is sent again, and no more when something else is written."""
    if not text_of(form, "key"):
        return ""
    said = "\0".join(text_of(form, name) for name in TELLING)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def read_draft(form: FormData) -> Draft:
    """What the composer holds."""
    chosen = text_of(form, "audience") or "public"
    if chosen not in AUDIENCES:
        raise Invalid(_("Choose who may see it."), {"audience": _("Choose who may see it.")})
    reach, scope = AUDIENCES[chosen]
    parent, quoted = text_of(form, "in_reply_to_id"), text_of(form, "quoted_id")
    return Draft(
        text=text_of(form, "text"),
        reach=reach,
        scope=scope,
        content_warning=text_of(form, "content_warning").strip(),
        is_sensitive=bool(text_of(form, "is_sensitive")),
        language=read_language(form),
        in_reply_to_id=status_id_of(parent) if parent else None,
        poll=read_poll(form),
        quoted_id=status_id_of(quoted) if quoted else None,
        quote_policy=_quote_policy(text_of(form, "quote_policy") or QuotePolicy.PUBLIC),
        adding=read_handles(form, "adding"),
    )


def read_handles(form: FormData, name: str) -> tuple[str, ...]:
    """The handles in a field, with blanks or commas between them."""
    return tuple(text_of(form, name).replace(",", " ").split())


def read_language(form: FormData) -> str | None:
    """The language of what was written; None when nothing is said of it."""
    code = text_of(form, "language")
    if code and not is_tongue(code):
        raise Invalid(_("Choose a language."), {"language": _("Choose a language.")})
    return code or None


def read_time(form: FormData, time_zone: str) -> Millis | None:
    """When it is to be posted, by the clock of its author; None for now."""
    text = text_of(form, "scheduled_at")
    if not text:
        return None
    return require_time(form, time_zone)


def require_time(form: FormData, time_zone: str) -> Millis:
    """The same, where a time must be given."""
    at = read_local(text_of(form, "scheduled_at"), time_zone)
    if at is None:
        message = _("Choose a day and an hour.")
        raise Invalid(message, {"scheduled_at": message})
    return at


def fields_of(draft: Draft) -> dict[str, str]:
    """A draft as the composer holds it, to be gone on with."""
    fields = {
        "text": draft.text,
        "audience": audience_of(draft),
        "content_warning": draft.content_warning,
        "is_sensitive": "on" if draft.is_sensitive else "",
        "language": draft.language or "",
        "in_reply_to_id": str(draft.in_reply_to_id or ""),
        "quoted_id": str(draft.quoted_id or ""),
        "quote_policy": draft.quote_policy.value,
        "adding": " ".join(f"@{handle.removeprefix('@')}" for handle in draft.adding),
    }
    for number, one in enumerate(draft.media, start=1):
        fields |= picture_fields(number, one)
    return fields | (_poll_fields(draft.poll) if draft.poll else {})


def audience_of(draft: Draft) -> str:
    """Which choice of the composer a draft has."""
    if draft.scope is Scope.ORG and draft.reach is not Reach.DIRECT:
        return "org"
    return draft.reach.value


def picture_fields(number: int, picture: MediaDraft) -> dict[str, str]:
    """A picture as the composer holds it in one of its places."""
    focus = picture.focus or Focus(0, 0)
    return {
        f"media_{number}": str(picture.media_id),
        f"alt_{number}": picture.description,
        f"focus_x_{number}": f"{focus.x:g}",
        f"focus_y_{number}": f"{focus.y:g}",
    }


def _poll_fields(poll: PollDraft) -> dict[str, str]:
    options = {f"option_{number}": one for number, one in enumerate(poll.options, start=1)}
    multiple = {"multiple": "on"} if poll.is_multiple else {}
    hidden = {"hides_totals": "on"} if poll.hides_totals else {}
    return {**options, **multiple, **hidden, "poll_minutes": str(poll.minutes)}


def read_poll(form: FormData) -> PollDraft | None:
    """The poll in the composer; None when no answer is written down."""
    titles = [text_of(form, name).strip() for name in form if OPTION.fullmatch(name)]
    options = tuple(filter(None, titles))
    minutes = text_of(form, "poll_minutes")
    if not options:
        return None
    if not minutes.isdecimal() or len(minutes) > LONGEST_NUMBER:
        raise Invalid(
            _("Say how long the poll takes."), {"poll": _("Say how long the poll takes.")}
        )
    return PollDraft(
        options,
        bool(text_of(form, "multiple")),
        int(minutes),
        hides_totals=bool(text_of(form, "hides_totals")),
    )


def _quote_policy(chosen: str) -> QuotePolicy:
    try:
        return QuotePolicy(chosen)
    except ValueError:
        message = _("Choose who may quote it.")
        raise Invalid(message, {"quote_policy": message}) from None


def status_id_of(text: str) -> StatusId:
    """The id of a post as it stands in a form; `NotFound` for what is none."""
    number = number_in(text)
    if number is None:
        raise NotFound(_("There is no such post."))
    return StatusId(number)


def cursor_of(request: Request) -> StatusId | None:
    """Where the page of a timeline begins: below the post with this id."""
    text = request.query_params.get("before")
    return status_id_of(text) if text else None


def size_of(request: Request) -> int:
    """How many posts a page of a timeline holds, as the reader asks for it, within bounds."""
    text = request.query_params.get("limit", "")
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        return A_PAGE
    return max(1, min(int(text), MOST_ON_A_PAGE))


def back(form: FormData, default: str = "/", *, place: str = "") -> RedirectResponse:
    """To where the form says that it came from, or to a place on that page."""
    target = local_path(text_of(form, "next"), default)
    if place:
        target = target.partition("#")[0] + place
    return RedirectResponse(target, status_code=303)
