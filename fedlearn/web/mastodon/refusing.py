"""This is where it is said what is wrong with what an app has sent, for each name, with a code."""

from starlette.responses import Response

from fedlearn.web.json import json
from fedlearn.web.mastodon.entities.describing import Entity

BLANK = {"error": "ERR_BLANK", "description": "can't be blank"}
NOT_VALID = {"error": "ERR_INVALID", "description": "is invalid"}
NOT_AGREED = {"error": "ERR_ACCEPTED", "description": "must be accepted"}

Details = dict[str, list[dict[str, str]]]


def refusal(details: Details) -> Response:
    """The answer that lists all of it, in a sentence as well (ValidationError)."""
    said = [_said(name, one["description"]) for name, found in details.items() for one in found]
    body: Entity = {"error": f"Validation failed: {', '.join(said)}", "details": details}
    return json(body, status=422)


def _said(name: str, description: str) -> str:
    """Mastodon's own words go on from the name; ours are whole sentences."""
    named = name.replace("_", " ").capitalize()
    return f"{named}: {description}" if description[:1].isupper() else f"{named} {description}"
