"""This is where it is said how a form comes back: with which status, and what is wrong with it."""

import logging
from typing import Any

from fedlearn.errors import FetchError, Invalid, RefusedDocument
from fedlearn.text.elsewhere import FarError, in_words
from fedlearn.text.languages import N_, _
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.sessions import OtherSession

log = logging.getLogger(__name__)

Refusal = Invalid | TooManyRequests | OtherSession | FarError
CAME_BACK = N_("This is what you wrote. Look it over and send it; choose files again.")


def as_answer(refusal: Refusal | None, *, otherwise: int = 200) -> dict[str, Any]:
    """The status of the page with the form, and when to try again if it was too often."""
    if isinstance(refusal, TooManyRequests):
        return {"status": 429, "headers": {"retry-after": str(refusal.retry_after)}}
    if isinstance(refusal, OtherSession):
        return {"status": 403}
    return {"status": 422 if refusal else otherwise}


def errors_of(refusal: Refusal | None, field: str = "form") -> dict[str, str]:
    """What is wrong, by field; what belongs to none stands beside `field`."""
    if refusal is None:
        return {}
    if isinstance(refusal, OtherSession):
        return {"kept": _(CAME_BACK)}
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    return fields or {field: sentence_of(refusal)}


def sentence_of(error: Exception) -> str:
    """What is wrong, for people; of what went wrong elsewhere the log has the exact words."""
    if not isinstance(error, FetchError | RefusedDocument):
        return str(error)
    log.info("somebody was told of: %s", error)
    return in_words(error)
