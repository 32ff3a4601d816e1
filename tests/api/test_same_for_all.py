"""A post is written once for many readers; what each of them did with it is told to them alone."""

from typing import Any

from fedlearn.domain.audience import Reach
from fedlearn.services import blocks
from tests.api.apps import App, app_of
from tests.federation.server import Server

MARKS = ("favourited", "reblogged", "bookmarked", "pinned")


async def read(app: App, path: str) -> Any:
    """An answer that was asked for twice: the second time much of it was written before."""
    before = await app.get(path)
    after = await app.get(path)
    assert before == after
    return after


def marks(status: Any) -> set[str]:
    """What somebody has done with a post."""
    return {one for one in MARKS if status[one]}


async def test_each_sees_what_they_did(alpha: Server) -> None:
    """A like shows at once to all as a number, and as one's own only to who likes."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    post = await alice.post("/v1/statuses", status="Bees dance")
    path = f"/v1/statuses/{post['id']}"
    for app in (alice, bob, await app_of(alpha)):
        assert marks(await read(app, path)) == set()
    for act, mark in (("favourite", "favourited"), ("reblog", "reblogged")):
        await bob.post(f"{path}/{act}")
        assert mark in marks(await read(bob, path))
        assert marks(await read(alice, path)) == set()
    await alice.post(f"{path}/pin")
    seen = [await read(app, path) for app in (alice, bob, await app_of(alpha))]
    assert [(one["favourites_count"], one["reblogs_count"]) for one in seen] == [(1, 1)] * 3
    assert [marks(one) for one in seen] == [{"pinned"}, {"favourited", "reblogged"}, set()]
    await bob.post(f"{path}/unfavourite")
    assert (await read(alice, path))["favourites_count"] == 0


async def test_changes_reach_everybody(alpha: Server) -> None:
    """An edit, another name of the author, and what a boost shows of both, are new for all at once."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    post = await alice.post("/v1/statuses", status="Bees dance")
    boost = await bob.post(f"/v1/statuses/{post['id']}/reblog")
    paths = [f"/v1/statuses/{post['id']}", f"/v1/statuses/{boost['id']}"]
    assert "dance" in (await read(alice, paths[0]))["content"]
    assert "dance" in (await read(bob, paths[1]))["reblog"]["content"]
    await alice.ask("PUT", paths[0], json={"status": "Bees sleep"})
    await alice.ask("PATCH", "/v1/accounts/update_credentials", json={"display_name": "Alice B."})
    for app in (alice, bob, await app_of(alpha)):
        one, other = await read(app, paths[0]), (await read(app, paths[1]))["reblog"]
        for status in (one, other):
            assert "sleep" in status["content"]
            assert status["account"]["display_name"] == "Alice B."


async def test_answers_tell_only_what_one_sees(alpha: Server) -> None:
    """Whom a post answers is told to who may see what it answers, in whatever order they read."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    asked = await (await app_of(alpha, "carol")).post("/v1/statuses", status="Who knows?")
    answer = await alice.post("/v1/statuses", status="I do", in_reply_to_id=asked["id"])
    await bob.post(f"/v1/accounts/{asked['account']['id']}/block")
    path = f"/v1/statuses/{answer['id']}"
    for _ in range(2):
        assert (await alice.get(path))["in_reply_to_id"] == asked["id"]
        assert (await bob.get(path))["in_reply_to_id"] is None


async def test_figures_are_those_that_anybody_may_know(alpha: Server) -> None:
    """How much somebody wrote for their followers is told to those alone, whoever asked before."""
    bob, carol, dan = [await app_of(alpha, name) for name in ("bob", "carol", "dan")]
    post = await alpha.post("alice", "for all")
    await alpha.post("alice", "for followers", reach=Reach.FOLLOWERS)
    await alpha.follow("bob", f"@alice@{alpha.host}")
    alice, other = await alpha.actor("alice"), await alpha.actor("dan")
    await blocks.block(alpha.instance, alice, other)
    shown, account = f"/v1/statuses/{post.id}", f"/v1/accounts/{alice.id}"
    for app, count in ((bob, 2), (carol, 1), (dan, 0)):
        assert (await app.get(account))["statuses_count"] == count
        for reader in (bob, carol):
            assert (await reader.get(shown))["account"]["statuses_count"] == 1
