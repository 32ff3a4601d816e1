"""The last look at what leaves: the fifth lock of organisation-only posts."""

from dataclasses import replace

import pytest

from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Database
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.statuses import Status
from fedlearn.outbox.egress import EgressGuard, Leak
from tests.builders import OURS, a_status, local


async def posted(db: Database, scope: Scope, reach: Reach = Reach.PUBLIC) -> Status:
    """A post of ours with the addresses that such a post has."""
    async with db.write() as connection:
        alice = await local(connection, "alice")
        status = a_status(alice, reach=reach, scope=scope)
        status = replace(status, url=OURS.status_page("alice", status.id))
        await db_statuses.insert_status(connection, status, is_local=True)
    return status


@pytest.mark.parametrize("reach", list(Reach))
async def test_body_that_names_an_organisation_post(db: Database, reach: Reach) -> None:
    """A body with the identity or the page of such a post is refused, as often as it comes."""
    inside = await posted(db, Scope.ORG, reach)
    guard = EgressGuard(OURS, db)
    for address in (inside.uri, inside.url, f"{inside.uri}/activity"):
        body = f'{{"content": "<a href=\\"{address}\\">look</a>"}}'.encode()
        for _ in range(2):
            with pytest.raises(Leak, match="organisation-only"):
                await guard(body)


@pytest.mark.parametrize("reach", list(Reach))
async def test_body_that_names_other_posts(db: Database, reach: Reach) -> None:
    """A body that names posts which may leave, or unknown ones, or none, goes."""
    outside = await posted(db, Scope.FED, reach)
    guard = EgressGuard(OURS, db)
    for text in (outside.uri, outside.url, f"{OURS.origin}/@alice/5", "nothing"):
        await guard(f'{{"object": "{text}"}}'.encode())


async def test_body_with_a_number_that_cannot_be_an_id(db: Database) -> None:
    """An address with a number too large to be an id, which anybody can write, does no harm."""
    inside = await posted(db, Scope.ORG)
    guard = EgressGuard(OURS, db)
    address = f"{OURS.origin}/@alice/{'9' * 19}"
    await guard(address.encode())
    with pytest.raises(Leak):
        await guard(f"{address} {inside.url}".encode())


async def test_organisation_post_of_the_same_number_elsewhere(db: Database) -> None:
    """The same number in an address of another server means another post."""
    inside = await posted(db, Scope.ORG)
    guard = EgressGuard(OURS, db)
    await guard(f"https://far.example/@alice/{inside.id}".encode())
