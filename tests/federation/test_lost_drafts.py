"""What somebody wrote is not lost with their session: it comes back once they have signed in again."""

import re
from contextlib import aclosing
from html import unescape

import httpx
import pyotp
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import now
from tests.clock import MINUTE, SECOND, Clock
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of, send
from tests.federation.server import PASSWORD, Server
from tests.federation.uploads import uploaded_files
from tests.pictures import photograph

WROTE = 'What I "learned" & more\n\nin <b>two</b> lines'
HERE = {"sec-fetch-site": "same-origin"}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """What the form with this action carries along."""
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


def written(page: str) -> str:
    """What stands in the composer."""
    found = re.search(r'<textarea[^>]* name="text"[^>]*>([^<]*)</textarea>', page)
    assert found, page
    return unescape(found[1])


async def compose_without_session(server: Server, **fields: str) -> httpx.Response:
    """Somebody posts from a page whose session is over, with a picture."""
    async with open_browser(server) as browser:
        return await browser.post(
            "/statuses",
            data={"csrf": "of another", "text": WROTE, **fields},
            files={"picture_1": ("bee.jpg", photograph(), "image/jpeg")},
            headers=HERE,
        )


async def go_on(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    """Follow a redirect that sends the same form again, as browsers do."""
    assert answer.status_code == 307
    assert answer.headers["location"] == "/statuses/resume"
    return await browser.post(
        answer.headers["location"],
        content=answer.request.content,
        headers={**HERE, "content-type": answer.request.headers["content-type"]},
    )


async def test_draft_comes_back(alpha: Server) -> None:
    """The page to sign in with carries it, no address does; then the composer has it, unposted."""
    await alpha.user("alice")
    lost = await compose_without_session(
        alpha, audience="followers", content_warning="Long", option_1="Yes", option_2="No"
    )
    assert lost.status_code == 401
    assert "Sign in, and you find what you wrote." in lost.text
    assert uploaded_files(alpha) == []
    form = hidden_fields(lost.text, "/sign-in")
    assert form["kept.text"].replace("\r\n", "\n") == WROTE
    assert "kept.csrf" not in form
    async with open_browser(alpha) as browser:
        wrong = await browser.post(
            "/sign-in", data={**form, "login": "alice", "password": "x"}, headers=HERE
        )
        assert wrong.status_code == 422
        again = hidden_fields(wrong.text, "/sign-in")
        assert again == form
        done = await browser.post(
            "/sign-in", data={**again, "login": "alice", "password": PASSWORD}, headers=HERE
        )
        back = await go_on(browser, done)
        assert back.status_code == 200
        assert written(back.text).replace("\r\n", "\n") == WROTE
        assert '<option value="followers" selected>' in back.text
        assert 'name="content_warning"' in back.text
        assert 'value="Long"' in back.text
        assert 'value="Yes"' in back.text
        assert await alpha.home("alice") == []
        posted = await browser.post(
            "/statuses",
            data={"csrf": field_of(back.text, "csrf"), "text": WROTE, "audience": "followers"},
            headers=HERE,
        )
        assert posted.status_code == 303
    assert len(await alpha.home("alice")) == 1


async def test_reply_comes_back_below_its_post(alpha: Server) -> None:
    """A reply finds its thread again; if another person signed in who may not see it, home."""
    await alpha.user("alice")
    await alpha.user("mallory")
    post = await alpha.post("carol", "@alice psst", reach=Reach.DIRECT)
    lost = await compose_without_session(alpha, in_reply_to_id=str(post.id))
    form = hidden_fields(lost.text, "/sign-in")
    for name, sees in (("alice", True), ("mallory", False)):
        async with open_browser(alpha) as browser:
            done = await browser.post(
                "/sign-in", data={**form, "login": name, "password": PASSWORD}, headers=HERE
            )
            back = await go_on(browser, done)
        assert written(back.text).replace("\r\n", "\n") == WROTE
        assert ("psst" in back.text) is sees
        assert (f'name="in_reply_to_id" value="{post.id}"' in back.text) is sees


async def test_draft_goes_through_the_second_step(alpha: Server, clock: Clock) -> None:
    """The page that asks for a code carries it on."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        await send(browser, "/settings/security", "/settings/second-step/begin")
        page = (await browser.get("/settings/second-step")).text
        found = re.search(r"<code>(\w{32})</code>", page)
        assert found
        codes = pyotp.TOTP(found[1])
        await send(
            browser,
            "/settings/second-step",
            "/settings/second-step",
            code=codes.at(now() // SECOND),
        )
    clock.forward(MINUTE)
    form = hidden_fields((await compose_without_session(alpha)).text, "/sign-in")
    async with open_browser(alpha) as browser:
        first = await browser.post(
            "/sign-in", data={**form, "login": "alice", "password": PASSWORD}, headers=HERE
        )
        code = {**hidden_fields(first.text, "/second-step"), "code": codes.at(now() // SECOND)}
        back = await go_on(browser, await browser.post("/second-step", data=code, headers=HERE))
        assert written(back.text).replace("\r\n", "\n") == WROTE


async def test_edit_comes_back(alpha: Server) -> None:
    """A change of a post finds the form of that post again; in another's hands it is a new post."""
    post = await alpha.post("alice", "Before")
    await alpha.user("mallory")
    path = f"/statuses/{post.id}/edit"
    async with open_browser(alpha) as browser:
        lost = await browser.post(path, data={"text": WROTE}, headers=HERE)
    assert lost.status_code == 401
    form = hidden_fields(lost.text, "/sign-in")
    for name, sees in (("alice", True), ("mallory", False)):
        async with open_browser(alpha) as browser:
            done = await browser.post(
                "/sign-in", data={**form, "login": name, "password": PASSWORD}, headers=HERE
            )
            back = await go_on(browser, done)
            assert written(back.text).replace("\r\n", "\n") == WROTE
            assert (f'action="{path}"' in back.text) is sees
            assert "Look it over and send it" in back.text
            if sees:
                other = await browser.post(path, data={"text": WROTE, "csrf": "x"}, headers=HERE)
                assert other.status_code == 403
                assert written(other.text).replace("\r\n", "\n") == WROTE
    view = await alpha.seen_by("alice", post.status.uri)
    assert view
    assert "Before" in view.status.content


@pytest.mark.parametrize("place", ["a new one", "one that goes on"])
async def test_message_comes_back(alpha: Server, place: str) -> None:
    """A message finds its conversation again, with whom it goes to; it is not sent by that."""
    await alpha.user("alice")
    await alpha.post("carol", "@alice psst", reach=Reach.DIRECT)
    [shown] = await alpha.conversations("alice")
    is_new = place == "a new one"
    path = "/conversations" if is_new else f"/conversations/{shown.conversation.id}"
    async with open_browser(alpha) as browser:
        lost = await browser.post(path, data={"text": WROTE, "to": "@carol"}, headers=HERE)
    assert lost.status_code == 401
    form = hidden_fields(lost.text, "/sign-in")
    async with open_browser(alpha) as browser:
        done = await browser.post(
            "/sign-in", data={**form, "login": "alice", "password": PASSWORD}, headers=HERE
        )
        assert done.headers["location"] == path
        kind = {"content-type": done.request.headers["content-type"]}
        back = await browser.post(path, content=done.request.content, headers={**HERE, **kind})
        assert written(back.text).replace("\r\n", "\n") == WROTE
        assert "Look it over and send it" in back.text
        if is_new:
            assert 'value="@carol"' in back.text
    assert len(await alpha.conversations("alice")) == 1


async def test_session_was_another_one(alpha: Server) -> None:
    """Who signed in again in another tab gets the composer back at once; nothing is posted."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        answer = await browser.post(
            "/statuses", data={"csrf": "of another", "text": WROTE}, headers=HERE
        )
        assert answer.status_code == 403
        assert written(answer.text).replace("\r\n", "\n") == WROTE
        assert "Look it over and send it" in answer.text
    assert await alpha.home("alice") == []


@pytest.mark.parametrize("path", ["/statuses", "/statuses/resume"])
async def test_nobody_else_fills_the_composer(alpha: Server, path: str) -> None:
    """A form of another site is refused, and leads neither to a page with its words nor to a post."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        form = {"text": "buy this", "kept.text": "buy this", "csrf": "x"}
        answer = await browser.post(path, data=form, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
        assert "buy this" not in answer.text
    async with open_browser(alpha) as stranger:
        answer = await stranger.post(path, data=form, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
        assert "buy this" not in answer.text


async def test_stranger_sends_no_files(alpha: Server) -> None:
    """Files of somebody without a session are kept nowhere, and a text without end is refused."""
    await alpha.post("alice", "inside", scope=Scope.ORG)
    too_much = "x" * (alpha.instance.settings.max_form_bytes + 1)
    large = {"picture_1": ("a.jpg", b"\xff\xd8" * 2_000_000, "image/jpeg")}
    for files in (large, None):
        async with open_browser(alpha) as browser:
            lost = await browser.post("/statuses", data={"text": WROTE}, files=files, headers=HERE)
            assert lost.status_code == 401
            assert "inside" not in lost.text
            refused = await browser.post(
                "/statuses", data={"text": too_much}, files=files, headers=HERE
            )
            assert refused.status_code in {413, 422}
    assert uploaded_files(alpha) == []
