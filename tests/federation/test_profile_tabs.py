"""Profiles in the browser: their tabs, what their owners hide, the bell, and who asks to follow."""

import re

import httpx
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.notifications import NotificationKind
from fedlearn.services import accounts, blocks, deletion
from fedlearn.web.pages import profiles
from tests.api.apps import app_of
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import send
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, reads, told
from tests.federation.server import Server, settle
from tests.federation.test_keeping import press
from tests.pictures import photograph

TABS = ("", "/replies", "/media", "/followers", "/following")


async def page_of(browser: httpx.AsyncClient, path: str) -> str:
    """A page, which is there."""
    answer = await browser.get(path)
    assert answer.status_code == 200, path
    return answer.text


async def hide_follows(server: Server, name: str) -> None:
    """Somebody chooses not to show who follows whom."""
    actor = await server.actor(name)
    await accounts.change_profile(server.instance, actor, name="", bio="", hides_follows=True)


async def untick(browser: httpx.AsyncClient, box: str) -> None:
    """Send the form of the profile without one of its boxes."""
    answer = await send(browser, "/settings", "/settings/profile", name="", bio="", offered=box)
    assert answer.status_code == 303


async def test_tabs_show_what_they_say(alpha: Server) -> None:
    """Answers stand on the second tab alone; each tab says that it is the one that is open."""
    other = await alpha.post("bob", "by bob")
    await alpha.post("alice", "a beginning")
    await alpha.reply("alice", other.status.uri, "an answer")
    browser = open_browser(alpha)
    assert "an answer" not in await page_of(browser, "/@alice")
    assert "a beginning" in await page_of(browser, "/@alice")
    assert "an answer" in await page_of(browser, "/@alice/replies")
    assert "No posts with pictures" in await page_of(browser, "/@alice/media")
    for tab in TABS:
        page = await page_of(browser, f"/@alice{tab}")
        (current,) = re.findall(r'href="([^"]+)" aria-current="page"', page)
        assert current == f"/@alice{tab}"


async def test_tabs_hide_what_is_not_for_everybody(alpha: Server) -> None:
    """No tab shows a stranger what they may not see; colleagues see what stays in the house."""
    await alpha.post("alice", "kept inside", scope=Scope.ORG)
    await alpha.post("alice", "for followers", reach=Reach.FOLLOWERS)
    stranger, colleague = open_browser(alpha), await sign_in(alpha, "bob")
    for tab in TABS:
        assert "kept inside" not in await page_of(stranger, f"/@alice{tab}")
        assert "for followers" not in await page_of(stranger, f"/@alice{tab}")
        assert (await stranger.get(f"/@nobody{tab}")).status_code == 404
    assert "kept inside" in await page_of(colleague, "/@alice")
    assert "for followers" not in await page_of(colleague, "/@alice/replies")


async def test_tabs_are_their_owners_choice(alpha: Server, beta: Server) -> None:
    """What somebody does not show on their profile is not there, neither here nor elsewhere."""
    alice = await app_of(alpha, "alice")
    other = await alpha.post("bob", "by bob")
    posts = []
    for words, parent in (("by itself", None), ("an answer", str(other.id))):
        files = {"file": ("x.png", photograph(), "image/png")}
        media = (await alice.ask("POST", "/v2/media", files=files)).json()["id"]
        sent = {"status": words, "media_ids": [media], "in_reply_to_id": parent}
        posts.append((await alice.ask("POST", "/v1/statuses", json=sent)).json())
    await alice.ask("POST", "/v1/featured_tags", json={"name": "bees"})
    await beta.follow("carl", "@alice@alpha.test")
    await settle(alpha, beta)
    owner, reader = await sign_in(alpha, "alice"), await sign_in(beta, "carl")
    page = await page_of(owner, "/@alice/media")
    assert "by itself" in page
    assert "an answer" in page
    assert "/@alice/tagged/bees" in page
    await untick(owner, "shows_media_replies")
    page = await page_of(owner, "/@alice/media")
    assert "by itself" in page
    assert "an answer" not in page
    await untick(owner, "shows_media")
    await untick(owner, "shows_featured")
    await settle(alpha, beta)
    for browser, path in ((owner, "/@alice"), (reader, "/@alice@alpha.test")):
        page = await page_of(browser, path)
        assert "/tagged/bees" not in page
        for tab in ("media", "collections"):
            assert f"{path}/{tab}" not in page
            assert (await browser.get(f"{path}/{tab}")).status_code == 404


async def test_who_follows_whom(alpha: Server, bob: Person) -> None:
    """Everybody sees it where the owner does not mind, without those who are gone."""
    await is_read_by(alpha, "alice", bob)
    await alpha.user("dora")
    await alpha.follow("alice", "@dora@alpha.test")
    await alpha.follow("gone", "@alice@alpha.test")
    await deletion.delete_account(alpha.instance, await alpha.user("gone"))
    stranger, reader = open_browser(alpha), await sign_in(alpha, "erin")
    followers = await page_of(stranger, "/@alice/followers")
    assert 'href="https://peer.test/@bob"' in followers
    assert "@gone" not in followers
    assert 'class="author" href="/@bob@peer.test"' in await page_of(reader, "/@alice/followers")
    following = await page_of(stranger, "/@alice/following")
    assert 'class="author" href="/@dora"' in following
    assert "Nobody to see here yet." in await page_of(stranger, "/@dora/following")


async def test_who_follows_whom_is_hidden(alpha: Server) -> None:
    """Where the owner minds, they alone see it, here and in the collections; numbers are shown."""
    await alpha.user("alice")
    await alpha.follow("dora", "@alice@alpha.test")
    await hide_follows(alpha, "alice")
    for browser in (open_browser(alpha), await sign_in(alpha, "dora")):
        page = await page_of(browser, "/@alice/followers")
        assert "does not show who follows whom" in page
        assert 'class="author" href="/@dora"' not in page
        assert "1 follower<" in page
    own = await page_of(await sign_in(alpha, "alice"), "/@alice/followers")
    assert 'class="author" href="/@dora"' in own
    collection = (await alpha.get("/users/alice/followers")).json()
    assert collection["totalItems"] == 1
    assert "first" not in collection
    assert (await alpha.get("/users/alice/followers?page=true")).status_code == 404


async def test_who_is_blocked_sees_no_list(alpha: Server) -> None:
    """Who is blocked is not shown who follows whom."""
    alice, bob = await alpha.actor("alice"), await alpha.actor("bob")
    await alpha.follow("dora", "@alice@alpha.test")
    await blocks.block(alpha.instance, alice, bob)
    page = await page_of(await sign_in(alpha, "bob"), "/@alice/followers")
    assert 'class="author" href="/@dora"' not in page


async def test_pages_of_followers(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page after page everybody stands there once."""
    monkeypatch.setattr(profiles, "PEOPLE_A_PAGE", 2)
    await alpha.user("alice")
    names = [f"reader{number}" for number in range(5)]
    for name in names:
        await alpha.follow(name, "@alice@alpha.test")
    browser, path, found = open_browser(alpha), "/@alice/followers", []
    while path:
        page = await page_of(browser, path)
        found += re.findall(r'class="author" href="/@(\w+)"', page)
        older = re.search(r'href="(\?before=\d+)"', page)
        path = f"/@alice/followers{older[1]}" if older else ""
    assert found == names[::-1]
    assert (await browser.get("/@alice/followers?before=x")).status_code == 404


async def test_somebody_elsewhere(alpha: Server, bob: Person) -> None:
    """The profile of somebody elsewhere has the same tabs, for those who sign in."""
    await reads(alpha, "alice", bob)
    browser, stranger = await sign_in(alpha, "alice"), open_browser(alpha)
    for tab in TABS:
        await page_of(browser, f"/@bob@peer.test{tab}")
        assert (await stranger.get(f"/@bob@peer.test{tab}")).status_code == 404
    page = await page_of(browser, "/@bob@peer.test/followers")
    assert 'class="author" href="/@alice"' in page


async def test_bell_of_a_profile(alpha: Server) -> None:
    """Who follows presses the bell and is told of posts, until they press it again."""
    author = await alpha.actor("alice")
    browser = await sign_in(alpha, "bob")
    path = f"/actors/{author.id}/tell"
    assert (await press(browser, path, notifies="on")).status_code == 422
    await alpha.follow("bob", "@alice@alpha.test")
    assert 'aria-pressed="false"' in await page_of(browser, "/@alice")
    answer = await press(browser, path, notifies="on", next="/@alice")
    assert answer.headers["location"] == "/@alice"
    assert 'aria-pressed="true"' in await page_of(browser, "/@alice")
    await alpha.post("alice", "one")
    await press(browser, path)
    await alpha.post("alice", "two")
    assert await told(alpha, "bob") == [(NotificationKind.STATUS, "alice")]
    assert "has posted" in await page_of(browser, "/notifications")


async def test_requests(alpha: Server) -> None:
    """All who ask have a place, reached from notifications and one's profile; others find none."""
    alice = await alpha.actor("alice")
    await accounts.change_profile(alpha.instance, alice, name="", bio="", is_locked=True)
    for number in range(5):
        await alpha.follow(f"reader{number}", "@alice@alpha.test")
    browser = await sign_in(alpha, "alice")
    notifications = await page_of(browser, "/notifications")
    assert notifications.count("/accept") == 3
    assert "All 5 requests" in notifications
    assert "5 ask to follow you" in await page_of(browser, "/@alice")
    forms = re.findall(r'formaction="(/requests/\d+/\w+)"', await page_of(browser, "/requests"))
    assert len(forms) == 10
    other = await sign_in(alpha, "reader0")
    assert "Nobody waits for your yes." in await page_of(other, "/requests")
    assert (await press(other, forms[0])).status_code == 404
    answer = await press(browser, forms[0], next="/requests")
    assert answer.headers["location"] == "/requests"
    await press(browser, forms[3])
    assert (await page_of(browser, "/requests")).count("/accept") == 3
    assert "1 follower<" in await page_of(browser, "/@alice")
    assert (await open_browser(alpha).get("/requests")).status_code == 303
