"""This is where it is read what stewards have done."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import audit as db_audit
from fedlearn.db.database import Connection
from fedlearn.domain.audit import Act, AuditFilter
from fedlearn.domain.ids import ActorId
from fedlearn.domain.roles import Permission
from fedlearn.instance import Instance
from fedlearn.remote.actors import known_by_handle, read_typed
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.moderation.gate import before_of, render_desk, steward_of
from fedlearn.web.pages.moderation.words import ACTS, AGENTS, DETAILS, VALUES, named

A_PAGE = 50
NOBODY = ActorId(0)


async def audit_page(request: Request) -> Response:
    """Line by line, the latest first: all, or those of an act, a steward or an account."""
    by, query = await steward_of(request, Permission.VIEW_AUDIT_LOG), request.query_params
    instance = instance_of(request)
    async with instance.db.read() as connection:
        wanted = AuditFilter(
            act=next((one for one in Act if one == query.get("act")), None),
            by=await _actor_id(instance, connection, query.get("by", "")),
            about=await _about(instance, connection, query.get("about", "")),
        )
        entries = await db_audit.audit_page(
            connection, wanted, before=before_of(request), limit=A_PAGE
        )
    return await render_desk(
        request,
        by,
        "audit.html",
        entries=entries,
        query=query,
        older=entries[-1].id if len(entries) == A_PAGE else None,
        acts=ACTS,
        agents=AGENTS,
        details=DETAILS,
        values=VALUES,
        named=named,
    )


async def _actor_id(instance: Instance, connection: Connection, text: str) -> ActorId | None:
    """Whose name or handle was typed; nobody's where there is no such person, and so no line."""
    if not text.strip():
        return None
    actor = await known_by_handle(instance, connection, read_typed(instance, text))
    return actor.id if actor else NOBODY


async def _about(instance: Instance, connection: Connection, text: str) -> ActorId | None:
    """An account by its number, as links have it, or by its handle."""
    number = number_in(text)
    if number is not None:
        return ActorId(number)
    return await _actor_id(instance, connection, text)
