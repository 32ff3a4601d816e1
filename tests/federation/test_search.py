"""What the search form finds, and what it leaves alone."""

import re

import pytest

from fedlearn.db import search as db_search
from fedlearn.domain.audience import Reach, Scope
from fedlearn.services import favourites
from tests.federation.browser import sign_in
from tests.federation.peer import Peer
from tests.federation.scenes import reads, takes
from tests.federation.server import Server

ZEBRAS = ("zebras", "Zebras", "#zebras", "zebras sleep", "standing", '"sleep standing"')


async def test_posts_of_the_unwilling_are_not_found(alpha: Server, peer: Peer) -> None:
    """Posts of those who did not ask to be found are not found by their words, even if they are here.

    Who has the address of such a post is led to it, and who wrote it or liked it finds it.

    Conformance: 54.
    """
    absent, unwilling = peer.person("ann"), peer.person("max", indexable=False)
    browser = await sign_in(alpha, "alice")
    assert (await alpha.get("/users/alice")).json()["indexable"] is False
    own = await alpha.post("alice", "Zebras never sleep")
    uris = [own.status.uri]
    for author in (absent, unwilling):
        await reads(alpha, "bob", author)
        note = author.note("<p>Zebras sleep standing</p>")
        await takes(alpha, author, author.activity("Create", note))
        assert await alpha.seen_by("bob", note["id"]) is not None
        uris.append(note["id"])
    others = await sign_in(alpha, "bob")
    for words in (*ZEBRAS, "sleep*", "%", "from:@max@peer.test zebras", "from:alice sleep"):
        for asker in (browser, others):
            answer = await asker.get("/search", params={"q": words})
            assert answer.status_code == 200, words
            assert "sleep standing</p>" not in answer.text, words
        assert "never sleep" not in answer.text, words
    for uri in uris:
        answer = await browser.get("/search", params={"q": uri})
        assert answer.status_code == 303
        assert "Zebras" in (await browser.get(answer.headers["location"])).text
    assert "never sleep" in (await browser.get("/search?q=zebras")).text
    liked = await alpha.seen_by("bob", uris[1])
    assert liked is not None
    bob = await alpha.actor("bob")
    await favourites.favourite(alpha.instance, bob, liked.id)
    assert (await others.get("/search?q=zebras")).text.count("sleep standing</p>") == 1
    assert "sleep standing</p>" not in (await browser.get("/search?q=zebras")).text


async def test_posts_of_the_willing_are_found(alpha: Server, peer: Peer) -> None:
    """Public posts of those who wish it are found as they are now, and no longer than they are here.

    A post for followers, sent by the same hand, is not.

    Conformance: 54.
    """
    max_ = peer.person("max", indexable=True, discoverable=True, summary="<p>Knows gnus</p>")
    await reads(alpha, "bob", max_)
    note = max_.note("<p>Zebras sleep standing</p>")
    await takes(alpha, max_, max_.activity("Create", note))
    kept = max_.note("<p>Zebras in private</p>", to=[f"{max_.uri}/followers"], cc=[])
    await takes(alpha, max_, max_.activity("Create", kept))
    browser = await sign_in(alpha, "bob")
    for words in (*ZEBRAS, "from:max@peer.test standing", "standing -lions"):
        page = (await browser.get("/search", params={"q": words})).text
        assert "sleep standing</p>" in page, words
        assert "in private" not in page, words
    for words in ("zebras lions", "sleep -standing", "zebras has:poll", "zebras before:2020-01-01"):
        page = (await browser.get("/search", params={"q": words})).text
        assert "sleep standing</p>" not in page, words
    found = (await browser.get("/search?q=gnus")).text
    assert "@max@peer.test" in found
    edited = note | {"content": "<p>Lions lie down</p>", "updated": "2999-01-01T00:00:00Z"}
    await takes(alpha, max_, max_.activity("Update", edited))
    assert "sleep standing</p>" not in (await browser.get("/search?q=standing")).text
    assert "Lions lie down</p>" in (await browser.get("/search?q=lions")).text
    await takes(alpha, max_, max_.activity("Delete", note["id"]))
    assert "Lions lie down</p>" not in (await browser.get("/search?q=lions")).text


async def test_people_choose_whether_they_are_found(alpha: Server) -> None:
    """The settings say whether one's posts are found by their words, and other servers are told."""
    browser, other = await sign_in(alpha, "alice"), await sign_in(alpha, "bob")
    await alpha.post("alice", "Zebras #zebras never sleep")
    await alpha.post("alice", "Zebras on the board", reach=Reach.PUBLIC, scope=Scope.ORG)
    assert "never sleep" not in (await other.get("/search?q=zebras")).text
    [csrf] = re.findall(r'name="csrf" value="([^"]+)"', (await browser.get("/settings")).text)[:1]
    form = {"csrf": csrf, "name": "Alice", "bio": "", "offered": "is_discoverable"}
    form |= {"is_indexable": "on"}
    answer = await browser.post("/settings/profile", data=form)
    assert answer.status_code == 303
    page = (await other.get("/search?q=zeb")).text
    assert "#zebras" in page
    assert "never sleep" not in page
    page = (await other.get("/search?q=zebras")).text
    assert "never sleep" in page
    assert "on the board" in page
    actor = (await alpha.get("/users/alice")).json()
    assert (actor["indexable"], actor["discoverable"]) == (True, False)


async def test_pages_of_posts(alpha: Server) -> None:
    """What is too much for a page is found below it, the newest first, each post once."""
    browser = await sign_in(alpha, "alice")
    for n in range(23):
        await alpha.post("alice", f"zebra {n:02}")
    first = (await browser.get("/search", params={"q": "zebra from:me"})).text
    [link] = re.findall(r'href="(\?q=[^"]*before=\d+)"', first)
    second = (await browser.get(f"/search{link.replace('&amp;', '&')}")).text
    shown = [re.findall(r">zebra (\d\d)<", page) for page in (first, second)]
    assert shown == [[f"{n:02}" for n in range(22, 2, -1)], ["02", "01", "00"]]


async def test_who_may_search(alpha: Server) -> None:
    """Only those who sign in may search: it makes the server ask others."""
    await alpha.user("alice")
    for query in ("alice", "zebras", "@alice"):
        answer = await alpha.get(f"/search?q={query}", accept="text/html")
        place = answer.headers["location"].partition("?")[0]
        assert (answer.status_code, place) == (303, "/sign-in")
    browser = await sign_in(alpha, "alice")
    for query in ("@alice", "@alice@alpha.test", "alice@alpha.test", "https://alpha.test/@alice"):
        answer = await browser.get("/search", params={"q": query})
        assert (answer.status_code, answer.headers["location"]) == (303, "/@alice"), query
    page = await browser.get("/search?q=ali")
    assert (page.status_code, 'href="/@alice"' in page.text) == (200, True)


async def test_words_that_are_everywhere(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many posts of others have a word, one's own are found, page by page to the end."""
    monkeypatch.setattr(db_search, "MOST_LOOKED_AT", 5)
    monkeypatch.setattr(db_search, "FIRST_LOOKED_AT_EACH", 1)
    own = []
    for number in range(12):
        own.append(await alpha.post("alice", f"the zebra {number}"))
        for _ in range(4):
            await alpha.post("carol", "the zebra", reach=Reach.DIRECT)
    for _ in range(60):
        await alpha.post("carol", "the zebra", reach=Reach.DIRECT)
    browser = await sign_in(alpha, "alice")
    address, found, pages = "/search?q=zebra&limit=3", list[str](), 0
    while address:
        text = (await browser.get(address)).text
        found += re.findall(r"<p>the zebra (\d+)</p>", text)
        older = re.search(r'href="\?(q=zebra[^"]*before=[^"]+)"', text)
        if not pages:
            assert "Older posts are looked through next" in text
        address = f"/search?{older[1].replace('&amp;', '&')}&limit=3" if older else ""
        pages += 1
    assert found == [str(number) for number in range(11, -1, -1)]
