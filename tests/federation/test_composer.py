"""The composer as a form: what it says, what it takes, and how it comes back."""

import html
import re

import httpx
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import now
from fedlearn.domain.media import Focus
from fedlearn.services import preferences, scheduling
from fedlearn.services.reaching import Crowd, NamedPerson
from fedlearn.text.moments import write_local
from fedlearn.web.templating import focus_class
from fedlearn.web.who_sees import warning_of, who_sees
from tests.clock import DAY, HOUR, Clock
from tests.federation.browser import sign_in
from tests.federation.peer import Peer, Person
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, settle
from tests.federation.uploads import CSRF, File, compose, newest
from tests.pictures import photograph, png

AS_A_FORM = {"sec-fetch-site": "same-origin"}
BEE: File = ("bee.jpg", photograph(), "image/jpeg")


def value_of(page: httpx.Response, name: str) -> str:
    """What a field of a page holds."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.text)
    assert found is not None, name
    return html.unescape(found[1])


def says(page: httpx.Response, audience: str) -> str:
    """Who will see it, as the page says of one of the choices."""
    found = re.search(rf'<span class="says-{audience}">([^<]*)</span>', page.text)
    assert found is not None, audience
    return html.unescape(found[1])


async def send(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form of ours without files."""
    found = CSRF.search((await browser.get("/")).text)
    assert found is not None
    return await browser.post(path, data={"csrf": found[1], **fields}, headers=AS_A_FORM)


# --- who will see it -----------------------------------------------------------------------------


async def test_who_will_see_it(alpha: Server, bob: Person) -> None:
    """Each choice says whom the post reaches: how many, on how many servers."""
    browser = await sign_in(alpha, "alice")
    page = await browser.get("/")
    assert says(page, "followers") == "Nobody follows you yet. Nobody else can read it."
    await is_read_by(alpha, "alice", bob)
    await alpha.user("carol")
    await alpha.follow("carol", "@alice@alpha.test")
    page = await browser.get("/")
    assert says(page, "public") == (
        "Anybody can read it, here and on other servers. It goes to your 2 followers on 2 servers."
    )
    assert "to your 2 followers on 2 servers" in says(page, "followers")
    assert says(page, "direct").endswith("nobody yet.")
    assert says(page, "org").endswith("and nobody else, ever.")


@pytest.mark.parametrize("reach", [Reach.UNLISTED, Reach.FOLLOWERS])
async def test_reply_says_why_it_is_not_wider(alpha: Server, reach: Reach) -> None:
    """Beside the choice stands why no wider one is offered; wider is not possible anyhow."""
    browser = await sign_in(alpha, "alice")
    post = await alpha.post("alice", "hello", reach=reach)
    page = await browser.get(f"/@alice/{post.id}")
    assert "What you answer is" in page.text
    assert "Everyone, also on Mastodon" not in page.text
    await compose(browser, "wider", in_reply_to_id=str(post.id), audience="public")
    assert (await newest(alpha, "alice")).status.reach is reach


ADA, NOBODY_HERE = NamedPerson("ada", "", "Ada"), NamedPerson("nobody", "")
BOB = NamedPerson("bob@example.org", "example.org", "Bob")
FEW, ONE, MANY = Crowd(12, 4), Crowd(1, 1), Crowd(500, 30, is_more=True)


@pytest.mark.parametrize(
    ("audience", "crowd", "named", "said"),
    [
        ("public", ONE, [], "It goes to your one follower."),
        ("unlisted", Crowd(3, 1), [], "It goes to your 3 followers."),
        ("followers", MANY, [], "more than 500 followers on 30 servers. Nobody else can read it."),
        ("direct", FEW, [ADA, BOB], "Only Ada and @bob@example.org on example.org can read it."),
        ("direct", FEW, [NOBODY_HERE], "nobody yet."),
        ("org", FEW, [ADA], "nobody else, ever. It is sent to Ada."),
        ("public", FEW, [BOB], "on 4 servers. It is sent to @bob@example.org on example.org."),
    ],
)
def test_sentence(audience: str, crowd: Crowd, named: list[NamedPerson], said: str) -> None:
    """Names and numbers stand in a sentence; who does not exist is not named in it."""
    assert who_sees(audience, crowd, "Alpha", named).endswith(said)


def test_warning() -> None:
    """Before it is sent it is said when somebody named would not see it, or is not there."""
    assert "@bob@example.org on example.org cannot see" in warning_of("org", [ADA, BOB])
    assert warning_of("direct", [ADA, BOB]) == ""
    assert "by the name of @nobody" in warning_of("direct", [NOBODY_HERE])


# --- language, and what is not for everybody -----------------------------------------------------


async def test_language_of_a_post(alpha: Server, bob: Person) -> None:
    """It is what the form says, at first that of the settings, and goes out with the text."""
    await is_read_by(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    assert '<option value="" selected' not in (await browser.get("/")).text
    answer = await send(browser, "/settings/posting", posting_language="nl", time_zone="UTC")
    assert answer.status_code == 303
    page = await browser.get("/")
    assert '<option value="nl" selected>Dutch</option>' in page.text
    await compose(browser, "hallo", language="nl", is_sensitive="on")
    await settle(alpha)
    view = await newest(alpha, "alice")
    assert (view.status.language, view.status.is_sensitive) == ("nl", True)
    assert set(bob.peer.got("Create")[-1]["object"]["contentMap"]) == {"nl"}
    for wrong in ("xx", "nl-", "<script>"):
        answer = await compose(browser, "hallo", language=wrong)
        assert (answer.status_code, "Choose a language." in answer.text) == (422, True)


async def test_settings_that_do_not_exist(alpha: Server) -> None:
    """A language or a clock that nobody has is refused beside its field, and nothing changes."""
    browser = await sign_in(alpha, "alice")
    answer = await send(
        browser, "/settings/posting", posting_language="xx", time_zone="Mars/Olympus"
    )
    assert answer.status_code == 422
    assert 'id="error-posting_language"' in answer.text
    assert 'id="error-time_zone"' in answer.text
    user = await alpha.user("alice")
    assert (user.posting_language, user.time_zone) == (None, "UTC")


# --- pictures ------------------------------------------------------------------------------------


async def test_pictures_are_looked_at_first(alpha: Server) -> None:
    """Uploaded by themselves they are shown, and get words, a place and what stays visible."""
    browser = await sign_in(alpha, "alice")
    looked = await compose(browser, "look", BEE, ("b.png", png(40), "image/png"), look="on")
    assert looked.status_code == 200
    assert await alpha.home("alice") == []
    assert looked.text.count('class="picture-row"') == 2
    assert "-small.webp" in looked.text
    assert ">look</textarea>" in looked.text
    fields = {f"media_{number}": value_of(looked, f"media_{number}") for number in (1, 2)}
    places = {"place_1": "2", "place_2": "1", "focus_x_2": "-0.5", "focus_y_2": "1"}
    answer = await compose(browser, "look", alt=["A bee", "A square"], **fields, **places)
    assert answer.status_code == 303
    view = await newest(alpha, "alice")
    found = [(one.description, one.focus) for one in view.attachments]
    assert found == [("A square", Focus(-0.5, 1)), ("A bee", None)]
    page = await browser.get(f"/@alice/{view.id}")
    assert 'class="focus-x-2 focus-y-0"' in page.text


@pytest.mark.parametrize(
    ("focus", "names"),
    [
        (None, ""),
        (Focus(0, 0), "focus-x-5 focus-y-5"),
        (Focus(-1, 1), "focus-x-0 focus-y-0"),
        (Focus(1, -1), "focus-x-10 focus-y-10"),
        (Focus(0.33, -0.07), "focus-x-7 focus-y-5"),
    ],
)
def test_steps_of_what_stays_visible(focus: Focus | None, names: str) -> None:
    """The stylesheet knows tenths: from the left, and from the top."""
    assert focus_class(focus) == names


async def test_pictures_of_an_edit(alpha: Server) -> None:
    """The form of an edit shows each picture; one is left out, one is new, and history shows both."""
    browser = await sign_in(alpha, "alice")
    await compose(browser, "look", BEE, alt=["A bee"])
    first = await newest(alpha, "alice")
    page = await browser.get(f"/statuses/{first.id}/edit")
    assert page.text.count('class="picture-row"') == 1
    found = CSRF.search(page.text)
    assert found is not None
    answer = await browser.post(
        f"/statuses/{first.id}/edit",
        data={"csrf": found[1], "text": "look", "alt_2": "A square"},
        files={"picture_2": ("b.png", png(40), "image/png")},
        headers=AS_A_FORM,
    )
    assert answer.status_code == 303
    view = await newest(alpha, "alice")
    assert [(one.width, one.description) for one in view.attachments] == [(40, "A square")]
    page = await browser.get(f"/@alice/{view.id}")
    before, now_shown = first.attachments[0].url, view.attachments[0].url
    assert before in page.text.partition("What it said before")[2]
    assert now_shown in page.text.partition("What it said before")[0]
    thief = await sign_in(alpha, "carol")
    answer = await send(thief, f"/statuses/{first.id}/edit", text="mine")
    assert answer.status_code == 404


# --- once ----------------------------------------------------------------------------------------


async def test_form_sent_twice(alpha: Server) -> None:
    """The same form makes one post, also with a picture; other words from it make another."""
    browser = await sign_in(alpha, "alice")
    key = value_of(await browser.get("/"), "key")
    for _ in range(2):
        answer = await compose(browser, "once", BEE, key=key)
        assert answer.status_code == 303
    assert len(await alpha.home("alice")) == 1
    await compose(browser, "something else", key=key)
    assert len(await alpha.home("alice")) == 2
    assert value_of(await browser.get("/"), "key") != key
    refused = await compose(browser, "x" * 501, key=key)
    assert value_of(refused, "key") == key


# --- later ---------------------------------------------------------------------------------------


async def test_posted_later_by_ones_own_clock(alpha: Server, clock: Clock) -> None:
    """What is to come stands on a page of its own, until it is posted; the clock is one's own."""
    browser, user = await sign_in(alpha, "alice"), await alpha.user("alice")
    await preferences.choose_posting(alpha.instance, user, "", "Asia/Tokyo")
    at = write_local(clock.forward(0) + 2 * HOUR, "Asia/Tokyo")  # type: ignore[arg-type]
    answer = await compose(browser, "later", BEE, alt=["A bee"], scheduled_at=at)
    assert (answer.status_code, answer.headers["location"]) == (303, "/scheduled")
    page = await browser.get("/scheduled")
    assert "later" in page.text
    assert "With 1 file" in page.text
    assert f'value="{at}"' in page.text
    [planned] = await scheduling.scheduled_views(alpha.instance, user.actor)
    assert abs(planned.scheduled.scheduled_at - now() - 2 * HOUR) < HOUR / 60

    later = write_local(now() + DAY, "Asia/Tokyo")  # type: ignore[arg-type]
    path = f"/scheduled/{planned.scheduled.id}"
    for wrong in ("", "yesterday", write_local(now(), "Asia/Tokyo")):
        answer = await send(browser, f"{path}/time", scheduled_at=wrong)
        assert (answer.status_code, 'id="error-scheduled_at"' in answer.text) == (422, True)
    assert (await send(browser, f"{path}/time", scheduled_at=later)).status_code == 303

    page = await browser.get(path)
    assert ">later</textarea>" in page.text
    assert ">A bee</textarea>" in page.text
    assert value_of(page, "scheduled_at") == later
    fields = {name: value_of(page, name) for name in ("scheduled_id", "scheduled_at", "media_1")}
    answer = await compose(browser, "in other words", alt=["A bumblebee"], **fields)
    assert answer.headers["location"] == "/scheduled"
    clock.forward(DAY)
    await settle(alpha)
    view = await newest(alpha, "alice")
    assert (view.status.source, view.attachments[0].description) == (
        "in other words",
        "A bumblebee",
    )
    assert "will wait here" in (await browser.get("/scheduled")).text


async def test_planned_posts_are_private(alpha: Server, clock: Clock) -> None:
    """Nobody else sees, moves or calls off what somebody plans; strangers are asked to sign in."""
    browser, thief = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    at = write_local(now() + DAY, "UTC")  # type: ignore[arg-type]
    await compose(browser, "secret", scheduled_at=at)
    actor = await alpha.actor("alice")
    [planned] = await scheduling.scheduled_views(alpha.instance, actor)
    path = f"/scheduled/{planned.scheduled.id}"
    assert (await thief.get(path)).status_code == 404
    assert "secret" not in (await thief.get("/scheduled")).text
    assert (await send(thief, f"{path}/time", scheduled_at=at)).status_code == 404
    assert (await send(thief, f"{path}/call-off")).status_code == 404
    for fields in ({"scheduled_at": at}, {}):
        answer = await compose(thief, "mine", scheduled_id=str(planned.scheduled.id), **fields)
        assert answer.status_code == 404
    assert (await alpha.get("/scheduled", "text/html")).status_code == 303
    assert (await send(browser, f"{path}/call-off")).headers["location"] == "/scheduled"
    assert await scheduling.scheduled_views(alpha.instance, actor) == []


async def test_failed_plan_is_told_of(alpha: Server, peer: Peer, clock: Clock) -> None:
    """The page says what went wrong, and a notification leads there; it is sent in other words."""
    browser, user = await sign_in(alpha, "alice"), await alpha.user("alice")
    sefa = peer.person("sefa")
    question = await alpha.post("carol", "who knows?", scope=Scope.ORG)
    await alpha.post("alice", f"hello {sefa.handle}")
    at = write_local(now() + HOUR, "UTC")  # type: ignore[arg-type]
    await compose(browser, "I do", in_reply_to_id=str(question.id), audience="org", scheduled_at=at)
    async with alpha.instance.db.write() as connection:
        await connection.execute("DELETE FROM status WHERE id = :id", id=question.id)
    clock.forward(2 * HOUR)
    await settle(alpha)
    assert 'href="/scheduled"' in (await browser.get("/notifications")).text
    page = await browser.get("/scheduled")
    assert "It could not be posted: There is no such post." in page.text
    [planned] = await scheduling.scheduled_views(alpha.instance, user.actor)
    page = await browser.get(f"/scheduled/{planned.scheduled.id}")
    assert "It could not be posted" in page.text
    answer = await compose(browser, "I do", scheduled_id=value_of(page, "scheduled_id"))
    assert answer.status_code == 303
    assert (await newest(alpha, "alice")).status.source == "I do"
    assert await scheduling.scheduled_views(alpha.instance, user.actor) == []
