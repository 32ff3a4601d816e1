"""Notifications in groups, as newer apps ask for them."""

from typing import Any

import pytest

from fedlearn.db import users as db_users
from fedlearn.domain.actors import Role
from fedlearn.services import accounts, reports
from fedlearn.services.accounts import NewAccount
from tests.api.apps import App, app_of
from tests.clock import DAY, Clock
from tests.federation.server import PASSWORD, Server

PATH = "/v2/notifications"


async def liked(server: Server, alice: App, *names: str) -> str:
    """The id of a post by alice that these people like."""
    post: dict[str, Any] = await alice.post("/v1/statuses", status="Hello")
    for name in names:
        await (await app_of(server, name)).post(f"/v1/statuses/{post['id']}/favourite")
    return str(post["id"])


async def test_what_belongs_together_is_told_as_one(alpha: Server, clock: Clock) -> None:
    """Likes of one post are one group, with each account and post once; later ones are another."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    first = await liked(alpha, alice, "bob", "carol")
    second = await liked(alpha, alice, "bob")
    await bob.post("/v1/statuses", status="@alice hello")
    told = await alice.get(PATH)
    groups = told["notification_groups"]
    kinds = [(one["type"], one["notifications_count"], one["status_id"]) for one in groups[1:]]
    assert kinds == [("favourite", 1, second), ("favourite", 2, first)]
    assert (groups[0]["type"], groups[0]["notifications_count"]) == ("mention", 1)
    assert groups[0]["group_key"].startswith("ungrouped-")
    names = {one["id"]: one["acct"] for one in told["accounts"]}
    assert sorted(names.values()) == ["bob", "carol"]
    assert [names[one] for one in groups[2]["sample_account_ids"]] == ["carol", "bob"]
    assert {one["id"] for one in told["statuses"]} == {first, second, groups[0]["status_id"]}
    assert isinstance(groups[0]["most_recent_notification_id"], int)
    assert await alice.get(f"{PATH}/unread_count") == {"count": 3}
    single = await alice.get("/v1/notifications")
    assert {one["group_key"] for one in single} == {one["group_key"] for one in groups}
    apart = await alice.get(PATH, **{"grouped_types[]": ["follow"], "types[]": ["favourite"]})
    assert [one["notifications_count"] for one in apart["notification_groups"]] == [1, 1, 1]
    by_bob = await alice.get(PATH, account_id=groups[1]["sample_account_ids"][0])
    assert [one["notifications_count"] for one in by_bob["notification_groups"]] == [1, 1, 1]
    clock.forward(DAY)
    await (await app_of(alpha, "dora")).post(f"/v1/statuses/{first}/favourite")
    again = (await alice.get(PATH))["notification_groups"]
    assert [one["notifications_count"] for one in again] == [1, 1, 1, 2]


async def test_only_faces(alpha: Server) -> None:
    """Where an app wants no more, all but the first of a group are told with their picture alone."""
    alice = await app_of(alpha, "alice")
    await liked(alpha, alice, "bob", "carol")
    told = await alice.get(PATH, expand_accounts="partial_avatars")
    assert [one["acct"] for one in told["accounts"]] == ["carol"]
    (bob,) = told["partial_accounts"]
    assert bob["acct"] == "bob"
    pictured = {"avatar", "avatar_static", "avatar_description"}
    assert bob.keys() == {"id", "acct", "url", "locked", "bot", *pictured}
    whole = await alice.get(PATH, expand_accounts="full")
    assert ("partial_accounts" in whole, len(whole["accounts"])) == (False, 2)
    refused = await alice.ask("GET", PATH, params={"expand_accounts": "none"})
    assert (refused.status_code, "expand_accounts" in refused.json()["error"]) == (400, True)


async def test_what_waits_is_counted_as_asked(alpha: Server) -> None:
    """Unread ones are counted by kind, by whom and up to a limit."""
    alice, bob = await app_of(alpha, "alice"), await alpha.actor("bob")
    await liked(alpha, alice, "bob", "carol")
    await alpha.follow("bob", "@alice@alpha.test")
    for path, likes in (("/v1/notifications/unread_count", 2), (f"{PATH}/unread_count", 1)):
        for asked, count in (
            ({}, likes + 1),
            ({"limit": 1}, 1),
            ({"types[]": "favourite"}, likes),
            ({"exclude_types[]": "favourite"}, 1),
            ({"account_id": str(bob.id)}, 2),
            ({"account_id": "1"}, 0),
        ):
            assert await alice.get(path, **asked) == {"count": count}, (path, asked)


async def test_group_is_its_owners(alpha: Server) -> None:
    """A group is read, counted out and dismissed by its owner; for others it is not there."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    post = await liked(alpha, alice, "bob", "carol")
    [group] = (await alice.get(PATH))["notification_groups"]
    path, reader = f"{PATH}/{group['group_key']}", await app_of(alpha, "alice", "read")
    shown = await alice.get(path)
    assert (shown["notification_groups"], shown["statuses"][0]["id"]) == ([group], post)
    assert [one["acct"] for one in await alice.get(f"{path}/accounts")] == ["carol", "bob"]
    [one, _] = await alice.get("/v1/notifications")
    lone = await alice.get(f"{PATH}/ungrouped-{one['id']}")
    assert lone["notification_groups"][0]["notifications_count"] == 1
    for method, address in (
        ("GET", path),
        ("GET", f"{path}/accounts"),
        ("POST", f"{path}/dismiss"),
    ):
        assert (await bob.ask(method, address)).status_code == 404
    assert (await reader.ask("POST", f"{path}/dismiss")).status_code == 403
    for wrong in ("ungrouped-0", "favourite", "favourite-x-y", "ungrouped-" + "9" * 30):
        assert (await alice.ask("GET", f"{PATH}/{wrong}")).status_code == 404
    assert await alice.post(f"{path}/dismiss") == {}
    assert (await alice.get(PATH))["notification_groups"] == []
    assert (await alice.ask("POST", f"{path}/dismiss")).status_code == 404
    await bob.post("/v1/statuses", status="@alice hello")
    assert await alice.post(f"{PATH}/clear") == {}
    assert await alice.get(PATH) == {"accounts": [], "statuses": [], "notification_groups": []}


async def test_every_group_once_down_and_up(alpha: Server) -> None:
    """Page by page each group comes once, however many belong to it; and upwards again."""
    alice = await app_of(alpha, "alice")
    posts = [await liked(alpha, alice, "bob", "carol") for _ in range(3)]
    await (await app_of(alpha, "dora")).post(f"/v1/statuses/{posts[0]}/favourite")
    path, pages = f"{PATH}?limit=2", []
    while True:
        answer = await alice.ask("GET", path)
        found = answer.json()["notification_groups"]
        if not found:
            break
        pages.append([one["status_id"] for one in found])
        last, path = answer, answer.links["next"]["url"].removeprefix("https://alpha.test/api")
    assert pages == [[posts[0], posts[2]], [posts[1]]]
    above = last.links["prev"]["url"].removeprefix("https://alpha.test/api")
    found = (await alice.ask("GET", above)).json()["notification_groups"]
    assert [one["status_id"] for one in found] == pages[0]


@pytest.mark.parametrize("path", ["/v1/notifications", PATH])
async def test_moderators_are_told_what_was_reported(alpha: Server, path: str) -> None:
    """A notification of a report has the report with it, for those who look after reports alone."""
    wanted = NewAccount("morris", "morris@alpha.test", PASSWORD, Role.MODERATOR)
    user = await accounts.create_account(alpha.instance, wanted)
    bob, carol = await alpha.actor("bob"), await alpha.actor("carol")
    morris = await app_of(alpha, "morris")
    await reports.report(alpha.instance, carol, bob, comment="Too loud")
    told = await morris.get(path)
    [one] = told["notification_groups"] if path == PATH else told
    assert one["type"] == "admin.report"
    assert one["report"]["comment"] == "Too loud"
    assert one["report"]["target_account"]["acct"] == "bob"
    assert one["report"]["action_taken"] is False
    async with alpha.instance.db.write() as connection:
        await db_users.set_role(connection, user.id, Role.USER)
    told = await morris.get(path)
    assert (told["notification_groups"] if path == PATH else told) == []
