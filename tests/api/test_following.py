"""What of somebody apps show at home: all, or what one wants of them; who is asked says nothing."""

import pytest

from fedlearn.services import boosts
from tests.api.apps import App, app_of
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads
from tests.federation.server import Server, settle
from tests.federation.test_keeping import press


async def at_home(app: App) -> list[str]:
    """The home timeline, newest first: ids."""
    return [one["id"] for one in await app.get("/v1/timelines/home")]


async def test_no_boosts_of_somebody(alpha: Server) -> None:
    """Boosts of whom one follows without them are not at home, nor stay there, and come back."""
    bob, carol = await alpha.actor("bob"), await alpha.actor("carol")
    app, post = await app_of(alpha, "alice"), await alpha.post("carol", "Bees")
    own = await alpha.post("bob", "Wasps")
    boost = await boosts.boost(alpha.instance, bob, post.id)
    follow = f"/v1/accounts/{bob.id}/follow"
    assert (await app.post(follow))["showing_reblogs"] is True
    assert await at_home(app) == [str(boost.id), str(own.id)]
    said = await app.post(follow, reblogs=False)
    assert (said["following"], said["showing_reblogs"]) == (True, False)
    assert await at_home(app) == [str(own.id)]
    later = await alpha.post("carol", "Hornets")
    await boosts.boost(alpha.instance, bob, later.id)
    assert await at_home(app) == [str(own.id)]
    assert (await app.post(follow))["showing_reblogs"] is False
    assert len(await at_home(await app_of(alpha, "bob"))) == 3
    assert (await app.post(follow, reblogs="true"))["showing_reblogs"] is True
    assert len(await at_home(app)) == 3
    (known,) = await app.get("/v1/accounts/relationships", id=str(carol.id))
    assert known["showing_reblogs"] is False


async def test_only_some_languages(alpha: Server) -> None:
    """Posts in other languages stay away; those that say none in which they are do not."""
    bob, app = await alpha.actor("bob"), await app_of(alpha, "alice")
    german = await alpha.post("bob", "Bienen", language="de")
    english = await alpha.post("bob", "Bees", language="en")
    silent = await alpha.post("bob", "🐝")
    follow = f"/v1/accounts/{bob.id}/follow"
    said = await app.post(follow, languages=["de", "pt-BR"])
    assert said["languages"] == ["de", "pt-br"]
    assert await at_home(app) == [str(silent.id), str(german.id)]
    more = await alpha.post("bob", "Abelhas", language="pt-BR")
    await alpha.post("bob", "Bees again", language="en")
    assert await at_home(app) == [str(more.id), str(silent.id), str(german.id)]
    assert (await app.post(follow, languages=[]))["languages"] == []
    assert str(english.id) in await at_home(app)


@pytest.mark.parametrize("language", ["%", "__", "x" * 60_000, "d e"])
async def test_post_in_no_language(alpha: Server, language: str) -> None:
    """What names no language is none, and keeps nobody from following in some."""
    bob, app = await app_of(alpha, "bob"), await app_of(alpha, "alice")
    made = await bob.post("/v1/statuses", status="hello", language=language)
    path = f"/v1/statuses/{made['id']}"
    edited = (await bob.ask("PUT", path, json={"status": "hi", "language": language})).json()
    assert (made["language"], edited["language"]) == (None, None)
    said = await app.post(f"/v1/accounts/{made['account']['id']}/follow", languages=["de"])
    assert said["following"]
    assert await at_home(app) == [made["id"]]


@pytest.mark.parametrize("languages", [["%"], ["de en"], ["de"] * 51, [{"a": "b"}, "d"]])
async def test_no_such_language(alpha: Server, languages: list[object]) -> None:
    """What is no language is refused, and then nobody is followed."""
    bob, app = await alpha.actor("bob"), await app_of(alpha, "alice")
    answer = await app.ask("POST", f"/v1/accounts/{bob.id}/follow", json={"languages": languages})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Validation failed: Languages")
    (known,) = await app.get("/v1/accounts/relationships", id=str(bob.id))
    assert known["following"] is False


async def test_hashtags_are_read_all_the_same(alpha: Server) -> None:
    """A hashtag that one follows brings what its author alone would not."""
    bob, app = await alpha.actor("bob"), await app_of(alpha, "alice")
    await app.post("/v1/tags/bees/follow")
    await app.post(f"/v1/accounts/{bob.id}/follow")
    post = await alpha.post("bob", "About #bees", language="en")
    await app.post(f"/v1/accounts/{bob.id}/follow", languages=["de"])
    assert await at_home(app) == [str(post.id)]


async def test_lists_show_what_is_wanted(alpha: Server) -> None:
    """On a list boosts of a member whom its owner follows without them stand no more."""
    bob, app = await alpha.actor("bob"), await app_of(alpha, "alice")
    made = await app.post("/v1/lists", title="Bees")
    await app.post(f"/v1/lists/{made['id']}/accounts", account_ids=[str(bob.id)])
    boost = await boosts.boost(alpha.instance, bob, (await alpha.post("carol", "Bees")).id)
    path = f"/v1/timelines/list/{made['id']}"
    assert [one["id"] for one in await app.get(path)] == [str(boost.id)]
    await app.post(f"/v1/accounts/{bob.id}/follow", reblogs=False)
    assert await app.get(path) == []


async def test_wishes_wait_with_the_request(alpha: Server, bob: Person) -> None:
    """What is wanted of somebody who has not agreed yet counts from when they do."""
    app = await app_of(alpha, "alice")
    far = await alpha.find(bob.handle)
    said = await app.post(f"/v1/accounts/{far.id}/follow", reblogs=False, notify=True)
    assert (said["requested"], said["showing_reblogs"], said["notifying"]) == (True, False, True)
    await reads(alpha, "alice", bob)
    post = await alpha.post("carol", "Bees")
    await bob.deliver(alpha, bob.activity("Announce", post.status.uri))
    await settle(alpha)
    assert await at_home(app) == []


async def test_a_button_hides_boosts(alpha: Server) -> None:
    """Who follows somebody hides their boosts by a button of the profile, and shows them again."""
    actor, browser = await alpha.actor("bob"), await sign_in(alpha, "alice")
    refused = await press(browser, f"/actors/{actor.id}/hide-boosts")
    assert refused.status_code == 422
    assert "Hide boosts" not in (await browser.get("/@bob")).text
    await alpha.follow("alice", "@bob@alpha.test")
    boost = await boosts.boost(alpha.instance, actor, (await alpha.post("carol", "Bees")).id)
    assert f"/actors/{actor.id}/hide-boosts" in (await browser.get("/@bob")).text
    await press(browser, f"/actors/{actor.id}/hide-boosts")
    assert await alpha.home("alice") == []
    assert f"/actors/{actor.id}/show-boosts" in (await browser.get("/@bob")).text
    await press(browser, f"/actors/{actor.id}/show-boosts")
    assert [one.id for one in await alpha.home("alice")] == [boost.id]
