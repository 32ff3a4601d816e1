"""Notifications in the browser: tabs, tidying up, what is told, and what was put aside."""

import re

from fedlearn.domain.actors import Role
from fedlearn.domain.ids import StatusId
from fedlearn.domain.notifications import NotificationKind, NotificationPolicy, Verdict
from fedlearn.services import accounts, favourites, notification_policies
from fedlearn.services.accounts import NewAccount
from fedlearn.services.notifications import notify
from fedlearn.web.pages.notification_settings import GROUPS, KINDS
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of
from tests.federation.scenes import told
from tests.federation.server import PASSWORD, Server
from tests.federation.test_keeping import press

SETTINGS = "/settings/notifications"
REQUESTS = "/notifications/requests"


async def likes(server: Server, name: str, status_id: StatusId) -> None:
    """Somebody likes a post."""
    actor = await server.actor(name)
    await favourites.favourite(server.instance, actor, status_id)


async def stranger_is_put_aside(server: Server) -> int:
    """Alice puts aside what strangers do, and bob likes and answers a post of hers; bob's id."""
    post = await server.post("alice", "hello")
    policy = NotificationPolicy(for_not_following=Verdict.FILTER)
    await notification_policies.change_policy(server.instance, await server.actor("alice"), policy)
    await likes(server, "bob", post.id)
    await server.post("bob", "@alice put this aside")
    return (await server.actor("bob")).id


async def test_tabs(alpha: Server) -> None:
    """Mentions have a tab of their own; to look at it leaves the rest unread."""
    post = await alpha.post("alice", "hello")
    await likes(alpha, "bob", post.id)
    await alpha.post("bob", "@alice look here")
    browser = await sign_in(alpha, "alice")
    mentions = (await browser.get("/notifications/mentions")).text
    assert "look here" in mentions
    assert "likes your post" not in mentions
    assert [one.is_read for one in await alpha.notifications("alice")] == [True, False]
    assert "likes your post" in (await browser.get("/notifications")).text
    assert [one.is_read for one in await alpha.notifications("alice")] == [True, True]
    assert (await open_browser(alpha).get("/notifications/mentions")).status_code == 303


async def test_every_kind_has_words(alpha: Server) -> None:
    """Whatever kind of notification there is, the page has words and a picture for it."""
    alice, bob = await alpha.actor("alice"), await alpha.actor("bob")
    post = await alpha.post("bob", "hello")
    async with alpha.instance.db.write() as connection:
        for kind in NotificationKind:
            await notify(connection, alice, bob, kind, post.id)
    page = (await (await sign_in(alpha, "alice")).get("/notifications")).text
    rows = re.findall(r'<section[^>]+class="notification told.*?</section>', page, re.DOTALL)
    # Mentions are cards, and requests stand above.
    assert len(rows) == len(NotificationKind) - 2
    for row in rows:
        words = re.sub(r"<[^>]+>", " ", row.partition("<time")[0])
        assert len(words.split()) > 2, row
        assert re.search(r'href="#i-\w+"', row), row


async def test_tidying_up(alpha: Server) -> None:
    """All is marked as read, or cleared, for the one who asks and nobody else."""
    post, other = await alpha.post("alice", "hello"), await alpha.post("dora", "hello")
    for status_id in (post.id, other.id):
        await likes(alpha, "bob", status_id)
    browser = await sign_in(alpha, "alice")
    assert (await press(browser, "/notifications/read")).headers["location"] == "/notifications"
    assert [one.is_read for one in await alpha.notifications("alice")] == [True]
    assert [one.is_read for one in await alpha.notifications("dora")] == [False]
    assert (await press(browser, "/notifications/clear")).headers["location"] == "/notifications"
    assert await told(alpha, "alice") == []
    assert len(await told(alpha, "dora")) == 1
    assert "it will be here" in (await browser.get("/notifications")).text


async def test_choosing_what_one_is_told(alpha: Server) -> None:
    """What is ticked is told, what is not is not, and the form shows what was chosen."""
    browser = await sign_in(alpha, "alice")
    page = (await browser.get(SETTINGS)).text
    assert page.count(" checked") == len(KINDS) - 2
    offered = re.findall(r'name="offered" value="([^"]+)"', page)
    assert "admin.report" not in offered
    kept = [kind for kind in offered if kind != "favourite"]
    groups = dict.fromkeys(GROUPS, "accept") | {
        "for_new_accounts": "filter",
        "for_limited_accounts": "drop",
    }
    form = {"csrf": field_of(page, "csrf"), "offered": offered, "kind": kept, **groups}
    answer = await browser.post(SETTINGS, data=form)
    assert answer.status_code == 303
    page = (await browser.get(answer.headers["location"])).text
    assert "From now on it is as you say." in page
    assert page.count(" checked") == len(kept)
    assert page.count('value="filter" selected') == 1
    policy = await notification_policies.policy_of(alpha.instance, await alpha.actor("alice"))
    assert policy == NotificationPolicy(
        frozenset({NotificationKind.FAVOURITE}), for_new_accounts=Verdict.FILTER
    )
    answer = await browser.post(SETTINGS, data=form | {"for_new_accounts": "maybe"})
    assert answer.status_code == 422


async def test_moderators_choose_more(alpha: Server) -> None:
    """Who looks after the place chooses about reports and sign-ups, too; others cannot lose them."""
    wanted = NewAccount("morris", "morris@alpha.test", PASSWORD, role=Role.MODERATOR)
    await accounts.create_account(alpha.instance, wanted)
    page = (await (await sign_in(alpha, "morris")).get(SETTINGS)).text
    assert page.count(" checked") == len(KINDS)


async def test_looking_at_what_was_put_aside(alpha: Server) -> None:
    """What was put aside is reached from the page, looked at, and let in; nobody else sees it."""
    sender = await stranger_is_put_aside(alpha)
    browser = await sign_in(alpha, "alice")
    page = (await browser.get("/notifications")).text
    assert "put this aside" not in page
    assert f'href="{REQUESTS}"' in page
    assert f"{REQUESTS}/{sender}/accept" in (await browser.get(REQUESTS)).text
    aside = (await browser.get(f"{REQUESTS}/{sender}")).text
    assert "put this aside" in aside
    assert "likes your post" in aside
    other = await sign_in(alpha, "dora")
    assert (await other.get(f"{REQUESTS}/{sender}")).status_code == 404
    await press(other, f"{REQUESTS}/{sender}/accept")
    assert await told(alpha, "alice") == []
    answer = await press(browser, f"{REQUESTS}/{sender}/accept")
    assert answer.headers["location"] == REQUESTS
    assert "Nothing is put aside." in (await browser.get(REQUESTS)).text
    assert "put this aside" in (await browser.get("/notifications")).text
    assert (await browser.get(f"{REQUESTS}/12345")).status_code == 404


async def test_dismissing_what_was_put_aside(alpha: Server) -> None:
    """What is dismissed is told no more."""
    sender = await stranger_is_put_aside(alpha)
    browser = await sign_in(alpha, "alice")
    await press(browser, f"{REQUESTS}/{sender}/dismiss")
    assert "Nothing is put aside." in (await browser.get(REQUESTS)).text
    assert await told(alpha, "alice") == []


async def test_what_was_put_aside_may_not_be_seen_any_more(alpha: Server) -> None:
    """A post that is taken from its reader is not shown among what was put aside, either."""
    sender = await stranger_is_put_aside(alpha)
    async with alpha.instance.db.write() as connection:
        await connection.execute(
            "UPDATE status SET reach = 'direct' WHERE actor_id = :id", id=sender
        )
        await connection.execute("DELETE FROM mention")
    page = (await (await sign_in(alpha, "alice")).get(f"{REQUESTS}/{sender}")).text
    assert "put this aside" not in page
