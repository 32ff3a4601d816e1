"""Methods of other servers for admins: domain_blocks and domain_allows.

See https://docs.joinmastodon.org/methods/admin/domain_blocks/. Of a domain one thing is said: it is
blocked, silenced or allowed.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import hosts as db_hosts
from fedlearn.db.domain_policies import policies_page, policy_by_id
from fedlearn.domain.policies import DomainPolicy, Policy
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import moderation
from fedlearn.services.domain_lists import SEVERITIES
from fedlearn.text.hosts import read_domain
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.entities.admin import domain_allow_entity, domain_block_entity
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 100, 200
BLOCKS, ALLOWS = (Policy.BLOCK, Policy.SILENCE), (Policy.ALLOW,)


# --- blocked and silenced ------------------------------------------------------------------------


async def get_blocks(request: Request) -> Response:
    """The domains that are blocked or silenced, the latest first."""
    await _admin(request, "admin:read:domain_blocks")
    return await _respond_with_page(request, BLOCKS, domain_block_entity)


async def get_block(request: Request) -> Response:
    """One of them."""
    await _admin(request, "admin:read:domain_blocks")
    return json(domain_block_entity(await _find(request, BLOCKS)))


async def create_block(request: Request) -> Response:
    """Block or silence a domain; silenced is what it is when nothing is said."""
    by = await _admin(request, "admin:write:domain_blocks")
    parameters = await read_parameters(request)
    policy = _severity(parameters) or Policy.SILENCE
    said = await _say(request, by, _domain(parameters), policy, parameters)
    return json(domain_block_entity(said))


async def change_block(request: Request) -> Response:
    """Say otherwise of one of them; what is left out stays."""
    by = await _admin(request, "admin:write:domain_blocks")
    known, parameters = await _find(request, BLOCKS), await read_parameters(request)
    policy = _severity(parameters) or known.policy
    said = await _say(request, by, known.domain, policy, parameters)
    return json(domain_block_entity(said))


async def lift_block(request: Request) -> Response:
    """Say nothing of it any more."""
    by = await _admin(request, "admin:write:domain_blocks")
    known = await _find(request, BLOCKS)
    await moderation.forget_domain_policy(instance_of(request), known.domain, by=by)
    return json({})


# --- allowed -------------------------------------------------------------------------------------


async def get_allows(request: Request) -> Response:
    """The domains with which we talk where only these are talked with, the latest first."""
    await _admin(request, "admin:read:domain_allows")
    return await _respond_with_page(request, ALLOWS, domain_allow_entity)


async def get_allow(request: Request) -> Response:
    """One of them."""
    await _admin(request, "admin:read:domain_allows")
    return json(domain_allow_entity(await _find(request, ALLOWS)))


async def create_allow(request: Request) -> Response:
    """Allow a domain of which nothing else is said."""
    by = await _admin(request, "admin:write:domain_allows")
    parameters = await read_parameters(request)
    domain = _domain(parameters)
    known = await _known(request, domain)
    if known is not None and known.policy is not Policy.ALLOW:
        # Nobody lifts a block who only wanted to allow something.
        raise Invalid("Validation failed: Domain is blocked")
    return json(domain_allow_entity(await _say(request, by, domain, Policy.ALLOW, parameters)))


async def take_back(request: Request) -> Response:
    """Allow it no more."""
    by = await _admin(request, "admin:write:domain_allows")
    known = await _find(request, ALLOWS)
    await moderation.forget_domain_policy(instance_of(request), known.domain, by=by)
    return json(domain_allow_entity(known))


# --- both ----------------------------------------------------------------------------------------


async def _admin(request: Request, scope: str) -> Steward:
    return await steward_of(request, scope, Permission.MANAGE_FEDERATION)


async def _find(request: Request, policies: tuple[Policy, ...]) -> DomainPolicy:
    async with instance_of(request).db.read() as connection:
        found = await policy_by_id(connection, request.path_params["policy_id"])
    if found is None or found.policy not in policies:
        raise NotFound("Record not found")
    return found


async def _known(request: Request, domain: str) -> DomainPolicy | None:
    async with instance_of(request).db.read() as connection:
        return await db_hosts.domain_policy(connection, domain)


async def _say(
    request: Request, by: Steward, domain: str, policy: Policy, parameters: Parameters
) -> DomainPolicy:
    await moderation.set_domain_policy(
        instance_of(request),
        domain,
        policy,
        by=by,
        public_comment=parameters.text("public_comment"),
        private_comment=parameters.text("private_comment"),
        obfuscate=parameters.boolean("obfuscate"),
    )
    said = await _known(request, domain)
    if said is None:
        raise NotFound("Record not found")
    return said


def _domain(parameters: Parameters) -> str:
    typed = parameters.text("domain") or ""
    if not typed.strip():
        raise Invalid("Validation failed: Domain can't be blank")
    return read_domain(typed)


def _severity(parameters: Parameters) -> Policy | None:
    """What is to hold; there is no word here for a domain that is only listed."""
    severity = parameters.text("severity")
    if severity is None:
        return None
    if severity not in SEVERITIES:
        raise Invalid("Validation failed: Severity is not included in the list")
    return SEVERITIES[severity]


async def _respond_with_page(
    request: Request, policies: tuple[Policy, ...], entity_of: Callable[[DomainPolicy], Entity]
) -> Response:
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        found = await policies_page(
            connection,
            policies,
            before=page.before,
            after=page.after,
            is_upward=page.is_upward,
            limit=page.limit,
        )
    shown = [entity_of(one) for one in found]
    has_more = len(found) == page.limit
    return paged(request, shown, [one.id for one in found], has_more=has_more)
