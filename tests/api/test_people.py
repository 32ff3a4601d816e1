"""Accounts, what people are told, what they keep, and search, as apps ask for them."""

from typing import Any

import pytest

from fedlearn.services import accounts
from tests.api.apps import app_of
from tests.federation.server import Server

WHAT_IS_TOLD = ("follow", "favourite", "reblog", "mention")


async def test_own_account(alpha: Server) -> None:
    """An app learns whose it is, with what they typed; a stranger learns of the same account less."""
    me = await alpha.actor("alice")
    await accounts.change_profile(alpha.instance, me, name="Alice", bio="Bees & honey")
    alice = await app_of(alpha, "alice")
    own = await alice.get("/v1/accounts/verify_credentials")
    assert (own["acct"], own["display_name"], own["source"]["note"]) == (
        "alice",
        "Alice",
        "Bees & honey",
    )
    assert own["role"]["name"] == ""
    shown = await (await app_of(alpha)).get(f"/v1/accounts/{own['id']}")
    assert "source" not in shown
    assert shown["note"] == "<p>Bees &amp; honey</p>"
    assert shown["created_at"].endswith("T00:00:00.000Z")
    looked_up = await alice.get("/v1/accounts/lookup", acct=f"Alice@{alpha.host}")
    assert looked_up["id"] == own["id"]
    nobody = await alice.ask("GET", "/v1/accounts/lookup", params={"acct": "nobody"})
    assert (nobody.status_code, nobody.json()) == (404, {"error": "Record not found"})


async def test_relationship_follows_what_is_done(alpha: Server) -> None:
    """Follow, mute and block show in the relationship, and end in it."""
    bob = await app_of(alpha, "bob")
    alice = str((await alpha.actor("alice")).id)
    path = f"/v1/accounts/{alice}"

    async def now() -> dict[str, Any]:
        found: list[dict[str, Any]] = await bob.get(
            "/v1/accounts/relationships", **{"id[]": [alice, "1"]}
        )
        return found[0]

    assert not any(value is True for value in (await now()).values())
    assert (await bob.post(f"{path}/follow", notify=True))["notifying"] is True
    assert (await now())["following"] is True
    assert (await bob.post(f"{path}/mute", notifications=False))["muting"] is True
    assert (await now())["muting_notifications"] is False
    assert (await now())["muting_expires_at"] is None
    assert (await bob.get("/v1/mutes"))[0]["mute_expires_at"] is None
    ends = (await bob.post(f"{path}/mute", duration=3600))["muting_expires_at"]
    assert (await bob.get("/v1/mutes"))[0]["mute_expires_at"] == ends
    assert (await bob.post(f"{path}/unmute"))["muting"] is False
    assert (await bob.post(f"{path}/block"))["blocking"] is True
    assert (await now())["following"] is False
    await bob.post(f"{path}/unblock")
    assert (await bob.post(f"{path}/unfollow"))["following"] is False
    assert (await bob.ask("POST", f"{path}/adore")).status_code == 404


async def test_figures_hold_what_the_viewer_may_know(alpha: Server) -> None:
    """Posts that stay inside are counted for people here, and not for strangers."""
    alice, stranger = await app_of(alpha, "alice"), await app_of(alpha)
    await alpha.follow("bob", "@alice@alpha.test")
    for local_only in (False, True):
        await alice.post("/v1/statuses", status="Hello", local_only=local_only)
    me = await alice.get("/v1/accounts/verify_credentials")
    assert (me["followers_count"], me["statuses_count"]) == (1, 2)
    shown = await stranger.get(f"/v1/accounts/{me['id']}")
    assert (shown["followers_count"], shown["statuses_count"]) == (1, 1)


async def test_notifications(alpha: Server) -> None:
    """What happened is told by kind, newest first, paged, counted and cleared; to nobody else."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    made = await alice.post("/v1/statuses", status="Hello")
    me = made["account"]["id"]
    await bob.post(f"/v1/accounts/{me}/follow")
    await bob.post(f"/v1/statuses/{made['id']}/favourite")
    await bob.post(f"/v1/statuses/{made['id']}/reblog")
    await bob.post("/v1/statuses", status="@alice hello", in_reply_to_id=made["id"])
    told = await alice.get("/v1/notifications")
    assert [one["type"] for one in told] == list(reversed(WHAT_IS_TOLD))
    assert all(one["account"]["acct"] == "bob" for one in told)
    assert (await alice.get("/v1/notifications/unread_count")) == {"count": 4}
    some = await alice.get("/v1/notifications", **{"types[]": ["mention", "follow"]})
    assert [one["type"] for one in some] == ["mention", "follow"]
    rest = await alice.get("/v1/notifications", **{"exclude_types[]": ["mention"]})
    assert len(rest) == 3
    above = await alice.get("/v1/notifications", min_id=told[3]["id"], limit=2)
    assert [one["id"] for one in above] == [told[1]["id"], told[2]["id"]]
    path = f"/v1/notifications/{told[0]['id']}"
    assert (await alice.get(path))["status"]["content"].endswith("hello</p>")
    assert (await bob.ask("GET", path)).status_code == 404
    await alice.post("/v1/notifications/clear")
    assert await alice.get("/v1/notifications") == []


@pytest.mark.parametrize("kind", ["bookmark", "favourite"])
async def test_what_is_kept(alpha: Server, kind: str) -> None:
    """What one keeps comes by when it was kept; the last page leads no further."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    ids = [(await alice.post("/v1/statuses", status=str(n)))["id"] for n in range(3)]
    for status_id in (ids[1], ids[2], ids[0]):
        await bob.post(f"/v1/statuses/{status_id}/{kind}")
    answer = await bob.ask("GET", f"/v1/{kind}s", params={"limit": "2"})
    assert [one["id"] for one in answer.json()] == [ids[0], ids[2]]
    older = answer.links["next"]["url"].removeprefix(f"https://{alpha.host}/api")
    last = await bob.ask("GET", older)
    assert [one["id"] for one in last.json()] == [ids[1]]
    assert "next" not in last.links
    newer = last.links["prev"]["url"].removeprefix(f"https://{alpha.host}/api") + "&limit=1"
    # Next to what was seen, so that nothing in between is missed.
    assert [one["id"] for one in (await bob.ask("GET", newer)).json()] == [ids[2]]
    assert await alice.get(f"/v1/{kind}s") == []


async def test_search(alpha: Server) -> None:
    """People are found by name, posts by words, hashtags by name, and only the kind that is asked."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    await accounts.change_profile(
        alpha.instance, await alpha.actor("alice"), name="Honeycomb", bio=""
    )
    made = await alice.post("/v1/statuses", status="The queen left #swarm")
    own = await alice.get("/v2/search", q="queen")
    assert [one["id"] for one in own["statuses"]] == [made["id"]]
    assert own.keys() == {"accounts", "statuses", "hashtags"}
    named = await bob.get("/v2/search", q="@alice", type="accounts")
    assert [one["acct"] for one in named["accounts"]] == ["alice"]
    assert named["statuses"] == named["hashtags"] == []
    by_address = await bob.get("/v2/search", q=made["url"], resolve=True)
    assert [one["id"] for one in by_address["statuses"]] == [made["id"]]
    people = await bob.get("/v1/accounts/search", q="alice@alpha.test")
    assert [one["acct"] for one in people] == ["alice"]
    nothing = await bob.get("/v2/search", q="@nobody@alpha.test", resolve=True)
    assert nothing == {"accounts": [], "statuses": [], "hashtags": []}
    by_strangers = await (await app_of(alpha)).get("/v2/search", q="queen")
    assert by_strangers == {"accounts": [], "statuses": [], "hashtags": []}
