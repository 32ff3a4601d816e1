"""Collections that are reported, and removed: who may, who is told, and what is left."""

import httpx
import pytest

from fedlearn.db import audit as db_audit
from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act, AuditEntry, AuditFilter
from fedlearn.domain.collections import CollectionDraft
from fedlearn.domain.ids import CollectionId
from fedlearn.domain.reports import Report
from fedlearn.services import accounts, blocks, collections, reports
from fedlearn.services.accounts import NewAccount
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of, send
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by
from tests.federation.server import PASSWORD, Server, settle
from tests.federation.test_desk import sits

RUDE = CollectionDraft("Rude <people>", "Laugh at them")
BUTTON = "Remove the collection"


@pytest.fixture
async def morris(alpha: Server) -> httpx.AsyncClient:
    """The browser of a moderator."""
    return await sits(alpha, "morris", Role.MODERATOR)


async def rude(server: Server, owner: str, draft: CollectionDraft = RUDE) -> CollectionId:
    """A collection of somebody, with bob in it."""
    bob = await server.actor("bob")
    await accounts.change_profile(server.instance, bob, is_discoverable=True)
    people = [await server.actor("bob")]
    return await collections.create_collection(
        server.instance, await server.actor(owner), draft, people
    )


async def removals(server: Server) -> list[AuditEntry]:
    """What is written down of collections that were removed."""
    return await written(server, Act.REMOVE_COLLECTION)


async def written(server: Server, act: Act) -> list[AuditEntry]:
    """What is written down of one kind of act."""
    wanted = AuditFilter(act=act)
    async with server.instance.db.read() as connection:
        return await db_audit.audit_page(connection, wanted, before=None, limit=40)


async def remove(browser: httpx.AsyncClient, made: CollectionId, **fields: str) -> httpx.Response:
    """Send the form of moderators, with whatever token one has."""
    csrf = field_of((await browser.get("/settings")).text, "csrf")
    address = f"/moderation/collections/{made}/remove"
    return await browser.post(address, data={"csrf": csrf, **fields})


async def test_moderator_removes_a_collection(
    alpha: Server, bob: Person, morris: httpx.AsyncClient
) -> None:
    """It is gone for all; its owner is told why, followers elsewhere that it is gone, the log who."""
    await is_read_by(alpha, "alice", bob)
    made = await rude(alpha, "alice")
    await settle(alpha)
    bob.peer.received.clear()
    page = f"/collections/{made}"
    form = {"text": "Be kind", "reason": "mocks people"}
    answer = await send(morris, page, f"/moderation/collections/{made}/remove", **form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/@alice/collections")
    alice, stranger = await sign_in(alpha, "alice"), open_browser(alpha)
    uri = f"{(await alpha.actor('alice')).uri}/collections/{made}"
    for browser in (alice, await sign_in(alpha, "bob"), stranger, morris):
        for path in (page, f"/api/v1/collections/{made}"):
            assert (await browser.get(path)).status_code == 404, path
    assert (await alpha.get(uri)).status_code == 404
    await settle(alpha)
    (removed,) = bob.peer.got("Remove")
    assert (removed["actor"], removed["object"]) == (uri.partition("/collections")[0], uri)
    told = (await alice.get("/warnings")).text
    for text in ("A collection of yours was removed:", "Rude &lt;people&gt;", "Be kind"):
        assert text in told
    assert "mocks people" not in told
    assert "morris" not in told
    (line,) = await removals(alpha)
    assert line.by is not None
    assert (line.by.acct, line.done.target, line.done.reason) == (
        "morris",
        "@alice",
        "mocks people",
    )
    log = (await morris.get("/moderation/audit")).text
    assert "Removed a collection" in log
    assert "Rude &lt;people&gt;" in log


async def test_others_remove_nothing(alpha: Server) -> None:
    """For who is no moderator, stranger, owner or who stands in it, there is no such button."""
    made = await rude(alpha, "alice")
    for name in ("alice", "bob", "carol"):
        await alpha.user(name)
        browser = await sign_in(alpha, name)
        assert BUTTON not in (await browser.get(f"/collections/{made}")).text
        assert (await remove(browser, made, reason="mine")).status_code == 404
    stranger = open_browser(alpha)
    assert BUTTON not in (await stranger.get(f"/collections/{made}")).text
    answer = await stranger.post(f"/moderation/collections/{made}/remove", data={"reason": "mine"})
    assert answer.status_code == 404
    assert (await stranger.get(f"/collections/{made}")).status_code == 200
    assert await removals(alpha) == []


async def test_only_below_oneself(alpha: Server, morris: httpx.AsyncClient) -> None:
    """A moderator removes no collection of another moderator, an admin does."""
    for name, role in (("mona", Role.MODERATOR), ("ada", Role.ADMIN)):
        wanted = NewAccount(name, f"{name}@alpha.test", PASSWORD, role=role)
        await accounts.create_account(alpha.instance, wanted)
    made = await rude(alpha, "mona")
    assert BUTTON not in (await morris.get(f"/collections/{made}")).text
    answer = await remove(morris, made)
    assert answer.status_code == 422
    assert (await morris.get(f"/collections/{made}")).status_code == 200
    ada = await sign_in(alpha, "ada")
    assert BUTTON in (await ada.get(f"/collections/{made}")).text
    assert (await remove(ada, made)).status_code == 303


async def test_what_is_too_long_comes_back(alpha: Server, morris: httpx.AsyncClient) -> None:
    """What is too long to be told comes back with the reason, and nothing is removed."""
    made = await rude(alpha, "alice")
    answer = await remove(morris, made, text="x" * 2001, reason="mocks people")
    assert answer.status_code == 422
    assert 'id="error-text"' in answer.text
    assert 'value="mocks people"' in answer.text
    assert await removals(alpha) == []
    assert (await remove(morris, CollectionId(made + 1))).status_code == 404


@pytest.mark.parametrize(
    "draft", [RUDE, CollectionDraft("Rude", is_discoverable=False)], ids=["listed", "unlisted"]
)
async def test_blocking_who_moderates_saves_nothing(
    alpha: Server, morris: httpx.AsyncClient, draft: CollectionDraft
) -> None:
    """Who has blocked a moderator, so that they do not see a collection, loses it all the same."""
    made = await rude(alpha, "alice", draft)
    alice, moderator = await alpha.actor("alice"), await alpha.actor("morris")
    await blocks.block(alpha.instance, alice, moderator)
    assert (await morris.get(f"/collections/{made}")).status_code == 404
    assert (await remove(morris, made)).status_code == 303
    assert (await (await sign_in(alpha, "alice")).get(f"/collections/{made}")).status_code == 404


# --- reports -------------------------------------------------------------------------------------


async def reported(server: Server, name: str, made: CollectionId) -> Report:
    """Somebody reports a collection of alice, from its page; the report."""
    browser = await sign_in(server, name)
    owner = await server.actor("alice")
    address = f"/report?actor={owner.id}&collection={made}"
    page = (await browser.get(f"/collections/{made}")).text
    assert address.replace("&", "&amp;") in page
    form = (await browser.get(address)).text
    assert f'name="collection" value="{made}" checked' in form
    fields = {"actor": str(owner.id), "collection": str(made), "category": "other"}
    answer = await send(browser, address, "/report", **fields)
    assert answer.status_code == 303
    return (await reports.all_reports(server.instance))[0]


async def test_collection_is_reported(alpha: Server, morris: httpx.AsyncClient) -> None:
    """Moderators see it on the report, with the way to it, and remove it from there."""
    made = await rude(alpha, "alice")
    report = await reported(alpha, "carol", made)
    assert report.collections == (made,)
    path = f"/moderation/reports/{report.id}"
    page = (await morris.get(path)).text
    for text in (f'href="/collections/{made}"', "Rude &lt;people&gt;", "Laugh at them", "@bob"):
        assert text in page
    removal = f"/moderation/collections/{made}/remove"
    assert removal in page
    answer = await send(morris, path, removal, report_id=str(report.id))
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Rude" not in (await morris.get(path)).text
    (line,) = await removals(alpha)
    assert line.done.reason == f"report {report.id}"


async def test_reported_collection_is_shown_whoever_is_blocked(
    alpha: Server, morris: httpx.AsyncClient
) -> None:
    """A moderator sees on the report what else they could not, and that they looked is written."""
    made = await rude(alpha, "alice")
    other = await rude(alpha, "alice", CollectionDraft("Another"))
    report = await reported(alpha, "carol", made)
    await blocks.block(alpha.instance, await alpha.actor("alice"), await alpha.actor("morris"))
    for _ in range(2):
        page = (await morris.get(f"/moderation/reports/{report.id}")).text
        assert "Rude &lt;people&gt;" in page
        assert f'href="/collections/{made}"' not in page
        assert "Another" not in page
    for address in (made, other):
        assert (await morris.get(f"/collections/{address}")).status_code == 404
    assert len(await written(alpha, Act.READ_REPORTED)) == 1


async def test_what_is_not_reported(alpha: Server) -> None:
    """Nobody reports their own, what they do not see, or the collection of somebody else."""
    made, others = await rude(alpha, "alice"), await rude(alpha, "dora")
    owner = await alpha.actor("alice")
    alice, carol = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    stranger = open_browser(alpha)
    for browser in (alice, stranger):
        assert "/report?" not in (await browser.get(f"/collections/{made}")).text
    page = f"/report?actor={owner.id}"
    assert 'name="collection"' not in (await carol.get(f"{page}&collection={others}")).text
    fields = {"actor": str(owner.id), "category": "other"}
    for collection, status in ((others, 422), (made + 1, 404)):
        answer = await send(carol, page, "/report", **fields, collection=str(collection))
        assert answer.status_code == status
    await blocks.block(alpha.instance, owner, await alpha.actor("carol"))
    answer = await send(carol, page, "/report", **fields, collection=str(made))
    assert answer.status_code == 404
    assert await reports.all_reports(alpha.instance) == []
