"""Polls, quotes and reactions in pages: what people see and send, as a browser without script would."""

import html
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.services import polls
from fedlearn.services.drafts import PollDraft
from fedlearn.web.templating import permalink
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import takes
from tests.federation.server import Server

WHEN = PollDraft(("Monday", "Friday"))
REFUSED = 422


@pytest.fixture
async def alice(alpha: Server) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of alice."""
    browser = await sign_in(alpha, "alice")
    yield browser
    await browser.aclose()


@pytest.fixture
async def carol(alpha: Server) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of carol."""
    browser = await sign_in(alpha, "carol")
    yield browser
    await browser.aclose()


async def text_of(browser: httpx.AsyncClient, path: str) -> str:
    """A page."""
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(browser: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    """Send a form with the token of the session."""
    token = re.search(r'name="csrf" value="(\w+)"', await text_of(browser, "/settings"))
    assert token
    return await browser.post(path, data={"csrf": token[1], **fields})


def error_at(page: str, name: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'id="error-{name}[^"]*" role="alert">([^<]*)<', page)
    assert found, page
    return html.unescape(found[1])


async def test_poll_is_written_voted_on_and_read(
    alpha: Server, alice: httpx.AsyncClient, carol: httpx.AsyncClient
) -> None:
    """A poll is composed in a form; others choose; who has chosen sees how it stands."""
    fields = {"option_1": "Monday", "option_2": " Friday ", "option_3": "", "poll_minutes": "60"}
    sent = await send(alice, "/statuses", text="When?", next="/", **fields)
    assert sent.status_code == 303
    (view,) = await alpha.home("alice")
    assert view.poll
    assert [option.title for option in view.poll.options] == ["Monday", "Friday"]
    assert not view.poll.is_multiple
    page = permalink(view)
    # Its author sees the tallies, and has nothing to choose.
    own = await text_of(alice, page)
    assert 'name="choice"' not in own
    assert "0 people have voted" in own
    asked = await text_of(carol, page)
    assert len(re.findall(r'type="radio" name="choice"', asked)) == 2
    assert "0%" not in asked
    answer = await send(carol, f"/statuses/{view.id}/vote", choice="1", next=page)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    seen = await text_of(carol, page)
    assert 'name="choice"' not in seen
    assert re.search(r">100%</span> <bdi>Friday</bdi> <span[^>]*>your choice<", seen)
    assert re.search(r">0%</span> <bdi>Monday</bdi>", seen)
    assert "1 person has voted" in seen
    again = await send(carol, f"/statuses/{view.id}/vote", choice="0")
    assert again.status_code == REFUSED
    assert "You have voted already." in again.text


async def test_errors_stand_beside_the_poll(
    alpha: Server, alice: httpx.AsyncClient, carol: httpx.AsyncClient
) -> None:
    """What is wrong with a poll or a choice is said beside it, and what was written is kept."""
    base = {"text": "When?", "option_1": "Monday", "poll_minutes": "60"}
    for fields, told in (
        ({}, "A poll needs at least two answers."),
        ({"option_2": "Monday"}, "Each answer must be another one."),
        ({"option_2": "x", "poll_minutes": "1"}, "A poll takes at least 5 minutes."),
        ({"option_2": "x", "poll_minutes": "soon"}, "Say how long the poll takes."),
        ({"option_2": "x", "poll_minutes": "9" * 5000}, "Say how long the poll takes."),
    ):
        answer = await send(alice, "/statuses", **base | fields)
        assert answer.status_code == REFUSED
        assert error_at(answer.text, "poll") == told
        assert re.search(r'name="option_1"[^>]* value="Monday"', answer.text)
    answer = await send(alice, "/statuses", text="x", quote_policy="whoever")
    assert (answer.status_code, error_at(answer.text, "quote_policy")) == (
        REFUSED,
        "Choose who may quote it.",
    )
    assert await alpha.home("alice") == []
    view = await alpha.post("alice", "When?", poll=WHEN)
    choices: list[dict[str, Any]] = [{}, {"choice": "2"}, {"choice": "-1"}, {"choice": "9" * 5000}]
    for chosen in choices:
        answer = await send(carol, f"/statuses/{view.id}/vote", **chosen)
        assert (answer.status_code, error_at(answer.text, "choice")) == (
            REFUSED,
            "Choose one of the answers.",
        )
    answer = await send(carol, f"/statuses/{view.id}/vote", choice=["0", "1"])
    assert error_at(answer.text, "choice") == "Choose one answer only."


async def test_several_choices_in_a_form(alpha: Server, carol: httpx.AsyncClient) -> None:
    """Where several answers may be chosen, they are, at once."""
    view = await alpha.post("alice", "Which?", poll=PollDraft(("a", "b", "c"), is_multiple=True))
    assert 'type="checkbox" name="choice"' in await text_of(carol, permalink(view))
    await send(carol, f"/statuses/{view.id}/vote", choice=["0", "2"])
    seen = await alpha.seen_by("carol", view.status.uri)
    assert seen
    assert seen.poll
    assert ([one.votes for one in seen.poll.options], seen.poll.voters) == ([1, 0, 1], 1)


async def test_poll_in_the_edit_form(alpha: Server, alice: httpx.AsyncClient) -> None:
    """The edit form has the answers; sent as they are they keep the votes, else it begins anew."""
    view = await alpha.post("alice", "When?", poll=WHEN)
    await polls.vote(alpha.instance, await alpha.actor("carol"), view.id, {0})
    path = f"/statuses/{view.id}/edit"
    shown = await text_of(alice, path)
    for number, title in enumerate(WHEN.options, start=1):
        assert re.search(rf'name="option_{number}"[^>]* value="{title}"', shown)
    same = {"option_1": "Monday", "option_2": "Friday", "poll_minutes": "1440"}
    for fields, voters in ((same, 1), (same | {"option_2": "Sunday"}, 0)):
        assert (await send(alice, path, text="When, then?", **fields)).status_code == 303
        seen = await alpha.seen_by("alice", view.status.uri)
        assert seen
        assert seen.poll
        assert seen.poll.voters == voters
    answer = await send(alice, path, text="When?", option_1="one", poll_minutes="60")
    assert (answer.status_code, error_at(answer.text, "poll")) == (
        REFUSED,
        "A poll needs at least two answers.",
    )


async def test_strangers_read_polls(alpha: Server) -> None:
    """Who has not signed in sees how a poll stands, and no form."""
    view = await alpha.post("alice", "When?", poll=WHEN)
    page = await alpha.get(permalink(view), accept="text/html")
    assert "0 people have voted" in page.text
    assert "<form" not in page.text


async def test_quote_is_written_and_shown(
    alpha: Server, alice: httpx.AsyncClient, carol: httpx.AsyncClient
) -> None:
    """The menu of a post leads to a composer that shows it; the quote then stands in the post."""
    mine = await alpha.post("alice", "quote me", reach=Reach.UNLISTED)
    thread = await text_of(carol, permalink(mine))
    link = re.search(r'href="(/\?quote=\d+#text)">Quote<', thread)
    assert link
    composer = await text_of(carol, link[1].removesuffix("#text"))
    assert f'name="quoted_id" value="{mine.id}"' in composer
    assert "quote me" in composer
    # What is not for public timelines is not quoted on them.
    assert "Everyone, also on" not in composer
    sent = await send(carol, "/statuses", text="look", quoted_id=str(mine.id), audience="unlisted")
    page = await text_of(carol, sent.headers["location"])
    assert '<blockquote class="quoted">' in page
    assert 'class="text quoting"' in page
    assert "quote me" in page
    # Alice is told, and can end it.
    assert "quoted your post" in await text_of(alice, "/notifications")
    seen = await text_of(alice, sent.headers["location"])
    act = re.search(r'formaction="(/statuses/\d+/revoke_quote)"', seen)
    assert act
    assert 'revoke_quote"' not in page
    assert (await send(carol, act[1])).status_code == 404
    assert (await send(alice, act[1])).status_code == 303
    ended = await text_of(carol, sent.headers["location"])
    assert "The post that this one quotes is not available." in ended
    assert "<blockquote" not in ended
    assert "RE: " in ended


async def test_quote_that_is_refused_comes_back(alpha: Server, carol: httpx.AsyncClient) -> None:
    """A post that nobody may quote has no such entry; sent all the same, it is said why not."""
    kept = await alpha.post("alice", "not me", quote_policy=QuotePolicy.NOBODY)
    assert ">Quote<" not in await text_of(carol, permalink(kept))
    sent = await send(carol, "/statuses", text="look", quoted_id=str(kept.id))
    assert sent.status_code == REFUSED
    assert error_at(sent.text, "quoted_id") == "alice does not want this post to be quoted."
    assert f'name="quoted_id" value="{kept.id}"' in sent.text
    inside = await alpha.post("carol", "inside", scope=Scope.ORG)
    for missing in (f"{inside.id}0", "x", "1"):
        sent = await send(carol, "/statuses", text="look", quoted_id=missing)
        assert sent.status_code == 404
    assert (await carol.get("/?quote=x")).status_code == 404


async def test_policy_is_chosen_in_the_composer(alpha: Server, alice: httpx.AsyncClient) -> None:
    """Who may quote a post is a choice in the composer, and part of the Note."""
    await send(alice, "/statuses", text="mine", quote_policy="followers")
    (view,) = await alpha.home("alice")
    assert view.status.quote_policy is QuotePolicy.FOLLOWERS
    note = (await alpha.get(view.status.uri.removeprefix("https://alpha.test"))).json()
    followers = f"{view.author.uri}/followers"
    assert note["interactionPolicy"] == {"canQuote": {"automaticApproval": [followers]}}


async def test_reactions_stand_under_the_post(alpha: Server, bob: Person) -> None:
    """Emoji with which people answered are shown with their number."""
    view = await alpha.post("alice", "hello")
    for content in ("🐝", "🐝", "🎉"):
        await takes(alpha, bob, bob.activity("EmojiReact", view.status.uri, content=content))
    page = (await alpha.get(permalink(view), accept="text/html")).text
    shown = re.findall(r"<li><bdi>(.)</bdi> <span class=\"count\">(\d)</span></li>", page)
    assert sorted(shown) == sorted([("🐝", "1"), ("🎉", "1")])
