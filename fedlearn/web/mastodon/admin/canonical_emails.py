"""Methods of single addresses.

See https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/.
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import canonical_emails as db_canonical_emails
from fedlearn.domain.policies import CanonicalEmail
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import canonical_emails
from fedlearn.text.emails import canonical_hash
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.entities.admin import canonical_email_entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 100, 200
READ, WRITE = "admin:read:canonical_email_blocks", "admin:write:canonical_email_blocks"
HASH = re.compile(r"[0-9a-f]{64}")


async def get_emails(request: Request) -> Response:
    """The addresses with which nobody signs up, the latest first, by their hashes."""
    await _admin(request, READ)
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        found = await db_canonical_emails.canonical_emails_page(
            connection,
            before=page.before,
            after=page.after,
            is_upward=page.is_upward,
            limit=page.limit,
        )
    shown = [canonical_email_entity(one) for one in found]
    return paged(request, shown, [one.id for one in found], has_more=len(found) == page.limit)


async def get_email(request: Request) -> Response:
    """One of them."""
    await _admin(request, READ)
    return json(canonical_email_entity(await _find(request)))


async def try_email(request: Request) -> Response:
    """Whether an address is among them, however it is spelt: a list of it, or of nothing."""
    await _admin(request, READ)
    email_hash = canonical_hash(_email(await read_parameters(request)))
    async with instance_of(request).db.read() as connection:
        found = await db_canonical_emails.known_by_hash(connection, email_hash)
    return json([canonical_email_entity(found)] if found else [])


async def block_email(request: Request) -> Response:
    """Take an address no more, given as such or by its hash."""
    by, parameters = await _admin(request, WRITE), await read_parameters(request)
    email_hash = (parameters.text("canonical_email_hash") or "").lower()
    if not email_hash:
        email_hash = canonical_hash(_email(parameters))
    if not HASH.fullmatch(email_hash):
        raise Invalid("Validation failed: Canonical email hash is invalid")
    made = await canonical_emails.block(instance_of(request), by, email_hash)
    return json(canonical_email_entity(made))


async def lift_email(request: Request) -> Response:
    """Take it again."""
    by = await _admin(request, WRITE)
    await canonical_emails.lift(instance_of(request), by, (await _find(request)).id)
    return json({})


async def _admin(request: Request, scope: str) -> Steward:
    return await steward_of(request, scope, Permission.MANAGE_BLOCKS)


def _email(parameters: Parameters) -> str:
    email = (parameters.text("email") or "").strip()
    if not email:
        raise Invalid("Validation failed: Email can't be blank")
    return email


async def _find(request: Request) -> CanonicalEmail:
    async with instance_of(request).db.read() as connection:
        found = await db_canonical_emails.canonical_email(
            connection, request.path_params["block_id"]
        )
    if found is None:
        raise NotFound("Record not found")
    return found
