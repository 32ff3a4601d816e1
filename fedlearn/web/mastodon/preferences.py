"""Methods of preferences (https://docs.joinmastodon.org/methods/preferences/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.entities.describing import VISIBILITIES


async def get_preferences(request: Request) -> Response:
    """How somebody likes to post and read."""
    user = await require_user(request, "read:accounts")
    said = {
        "posting:default:visibility": VISIBILITIES[user.habits.reach],
        "posting:default:sensitive": user.habits.is_sensitive,
        "posting:default:language": user.posting_language,
        "posting:default:quote_policy": user.habits.quote_policy.value,
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }
    return json(said)
