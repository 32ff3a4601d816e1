"""This is where a page offers to undo the deletion of a post: its address says of which one."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request

from fedlearn.db.database import Connection
from fedlearn.db.statuses import is_hidden
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.web.convertors import number_in

PARAMETER = "deleted"


def offering_undo(target: str, status_id: StatusId) -> str:
    """A page of ours that offers to undo this deletion."""
    return _with(target, [(PARAMETER, str(status_id))])


def without_offer(target: str) -> str:
    """The same page when there is nothing to undo any more."""
    return _with(target, []) if f"{PARAMETER}=" in target else target


async def undo_offered(connection: Connection, request: Request, me: Actor) -> StatusId | None:
    """Whose deletion the page that is asked for offers to undo; None where it is too late."""
    number = number_in(request.query_params.get(PARAMETER, ""))
    if number is None:
        return None
    status_id = StatusId(number)
    return status_id if await is_hidden(connection, me.id, status_id) else None


def _with(target: str, more: list[tuple[str, str]]) -> str:
    parts = urlsplit(target)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != PARAMETER]
    return urlunsplit(("", "", parts.path, urlencode([*kept, *more]), ""))
