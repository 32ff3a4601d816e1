"""This is where apps are let in that look after the instance: by their scope, and by the role."""

from starlette.requests import Request

from fedlearn.domain.roles import Permission, Steward, steward
from fedlearn.errors import Forbidden
from fedlearn.web.mastodon.callers import require_user

NOT_ALLOWED = "This action is not allowed"


async def steward_of(request: Request, scope: str, *permissions: Permission) -> Steward:
    """For whom the app calls, if it was granted this, and they may do all of that."""
    by = steward(await require_user(request, scope))
    if not all(by.may(one) for one in permissions):
        raise Forbidden(NOT_ALLOWED)
    return by
