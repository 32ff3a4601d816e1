"""Streaming: what happens is told to apps as it happens, to those alone who may see it."""

import asyncio
from typing import Any

import pytest

from fedlearn.db import hub as hub_module
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import now
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import announcements, favourites, lists, oauth, statuses
from fedlearn.services.announcements import AnnouncementDraft
from fedlearn.web.moments import iso
from tests.api.apps import App, app_of
from tests.api.sockets import listening_to, socket_of
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are gathered for a blink only."""
    monkeypatch.setattr(hub_module, "PAUSE", 0.02)


# --- who is let in -------------------------------------------------------------------------------


async def test_how_a_token_is_shown(alpha: Server) -> None:
    """A token comes in a header, in the address, or as the protocol, which is then echoed."""
    app = await app_of(alpha, "alice")
    assert app.token
    async with socket_of(app) as socket:
        assert (await socket.opens(), socket.subprotocol) == (101, None)
    async with socket_of(app, access_token=app.token) as socket:
        assert await socket.opens() == 101
    async with socket_of(app, path="/", protocol=app.token) as socket:
        assert (await socket.opens(), socket.subprotocol) == (101, app.token)


@pytest.mark.parametrize(
    ("scopes", "status"), [("read:statuses", 101), ("read:notifications", 101), ("write", 403)]
)
async def test_what_must_be_allowed(alpha: Server, scopes: str, status: int) -> None:
    """Who may read neither posts nor notifications has nothing to hear."""
    async with socket_of(await app_of(alpha, "alice", scopes)) as socket:
        assert await socket.opens() == status


async def test_strangers(alpha: Server) -> None:
    """Without a token nobody listens, nor with one that was made up."""
    for app in (await app_of(alpha), App(alpha, "made up")):
        async with socket_of(app) as socket:
            assert await socket.opens() == 401
        answer = await app.ask("GET", "/v1/streaming/public")
        assert answer.status_code == 401
    health = await alpha.http.get("/api/v1/streaming/health")
    assert (health.status_code, health.text) == (200, "OK")


# --- what is heard -------------------------------------------------------------------------------


async def test_posts_arrive(alpha: Server) -> None:
    """A post is told on each channel where it stands, as the timeline would show it."""
    app = await app_of(alpha, "alice")
    await alpha.post("bob", "Before anybody listened #bees")
    async with listening_to(app, "public", "public:local", "user", "hashtag", tag="Bees") as socket:
        posted = await alpha.post("bob", "About #bees")
        heard = [await socket.hears("update") for _ in range(3)]
        names = {tuple(one["stream"]) for one in heard}
        assert names == {("public",), ("public:local",), ("hashtag", "Bees")}
        shown = await app.get(f"/v1/statuses/{posted.id}")
        assert all(one["payload"] == shown for one in heard)
        own = await alpha.post("alice", "Mine, for followers", reach=Reach.FOLLOWERS)
        told = await socket.hears("update")
        assert (told["stream"], told["payload"]["id"]) == (["user"], str(own.id))


async def test_what_is_told_to_somebody(alpha: Server) -> None:
    """Who listens to `user` hears of notifications, too, when the app may read them."""
    app = await app_of(alpha, "alice")
    only_posts = await app_of(alpha, "alice", "read:statuses")
    post = await alpha.post("alice", "Do you like it?")
    async with (
        listening_to(app, "user", "user:notification") as socket,
        listening_to(only_posts, "user") as deaf,
    ):
        await favourites.favourite(alpha.instance, await alpha.actor("bob"), post.id)
        heard = [await socket.hears("notification") for _ in range(2)]
        assert {tuple(one["stream"]) for one in heard} == {("user",), ("user:notification",)}
        (listed,) = await app.get("/v1/notifications")
        assert all(one["payload"] == listed for one in heard)
        await alpha.post("alice", "Something else")
        await deaf.hears("update")
        deaf.say(type="subscribe", stream="user:notification")
        assert (await deaf.next())["status"] == 403


async def test_edits_and_deletions(alpha: Server) -> None:
    """What changes is told where it stands; what is gone is told by its id."""
    app = await app_of(alpha, "alice")
    view = await alpha.post("bob", "Once")
    async with listening_to(app, "public", "user", "hashtag", tag="bees") as socket:
        bob = await alpha.actor("bob")
        await statuses.edit_status(alpha.instance, bob, view.id, "Twice", "")
        told = await socket.hears("status.update")
        assert told["stream"] == ["public"]
        assert told["payload"]["content"] == "<p>Twice</p>"
        await statuses.delete_status(alpha.instance, bob, view.id)
        gone = [await socket.hears("delete") for _ in range(3)]
        assert {one["payload"] for one in gone} == {str(view.id)}


async def test_media_and_places(alpha: Server, bob: Person) -> None:
    """Some channels carry only posts with media, or from here, or from elsewhere."""
    app = await app_of(alpha, "alice")
    await reads(alpha, "carol", bob)
    picture = {
        "type": "Document",
        "mediaType": "image/png",
        "url": f"https://{bob.peer.host}/bee.png",
    }
    async with listening_to(app, "public:remote", "public:media", "public:local") as socket:
        await takes(
            alpha, bob, bob.activity("Create", bob.note("<p>No picture</p>", published=iso(now())))
        )
        assert (await socket.hears("update"))["stream"] == ["public:remote"]
        note = bob.note("<p>A picture</p>", published=iso(now()), attachment=[picture])
        await takes(alpha, bob, bob.activity("Create", note))
        heard = [await socket.hears("update") for _ in range(2)]
        assert {one["stream"][0] for one in heard} == {"public:remote", "public:media"}
        await alpha.post("alice", "From here")
        assert (await socket.hears("update"))["stream"] == ["public:local"]


async def test_lists(alpha: Server) -> None:
    """A list is heard by its owner alone."""
    app, other = await app_of(alpha, "alice"), await app_of(alpha, "carol")
    alice, bob = await alpha.actor("alice"), await alpha.actor("bob")
    made = await lists.create_list(alpha.instance, alice, "bees")
    await lists.add_member(alpha.instance, alice, made.id, bob)
    async with listening_to(app, "list", list=str(made.id)) as socket:
        view = await alpha.post("bob", "On the list")
        told = await socket.hears("update")
        assert (told["stream"], told["payload"]["id"]) == (["list", str(made.id)], str(view.id))
    async with socket_of(other, stream="list", list=str(made.id)) as socket:
        assert await socket.opens() == 101
        assert (await socket.next())["status"] == 404


async def test_conversations(alpha: Server) -> None:
    """A message is told with its conversation, to those who are in it; its end tells nobody else."""
    app, other = await app_of(alpha, "alice"), await app_of(alpha, "carol")
    async with listening_to(app, "direct") as socket, listening_to(other, "direct") as deaf:
        asked = await alpha.post("bob", "@alice Do bees sleep?", reach=Reach.DIRECT)
        told = await socket.hears("conversation")
        assert told["stream"] == ["direct"]
        (listed,) = await app.get("/v1/conversations")
        assert told["payload"] == listed
        assert listed["last_status"]["id"] == str(asked.id)
        again = await alpha.reply("alice", asked.status.uri, "They do.")
        said = await socket.hears("conversation")
        assert said["payload"]["last_status"]["id"] == str(again.id)
        assert said["payload"]["id"] == listed["id"]
        assert deaf.frames == []


async def test_filters_and_announcements(alpha: Server) -> None:
    """Apps hear that filters are others now, and what is said to everybody; others' filters not."""
    app, other = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    async with listening_to(app, "user", "public") as socket, listening_to(other, "user") as bobs:
        made = await app.post(
            "/v2/filters",
            title="Wasps",
            context=["home"],
            keywords_attributes=[{"keyword": "wasps"}],
        )
        assert (await socket.hears("filters_changed"))["stream"] == ["user"]
        await alpha.post("bob", "About wasps")
        await alpha.follow("alice", "bob@alpha.test")
        assert (await app.ask("DELETE", f"/v2/filters/{made['id']}")).status_code == 200
        while (frame := await socket.next())["event"] != "filters_changed":
            assert frame["stream"] == ["public"]
        await announcements.announce(alpha.instance, TERMINAL, AnnouncementDraft("A new hive"))
        (listed,) = await app.get("/v1/announcements")
        assert (await socket.hears("announcement"))["payload"] == listed
        reaction = f"/v1/announcements/{listed['id']}/reactions/🐝"
        told = {"name": "🐝", "announcement_id": listed["id"]}
        for method, count in (("PUT", 1), ("DELETE", 0)):
            assert (await app.ask(method, reaction)).status_code == 200
            heard = (await socket.hears("announcement.reaction"))["payload"]
            assert heard == {**told, "count": count}
        assert (await app.ask("DELETE", f"{reaction}x")).status_code == 200
        await announcements.remove(alpha.instance, TERMINAL, int(listed["id"]))
        assert (await socket.hears("announcement.delete"))["payload"] == listed["id"]
        await bobs.hears("update")
        while (frame := await bobs.next())["event"] != "announcement":
            assert frame["event"] == "notification"


# --- what is said wrongly ------------------------------------------------------------------------


async def test_what_cannot_be_heard(alpha: Server) -> None:
    """It is said what was wrong, and the socket stays open; what is unknown is passed over."""
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"stream": "hashtag"}, "Missing tag name parameter"),
        ({"stream": "hashtag", "tag": ["x"]}, "Missing tag name parameter"),
        ({"stream": "list"}, "Missing list name parameter"),
        ({"stream": "list", "list": "x"}, "Unknown list"),
        ({"stream": "local"}, "Unknown stream type"),
        ({"stream": 5}, "Unknown stream type"),
        ({}, "Unknown stream type"),
    ]
    async with socket_of(await app_of(alpha, "alice")) as socket:
        assert await socket.opens() == 101
        for said in ("", "{", "[]", "null", "5", '{"type": "dance"}', '{"type": {}}', "\ud800"):
            socket.send(text=said)
        for asked, error in wrong:
            socket.say(type="subscribe", **asked)
            assert await socket.next() == {"error": error, "status": 400}
        socket.say(type="subscribe", stream="public")
        socket.say(type="subscribe", stream="public")
        socket.say(type="unsubscribe", stream="user")
        socket.say(type="subscribe", stream="local")
        await socket.next()
        await alpha.post("alice", "Heard once")
        await socket.hears("update")
        socket.say(type="unsubscribe", stream="public")
        socket.say(type="subscribe", stream="local")
        await socket.next()
        await alpha.post("alice", "Heard by nobody")
        await asyncio.sleep(0.2)
        assert socket.frames == []
        socket.send(data=b"\x00")
        assert await socket.ends() == 1003


async def test_very_many_subscriptions(alpha: Server) -> None:
    """There is a limit for one socket, and for one person."""
    app = await app_of(alpha, "alice")
    async with socket_of(app) as socket:
        assert await socket.opens() == 101
        for number in range(41):
            socket.say(type="subscribe", stream="hashtag", tag=f"bees{number}")
        assert (await socket.next())["status"] == 400


# --- its end -------------------------------------------------------------------------------------


async def test_a_token_is_taken_back(alpha: Server) -> None:
    """Who may no more hears no more, at once; an app of somebody else goes on."""
    app, other = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    user = await alpha.user("alice")
    async with listening_to(app, "user") as socket, listening_to(other, "user") as stays:
        ((token, _used),) = await oauth.allowed_by(alpha.instance, user)
        await oauth.take_back(alpha.instance, user, token.application.id)
        assert await socket.ends() == 1008
        await alpha.post("bob", "Still here")
        await stays.hears("update")


async def test_who_does_not_keep_up(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept without bound for somebody who does not listen."""
    monkeypatch.setattr(hub_module, "MOST_WAITING", 0)
    async with listening_to(await app_of(alpha, "alice"), "user") as socket:
        await alpha.post("alice", "Too fast")
        assert await socket.ends() == 1001


# --- what is for others --------------------------------------------------------------------------


async def test_secrets_of_others(alpha: Server) -> None:
    """No channel carries what its timeline would not show: nor is it told when that is gone."""
    app = await app_of(alpha, "carol")
    channels = ("user", "public", "public:local", "public:media", "direct", "hashtag")
    async with listening_to(app, *channels, tag="bees") as socket:
        bob = await alpha.actor("bob")
        secrets = [
            await alpha.post("bob", "@alice secret #bees", reach=Reach.DIRECT),
            await alpha.post("bob", "secret #bees", reach=Reach.FOLLOWERS),
        ]
        for view in secrets:
            await statuses.edit_status(alpha.instance, bob, view.id, "secret still #bees", "")
            await statuses.delete_status(alpha.instance, bob, view.id)
        await alpha.post("bob", "Open")
        heard = [await socket.hears("update") for _ in range(2)]
        assert {one["payload"]["content"] for one in heard} == {"<p>Open</p>"}
