"""What a page that stays open is told, over the wire: all that is for its reader, and nothing else."""

import re
from collections.abc import Callable

import pytest

from fedlearn.db import hub as hub_module
from fedlearn.db.direct_posts import conversation_with, count_unread_conversations
from fedlearn.db.statuses import status_by_uri
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.filters import FilterAction, FilterContext, Keyword, NewFilter
from fedlearn.domain.ids import MINUTE_MS, now
from fedlearn.domain.statuses import StatusView
from fedlearn.services import (
    accounts,
    blocks,
    boosts,
    devices,
    favourites,
    filters,
    lists,
    mutes,
    statuses,
)
from fedlearn.services import live as live_module
from fedlearn.services.drafts import PollDraft
from fedlearn.services.lists import add_member
from fedlearn.settings import Settings
from fedlearn.web import places as places_module
from fedlearn.web.moments import iso
from tests.federation.listening import Page, listening, session_of
from tests.federation.network import Network
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, run_server


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are gathered for a blink only."""
    monkeypatch.setattr(hub_module, "PAUSE", 0.02)


async def hears_post(page: Page, stream: str, view: StatusView) -> None:
    """The page is told of this post on this stream next, and of no other before it."""
    said = await page.hears("arrived", stream=stream)
    assert said.data["ids"] == [str(view.id)]


async def read_by(server: Server, author: str, reader: str) -> None:
    """One colleague follows another."""
    await server.user(author)
    await server.follow(reader, f"@{author}@{server.host}")


# --- what arrives ----------------------------------------------------------------------------------


async def test_new_posts_arrive(alpha: Server) -> None:
    """A post shows on every stream where it stands, once, and so does an answer in its thread."""
    await read_by(alpha, "alice", "bob")
    listed = await lists.create_list(alpha.instance, await alpha.actor("bob"), "bees")
    await add_member(
        alpha.instance, await alpha.actor("bob"), listed.id, await alpha.actor("alice")
    )
    alice = await alpha.actor("alice")
    first = await alpha.post("alice", "Do bees sleep?")
    names = (
        f"home public list:{listed.id} tag:bees search:waggle profile:{alice.id} thread:{first.id}"
    ).split()
    async with listening(
        alpha, await session_of(alpha, "bob"), names, since=str(now() + MINUTE_MS)
    ) as page:
        assert await page.begins() == 200
        await page.hears("begun")
        view = await alpha.post("alice", "They waggle, @bob. #bees")
        told = {(await page.hears("arrived", ids=[str(view.id)])).data["stream"] for _ in range(6)}
        assert told == {one for one in names if not one.startswith("thread")}
        answer = await alpha.reply("alice", first.status.uri, "They do.")
        await hears_post(page, f"thread:{first.id}", answer)


async def test_post_from_elsewhere_arrives(alpha: Server, bob: Person) -> None:
    """What another server delivers shows at home as soon as it is processed."""
    await reads(alpha, "alice", bob)
    async with listening(alpha, await session_of(alpha, "alice"), ["home"]) as page:
        await page.hears("begun")
        note = bob.note("<p>From afar</p>", published=iso(now()))
        await takes(alpha, bob, bob.activity("Create", note))
        view = (await alpha.home("alice"))[0]
        await hears_post(page, "home", view)


async def test_own_boost_is_no_news(alpha: Server) -> None:
    """Who boosts a post is told of no new one for that; what comes then is told as ever."""
    await read_by(alpha, "alice", "bob")
    async with listening(alpha, await session_of(alpha, "bob"), ["home"]) as page:
        await page.hears("begun")
        post = await alpha.post("alice", "Do bees sleep?")
        await hears_post(page, "home", post)
        await boosts.boost(alpha.instance, await alpha.actor("bob"), post.id)
        await alpha.worker.run_until_idle()
        await hears_post(page, "home", await alpha.post("alice", "They do."))


async def test_old_answers_that_are_fetched(alpha: Server, bob: Person) -> None:
    """Answers written long ago that come in while a thread is open are new to who reads it."""
    first = await alpha.post("alice", "Do bees sleep?")
    await alpha.reply("alice", first.status.uri, "I have read that they do.")
    stream = f"thread:{first.id}"
    async with listening(
        alpha, await session_of(alpha, "alice"), [stream], since=str(now())
    ) as page:
        await page.hears("begun")
        note = bob.note("<p>Long ago</p>", inReplyTo=first.status.uri)
        await takes(alpha, bob, bob.activity("Create", note))
        async with alpha.instance.db.read() as connection:
            stored = await status_by_uri(connection, note["id"])
        assert stored is not None
        assert stored.id < first.id
        said = await page.hears("arrived", stream=stream)
        while str(stored.id) not in said.data["ids"]:
            said = await page.hears("arrived", stream=stream)


async def test_edits_and_deletions(alpha: Server) -> None:
    """A post that is changed or deleted is named to those who could see it."""
    secret = await alpha.post("alice", "For nobody else", reach=Reach.DIRECT)
    view = await alpha.post("alice", "Bees sleep")
    async with listening(alpha, await session_of(alpha, "bob"), ["home"]) as page:
        await page.hears("begun")
        alice = await alpha.actor("alice")
        for one in (secret, view):
            await statuses.edit_status(alpha.instance, alice, one.id, "Bees do sleep", "")
        assert (await page.hears("edited")).data["ids"] == [str(view.id)]
        for one in (secret, view):
            await statuses.delete_status(alpha.instance, alice, one.id)
        assert (await page.hears("gone")).data["ids"] == [str(view.id)]


async def test_notifications_are_counted(alpha: Server) -> None:
    """Every page hears how many notifications wait, and the one that lists them hears which."""
    view = await alpha.post("alice", "Bees sleep")
    async with listening(alpha, await session_of(alpha, "alice"), ["notifications"]) as page:
        await page.hears("unread", count=0)
        await favourites.favourite(alpha.instance, await alpha.actor("bob"), view.id)
        said = await page.hears("arrived", stream="notifications")
        assert said.data["ids"] == [str((await alpha.notifications("alice"))[0].id)]
        await page.hears("unread", count=1)
        await favourites.unfavourite(alpha.instance, await alpha.actor("bob"), view.id)
        await page.hears("unread", count=0)


async def test_requests_are_told(alpha: Server) -> None:
    """Who asks to follow is told to a page that is open like anything else."""
    alice = await alpha.actor("alice")
    await accounts.change_profile(alpha.instance, alice, name="", bio="", is_locked=True)
    session = await session_of(alpha, "alice")
    async with listening(alpha, session, ["notifications"]) as page:
        await page.hears("begun")
        await read_by(alpha, "alice", "bob")
        [told] = (await page.hears("arrived")).data["ids"]
    path = f"/live/cards?stream=notifications&ids={told}"
    answer = await alpha.get(path, "text/html", cookie=f"__Host-session={session}")
    assert "asks to follow you" in answer.text
    assert "<html" not in answer.text


# --- what does not ---------------------------------------------------------------------------------


async def test_strangers_hear_nothing(alpha: Server) -> None:
    """Without a session there is no stream, and a session that ended opens none."""
    session = await session_of(alpha, "alice")
    await devices.sign_out_others(alpha.instance, await alpha.user("alice"), "another")
    for token in (None, "x", session):
        async with listening(alpha, token, ["home"]) as page:
            assert await page.begins() == 401
    assert (await alpha.get("/live/cards?stream=home&ids=1")).status_code == 401


async def test_everybody_hears_what_is_theirs(alpha: Server, bob: Person) -> None:
    """Posts for followers, for those named and for colleagues reach only these; others hear nothing."""
    await reads(alpha, "dora", bob)
    await read_by(alpha, "alice", "carol")
    names = ["home", "public", "search:canary", f"profile:{(await alpha.actor('alice')).id}"]
    async with (
        listening(alpha, await session_of(alpha, "carol"), names) as follower,
        listening(alpha, await session_of(alpha, "dora"), names) as colleague,
    ):
        for page in (follower, colleague):
            await page.hears("begun")
        await alpha.post("alice", "canary for followers", reach=Reach.FOLLOWERS)
        await alpha.post("alice", "@carol@alpha.test canary for one", reach=Reach.DIRECT)
        inside = await alpha.post("alice", "canary inside", scope=Scope.ORG)
        await follower.hears("arrived", stream="home")
        told = [await colleague.hears("arrived") for _ in range(2)]
        assert {one.data["stream"] for one in told} == {"public", names[-1]}
        assert all(one.data["ids"] == [str(inside.id)] for one in told)
        cards = await alpha.get(
            f"/live/cards?stream=home&ids={inside.id}",
            "text/html",
            cookie=f"__Host-session={await session_of(alpha, 'dora')}",
        )
        assert "canary inside" in cards.text


@pytest.mark.parametrize("keep_away", [blocks.block, mutes.mute])
async def test_unwanted_are_not_heard(alpha: Server, keep_away: object) -> None:
    """Who is muted or blocked, or blocks, makes no news; nor does who boosts them."""
    dora = await alpha.actor("dora")
    for name in ("alice", "carol"):
        await read_by(alpha, name, "dora")
    async with listening(alpha, await session_of(alpha, "dora"), ["home", "public"]) as page:
        await page.hears("begun")
        await keep_away(alpha.instance, dora, await alpha.actor("alice"))  # type: ignore[operator]
        unwanted = await alpha.post("alice", "Unwanted")
        await boosts.boost(alpha.instance, await alpha.actor("carol"), unwanted.id)
        wanted = await alpha.post("carol", "Wanted")
        told = [await page.hears("arrived") for _ in range(2)]
        assert {one.data["stream"] for one in told} == {"home", "public"}
        assert all(one.data["ids"] == [str(wanted.id)] for one in told)


async def test_cards_of_others_secrets(alpha: Server) -> None:
    """Asked for by their ids, posts that are not for the reader are missing among the others."""
    secret = await alpha.post("alice", "canary", reach=Reach.DIRECT)
    view = await alpha.post("alice", "For everybody")
    cookie = f"__Host-session={await session_of(alpha, 'bob')}"
    for stream in ("home", "public", "thread:1"):
        path = f"/live/cards?stream={stream}&ids={secret.id},{view.id}"
        answer = await alpha.get(path, "text/html", cookie=cookie)
        assert answer.status_code == 200
        assert "For everybody" in answer.text
        assert "canary" not in answer.text
        assert "<html" not in answer.text


@pytest.mark.parametrize(
    "part", ["/live/cards?stream=public&ids={0}", "/deck/piece?stream=public&before={1}"]
)
async def test_forms_of_what_arrives(alpha: Server, part: str) -> None:
    """Who votes on what came into a page later is led back to a page, which that part is not."""
    asked = await alpha.post("alice", "Which?", poll=PollDraft(("bees", "wasps")))
    session = await session_of(alpha, "bob")
    path = part.format(asked.id, asked.id + 1)
    came = await alpha.get(path, "text/html", cookie=f"__Host-session={session}")
    ways = re.findall(r'name="next" value="([^"]*)"', came.text)
    page = "/deck" if path.startswith("/deck") else "/"
    assert f"{page}#s{asked.id}" in ways
    assert {way.partition("#")[0] for way in ways} == {page}


async def test_lists_of_others(alpha: Server) -> None:
    """Nobody watches a list of somebody else, and one's own only until it is given up."""
    alice = await alpha.actor("alice")
    listed = await lists.create_list(alpha.instance, alice, "bees")
    async with listening(alpha, await session_of(alpha, "bob"), [f"list:{listed.id}"]) as page:
        assert await page.begins() == 404
    names = [f"list:{listed.id}", "public"]
    async with listening(alpha, await session_of(alpha, "alice"), names) as page:
        await page.hears("begun")
        await lists.delete_list(alpha.instance, alice, listed.id)
        await hears_post(page, "public", await alpha.post("bob", "Still here"))


async def test_messages_arrive(alpha: Server) -> None:
    """A message shows in its conversation to those who are in it, and is read when it is fetched."""
    await alpha.user("bob")
    asked = await alpha.post("alice", "@bob Do you know?", reach=Reach.DIRECT)
    found = {}
    for name in ("alice", "bob"):
        async with alpha.instance.db.read() as connection:
            one = await conversation_with(connection, (await alpha.actor(name)).id, asked.status)
        assert one is not None
        found[name] = f"conversation:{one.id}"
    for name, stream in (("carol", found["alice"]), ("bob", found["alice"])):
        async with listening(alpha, await session_of(alpha, name), [stream]) as page:
            assert await page.begins() == 404
        cookie = f"__Host-session={await session_of(alpha, name)}"
        path = f"/live/cards?stream={stream}&ids={asked.id}"
        assert (await alpha.get(path, cookie=cookie)).status_code == 404
    session = await session_of(alpha, "alice")
    async with listening(alpha, session, [found["alice"]]) as page:
        await page.hears("begun")
        view = await alpha.reply("bob", asked.status.uri, "I do")
        said = await page.hears("arrived", stream=found["alice"])
        while str(view.id) not in said.data["ids"]:
            said = await page.hears("arrived", stream=found["alice"])
    path, cookie = f"/live/cards?stream={found['alice']}&ids={view.id}", f"__Host-session={session}"
    assert "I do" in (await alpha.get(path, "text/html", cookie=cookie)).text
    async with alpha.instance.db.read() as connection:
        assert not await count_unread_conversations(connection, (await alpha.actor("alice")).id)


@pytest.mark.parametrize("names", [[], ["nope"], ["list:x"], ["home:1"], ["tag:"], ["search: "]])
async def test_what_cannot_be_watched(alpha: Server, names: list[str]) -> None:
    """What is no timeline is refused before anything is sent; so are very many."""
    session = await session_of(alpha, "alice")
    async with listening(alpha, session, names) as page:
        assert await page.begins() == 422
    async with listening(alpha, session, [f"tag:t{n}" for n in range(21)]) as page:
        assert await page.begins() == 422


# --- breaks and ends -------------------------------------------------------------------------------


async def test_resume_after_a_break(alpha: Server) -> None:
    """Who comes back hears what they missed, and where that was too much, that there is more."""
    await read_by(alpha, "alice", "bob")
    session = await session_of(alpha, "bob")
    async with listening(alpha, session, ["home"]) as page:
        await page.hears("begun")
    missed = [await alpha.post("alice", f"Missed {n}") for n in range(3)]
    headers = {"last-event-id": page.last_id}
    async with listening(alpha, session, ["home"], **headers) as page:
        said = await page.hears("arrived")
        assert said.data["ids"] == [str(view.id) for view in missed]
        assert not said.data["more"]
    for n in range(live_module.MOST_AT_ONCE):
        await alpha.post("alice", f"Missed as well {n}")
    async with listening(alpha, session, ["home"], since=headers["last-event-id"]) as page:
        said = await page.hears("arrived")
        assert len(said.data["ids"]) == live_module.MOST_AT_ONCE
        assert said.data["more"]


async def test_stream_ends_with_the_session(alpha: Server) -> None:
    """Signed out on another device, a page hears that at once, and its stream ends; others go on."""
    mine, other = [await session_of(alpha, "alice") for _ in range(2)]
    async with (
        listening(alpha, mine, ["home"]) as this,
        listening(alpha, other, ["home"]) as that,
    ):
        for page in (this, that):
            await page.hears("begun")
        await devices.sign_out_others(alpha.instance, await alpha.user("alice"), mine)
        await that.hears("signed-out")
        await that.ends()
        await alpha.post("alice", "Still here")
        await this.hears("arrived")


async def test_processes_tell_each_other(
    settings_of: Callable[..., Settings], postgres_settings: Settings, network: Network
) -> None:
    """On PostgreSQL a page that one process holds hears what people do at another, as it happens."""
    settings = settings_of("place.test", database=postgres_settings.database)
    async with run_server(settings, network) as one, run_server(settings, network) as other:
        session = await session_of(other, "alice")
        async with listening(other, session, ["public"]) as page:
            await page.hears("begun")
            view = await one.post("bob", "At another process")
            await hears_post(page, "public", view)
            await statuses.delete_status(one.instance, await one.actor("bob"), view.id)
            assert (await page.hears("gone")).data["ids"] == [str(view.id)]
            await devices.sign_out_others(one.instance, await one.user("alice"), "another")
            await page.hears("signed-out")
            await page.ends()


async def test_session_that_ends_unnoticed(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody announced the end of a session, its stream finds out by itself."""
    monkeypatch.setattr(live_module, "BREATH", 0.1)
    async with listening(alpha, await session_of(alpha, "alice"), ["home"]) as page:
        await page.hears("begun")
        async with alpha.instance.db.write() as connection:
            await connection.execute("DELETE FROM session")
        await page.hears("signed-out")
        await page.ends()


async def test_server_that_stops(alpha: Server) -> None:
    """When the server stops, streams end without a word, and pages come back later."""
    async with listening(alpha, await session_of(alpha, "alice"), ["home"]) as page:
        await page.hears("begun")
        alpha.instance.db.hub.dismiss()
        await page.ends()
        assert page.heard == [] or page.heard[-1].name == "unread"


async def test_newest_tab_is_served(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """One browser has so many streams; the oldest makes room, and is told so. Others wait."""
    monkeypatch.setattr(places_module, "MOST_OF_A_SESSION", 1)
    session = await session_of(alpha, "alice")
    async with listening(alpha, session, ["home"]) as first:
        await first.hears("begun")
        async with listening(alpha, session, ["home"]) as second:
            await second.hears("begun")
            await first.hears("elsewhere")
            await first.ends()


@pytest.mark.parametrize(
    ("limit", "status"),
    [("MOST_OF_AN_ACCOUNT", 429), ("MOST_OF_AN_ADDRESS", 429), ("MOST", 503)],
)
async def test_too_many_streams(
    alpha: Server, monkeypatch: pytest.MonkeyPatch, limit: str, status: int
) -> None:
    """Beyond what an account, an address or all may have, a stream is refused in words."""
    monkeypatch.setattr(places_module, limit, 1)
    async with listening(alpha, await session_of(alpha, "alice"), ["home"]) as page:
        await page.hears("begun")
        async with listening(alpha, await session_of(alpha, "alice"), ["home"]) as refused:
            assert await refused.begins() == status
    async with listening(alpha, await session_of(alpha, "alice"), ["home"]) as page:
        await page.hears("begun")


async def test_filters_count(alpha: Server) -> None:
    """What a filter hides makes no news; what it folds does, and its card comes folded."""
    dora = await alpha.actor("dora")
    for title, action in (("spiders", FilterAction.HIDE), ("wasps", FilterAction.WARN)):
        wanted = NewFilter(title, frozenset(FilterContext), (Keyword(title),), action)
        await filters.create_filter(alpha.instance, dora, wanted)
    session = await session_of(alpha, "dora")
    async with listening(alpha, session, ["public", "notifications"]) as page:
        await page.hears("begun")
        await alpha.post("alice", "@dora spiders")
        folded = await alpha.post("alice", "wasps")
        await hears_post(page, "public", folded)
    path = f"/live/cards?stream=public&ids={folded.id}"
    card = await alpha.get(path, "text/html", cookie=f"__Host-session={session}")
    assert card.text.strip().startswith('<details class="filtered">')
