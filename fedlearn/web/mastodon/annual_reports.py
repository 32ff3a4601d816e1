"""Methods of annual reports (https://docs.joinmastodon.org/methods/annual_reports/).

Nothing is gathered over a year of what people do. Apps that ask are told so in the way they know.
"""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user


async def get_annual_reports(request: Request) -> Response:
    """The reports that were made for somebody: none."""
    await require_user(request, "read:accounts")
    return json({"annual_reports": [], "accounts": [], "statuses": []})


async def get_state(request: Request) -> Response:
    """Whether there is a report of a year, or can be: neither."""
    await require_user(request, "read:accounts")
    return json({"state": "ineligible"})
