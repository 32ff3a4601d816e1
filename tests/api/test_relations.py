"""Whom somebody keeps away, reports, or knows by others; who took a post up; what is announced."""

from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach
from fedlearn.domain.collections import CollectionDraft
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import (
    accounts,
    announcements,
    blocks,
    boosts,
    collections,
    favourites,
    rules,
)
from fedlearn.services.announcements import AnnouncementDraft
from tests.api.apps import app_of
from tests.federation.browser import sign_in
from tests.federation.forms import send
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, reads
from tests.federation.server import Server, settle
from tests.federation.test_stewardship import person


async def test_who_is_kept_away(alpha: Server) -> None:
    """People and servers that somebody blocks are listed to them alone."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    await blocks.block(alpha.instance, await alpha.actor("alice"), await alpha.actor("carol"))
    assert [one["acct"] for one in await alice.get("/v1/blocks")] == ["carol"]
    assert (await alice.ask("POST", "/v1/domain_blocks", data={"domain": "Far.test"})).json() == {}
    assert await alice.get("/v1/domain_blocks") == ["far.test"]
    assert await bob.get("/v1/blocks") == await bob.get("/v1/domain_blocks") == []
    for wrong in ("", "not one", alpha.host):
        refused = await alice.ask("POST", "/v1/domain_blocks", json={"domain": wrong})
        assert refused.status_code == 422
    gone = await alice.ask("DELETE", "/v1/domain_blocks", json={"domain": "far.test"})
    assert gone.status_code == 200
    assert await alice.get("/v1/domain_blocks") == []


async def test_what_a_block_of_a_server_would_end(alpha: Server, bob: Person) -> None:
    """Follows that were accepted are counted, for whom it is, and end when it is said so."""
    path, far = "/v1/domain_blocks", {"domain": bob.handle.rpartition("@")[2]}
    alice, carol = await app_of(alpha, "alice"), await app_of(alpha, "carol")
    await reads(alpha, "alice", bob)
    await alpha.follow("carol", bob.handle)  # who has not answered
    await is_read_by(alpha, "alice", bob.peer.person("robin"))
    await is_read_by(alpha, "alice", bob.peer.person("wren"))
    ties = {"following_count": 1, "followers_count": 2}
    none = {"following_count": 0, "followers_count": 0}
    assert await alice.get(f"{path}/preview", **far) == ties
    assert await carol.get(f"{path}/preview", **far) == none
    assert await alice.get(f"{path}/preview", domain="near.example") == none
    for wrong in ("", "not one", alpha.host):
        refused = await alice.ask("GET", f"{path}/preview", params={"domain": wrong})
        assert refused.status_code == 422
    stranger = await alpha.get(f"/api{path}/preview?domain=peer.test")
    assert stranger.status_code == 401
    await alice.post(path, **far)
    assert await alice.get(f"{path}/preview", **far) == none


async def test_who_took_it_up(alpha: Server) -> None:
    """Who likes and who boosted a post is told page by page to whoever may see the post."""
    view = await alpha.post("alice", "Do bees sleep?")
    for name in ("bob", "carol", "dora"):
        await favourites.favourite(alpha.instance, await alpha.actor(name), view.id)
        await boosts.boost(alpha.instance, await alpha.actor(name), view.id)
    app = await app_of(alpha, "alice")
    for path in ("favourited_by", "reblogged_by"):
        first = await app.ask("GET", f"/v1/statuses/{view.id}/{path}", params={"limit": 2})
        assert [one["acct"] for one in first.json()] == ["dora", "carol"]
        older = first.headers["link"].partition("<")[2].partition(">")[0]
        rest = await app.ask("GET", older.partition("/api")[2])
        assert [one["acct"] for one in rest.json()] == ["bob"]
    secret = await alpha.post("alice", "For me", reach=Reach.DIRECT)
    other = await app_of(alpha, "bob")
    assert (await other.ask("GET", f"/v1/statuses/{secret.id}/favourited_by")).status_code == 404


async def test_who_is_known_by_others(alpha: Server) -> None:
    """Of those whom one follows, who follows somebody: but not who hides that."""
    alice = await app_of(alpha, "alice")
    carol, *_others = [await alpha.actor(name) for name in ("carol", "bob", "dora")]
    for name in ("bob", "dora"):
        await alpha.follow("alice", f"{name}@{alpha.host}")
        await alpha.follow(name, f"carol@{alpha.host}")
    await accounts.publish_profile(alpha.instance, await alpha.actor("dora"), hides_follows=True)
    (found,) = await alice.get("/v1/accounts/familiar_followers", **{"id[]": [str(carol.id)]})
    assert found["id"] == str(carol.id)
    assert [one["acct"] for one in found["accounts"]] == ["bob"]
    several = await alice.get("/v1/accounts", **{"id[]": [str(carol.id), "1"]})
    assert [one["acct"] for one in several] == ["carol"]
    made = await alice.post("/v1/lists", title="Bees")
    await alice.post("/v1/lists", title="Wasps")
    await alice.post(f"/v1/lists/{made['id']}/accounts", account_ids=[str(carol.id)])
    assert await alice.get(f"/v1/accounts/{carol.id}/lists") == [made]


async def test_reports(alpha: Server, bob: Person) -> None:
    """An app reports somebody, with posts and rules; their server hears of it if that is wished."""
    await person(alpha, "ada", Role.ADMIN)
    await reads(alpha, "alice", bob)
    await rules.add_rule(alpha.instance, TERMINAL, "Be kind", "")
    (rule,) = await rules.rules(alpha.instance)
    alice = await app_of(alpha, "alice")
    (rude,) = [await alpha.post("carol", "Rude")]
    carol = str((await alpha.actor("carol")).id)
    made = await alice.post(
        "/v1/reports",
        account_id=carol,
        comment="See there",
        status_ids=[str(rude.id)],
        rule_ids=[str(rule.id)],
    )
    assert (made["category"], made["rule_ids"]) == ("violation", [str(rule.id)])
    assert (made["status_ids"], made["comment"]) == ([str(rude.id)], "See there")
    assert made["target_account"]["acct"] == "carol"
    them = str((await alpha.find(bob.handle)).id)
    form = {"account_id": them, "forward": "true", "category": "spam"}
    forwarded = await alice.ask("POST", "/v1/reports", data=form)
    assert forwarded.json()["forwarded"] is True
    await settle(alpha)
    assert bob.peer.got("Flag")
    admin = await app_of(alpha, "ada")
    assert {one["type"] for one in await admin.get("/v1/notifications")} == {"admin.report"}
    own = str((await alpha.actor("alice")).id)
    for wrong, status in (
        ({}, 404),
        ({"account_id": "1"}, 404),
        ({"account_id": own}, 422),
        ({"account_id": them, "status_ids": [str(rude.id)]}, 422),
        ({"account_id": them, "category": "boring"}, 422),
    ):
        assert (await alice.ask("POST", "/v1/reports", json=wrong)).status_code == status, wrong


async def test_collections_are_reported(alpha: Server) -> None:
    """An app reports somebody with a collection, and not with that of another."""
    alice = await app_of(alpha, "alice")
    carol, dora = await alpha.actor("carol"), await alpha.actor("dora")
    made, others = [
        await collections.create_collection(alpha.instance, owner, CollectionDraft("Rude"))
        for owner in (carol, dora)
    ]
    form = {"account_id": str(carol.id), "collection_ids": [str(made)]}
    assert (await alice.post("/v1/reports", **form))["collection_ids"] == [str(made)]
    for wrong, status in ((others, 422), (made + 1, 404)):
        answer = await alice.ask(
            "POST", "/v1/reports", json=form | {"collection_ids": [str(wrong)]}
        )
        assert answer.status_code == status


async def test_announcements(alpha: Server) -> None:
    """What is said to everybody is read in apps, and put away by each for themselves."""
    draft = AnnouncementDraft("A new hive")
    await announcements.announce(alpha.instance, TERMINAL, draft)
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    (said,) = await alice.get("/v1/announcements")
    assert (said["content"], said["read"]) == ("<p>A new hive</p>", False)
    await alice.post(f"/v1/announcements/{said['id']}/dismiss")
    assert await alice.get("/v1/announcements") == []
    assert await bob.get("/v1/announcements") == [said]


async def test_reactions_to_announcements(alpha: Server) -> None:
    """An announcement is answered with emojis, each once, by whom it is shown to."""
    await announcements.announce(alpha.instance, TERMINAL, AnnouncementDraft("A new hive"))
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    (said,) = await alice.get("/v1/announcements")
    path = f"/v1/announcements/{said['id']}/reactions"
    for app in (alice, alice, bob):
        assert (await app.ask("PUT", f"{path}/🐝")).json() == {}
    await bob.ask("PUT", f"{path}/👍")
    (said,) = await alice.get("/v1/announcements")
    assert said["reactions"] == [
        {"name": "🐝", "count": 2, "me": True},
        {"name": "👍", "count": 1, "me": False},
    ]
    assert (await alice.ask("PUT", f"{path}/bee")).status_code == 422
    for sign in "🌱🌲🌳🌴🌵🌷":
        assert (await alice.ask("PUT", f"{path}/{sign}")).status_code == 200
    assert (await alice.ask("PUT", f"{path}/🌹")).status_code == 422
    assert (await alice.ask("PUT", "/v1/announcements/99/reactions/🐝")).status_code == 404
    browser = await sign_in(alpha, "bob")
    assert "🐝 2" in (await browser.get("/")).text
    for act, left in (("unreact", "🐝 1"), ("react", "🐝 2")):
        await send(browser, "/", f"/announcements/{said['id']}/{act}", emoji="🐝")
        assert left in (await browser.get("/")).text
    assert (await bob.ask("DELETE", f"{path}/🐝")).json() == {}
    (said,) = await bob.get("/v1/announcements")
    assert {"name": "🐝", "count": 1, "me": False} in said["reactions"]
