"""Methods of e-mail domains (https://docs.joinmastodon.org/methods/admin/email_domain_blocks/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import email_domains as db_email_domains
from fedlearn.domain.policies import EmailDomain
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import email_domains
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.entities.admin import email_domain_entity
from fedlearn.web.mastodon.pagination import cut, paged, read_page
from fedlearn.web.mastodon.parameters import read_parameters

USUAL, MOST = 100, 200
READ, WRITE = "admin:read:email_domain_blocks", "admin:write:email_domain_blocks"


async def get_email_domains(request: Request) -> Response:
    """The domains with whose addresses nobody signs up, the latest first."""
    by = await _admin(request, READ)
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    known = {one.id: one for one in await email_domains.email_domains(instance_of(request), by)}
    ids = cut(page, list(known))
    shown = [email_domain_entity(known[one]) for one in ids]
    return paged(request, shown, ids, has_more=len(ids) == page.limit)


async def get_email_domain(request: Request) -> Response:
    """One of them."""
    await _admin(request, READ)
    return json(email_domain_entity(await _find(request)))


async def block_email_domain(request: Request) -> Response:
    """Take no address of a domain any more."""
    by = await _admin(request, WRITE)
    typed = ((await read_parameters(request)).text("domain") or "").strip()
    if not typed:
        raise Invalid("Validation failed: Domain can't be blank")
    await email_domains.block(instance_of(request), by, typed)
    (latest, *_others) = await email_domains.email_domains(instance_of(request), by)
    return json(email_domain_entity(latest))


async def lift_email_domain(request: Request) -> Response:
    """Take them again."""
    by = await _admin(request, WRITE)
    await email_domains.lift(instance_of(request), by, (await _find(request)).domain)
    return json({})


async def _admin(request: Request, scope: str) -> Steward:
    return await steward_of(request, scope, Permission.MANAGE_BLOCKS)


async def _find(request: Request) -> EmailDomain:
    async with instance_of(request).db.read() as connection:
        found = await db_email_domains.email_domain(connection, request.path_params["policy_id"])
    if found is None:
        raise NotFound("Record not found")
    return found
