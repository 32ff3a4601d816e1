"""Filters as apps keep them, and what apps are told of the posts that filters speak of."""

from typing import Any

import pytest

from tests.api.apps import App, app_of
from tests.federation.browser import sign_in
from tests.federation.server import Server
from tests.pictures import photograph

EVERYWHERE = ["account", "home", "notifications", "public", "thread"]


async def put(app: App, path: str, **body: Any) -> Any:
    """What comes of a change; it must be well."""
    answer = await app.ask("PUT", path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_filter_is_its_owners(alpha: Server) -> None:
    """A filter is made, changed word by word and deleted by its owner; for others it is not there."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    words = [{"keyword": "bees", "whole_word": True}, {"keyword": "wasp", "whole_word": False}]
    made = await alice.post(
        "/v2/filters",
        title="Insects",
        context=["home", "public"],
        filter_action="blur",
        expires_in=3600,
        keywords_attributes=words,
    )
    assert (made["title"], made["context"]) == ("Insects", ["home", "public"])
    assert (made["filter_action"], made["statuses"]) == ("blur", [])
    assert made["expires_at"].endswith("Z")
    assert [{**one, "id": ""} for one in made["keywords"]] == [{**one, "id": ""} for one in words]
    path, (bees, wasp) = f"/v2/filters/{made['id']}", made["keywords"]
    assert await alice.get("/v2/filters") == [made]
    assert await alice.get(path) == made
    assert await bob.get("/v2/filters") == []
    word = f"/v2/filters/keywords/{bees['id']}"
    for method, address in (
        ("GET", path),
        ("PUT", path),
        ("DELETE", path),
        ("GET", f"{path}/keywords"),
        ("POST", f"{path}/keywords"),
        ("GET", f"{path}/statuses"),
        ("POST", f"{path}/statuses"),
        ("GET", word),
        ("PUT", word),
        ("DELETE", word),
        ("DELETE", f"/v1/filters/{bees['id']}"),
    ):
        answer = await bob.ask(method, address, json={"keyword": "x"})
        assert answer.status_code == 404, (method, address)
    changes = [
        {"id": bees["id"], "keyword": "honey"},
        {"id": wasp["id"], "_destroy": True},
        {"keyword": "ant"},
    ]
    changed = await put(alice, path, title="Others", expires_in="", keywords_attributes=changes)
    assert (changed["title"], changed["expires_at"]) == ("Others", None)
    assert changed["context"] == ["home", "public"]
    assert [one["keyword"] for one in changed["keywords"]] == ["honey", "ant"]
    assert changed["keywords"][0]["id"] == bees["id"]
    foreign = [{"id": "999999", "keyword": "x"}]
    answer = await alice.ask("PUT", path, json={"keywords_attributes": foreign})
    assert answer.status_code == 404
    added = await alice.post(f"{path}/keywords", keyword=" moth ", whole_word=False)
    assert (added["keyword"], added["whole_word"]) == ("moth", False)
    assert (await put(alice, word, keyword="mead"))["keyword"] == "mead"
    assert (await alice.get(word))["keyword"] == "mead"
    assert (await alice.ask("DELETE", f"/v2/filters/keywords/{added['id']}")).json() == {}
    left = await alice.get(f"{path}/keywords")
    assert [one["keyword"] for one in left] == ["mead", "ant"]
    assert (await alice.ask("DELETE", path)).json() == {}
    assert await alice.get("/v2/filters") == []


async def test_filter_is_sent_as_a_form(alpha: Server) -> None:
    """The rows of a form say what a list in JSON says."""
    alice = await app_of(alpha, "alice")
    sent = (
        "title=Insects&context[]=home&context[]=thread&filter_action=hide"
        "&keywords_attributes[][keyword]=bees&keywords_attributes[][whole_word]=false"
        "&keywords_attributes[][keyword]=ant&keywords_attributes[][whole_word]=true"
    )
    form = {"content-type": "application/x-www-form-urlencoded"}
    made = (await alice.ask("POST", "/v2/filters", content=sent, headers=form)).json()
    assert (made["context"], made["filter_action"]) == (["home", "thread"], "hide")
    said = [(one["keyword"], one["whole_word"]) for one in made["keywords"]]
    assert said == [("bees", False), ("ant", True)]


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"context": []},
        {"context": ["nowhere"]},
        {"filter_action": "burn"},
        {"keywords_attributes": [{"keyword": " "}]},
        {"keywords_attributes": [{"keyword": "x" * 101}]},
        {"expires_in": "soon"},
    ],
)
async def test_filter_that_will_not_do(alpha: Server, body: dict[str, object]) -> None:
    """What is no filter is refused with words, and none is made; nor without the right to."""
    alice, reader = await app_of(alpha, "alice"), await app_of(alpha, "alice", "read")
    wanted = {"title": "Insects", "context": ["home"]}
    answer = await alice.ask("POST", "/v2/filters", json=wanted | body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert await alice.get("/v2/filters") == []
    assert (await reader.ask("POST", "/v2/filters", json=wanted)).status_code == 403


async def test_posts_say_which_filters_speak_of_them(alpha: Server) -> None:
    """A post has the filters of its reader with it: those of the place, and all where there is none."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    await alpha.follow("alice", "@bob@alpha.test")
    post = await bob.post("/v1/statuses", status="Bees and bees")
    boosted = await bob.post(f"/v1/statuses/{post['id']}/reblog")
    made = await alice.post(
        "/v2/filters",
        title="Insects",
        context=["home", "thread"],
        keywords_attributes=[{"keyword": "bees"}],
    )
    path = f"/v1/statuses/{post['id']}"
    for shown in (await alice.get(path), *(await alice.get("/v1/timelines/home"))):
        [found] = shown["filtered"]
        assert found["filter"]["title"] == "Insects"
        assert "keywords" not in found["filter"]
        assert (found["keyword_matches"], found["status_matches"]) == (["Bees", "bees"], [])
    around = await alice.get(f"/v1/statuses/{boosted['id']}")
    assert around["reblog"]["filtered"]
    assert (await alice.get("/v1/timelines/public"))[0]["filtered"] == []
    assert (await bob.get(path))["filtered"] == []
    assert (await (await app_of(alpha)).get(path))["filtered"] == []
    # What is hidden is left out of timelines; who asks for it by its id is told why.
    await put(alice, f"/v2/filters/{made['id']}", filter_action="hide")
    assert await alice.get("/v1/timelines/home") == []
    [found] = (await alice.get(path))["filtered"]
    assert found["filter"]["filter_action"] == "hide"


async def test_single_posts_are_filtered(alpha: Server) -> None:
    """A filter speaks of a post that was named, whatever it says; of one that is not seen never."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    await alpha.follow("alice", "@bob@alpha.test")
    kept = await bob.post("/v1/statuses", status="Hello")
    away = await bob.post("/v1/statuses", status="Hello again")
    private = await bob.post("/v1/statuses", status="for nobody", visibility="direct")
    made = await alice.post("/v2/filters", title="Done", context=EVERYWHERE, filter_action="hide")
    path = f"/v2/filters/{made['id']}/statuses"
    answer = await alice.ask("POST", path, json={"status_id": private["id"]})
    assert answer.status_code == 404
    named = await alice.post(path, status_id=away["id"])
    assert named["status_id"] == away["id"]
    assert await alice.post(path, status_id=away["id"]) == named
    assert await alice.get(path) == [named]
    assert [one["id"] for one in await alice.get("/v1/timelines/home")] == [kept["id"]]
    [found] = (await alice.get(f"/v1/statuses/{away['id']}"))["filtered"]
    assert (found["keyword_matches"], found["status_matches"]) == ([], [away["id"]])
    single = f"/v2/filters/statuses/{named['id']}"
    assert await alice.get(single) == named
    for method in ("GET", "DELETE"):
        assert (await bob.ask(method, single)).status_code == 404
    assert (await alice.ask("DELETE", single)).json() == named
    assert (await alice.ask("DELETE", single)).status_code == 404
    assert len(await alice.get("/v1/timelines/home")) == 2


async def test_pages_leave_no_hole_upwards(alpha: Server) -> None:
    """What is hidden is passed over upwards as it is downwards, and a page leads on beyond it."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    await alpha.follow("alice", "@bob@alpha.test")
    posts = [
        str((await alpha.post("bob", "bees" if number % 3 else "flowers")).id)
        for number in range(9)
    ]
    await alice.post(
        "/v2/filters",
        title="Insects",
        context=["home"],
        filter_action="hide",
        keywords_attributes=[{"keyword": "bees"}],
    )
    above = await alice.ask("GET", "/v1/timelines/home", params={"min_id": "1", "limit": "2"})
    assert [one["id"] for one in above.json()] == [posts[3], posts[0]]
    assert f"min_id={posts[3]}" in above.links["prev"]["url"]
    below = await alice.ask("GET", "/v1/timelines/home", params={"limit": "2"})
    assert [one["id"] for one in below.json()] == [posts[6], posts[3]]
    # Where all is hidden a page is empty, and leads on.
    for number in range(12):
        await alpha.post("bob", f"bees {number}")
    empty = await alice.ask("GET", "/v1/timelines/home", params={"limit": "2"})
    assert empty.json() == []
    assert "max_id=" in empty.links["next"]["url"]
    assert await bob.get("/v1/timelines/home")


async def test_older_apps_filter_words(alpha: Server) -> None:
    """Each word is a filter for them; what belongs to others as well they cannot change."""
    alice = await app_of(alpha, "alice")
    first = await alice.post("/v1/filters", phrase="bees", context=["home"], whole_word=True)
    assert (first["phrase"], first["whole_word"], first["irreversible"]) == ("bees", True, False)
    path = f"/v1/filters/{first['id']}"
    assert await alice.get("/v1/filters") == [first]
    hiding = await put(alice, path, phrase="wasp", context=["public"], irreversible=True)
    assert (hiding["phrase"], hiding["context"]) == ("wasp", ["public"])
    assert (hiding["irreversible"], hiding["id"]) == (True, first["id"])
    [whole] = await alice.get("/v2/filters")
    assert (whole["title"], whole["filter_action"]) == ("bees", "hide")
    await alice.post(f"/v2/filters/{whole['id']}/keywords", keyword="ant")
    assert len(await alice.get("/v1/filters")) == 2
    assert (await put(alice, path, phrase="hornet"))["phrase"] == "hornet"
    refused = await alice.ask("PUT", path, json={"phrase": "x", "context": ["home"]})
    assert refused.status_code == 422
    assert "more than one" in refused.json()["error"]
    assert (await alice.get(path))["phrase"] == "hornet"
    for one in await alice.get("/v1/filters"):
        assert (await alice.ask("DELETE", f"/v1/filters/{one['id']}")).json() == {}
    assert await alice.get("/v2/filters") == []
    assert (await alice.ask("POST", "/v1/filters", json={"context": ["home"]})).status_code == 422


async def test_pictures_are_covered_on_pages(alpha: Server) -> None:
    """A filter of an app that covers pictures does so on pages, and stays so when changed there."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    media = (await bob.ask("POST", "/v2/media", files={"file": ("x", photograph())})).json()
    await bob.post("/v1/statuses", status="Bees!", media_ids=[media["id"]])
    made = await alice.post(
        "/v2/filters",
        title="Insects",
        context=EVERYWHERE,
        filter_action="blur",
        keywords_attributes=[{"keyword": "bees"}],
    )
    browser = await sign_in(alpha, "alice")
    page = (await browser.get("/public")).text
    assert '<details class="warned"' in page
    assert "Filtered: Insects" in page
    assert '<details class="filtered"' not in page
    form = (await browser.get(f"/filters/{made['id']}")).text
    assert 'value="blur" checked' in form
    assert "warned" not in (await (await sign_in(alpha, "carol")).get("/public")).text
