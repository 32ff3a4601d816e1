"""This is where forms are read into what the services take, and where a page leads next."""

import re

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import StatusId
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.errors import Invalid, NotFound
from fedlearn.services.drafts import Draft, PollDraft
from fedlearn.web.sessions import local_path

# The choices of the composer: what is sent, and in plain words what will happen.
AUDIENCES = {
    "public": (Reach.PUBLIC, Scope.FED),
    "unlisted": (Reach.UNLISTED, Scope.FED),
    "followers": (Reach.FOLLOWERS, Scope.FED),
    "direct": (Reach.DIRECT, Scope.FED),
    "org": (Reach.PUBLIC, Scope.ORG),
}

OPTION = re.compile(r"option_\d+")
LONGEST_NUMBER = 9


def text_of(form: FormData, name: str) -> str:
    """A field of text, with line ends as we store them; "" when it is missing."""
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def read_draft(form: FormData) -> Draft:
    """What the composer holds."""
    chosen = text_of(form, "audience") or "public"
    if chosen not in AUDIENCES:
        raise Invalid("Choose who may see it.", {"audience": "Choose who may see it."})
    reach, scope = AUDIENCES[chosen]
    parent, quoted = text_of(form, "in_reply_to_id"), text_of(form, "quoted_id")
    return Draft(
        text=text_of(form, "text"),
        reach=reach,
        scope=scope,
        content_warning=text_of(form, "content_warning").strip(),
        in_reply_to_id=status_id_of(parent) if parent else None,
        poll=read_poll(form),
        quoted_id=status_id_of(quoted) if quoted else None,
        quote_policy=_quote_policy(text_of(form, "quote_policy") or QuotePolicy.PUBLIC),
    )


def read_poll(form: FormData) -> PollDraft | None:
    """The poll in the composer; None when no answer is written down."""
    titles = [text_of(form, name).strip() for name in form if OPTION.fullmatch(name)]
    options = tuple(filter(None, titles))
    minutes = text_of(form, "poll_minutes")
    if not options:
        return None
    if not minutes.isdecimal() or len(minutes) > LONGEST_NUMBER:
        raise Invalid("Say how long the poll takes.", {"poll": "Say how long the poll takes."})
    return PollDraft(options, bool(text_of(form, "multiple")), int(minutes))


def _quote_policy(chosen: str) -> QuotePolicy:
    try:
        return QuotePolicy(chosen)
    except ValueError:
        message = "Choose who may quote it."
        raise Invalid(message, {"quote_policy": message}) from None


def status_id_of(text: str) -> StatusId:
    """The id of a post as it stands in a form; `NotFound` for what is none."""
    if not text.isdecimal() or len(text) > 19 or int(text) >= 2**63:
        raise NotFound("There is no such post.")
    return StatusId(int(text))


def cursor_of(request: Request) -> StatusId | None:
    """Where the page of a timeline begins: below the post with this id."""
    text = request.query_params.get("before")
    return status_id_of(text) if text else None


def back(form: FormData, default: str = "/", *, place: str = "") -> RedirectResponse:
    """To where the form says that it came from, or to a place on that page."""
    target = local_path(text_of(form, "next"), default)
    if place:
        target = target.partition("#")[0] + place
    return RedirectResponse(target, status_code=303)
