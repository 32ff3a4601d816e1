"""What scripts of the composer are told while somebody writes, and what came of what they sent."""

import re
from typing import Any

import httpx
import pytest

from fedlearn.domain.ids import now
from fedlearn.services import taking_back
from fedlearn.text.moments import write_local
from tests.clock import DAY
from tests.federation.browser import open_browser, sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads
from tests.federation.server import Server
from tests.federation.uploads import CSRF, compose, newest, uploaded_files
from tests.pictures import photograph

AS_A_FORM = {"sec-fetch-site": "same-origin"}
IN_PLACE = {"accept": "application/json", **AS_A_FORM}
ASKED = (
    "/composer/audience?audience=public",
    "/composer/completions?kind=@&text=al",
    "/composer/languages",
    "/composer/pictures",
)


async def asks(browser: httpx.AsyncClient, path: str, **query: Any) -> Any:
    """What somebody is told."""
    answer = await browser.get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.json()


async def sends(
    browser: httpx.AsyncClient, text: str, *, page: str = "/", to: str = "/statuses", **fields: str
) -> httpx.Response:
    """A script sends the composer of a page, or another form for a text."""
    found = CSRF.search((await browser.get(page)).text)
    assert found is not None
    form = {"csrf": found[1], "text": text, **fields}
    return await browser.post(to, data=form, headers=IN_PLACE)


async def values(browser: httpx.AsyncClient, kind: str, text: str) -> list[str]:
    """What would be written in place of what was begun."""
    told = await asks(browser, "/composer/completions", kind=kind, text=text)
    return [one["value"] for one in told["options"]]


@pytest.mark.parametrize("path", ASKED)
async def test_strangers_are_told_nothing(alpha: Server, path: str) -> None:
    """Only who has signed in may ask; the refusal is for a script."""
    answer = await open_browser(alpha).get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/json")


async def test_who_is_named_will_see_it(alpha: Server) -> None:
    """The sentence names who is named, by name or server; nobody elsewhere is asked for it."""
    browser = await sign_in(alpha, "alice")
    await alpha.user("carol")
    told = await asks(
        browser, "/composer/audience", audience="direct", name=["carol", "eve@peer.test"]
    )
    assert told == {
        "says": "Only carol and @eve@peer.test on peer.test can read it.",
        "warning": "",
    }
    told = await asks(browser, "/composer/audience", audience="org", name=["eve@peer.test"])
    assert "cannot see what stays here" in told["warning"]
    told = await asks(browser, "/composer/audience", audience="public", name=["nobody", "@", "x y"])
    assert "@nobody" in told["warning"]
    assert (await browser.get("/composer/audience?audience=martians")).status_code == 422


async def test_names_are_completed(alpha: Server, bob: Person) -> None:
    """People here, and those elsewhere whom one follows or who wish to be found; nobody blocked."""
    browser = await sign_in(alpha, "alice")
    await alpha.user("bobby")
    assert await values(browser, "@", "bob") == ["@bobby"]
    await reads(alpha, "alice", bob)
    found = await values(browser, "@", "bob")
    assert sorted(found) == ["@bob@peer.test", "@bobby"]
    assert await values(browser, "@", "bob@pe") == ["@bob@peer.test"]
    for nothing in ("", "@", "zzz", '"', "x" * 5000):
        assert await values(browser, "@", nothing) == []


async def test_hashtags_and_emojis_are_completed(alpha: Server) -> None:
    """Hashtags of public posts, those used most first; emojis by their names."""
    browser = await sign_in(alpha, "alice")
    for text in ("#bees", "#Bees #beer", "#secretbees"):
        await alpha.post("carol", text)
    told = await asks(browser, "/composer/completions", kind="#", text="BEE")
    assert [(one["value"], one["note"]) for one in told["options"]] == [
        ("#bees", "2 posts lately"),
        ("#beer", "1 post lately"),
    ]
    assert told["told"] == "2 suggestions"
    assert await values(browser, ":", "honeyb") == ["🐝"]
    assert await values(browser, "%", "") == []


async def test_all_languages(alpha: Server) -> None:
    """Names are in the language of the pages, in their order."""
    browser = await sign_in(alpha, "alice")
    told = await asks(browser, "/composer/languages")
    assert (told["nl"], told["gsw"]) == ("Dutch", "Swiss German")
    assert list(told.values()) == sorted(told.values(), key=str.casefold)


async def test_picture_is_uploaded_by_itself(alpha: Server) -> None:
    """It comes back as the composer shows it, and again after a reload; a stranger's does not."""
    browser, thief = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    found = CSRF.search((await browser.get("/")).text)
    assert found is not None
    form = {"csrf": found[1], "number": "2"}
    files = {"picture": ("bee.jpg", photograph(), "image/jpeg")}
    answer = await browser.post("/composer/pictures", data=form, files=files, headers=IN_PLACE)
    assert answer.status_code == 200
    row = answer.json()["html"]
    named = re.search(r'name="media_2" value="(\d+)"', row)
    assert named is not None
    assert 'name="alt_2"' in row
    told = await asks(browser, "/composer/pictures", media_3=named[1])
    assert f'name="media_3" value="{named[1]}"' in told["html"]
    assert (await asks(thief, "/composer/pictures", media_3=named[1]))["html"].strip() == ""
    await compose(browser, "look", media_2=named[1])
    assert len((await newest(alpha, "alice")).attachments) == 1

    lie = {"picture": ("bee.jpg", b"<svg/>", "image/jpeg")}
    refused = await browser.post("/composer/pictures", data=form, files=lie, headers=IN_PLACE)
    assert (refused.status_code, "no picture" in refused.json()["error"]) == (422, True)
    for number in ("0", "5", "x", ""):
        answer = await browser.post(
            "/composer/pictures", data=form | {"number": number}, files=files, headers=IN_PLACE
        )
        assert answer.status_code == 422
    forged = await browser.post(
        "/composer/pictures", data=form | {"csrf": "guessed"}, files=files, headers=IN_PLACE
    )
    assert forged.status_code == 403
    assert len(uploaded_files(alpha)) == 2


async def test_sent_in_place(alpha: Server) -> None:
    """A script gets the card and an empty composer, or the composer with what is wrong in it."""
    browser = await sign_in(alpha, "alice")
    answer = await sends(browser, "hello", next="/")
    told = answer.json()
    assert 'class="card' in told["card"]
    assert "hello" in told["card"]
    assert "hello" not in told["composer"]
    post = await newest(alpha, "alice")
    wrong = await sends(browser, "x" * 501, audience="followers", key="a key")
    assert wrong.status_code == 422
    composer = wrong.json()["composer"]
    assert 'id="error-text"' in composer
    assert '<option value="followers" selected>' in composer
    assert 'name="key" value="a key"' in composer
    reply = await sends(browser, "an answer", in_reply_to_id=str(post.id))
    assert f'name="in_reply_to_id" value="{post.id}"' in reply.json()["composer"]
    assert "an answer" in reply.json()["card"]


async def test_refusals_in_place(alpha: Server) -> None:
    """A script reads why not, or gets the page to sign in with, which has what was written."""
    alice = await sign_in(alpha, "alice")
    post = await alpha.post("alice", "hello")
    long = "x" * (alpha.instance.settings.max_form_bytes + 1)
    too_much = await sends(alice, long)
    assert (too_much.status_code, "too large" in too_much.json()["error"]) == (413, True)
    gone = await sends(alice, "an answer", in_reply_to_id="1")
    assert (gone.status_code, "no such post" in gone.json()["error"]) == (404, True)
    async with open_browser(alpha) as stranger:
        stranger.headers["accept"] = "application/json"
        for path in ("/statuses", "/conversations", f"/statuses/{post.id}/edit"):
            answer = await stranger.post(path, data={"text": "a thought", "to": "bob"})
            assert answer.status_code == 401
            assert 'value="a thought"' in answer.text
        for path in (f"/statuses/{post.id}/boost", f"/statuses/{post.id}/delete"):
            answer = await stranger.post(path)
            assert (answer.status_code, answer.json()["error"]) == (401, "Please sign in first.")


async def test_what_leads_elsewhere(alpha: Server) -> None:
    """A message stands on no timeline, and what comes later on a page of its own."""
    browser = await sign_in(alpha, "alice")
    message = await sends(browser, "to myself", audience="direct")
    assert message.json()["next"].startswith("/@alice/")
    at = write_local(now() + DAY, "UTC")  # type: ignore[arg-type]
    assert (await sends(browser, "later", scheduled_at=at)).json() == {"next": "/scheduled"}
    post = await alpha.post("alice", "soon other")
    redraft = await taking_back.redraft(alpha.instance, post.author, post.id)
    again = await sends(browser, "better", redraft=str(redraft))
    assert again.json()["next"].startswith("/@alice/")
    to = again.json()["next"].replace("@alice", "statuses") + "/edit"
    edited = await sends(browser, "best", to=to)
    assert edited.json() == again.json()
    answer = await open_browser(alpha).post("/statuses", data={"text": "x"}, headers=IN_PLACE)
    assert answer.status_code == 401
