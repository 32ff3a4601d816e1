"""Posts as apps write, read, change and delete them."""

import re

import pytest

from fedlearn.domain.audience import Reach, Scope
from tests.api.apps import app_of
from tests.clock import HOUR, Clock
from tests.federation.browser import sign_in
from tests.federation.server import Server

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def test_post_has_every_field(alpha: Server) -> None:
    """What an app posts comes back whole, and looks the same to a stranger but for their own marks."""
    alice, stranger = await app_of(alpha, "alice"), await app_of(alpha)
    await alpha.user("bob")
    made = await alice.post(
        "/v1/statuses", status="Hello @bob, about #bees", spoiler_text="buzz", language="en"
    )
    assert made["content"].startswith("<p>Hello ")
    assert made["url"] == f"https://{alpha.host}/@alice/{made['id']}"
    assert (made["visibility"], made["local_only"]) == ("public", False)
    assert (made["spoiler_text"], made["sensitive"], made["language"]) == ("buzz", True, "en")
    assert [one["acct"] for one in made["mentions"]] == ["bob"]
    assert [one["name"] for one in made["tags"]] == ["bees"]
    assert MOMENT.fullmatch(made["created_at"])
    for name in ("avatar", "avatar_static", "header", "header_static"):
        assert made["account"][name].startswith(f"https://{alpha.host}/")
    seen = await stranger.get(f"/v1/statuses/{made['id']}")
    assert seen.keys() == made.keys()
    assert seen["content"] == made["content"]


@pytest.mark.parametrize(
    ("reach", "scope", "visibility"),
    [
        (Reach.PUBLIC, Scope.FED, "public"),
        (Reach.UNLISTED, Scope.FED, "unlisted"),
        (Reach.FOLLOWERS, Scope.FED, "private"),
        (Reach.DIRECT, Scope.FED, "direct"),
        (Reach.PUBLIC, Scope.ORG, "public"),
    ],
)
async def test_audience_is_kept(alpha: Server, reach: Reach, scope: Scope, visibility: str) -> None:
    """Each audience of an app is one of ours; who may not see a post gets a 404 like for none."""
    alice, bob, stranger = [await app_of(alpha, name) for name in ("alice", "bob", None)]
    made = await alice.post(
        "/v1/statuses", status="Hello", visibility=visibility, local_only=scope is Scope.ORG
    )
    assert (made["visibility"], made["local_only"]) == (visibility, scope is Scope.ORG)
    view = await alpha.seen_by("alice", made["uri"])
    assert view is not None
    assert (view.status.reach, view.status.scope) == (reach, scope)
    path = f"/v1/statuses/{made['id']}"
    may_bob = reach.is_open
    may_anybody = reach.is_open and scope is Scope.FED
    for app, may in ((bob, may_bob), (stranger, may_anybody)):
        answer = await app.ask("GET", path)
        assert answer.status_code == (200 if may else 404)
        assert may or answer.json() == {"error": "Record not found"}
        assert may or (await app.ask("GET", f"{path}/context")).status_code == 404


async def test_same_key_posts_once(alpha: Server) -> None:
    """However often an app sends it, a post with the same key is there once."""
    alice = await app_of(alpha, "alice")
    made = [
        await alice.ask(
            "POST", "/v1/statuses", data={"status": "Once"}, headers={"idempotency-key": "k"}
        )
        for _ in range(2)
    ]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert len(await alice.get("/v1/timelines/home")) == 1


async def test_thread(alpha: Server) -> None:
    """What a post answers stands above it, and what answers it below."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    first = await alice.post("/v1/statuses", status="first")
    second = await bob.post("/v1/statuses", status="second", in_reply_to_id=first["id"])
    third = await alice.post("/v1/statuses", status="third", in_reply_to_id=second["id"])
    around = await alice.get(f"/v1/statuses/{second['id']}/context")
    assert [one["id"] for one in around["ancestors"]] == [first["id"]]
    assert [one["id"] for one in around["descendants"]] == [third["id"]]
    assert third["in_reply_to_account_id"] == second["account"]["id"]
    assert (await alice.get(f"/v1/statuses/{first['id']}"))["replies_count"] == 1


async def test_edit_and_history(alpha: Server) -> None:
    """An edit changes the post for everybody, and what it said before can be read."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    made = await alice.post("/v1/statuses", status="wrong")
    path = f"/v1/statuses/{made['id']}"
    edited = await alice.ask("PUT", path, data={"status": "right"})
    assert edited.json()["content"] == "<p>right</p>"
    assert MOMENT.fullmatch(edited.json()["edited_at"])
    history = await bob.get(f"{path}/history")
    assert [one["content"] for one in history] == ["<p>wrong</p>", "<p>right</p>"]
    assert (await alice.get(f"{path}/source"))["text"] == "right"
    assert (await bob.ask("GET", f"{path}/source")).status_code == 404
    assert (await bob.ask("PUT", path, data={"status": "mine now"})).status_code == 404
    assert (await bob.ask("DELETE", path)).status_code == 404
    deleted = await alice.ask("DELETE", path)
    assert deleted.json()["text"] == "right"
    assert (await bob.ask("GET", path)).status_code == 404


@pytest.mark.parametrize(
    ("act", "back", "mark", "count"),
    [
        ("favourite", "unfavourite", "favourited", "favourites_count"),
        ("bookmark", "unbookmark", "bookmarked", None),
    ],
)
async def test_marks(alpha: Server, act: str, back: str, mark: str, count: str | None) -> None:
    """A mark is one's own, counts once, and can be taken back."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    made = await alice.post("/v1/statuses", status="Hello")
    path = f"/v1/statuses/{made['id']}"
    for _ in range(2):
        assert (await bob.post(f"{path}/{act}"))[mark] is True
    assert (await alice.get(path))[mark] is False
    assert count is None or (await alice.get(path))[count] == 1
    assert (await bob.post(f"{path}/{back}"))[mark] is False


async def test_boost_is_a_post_around_another(alpha: Server) -> None:
    """A boost wraps what it boosts, which is marked in both; taken back, the original comes back."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    made = await alice.post("/v1/statuses", status="Hello")
    boost = await bob.post(f"/v1/statuses/{made['id']}/reblog")
    assert (boost["reblog"]["id"], boost["reblog"]["reblogs_count"]) == (made["id"], 1)
    assert boost["reblogged"] is boost["reblog"]["reblogged"] is True
    original = await bob.post(f"/v1/statuses/{made['id']}/unreblog")
    assert (original["id"], original["reblog"], original["reblogged"]) == (made["id"], None, False)


async def test_poll(alpha: Server) -> None:
    """A poll is voted in once, by choices that it has; its author counts as having voted."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    wanted = {"options": ["yes", "no"], "expires_in": 600}
    made = await alice.post("/v1/statuses", status="Sure?", poll=wanted)
    poll = made["poll"]
    assert (poll["voted"], poll["expired"], poll["multiple"]) == (True, False, False)
    path = f"/v1/polls/{poll['id']}"
    for choices, words in (([7], "does not exist"), ([0, 1], "already voted")):
        answer = await bob.ask("POST", f"{path}/votes", json={"choices": choices})
        assert answer.status_code == 422
        assert words in answer.json()["error"]
    after = await bob.post(f"{path}/votes", choices=[1])
    assert (after["own_votes"], after["voters_count"]) == ([1], 1)
    again = await bob.ask("POST", f"{path}/votes", json={"choices": ["0"]})
    assert "You have already voted on this poll" in again.json()["error"]
    assert (await alice.get(path))["options"] == [
        {"title": "yes", "votes_count": 0},
        {"title": "no", "votes_count": 1},
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": ""}, "nothing to post"),
        ({"status": "x" * 501}, "too long"),
        ({"status": "x", "visibility": "limited"}, "Visibility"),
        ({"status": "x", "media_ids": ["1"]}, "cannot be found"),
        ({"status": "x", "poll": {"options": ["a"], "expires_in": 600}}, "poll"),
    ],
)
async def test_post_that_will_not_do(alpha: Server, body: dict[str, object], words: str) -> None:
    """What cannot be posted is refused in words that a client can show, and nothing is posted."""
    alice = await app_of(alpha, "alice")
    answer = await alice.ask("POST", "/v1/statuses", json=body)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert await alice.get("/v1/timelines/home") == []


async def test_scopes_are_kept_to(alpha: Server) -> None:
    """An app does what it was allowed and no more; without a token it may not write at all."""
    reader = await app_of(alpha, "alice", "read:statuses")
    refused = await reader.ask("POST", "/v1/statuses", json={"status": "x"})
    assert refused.status_code == 403
    assert refused.json() == {"error": "This action is outside the authorized scopes"}
    assert await reader.get("/v1/timelines/home") == []
    nobody = await (await app_of(alpha)).ask("POST", "/v1/statuses", json={"status": "x"})
    assert (nobody.status_code, nobody.json()) == (401, {"error": "The access token is invalid"})


async def test_thread_of_which_one_has_heard_enough(alpha: Server) -> None:
    """Of a thread that is muted nothing is told any more, be it answers, likes or boosts."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    other = await alice.post("/v1/statuses", status="Something else")
    made = await alice.post("/v1/statuses", status="Do bees sleep?")
    answer = await bob.post("/v1/statuses", status="@alice Yes", in_reply_to_id=made["id"])
    assert (answer["muted"], made["muted"]) == (False, False)
    assert len(await alice.get("/v1/notifications")) == 1
    assert (await alice.post(f"/v1/statuses/{answer['id']}/mute"))["muted"] is True
    assert (await alice.get(f"/v1/statuses/{made['id']}"))["muted"] is True
    assert (await bob.get(f"/v1/statuses/{made['id']}"))["muted"] is False
    again = {"status": "@alice Really", "in_reply_to_id": answer["id"]}
    await bob.post("/v1/statuses", **again)
    await bob.post(f"/v1/statuses/{made['id']}/favourite")
    assert len(await alice.get("/v1/notifications")) == 1
    await bob.post(f"/v1/statuses/{other['id']}/favourite")
    assert len(await alice.get("/v1/notifications")) == 2
    assert (await alice.post(f"/v1/statuses/{made['id']}/unmute"))["muted"] is False
    await bob.post("/v1/statuses", **again)
    assert len(await alice.get("/v1/notifications")) == 3
    secret = await bob.post("/v1/statuses", status="Mine", visibility="direct")
    refused = await alice.ask("POST", f"/v1/statuses/{secret['id']}/mute")
    assert refused.status_code == 404


async def test_only_whom_an_app_expects(alpha: Server) -> None:
    """A post that would go to somebody whom the app does not expect is refused, and says to whom."""
    bob, alice = await alpha.actor("bob"), await app_of(alpha, "alice")
    carol = await alpha.actor("carol")
    sent = {"status": "@bob and @carol, and I @alice", "allowed_mentions": [str(bob.id)]}
    refused = await alice.ask("POST", "/v1/statuses", json=sent)
    assert refused.status_code == 422
    said = refused.json()
    assert said["error"] == "Post would be sent to unexpected accounts"
    assert [one["id"] for one in said["unexpected_accounts"]] == [str(carol.id)]
    none = {"status": "@bob", "allowed_mentions": []}
    assert (await alice.ask("POST", "/v1/statuses", json=none)).status_code == 422
    assert await alice.get("/v1/timelines/home") == []
    both = [str(bob.id), str(carol.id)]
    assert await alice.post("/v1/statuses", status=sent["status"], allowed_mentions=both)


async def test_boost_for_fewer(alpha: Server) -> None:
    """A boost may be for followers alone; never for more than the post itself, and no letter."""
    alice, stranger = await app_of(alpha, "alice"), await app_of(alpha)
    post = await alpha.post("bob", "Bees", reach=Reach.UNLISTED)
    path = f"/v1/statuses/{post.id}"
    refused = await alice.ask("POST", f"{path}/reblog", json={"visibility": "direct"})
    assert refused.status_code == 422
    boost = await alice.post(f"{path}/reblog", visibility="private")
    assert (boost["visibility"], boost["reblog"]["visibility"]) == ("private", "unlisted")
    assert (await stranger.ask("GET", f"/v1/statuses/{boost['id']}")).status_code == 404
    await alice.post(f"{path}/unreblog")
    assert (await alice.post(f"{path}/reblog", visibility="public"))["visibility"] == "unlisted"


async def test_poll_that_keeps_its_secret(alpha: Server, clock: Clock) -> None:
    """Where its author wants it so, nobody is told before the end what was chosen, here or elsewhere."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    wanted = {"options": ["Bees", "Wasps"], "expires_in": 3600, "hide_totals": True}
    made = await alice.post("/v1/statuses", status="Which?", poll=wanted)
    path = f"/v1/polls/{made['poll']['id']}"
    voted = await bob.post(f"{path}/votes", choices=[1])
    hidden = [{"title": "Bees", "votes_count": None}, {"title": "Wasps", "votes_count": None}]
    assert (voted["options"], voted["own_votes"], voted["votes_count"]) == (hidden, [1], 1)
    assert (await alice.get(path))["options"] == hidden
    page = (await (await sign_in(alpha, "bob")).get(made["url"])).text
    assert ("your choice" in page, 'class="bar"' in page) == (True, False)
    for is_over, count in ((False, 0), (True, 1)):
        if is_over:
            clock.forward(2 * HOUR)
        document = (await alpha.get(made["uri"].partition(alpha.host)[2])).json()
        assert [one["replies"]["totalItems"] for one in document["oneOf"]] == [0, count]
    assert [one["votes_count"] for one in (await bob.get(path))["options"]] == [0, 1]


async def test_secret_of_a_poll_is_given_up(alpha: Server) -> None:
    """An edit that leaves the answers as they are shows what was chosen; votes stay."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    wanted = {"options": ["Bees", "Wasps"], "expires_in": 3600, "hide_totals": "true"}
    made = await alice.post("/v1/statuses", status="Which?", poll=wanted)
    await bob.post(f"/v1/polls/{made['poll']['id']}/votes", choices=[0])
    changed = {"status": "Which then?", "poll": {**wanted, "hide_totals": False}}
    after = (await alice.ask("PUT", f"/v1/statuses/{made['id']}", json=changed)).json()
    assert [one["votes_count"] for one in after["poll"]["options"]] == [1, 0]
