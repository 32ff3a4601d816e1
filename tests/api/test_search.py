"""What apps find by words, as far as the reader may find it, and how they leaf through it."""

from datetime import UTC, datetime

import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, favourites, measures
from tests.api.apps import App, app_of
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server

HASHTAG = {"type": "Hashtag", "name": "#beesafar", "href": "https://peer.test/tags/beesafar"}


async def test_what_narrows_it_down(alpha: Server) -> None:
    """Operators mean in an app what they mean on the page; what makes no sense is a word."""
    app, me = await app_of(alpha, "alice"), await alpha.actor("alice")
    await accounts.publish_profile(alpha.instance, await alpha.actor("bob"), is_indexable=True)
    plain = await alpha.post("bob", "bees sleep")
    warned = await alpha.post("bob", "bees sting", content_warning="pain")
    answer = await alpha.post("bob", "bees do", in_reply_to_id=plain.id)
    mine = await alpha.post("alice", "my bees https://bees.example")
    await favourites.favourite(alpha.instance, me, warned.id)
    for words, shown in (
        ("bees", [mine, answer, warned, plain]),
        ("bees is:reply", [answer]),
        ("bees is:sensitive", [warned]),
        ("bees in:library", [mine, warned]),
        ("bees in:public is:sensitive", [warned]),
        ("bees in:all", [mine, answer, warned, plain]),
        ("bees from:me", [mine]),
        ("bees has:link", [mine]),
        ("bees before:2020-01-01", []),
        ("bees after:2020-01-01 -sleep", [mine, answer, warned]),
        ("bees is:nonsense", []),
    ):
        found = await app.get("/v2/search", q=words)
        assert [one["id"] for one in found["statuses"]] == [str(one.id) for one in shown], words
    bob = str((await alpha.actor("bob")).id)
    found = await app.get("/v2/search", q="bees", account_id=bob, offset=1, limit=1)
    assert [one["id"] for one in found["statuses"]] == [str(warned.id)]
    older = await app.get("/v2/search", q="bees", max_id=str(warned.id))
    assert [one["id"] for one in older["statuses"]] == [str(plain.id)]
    newer = await app.get("/v2/search", q="bees", min_id=str(answer.id))
    assert [one["id"] for one in newer["statuses"]] == [str(mine.id)]
    assert (await app.ask("GET", "/v2/search", params={"q": "x", "offset": -1})).status_code == 400


async def test_posts_of_those_who_do_not_wish_it(alpha: Server, bob: Person) -> None:
    """Posts from elsewhere are found where their author wishes that, or the reader took part."""
    alice, carol = await app_of(alpha, "alice"), await app_of(alpha, "carol")
    wished = bob.peer.person("willing", indexable=True)
    for author in (bob, wished):
        note = author.note("<p>bees afar</p>")
        await reads(alpha, "alice", author)
        await takes(alpha, author, author.activity("Create", note))
    found = (await carol.get("/v2/search", q="bees afar"))["statuses"]
    assert [one["account"]["username"] for one in found] == ["willing"]
    (hidden,) = [
        one
        for one in await alice.get("/v1/timelines/public")
        if one["account"]["username"] == "bob"
    ]
    await alice.post(f"/v1/statuses/{hidden['id']}/favourite")
    found = (await alice.get("/v2/search", q="bees afar"))["statuses"]
    assert {one["account"]["username"] for one in found} == {"bob", "willing"}
    secret = await alpha.post("carol", "bees secret", reach=Reach.DIRECT)
    assert (await alice.get("/v2/search", q="bees secret"))["statuses"] == []
    found = (await carol.get("/v2/search", q="bees secret"))["statuses"]
    assert [one["id"] for one in found] == [str(secret.id)]


async def test_people_page_by_page(alpha: Server) -> None:
    """People are leafed through by number, all or only those whom the reader follows."""
    app = await app_of(alpha, "alice")
    for number in range(12):
        await alpha.actor(f"bee{number:02}")
    await alpha.follow("alice", "bee07@alpha.test")
    pages = [
        await app.get("/v2/search", q="bee", type="accounts", limit=5, offset=offset)
        for offset in (0, 5, 10)
    ]
    names = [one["acct"] for page in pages for one in page["accounts"]]
    assert sorted(names) == [f"bee{number:02}" for number in range(12)]
    assert [page["statuses"] + page["hashtags"] for page in pages] == [[], [], []]
    for path in ("/v2/search", "/v1/accounts/search"):
        found = await app.get(path, q="bee", following="true")
        people = found["accounts"] if isinstance(found, dict) else found
        assert [one["acct"] for one in people] == ["bee07"]
    assert await app.get("/v1/accounts/search", q="@bee01", following="true") == []
    (named,) = await app.get("/v1/accounts/search", q="@bee01")
    assert named["acct"] == "bee01"


# --- strangers ---------------------------------------------------------------------------------


async def found_by(asker: App, text: str) -> dict[str, list[str]]:
    """Whom and what somebody finds, by name."""
    found = await asker.get("/v2/search", q=text)
    assert found["statuses"] == []
    return {
        "accounts": [one["acct"] for one in found["accounts"]],
        "hashtags": [one["name"] for one in found["hashtags"]],
    }


async def test_strangers_find_who_wishes_it(alpha: Server, bob: Person) -> None:
    """People here who want to be found, by name or handle; nobody else, and no address."""
    alice, nobody = await app_of(alpha, "alice"), App(alpha, None)
    await reads(alpha, "alice", bob)
    for name in ("bee", "bees", "beetle", "beaver"):
        await alpha.actor(name)
    await accounts.change_profile(
        alpha.instance, await alpha.actor("beetle"), is_discoverable=False
    )
    await measures.silence(alpha.instance, TERMINAL, await alpha.actor("beaver"))
    everybody = [one["acct"] for one in await alice.get("/v1/accounts/search", q="be")]
    assert everybody == ["bee", "bees", "beetle"]
    for text, people in (
        ("be", ["bee", "bees"]),
        ("@bee", ["bee"]),
        ("bee@alpha.test", ["bee"]),
        ("@beetle", []),
        ("beaver@alpha.test", []),
        ("bob", []),
        (bob.handle, []),
        (bob.uri, []),
        ((await alpha.actor("bee")).uri, []),
        ("from:bee", []),
        ("", []),
    ):
        assert (await found_by(nobody, text))["accounts"] == people, text
    of_program = await app_of(alpha)
    assert (await found_by(of_program, "bees"))["accounts"] == ["bees"]
    await accounts.change_profile(alpha.instance, await alpha.actor("bees"), is_discoverable=False)
    assert (await found_by(nobody, "be"))["accounts"] == ["bee"]


async def test_strangers_find_hashtags_of_open_posts(alpha: Server, bob: Person) -> None:
    """Of posts of this server that everybody is shown, and of no other; posts are not found."""
    nobody = App(alpha, None)
    await accounts.publish_profile(alpha.instance, await alpha.actor("alice"), is_indexable=True)
    await alpha.post("alice", "bees #beesopen")
    await alpha.post("alice", "#beesinside", scope=Scope.ORG)
    for reach in (Reach.UNLISTED, Reach.FOLLOWERS, Reach.DIRECT):
        await alpha.post("alice", f"#bees{reach}", reach=reach)
    await reads(alpha, "alice", bob)
    afar = bob.note("<p>x</p>", tag=[HASHTAG], published=datetime.now(UTC).isoformat())
    await takes(alpha, bob, bob.activity("Create", afar))
    assert (await found_by(nobody, "bees"))["hashtags"] == ["beesopen"]
    assert (await found_by(nobody, "#beesopen"))["hashtags"] == ["beesopen"]
    alice = await app_of(alpha, "alice")
    known = {one["name"] for one in (await alice.get("/v2/search", q="bees"))["hashtags"]}
    assert known == {"beesopen", "beesinside", "beesafar"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"offset": "1"}, "Search queries pagination is not supported without authentication"),
        (
            {"resolve": "true"},
            "Search queries that resolve remote resources are not supported without authentication",
        ),
    ],
)
async def test_what_strangers_may_not_ask(alpha: Server, more: dict[str, str], why: str) -> None:
    """They neither leaf through it all, nor have this server ask others; with a token one does."""
    asked = {"q": "bees", **more}
    refused = await App(alpha, None).ask("GET", "/v2/search", params=asked)
    assert (refused.status_code, refused.json()["error"]) == (401, why)
    alice = await app_of(alpha, "alice")
    assert (await alice.ask("GET", "/v2/search", params=asked)).status_code == 200
