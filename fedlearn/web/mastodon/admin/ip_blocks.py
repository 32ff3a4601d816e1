"""Methods of IP addresses (https://docs.joinmastodon.org/methods/admin/ip_blocks/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import ip_blocks as db_ip_blocks
from fedlearn.domain.ids import Millis
from fedlearn.domain.ip_blocks import IpBlock, Severity
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import ip_blocks
from fedlearn.services.ip_blocks import Said
from fedlearn.web.context import host_of, instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.entities.admin import ip_block_entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 100, 200
READ, WRITE = "admin:read:ip_blocks", "admin:write:ip_blocks"


async def get_ip_blocks(request: Request) -> Response:
    """The ranges of addresses of which something was said, the latest first."""
    by = await _admin(request, READ)
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    found = await ip_blocks.ip_blocks(
        instance_of(request),
        by,
        before=page.before,
        after=page.after,
        is_upward=page.is_upward,
        limit=page.limit,
    )
    shown = [ip_block_entity(one) for one in found]
    return paged(request, shown, [one.id for one in found], has_more=len(found) == page.limit)


async def get_ip_block(request: Request) -> Response:
    """One of them."""
    await _admin(request, READ)
    return json(ip_block_entity(await _find(request)))


async def create_ip_block(request: Request) -> Response:
    """Shut a range out, have nobody sign up from there, or have whoever does wait."""
    by, parameters = await _admin(request, WRITE), await read_parameters(request)
    typed, severity = parameters.text("ip") or "", _severity(parameters)
    if not typed.strip():
        raise Invalid("Validation failed: Ip can't be blank")
    if severity is None:
        raise Invalid("Validation failed: Severity can't be blank")
    said = Said(typed, severity, parameters.text("comment") or "", _end(parameters))
    made = await ip_blocks.block(instance_of(request), by, said, own_address=host_of(request))
    parts_of(request).ip_blocks.forget()
    return json(ip_block_entity(made))


async def change_ip_block(request: Request) -> Response:
    """Say otherwise of one of them; what is left out stays."""
    by, parameters = await _admin(request, WRITE), await read_parameters(request)
    known = await _find(request)
    comment = parameters.text("comment")
    said = Said(
        parameters.text("ip") or str(known.network),
        _severity(parameters) or known.severity,
        known.comment if comment is None else comment,
        _end(parameters) if "expires_in" in parameters else known.expires_at,
    )
    changed = await ip_blocks.change(
        instance_of(request), by, known.id, said, own_address=host_of(request)
    )
    parts_of(request).ip_blocks.forget()
    return json(ip_block_entity(changed))


async def lift_ip_block(request: Request) -> Response:
    """Say nothing of it any more."""
    by = await _admin(request, WRITE)
    await ip_blocks.lift(instance_of(request), by, (await _find(request)).id)
    parts_of(request).ip_blocks.forget()
    return json({})


async def _admin(request: Request, scope: str) -> Steward:
    return await steward_of(request, scope, Permission.MANAGE_BLOCKS)


async def _find(request: Request) -> IpBlock:
    async with instance_of(request).db.read() as connection:
        found = await db_ip_blocks.ip_block(connection, request.path_params["block_id"])
    if found is None:
        raise NotFound("Record not found")
    return found


def _severity(parameters: Parameters) -> Severity | None:
    try:
        return Severity(parameters.text("severity") or "")
    except ValueError:
        if not parameters.text("severity"):
            return None
        raise Invalid("Validation failed: Severity is not included in the list") from None


def _end(parameters: Parameters) -> Millis | None:
    seconds = parameters.integer("expires_in")
    return None if seconds is None else ip_blocks.end_of(seconds)
