"""This is where what was written is kept when the session was lost over it.

It goes along in the forms of signing in, never in an address, and comes back into its form. It is
not sent by that: its author looks at it first.
"""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from fedlearn.web.pages.forms import text_of
from fedlearn.web.sessions import local_path

# Before the names of what is kept, so that nothing is taken for a field of signing in.
PREFIX = "kept."
RESUME = "/statuses/resume"
LEFT_OUT = {"csrf"}
# Which post was edited, where it was that.
EDITED = "edited_id"

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GoingOn:
    """What comes after signing in: a page, or `action`, which is sent what was written.

    That has no token of the new session, so nothing is done with it: the form comes back filled in.
    """

    target: str = "/"
    kept: Fields = ()
    action: str = RESUME

    def response(self) -> Response:
        """There; the form that signed in is sent on with what was written."""
        if self.kept:
            return RedirectResponse(self.action, status_code=307)
        return RedirectResponse(self.target, status_code=303)


def read_going_on(form: FormData) -> GoingOn:
    """What comes after signing in, as a form of that has it."""
    kept = [(name, value) for name, value in _texts(form) if name.startswith(PREFIX)]
    action = local_path(text_of(form, "kept_action"), RESUME)
    return GoingOn(local_path(text_of(form, "next")), tuple(kept), action)


def keep(form: FormData, action: str = RESUME, **more: str) -> GoingOn:
    """What comes after signing in again: the form, as it was sent."""
    texts = [*_texts(form), *more.items()]
    kept = [(f"{PREFIX}{name}", value) for name, value in texts if name not in LEFT_OUT]
    return GoingOn(kept=tuple(kept), action=action)


def kept_form(kept: Fields) -> FormData:
    """The form as it was sent."""
    return FormData([(name.removeprefix(PREFIX), value) for name, value in kept])


def written_in(form: FormData) -> FormData:
    """What was written in a form, be it sent as it is or on from signing in."""
    return kept_form(read_going_on(form).kept or keep(form).kept)


def _texts(form: FormData) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
