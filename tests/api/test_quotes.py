"""Quotes as apps make, list, forbid and take them back."""

import pytest

from fedlearn.domain.audience import Reach
from tests.api.apps import app_of
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads
from tests.federation.server import Server, settle


async def test_who_quotes_a_post(alpha: Server) -> None:
    """Posts that quote another are counted and listed, page by page, as the reader may see them."""
    alice, bob, stranger = [await app_of(alpha, name) for name in ("alice", "bob", None)]
    post = await alice.post("/v1/statuses", status="Bees sleep")
    path = f"/v1/statuses/{post['id']}"
    made = [
        await bob.post("/v1/statuses", status=f"Look {n}", quoted_status_id=post["id"])
        for n in range(3)
    ]
    assert made[0]["quote"]["quoted_status"]["id"] == post["id"]
    hidden = await bob.post(
        "/v1/statuses", status="Look", quoted_status_id=post["id"], visibility="private"
    )
    ids = [one["id"] for one in reversed(made)]
    assert [one["id"] for one in await stranger.get(f"{path}/quotes")] == ids
    assert (await stranger.get(path))["quotes_count"] == 3
    assert [one["id"] for one in await bob.get(f"{path}/quotes")] == [hidden["id"], *ids]
    first = await stranger.ask("GET", f"{path}/quotes", params={"limit": 2})
    older = first.headers["link"].partition("<")[2].partition(">")[0].partition("/api")[2]
    rest = await stranger.ask("GET", older)
    assert [one["id"] for one in rest.json()] == ids[2:]


async def test_quote_is_taken_back(alpha: Server) -> None:
    """The author of what is quoted takes it out of one quote; nobody else does, nor of another."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    post = await alice.post("/v1/statuses", status="Bees sleep")
    other = await alice.post("/v1/statuses", status="Wasps do not")
    quote = await bob.post("/v1/statuses", status="Look", quoted_status_id=post["id"])
    wrong = f"/v1/statuses/{other['id']}/quotes/{quote['id']}/revoke"
    right = f"/v1/statuses/{post['id']}/quotes/{quote['id']}/revoke"
    for app, path in ((alice, wrong), (bob, right)):
        assert (await app.ask("POST", path)).status_code == 404
    revoked = await alice.post(right)
    assert revoked["id"] == quote["id"]
    assert revoked["quote"] == {"state": "revoked", "quoted_status": None}
    assert await bob.get(f"/v1/statuses/{post['id']}/quotes") == []
    assert (await bob.get(f"/v1/statuses/{post['id']}"))["quotes_count"] == 0


async def test_who_may_quote(alpha: Server, bob: Person) -> None:
    """Its author says who may quote a post, also later; those who have it hear of that."""
    await reads(alpha, "alice", bob)
    await alpha.actor("carol")
    alice, carol = await app_of(alpha, "alice"), await app_of(alpha, "carol")
    me = await alpha.actor("alice")
    await bob.deliver(alpha, bob.activity("Follow", me.uri))
    await settle(alpha)
    post = await alice.post("/v1/statuses", status="Bees sleep", quote_approval_policy="followers")
    assert post["quote_approval"]["automatic"] == ["followers"]
    path = f"/v1/statuses/{post['id']}/interaction_policy"
    refused = await carol.ask("PUT", path, json={"quote_approval_policy": "public"})
    assert refused.status_code == 404
    wrong = await alice.ask("PUT", path, json={"quote_approval_policy": "friends"})
    assert wrong.status_code == 422
    for _ in range(2):
        closed = await alice.ask("PUT", path, data={"quote_approval_policy": "nobody"})
        assert closed.json()["quote_approval"]["automatic"] == []
    body = {"status": "Look", "quoted_status_id": post["id"]}
    assert (await carol.ask("POST", "/v1/statuses", json=body)).status_code == 422
    await settle(alpha)
    (told,) = bob.peer.got("Update")
    allowed = told["object"]["interactionPolicy"]["canQuote"]["automaticApproval"]
    assert allowed == [me.uri]
    opened = await alice.ask("PUT", path, json={"quote_approval_policy": "public"})
    assert opened.json()["quote_approval"]["automatic"] == ["public"]
    assert (await carol.post("/v1/statuses", **body))["quote"]["state"] == "accepted"


@pytest.mark.parametrize("reach", [Reach.FOLLOWERS, Reach.DIRECT])
async def test_what_is_not_for_everybody_stays_unquoted(alpha: Server, reach: Reach) -> None:
    """Whatever is said of a post for some, nobody else may quote it."""
    alice = await app_of(alpha, "alice")
    post = await alpha.post("alice", "For some", reach=reach)
    answer = await alice.ask(
        "PUT",
        f"/v1/statuses/{post.id}/interaction_policy",
        json={"quote_approval_policy": "public"},
    )
    assert answer.json()["quote_approval"]["automatic"] == []


async def test_edit_of_what_one_quotes(alpha: Server) -> None:
    """Who quotes a post is told when it says something else, and then who may quote it as well."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    post = await alice.post("/v1/statuses", status="Bees sleep")
    await bob.post("/v1/statuses", status="Look", quoted_status_id=post["id"])
    path, edit = f"/v1/statuses/{post['id']}", {"quote_approval_policy": "nobody"}
    for text in ("Bees nap", "Bees doze"):
        edited = await alice.ask("PUT", path, json={"status": text, **edit})
        assert edited.json()["quote_approval"]["automatic"] == []
    (told,) = await bob.get("/v1/notifications")
    assert (told["type"], told["status"]["id"]) == ("quoted_update", post["id"])
    assert told["status"]["content"] == "<p>Bees doze</p>"
    browser = await sign_in(alpha, "bob")
    assert "edited a post that you quoted" in (await browser.get("/notifications")).text
