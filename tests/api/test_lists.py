"""Lists, hashtags and who follows whom, as apps ask for them."""

import pytest

from fedlearn.services import accounts, blocks
from tests.api.apps import app_of
from tests.federation.server import Server


async def test_list_is_its_owners(alpha: Server) -> None:
    """A list is made, filled, changed and deleted by its owner; for others it is not there."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    carol = str((await alpha.actor("carol")).id)
    made = await alice.post("/v1/lists", title="Bees", replies_policy="none")
    assert made == {**made, "title": "Bees", "replies_policy": "none", "exclusive": False}
    path = f"/v1/lists/{made['id']}"
    # Who is on a list need not be followed here.
    await alice.post(f"{path}/accounts", account_ids=[carol])
    assert [one["acct"] for one in await alice.get(f"{path}/accounts")] == ["carol"]
    await alpha.post("carol", "Hello")
    assert len(await alice.get(f"/v1/timelines/list/{made['id']}")) == 1
    for method, address in (("GET", path), ("PUT", path), ("DELETE", path)):
        assert (await bob.ask(method, address, json={"title": "x"})).status_code == 404
    assert (await bob.ask("GET", f"{path}/accounts")).status_code == 404
    assert await bob.get("/v1/lists") == []
    changed = await alice.ask("PUT", path, data={"title": "Wasps", "exclusive": "true"})
    assert (changed.json()["title"], changed.json()["exclusive"]) == ("Wasps", True)
    # Some clients send ids in the body of a DELETE, as a form.
    await alice.ask("DELETE", f"{path}/accounts", data={"account_ids[]": carol})
    assert await alice.get(f"{path}/accounts") == []
    assert (await alice.ask("DELETE", path)).json() == {}
    assert await alice.get("/v1/lists") == []


@pytest.mark.parametrize(
    "body",
    [{"title": ""}, {"title": "x", "replies_policy": "some"}],
)
async def test_list_that_will_not_do(alpha: Server, body: dict[str, str]) -> None:
    """A list has a name, and a policy that there is."""
    alice = await app_of(alpha, "alice")
    assert (await alice.ask("POST", "/v1/lists", json=body)).status_code == 422
    assert await alice.get("/v1/lists") == []
    made = await alice.post("/v1/lists", title="Bees")
    path = f"/v1/lists/{made['id']}"
    assert (await alice.ask("PUT", path, json={"title": "y"} | body)).status_code == 422
    assert await alice.get(path) == made


async def test_hashtags_are_followed(alpha: Server) -> None:
    """A hashtag that is followed brings posts home, and says so."""
    alice = await app_of(alpha, "alice")
    assert (await alice.post("/v1/tags/Bees/follow"))["following"] is True
    assert [one["name"] for one in await alice.get("/v1/followed_tags")] == ["bees"]
    await alpha.post("bob", "Look #bees")
    assert len(await alice.get("/v1/timelines/home")) == 1
    assert (await alice.post("/v1/tags/bees/unfollow"))["following"] is False
    assert (await alice.get("/v1/tags/bees"))["following"] is False
    assert (await alice.ask("POST", "/v1/tags/bees/adore")).status_code == 404


async def test_requests_are_answered(alpha: Server) -> None:
    """Who asks to follow is let in or not; nobody else answers for one."""
    me = await alpha.actor("alice")
    await accounts.change_profile(alpha.instance, me, name="", bio="", is_locked=True)
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    asked = await bob.post(f"/v1/accounts/{me.id}/follow")
    assert (asked["requested"], asked["following"]) == (True, False)
    waiting = await alice.get("/v1/follow_requests")
    assert [one["acct"] for one in waiting] == ["bob"]
    path = f"/v1/follow_requests/{waiting[0]['id']}/authorize"
    assert (await bob.ask("POST", path)).status_code == 404
    assert (await alice.post(path))["followed_by"] is True
    followers = await bob.get(f"/v1/accounts/{me.id}/followers")
    assert [one["acct"] for one in followers] == ["bob"]
    assert [one["acct"] for one in await bob.get(f"/v1/accounts/{waiting[0]['id']}/following")]


async def test_hidden_follows_stay_hidden(alpha: Server) -> None:
    """Who hides whom they follow is listed by nobody but themselves."""
    me = await alpha.actor("alice")
    await alpha.user("bob")
    await alpha.follow("alice", "@bob@alpha.test")
    await accounts.change_profile(alpha.instance, me, name="", bio="", hides_follows=True)
    path = f"/v1/accounts/{me.id}/following"
    assert await (await app_of(alpha, "bob")).get(path) == []
    own = await (await app_of(alpha, "alice")).get(path)
    assert [one["acct"] for one in own] == ["bob"]


async def test_follows_are_not_shown_across_a_block(alpha: Server) -> None:
    """Whom somebody blocks learns from an app no more than from a page; strangers still do."""
    me = await alpha.actor("alice")
    bob, path = await app_of(alpha, "bob"), f"/v1/accounts/{me.id}/followers"
    await alpha.user("carol")
    await alpha.follow("carol", "@alice@alpha.test")
    assert len(await bob.get(path)) == 1
    await blocks.block(alpha.instance, me, await alpha.actor("bob"))
    assert await bob.get(path) == []
    assert len(await (await app_of(alpha)).get(path)) == 1


@pytest.mark.parametrize("kind", ["followers", "following"])
async def test_follows_come_once_down_and_up(alpha: Server, kind: str) -> None:
    """Page by page downwards everybody comes once, and upwards from the end everybody else."""
    names = ["bob", "carol", "dora", "eve", "frank"]
    me = await alpha.actor("alice")
    for name in names:
        await alpha.user(name)
        pair = ("alice", name) if kind == "following" else (name, "alice")
        await alpha.follow(pair[0], f"@{pair[1]}@alpha.test")
    alice, path = await app_of(alpha, "alice"), f"/v1/accounts/{me.id}/{kind}?limit=2"
    pages = []
    while path:
        answer = await alice.ask("GET", path)
        pages.append([one["acct"] for one in answer.json()])
        path = answer.links.get("next", {}).get("url", "").removeprefix("https://alpha.test/api")
    assert pages == [["frank", "eve"], ["dora", "carol"], ["bob"]]
    while answer.json():
        path = answer.links["prev"]["url"].removeprefix("https://alpha.test/api")
        answer = await alice.ask("GET", path)
        pages.append([one["acct"] for one in answer.json()])
    assert pages[3:] == [["dora", "carol"], ["frank", "eve"], []]
