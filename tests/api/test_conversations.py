"""Conversations as apps read them."""

from fedlearn.services import blocks
from tests.api.apps import app_of
from tests.federation.server import Server


async def test_conversation_is_for_those_in_it(alpha: Server) -> None:
    """It says who else is in it and what was said last, is read and removed, and is nobody else's."""
    alice, bob, carol = [await app_of(alpha, name) for name in ("alice", "bob", "carol")]
    first = await alice.post("/v1/statuses", status="@bob psst", visibility="direct")
    [mine] = await alice.get("/v1/conversations")
    assert (mine["unread"], mine["last_status"]["id"]) == (False, first["id"])
    assert [one["acct"] for one in mine["accounts"]] == ["bob"]
    [theirs] = await bob.get("/v1/conversations")
    assert (theirs["unread"], theirs["last_status"]["id"]) == (True, first["id"])
    assert [one["acct"] for one in theirs["accounts"]] == ["alice"]
    assert await carol.get("/v1/conversations") == []
    path, reader = f"/v1/conversations/{theirs['id']}", await app_of(alpha, "bob", "read")
    for act in ("read", "unread"):
        assert (await carol.ask("POST", f"{path}/{act}")).status_code == 404
        assert (await alice.ask("POST", f"{path}/{act}")).status_code == 404
        assert (await reader.ask("POST", f"{path}/{act}")).status_code == 403
    assert (await bob.post(f"{path}/read")) == {**theirs, "unread": False}
    assert (await bob.get("/v1/conversations"))[0]["unread"] is False
    assert (await bob.post(f"{path}/unread"))["unread"] is True
    assert (await bob.ask("POST", f"{path}/shred")).status_code == 404
    assert (await carol.ask("DELETE", path)).status_code == 404
    assert (await bob.ask("DELETE", path)).json() == {}
    assert await bob.get("/v1/conversations") == []
    assert len(await alice.get("/v1/conversations")) == 1
    await alice.post(
        "/v1/statuses", status="@bob still", visibility="direct", in_reply_to_id=first["id"]
    )
    [again] = await bob.get("/v1/conversations")
    assert again["last_status"]["content"].endswith("still</p>")
    await blocks.block(alpha.instance, await alpha.actor("alice"), await alpha.actor("bob"))
    assert await bob.get("/v1/conversations") == []


async def test_every_conversation_once_down_and_up(alpha: Server) -> None:
    """Page by page downwards each comes once, and upwards again; who is alone is in it themselves."""
    alice = await app_of(alpha, "alice")
    for number in range(5):
        await alice.post("/v1/statuses", status=f"note {number}", visibility="direct")
    path, pages = "/v1/conversations?limit=2", []
    while True:
        answer = await alice.ask("GET", path)
        if not answer.json():
            break
        pages.append([one["last_status"]["content"] for one in answer.json()])
        last, path = answer, answer.links["next"]["url"].removeprefix("https://alpha.test/api")
    assert [len(page) for page in pages] == [2, 2, 1]
    assert pages[0][0] == "<p>note 4</p>"
    assert [one["acct"] for one in last.json()[0]["accounts"]] == ["alice"]
    above = await alice.ask("GET", last.links["prev"]["url"].removeprefix("https://alpha.test/api"))
    assert [one["last_status"]["content"] for one in above.json()] == pages[1]
