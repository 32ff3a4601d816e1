"""Feeds of people and hashtags: what is for everybody, as Atom, and not a word more."""

from datetime import datetime
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest

from fedlearn.db import actors as db_actors
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import now
from fedlearn.services import accounts, boosts, statuses
from tests.federation.server import Server

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
FEED = "/@alice.atom"


def read(answer: httpx.Response) -> Element:
    """The feed in an answer."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return fromstring(answer.content)


def texts(feed: Element, path: str) -> list[str | None]:
    """What stands in all elements at this path."""
    return [one.text for one in feed.findall(path, ATOM)]


def links(element: Element) -> dict[str | None, str | None]:
    """Where an element leads, by relation."""
    return {one.get("rel"): one.get("href") for one in element.findall("atom:link", ATOM)}


async def test_feed_of_a_person(alpha: Server) -> None:
    """Posts stand in a feed with identity, page, times, author, tags and content as HTML."""
    view = await alpha.post("alice", "2 < 3 & #bees\n\nhttps://example.org")
    alice = await alpha.actor("alice")
    await statuses.edit_status(alpha.instance, alice, view.id, "2 < 3 & more #bees", "")
    feed = read(await alpha.get(FEED, "*/*"))
    assert texts(feed, "atom:id") == ["https://alpha.test/@alice.atom"]
    assert texts(feed, "atom:title") == ["alice (@alice@alpha.test)"]
    assert links(feed) == {
        "self": "https://alpha.test/@alice.atom",
        "alternate": "https://alpha.test/@alice",
    }
    [entry] = feed.findall("atom:entry", ATOM)
    assert texts(entry, "atom:id") == [view.status.uri]
    assert texts(entry, "atom:title") == ["2 < 3 & more #bees"]
    assert links(entry) == {"alternate": view.status.url}
    assert texts(entry, "atom:author/atom:uri") == ["https://alpha.test/@alice"]
    content = entry.find("atom:content", ATOM)
    assert content is not None
    assert content.get("type") == "html"
    assert content.text is not None
    assert content.text.startswith("<p>2 &lt; 3 &amp; more ")
    assert [one.get("term") for one in entry.findall("atom:category", ATOM)] == ["bees"]
    published, updated = (
        datetime.fromisoformat(texts(entry, f"atom:{name}")[0] or "")
        for name in ("published", "updated")
    )
    assert published <= updated
    assert texts(feed, "atom:updated") == texts(entry, "atom:updated")


async def test_only_what_is_for_everybody(alpha: Server) -> None:
    """What is quiet, for some, kept inside or by others is in no feed; behind a warning, nothing is.

    Nor is what XML cannot hold.
    """
    bobs = await alpha.post("bob", "by bob #bees")
    alice = await alpha.actor("alice")
    await boosts.boost(alpha.instance, alice, bobs.id)
    for number, reach in enumerate(Reach):
        for scope in Scope:
            await alpha.post("alice", f"post {number} {scope} #bees", reach=reach, scope=scope)
    await alpha.post("alice", "the murderer is #bees", content_warning="How it\x0b ends")
    for path, seen in ((FEED, 2), ("/tags/bees.atom", 3)):
        answer = await alpha.get(path, "*/*")
        assert len(read(answer).findall("atom:entry", ATOM)) == seen
        assert "murderer" not in answer.text
        warned = read(answer).findall("atom:entry", ATOM)[0]
        assert texts(warned, "atom:summary") == ["How it ends"]
    assert "by bob" not in (await alpha.get(FEED)).text


async def test_feed_is_asked_for_again(alpha: Server) -> None:
    """Who has the feed already is told so, until something new stands in it."""
    await alpha.post("alice", "first")
    etag = (await alpha.get(FEED)).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        again = await alpha.get(FEED, **{"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert (await alpha.get(FEED, **{"if-none-match": '"other"'})).status_code == 200
    await alpha.post("alice", "second")
    assert (await alpha.get(FEED, **{"if-none-match": etag})).status_code == 200


@pytest.mark.parametrize("name", ["nobody", "alpha.test", "waiting", "suspended", "gone"])
async def test_who_has_no_feed(alpha: Server, name: str) -> None:
    """Nobody has a feed who has no page: who never was, waits, may not take part, or left."""
    if name == "waiting":
        wanted = accounts.NewAccount(name, f"{name}@mail.test", "correct horse battery")
        await accounts.create_account(alpha.instance, wanted, approved=False)
    if name == "suspended":
        actor = await alpha.actor(name)
        async with alpha.instance.db.write() as connection:
            await db_actors.set_suspended(connection, actor.id, now())
    if name == "gone":
        await alpha.user(name)
        await alpha.remove(name)
    assert (await alpha.get(f"/@{name}.atom", "*/*")).status_code == 404


async def test_pages_lead_to_their_feeds(alpha: Server) -> None:
    """A profile and a hashtag say where their feed is; an empty one is a feed all the same."""
    await alpha.user("alice")
    for page in ("/@alice", "/tags/b%C3%A9es"):
        html = (await alpha.get(page, "text/html")).text
        address = f"https://alpha.test{page}.atom"
        assert 'rel="alternate" type="application/atom+xml"' in html
        assert f'href="{address}"' in html
        assert links(read(await alpha.get(address, "*/*")))["self"] == address
