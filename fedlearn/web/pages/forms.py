"""This is where forms are read into what the services take, and where a page leads next."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import StatusId
from fedlearn.errors import Invalid, NotFound
from fedlearn.services.drafts import Draft
from fedlearn.web.sessions import local_path

# The choices of the composer: what is sent, and in plain words what will happen.
AUDIENCES = {
    "public": (Reach.PUBLIC, Scope.FED),
    "unlisted": (Reach.UNLISTED, Scope.FED),
    "followers": (Reach.FOLLOWERS, Scope.FED),
    "direct": (Reach.DIRECT, Scope.FED),
    "org": (Reach.PUBLIC, Scope.ORG),
}


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
    parent = text_of(form, "in_reply_to_id")
    return Draft(
        text=text_of(form, "text"),
        reach=reach,
        scope=scope,
        content_warning=text_of(form, "content_warning").strip(),
        in_reply_to_id=status_id_of(parent) if parent else None,
    )


def status_id_of(text: str) -> StatusId:
    """The id of a post as it stands in a form; `NotFound` for what is none."""
    if not text.isdecimal() or len(text) > 19 or int(text) >= 2**63:
        raise NotFound("There is no such post.")
    return StatusId(int(text))


def cursor_of(request: Request) -> StatusId | None:
    """Where the page of a timeline begins: below the post with this id."""
    text = request.query_params.get("before")
    return status_id_of(text) if text else None


def back(form: FormData, default: str = "/") -> RedirectResponse:
    """To where the form says that it came from."""
    return RedirectResponse(local_path(text_of(form, "next"), default), status_code=303)
