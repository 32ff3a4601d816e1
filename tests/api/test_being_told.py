"""What people want to be told, and what was put aside for them, as apps see and change it."""

from fedlearn.domain.roles import TERMINAL
from fedlearn.services import measures
from tests.api.apps import app_of
from tests.federation.browser import sign_in
from tests.federation.server import Server

GROUPS = ("not_following", "not_followers", "new_accounts", "private_mentions")


async def test_policy_is_what_the_pages_say(alpha: Server) -> None:
    """A policy is read and changed in part, in both spellings, and is one's own; the page has it too."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    path = "/v2/notifications/policy"
    nothing = {"pending_requests_count": 0, "pending_notifications_count": 0}
    said = dict.fromkeys((f"for_{one}" for one in GROUPS), "accept")
    before = {**said, "for_limited_accounts": "drop", "summary": nothing}
    assert await alice.get(path) == before
    changed = await alice.ask("PATCH", path, json={"for_not_following": "filter"})
    assert changed.json() == {**before, "for_not_following": "filter"}
    changed = await alice.ask("PUT", path, data={"for_limited_accounts": "filter"})
    after = {**before, "for_not_following": "filter", "for_limited_accounts": "filter"}
    assert changed.json() == after
    old = await alice.get("/v1/notifications/policy")
    assert old == {f"filter_{one}": one == "not_following" for one in GROUPS} | {"summary": nothing}
    sent = {"filter_new_accounts": True, "filter_not_following": False}
    await alice.ask("PUT", "/v1/notifications/policy", json=sent)
    after |= {"for_not_following": "accept", "for_new_accounts": "filter"}
    assert await alice.get(path) == after
    assert await bob.get(path) == before
    refused = await alice.ask("PATCH", path, json={"for_new_accounts": "burn"})
    assert refused.status_code == 422
    reader = await app_of(alpha, "alice", "read")
    assert (await reader.ask("PUT", path, json={"for_new_accounts": "drop"})).status_code == 403
    assert await alice.get(path) == after
    page = (await (await sign_in(alpha, "alice")).get("/settings/notifications")).text
    assert 'name="for_limited_accounts"' in page


async def test_what_was_put_aside_is_let_in(alpha: Server) -> None:
    """Each sender is a request, which is accepted or dismissed by whom it waits for alone."""
    alice = await app_of(alpha, "alice")
    bob, carol, dora = [await app_of(alpha, name) for name in ("bob", "carol", "dora")]
    post = await alice.post("/v1/statuses", status="Hello")
    await alice.ask("PUT", "/v2/notifications/policy", json={"for_not_following": "filter"})
    for app in (bob, carol, dora):
        await app.post(f"/v1/statuses/{post['id']}/favourite")
        await app.post(f"/v1/statuses/{post['id']}/reblog")
    assert await alice.get("/v1/notifications") == []
    assert (await alice.get("/v2/notifications/policy"))["summary"] == {
        "pending_requests_count": 3,
        "pending_notifications_count": 6,
    }
    path = "/v1/notifications/requests"
    answer = await alice.ask("GET", f"{path}?limit=2")
    assert [one["account"]["acct"] for one in answer.json()] == ["dora", "carol"]
    older = answer.links["next"]["url"].removeprefix("https://alpha.test/api")
    rest = (await alice.ask("GET", older)).json()
    assert [one["account"]["acct"] for one in rest] == ["bob"]
    first = answer.json()[0]
    assert (first["notifications_count"], first["last_status"]["id"]) == ("2", post["id"])
    assert await alice.get(f"{path}/{first['id']}") == first
    shown = await alice.get(
        "/v1/notifications", account_id=first["account"]["id"], include_filtered="true"
    )
    assert [one["type"] for one in shown] == ["reblog", "favourite"]
    assert await bob.get(path) == []
    assert (await bob.ask("GET", f"{path}/{first['id']}")).status_code == 404
    assert (await alice.ask("POST", f"{path}/{first['id']}/burn")).status_code == 404
    assert await alice.post(f"{path}/{first['id']}/accept") == {}
    assert await alice.get(f"{path}/merged") == {"merged": True}
    assert len(await alice.get("/v1/notifications")) == 2
    carols, bobs = answer.json()[1]["id"], rest[0]["id"]
    assert (await alice.ask("POST", f"{path}/dismiss", json={"id": ["1"]})).status_code == 404
    assert await alice.post(f"{path}/dismiss", id=[carols]) == {}
    assert await alice.post(f"{path}/accept", id=[bobs]) == {}
    assert await alice.get(path) == []
    told = await alice.get("/v1/notifications")
    assert {one["account"]["acct"] for one in told} == {"bob", "dora"}
    single = f"/v1/notifications/{told[0]['id']}/dismiss"
    assert (await bob.ask("POST", single)).status_code == 404
    assert await alice.post(single) == {}
    assert len(await alice.get("/v1/notifications")) == 3


async def test_silenced_people_are_heard_by_who_wants_to(alpha: Server) -> None:
    """Of a silenced stranger nothing is told; put aside or told where somebody says so."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    await measures.silence(alpha.instance, TERMINAL, await alpha.actor("bob"))
    waiting: list[int] = []
    for verdict in (None, "filter", "accept"):
        if verdict:
            said = {"for_limited_accounts": verdict}
            await alice.ask("PUT", "/v2/notifications/policy", json=said)
        post = await alice.post("/v1/statuses", status="Hello")
        await bob.post(f"/v1/statuses/{post['id']}/favourite")
        summary = (await alice.get("/v2/notifications/policy"))["summary"]
        waiting.append(summary["pending_notifications_count"])
        assert len(await alice.get("/v1/notifications")) == int(verdict == "accept")
        told = await alice.get("/v2/notifications", include_filtered="true")
        assert len(told["notification_groups"]) == {None: 0, "filter": 1, "accept": 2}[verdict]
    assert waiting == [0, 1, 1]
