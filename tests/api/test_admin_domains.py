"""What admins say of other servers from an app, and what comes of it."""

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act
from tests.api.apps import App, app_of
from tests.federation.peer import Person
from tests.federation.server import Server
from tests.federation.test_stewardship import done, person

BLOCKS, ALLOWS = "/v1/admin/domain_blocks", "/v1/admin/domain_allows"


@pytest.fixture
async def ada(alpha: Server) -> App:
    """An app of an admin."""
    await person(alpha, "ada", Role.ADMIN)
    return await app_of(alpha, "ada")


async def test_a_domain_is_blocked(alpha: Server, bob: Person, ada: App) -> None:
    """Nothing is taken from there any more, until it is lifted; each is written down."""
    path = f"/v1/admin/accounts/{(await alpha.find(bob.handle)).id}"
    silenced = await ada.post(BLOCKS, domain="Peer.test", private_comment="Loud")
    assert (silenced["domain"], silenced["severity"]) == ("peer.test", "silence")
    assert (silenced["reject_media"], silenced["private_comment"]) == (False, "Loud")
    assert (await ada.get(path))["silenced"] is True
    one = f"{BLOCKS}/{silenced['id']}"
    blocked = (await ada.ask("PUT", one, data={"severity": "suspend"})).json()
    changed = {"severity": "suspend", "reject_media": True, "reject_reports": True}
    assert blocked == silenced | changed
    assert (await ada.get(path))["suspended"] is True
    assert await ada.get(one) == blocked
    assert await ada.get(BLOCKS) == [blocked]
    assert (await ada.ask("DELETE", one)).json() == {}
    assert (await ada.ask("DELETE", one)).status_code == 404
    assert await ada.get(BLOCKS) == []
    assert (await ada.get(path))["suspended"] is False
    acts = [Act.FORGET_DOMAIN, Act.SET_DOMAIN, Act.SET_DOMAIN]
    assert await done(alpha) == [(act, "peer.test") for act in acts]


async def test_a_domain_is_allowed(alpha: Server, ada: App) -> None:
    """It stands on the other list; to allow does not lift a block."""
    allowed = await ada.post(ALLOWS, domain="near.example")
    assert await ada.post(ALLOWS, domain="near.example") == allowed
    assert (await ada.get(ALLOWS), await ada.get(BLOCKS)) == ([allowed], [])
    one = f"{ALLOWS}/{allowed['id']}"
    assert await ada.get(one) == allowed
    assert (await ada.ask("GET", f"{BLOCKS}/{allowed['id']}")).status_code == 404
    assert (await ada.ask("DELETE", one)).json() == allowed
    assert await ada.get(ALLOWS) == []
    blocked = await ada.post(BLOCKS, domain="far.example", severity="suspend")
    refused = await ada.ask("POST", ALLOWS, json={"domain": "far.example"})
    assert refused.status_code == 422
    assert await ada.get(BLOCKS) == [blocked]


async def test_what_cannot_be_said(alpha: Server, ada: App) -> None:
    """No domain, our own, and what would have no effect."""
    for wrong in (
        {},
        {"domain": " "},
        {"domain": "not one"},
        {"domain": alpha.host},
        {"domain": "far.example", "severity": "noop"},
        {"domain": "far.example", "public_comment": "x" * 1001},
    ):
        assert (await ada.ask("POST", BLOCKS, json=wrong)).status_code == 422, wrong
    assert await ada.get(BLOCKS) == []
    assert await done(alpha) == []


async def test_lists_are_leafed_through(alpha: Server, ada: App) -> None:
    """Page by page, and back next to what was seen."""
    for name in ("one", "two", "three"):
        await ada.post(BLOCKS, domain=f"{name}.example")
    first = await ada.ask("GET", BLOCKS, params={"limit": 2})
    assert [one["domain"] for one in first.json()] == ["three.example", "two.example"]
    older = first.links["next"]["url"].removeprefix(f"https://{alpha.host}/api")
    last = await ada.ask("GET", older)
    assert [one["domain"] for one in last.json()] == ["one.example"]
    newer = last.links["prev"]["url"].removeprefix(f"https://{alpha.host}/api")
    assert (await ada.ask("GET", newer)).json() == first.json()
