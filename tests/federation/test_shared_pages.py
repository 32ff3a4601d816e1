"""What other sites are told of a link to a page here: the few words that are for everybody."""

import re
from html import unescape
from urllib.parse import unquote

import httpx
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.services import accounts, signing_in
from tests.federation.network import Network
from tests.federation.server import Server

META = re.compile(r'<meta property="og:(\w+)" content="([^"]*)">')
OEMBED = re.compile(r'type="application/json\+oembed"[^>]* href="([^"]*)"')


def told_by(page: httpx.Response) -> dict[str, str]:
    """What a page says of itself as Open Graph."""
    assert page.status_code == 200
    return {name: unescape(value) for name, value in META.findall(page.text)}


async def oembed(server: Server, url: str, more: str = "") -> httpx.Response:
    """What the server answers to a site that asks for a link."""
    return await server.get(f"/oembed?url={url}{more}", "*/*")


async def test_public_post_is_described(alpha: Server, network: Network) -> None:
    """A public post is described by its author and text, on its page and when asked for."""
    view = await alpha.post("alice", 'Say "2 < 3"\n\nand mean it')
    page = await alpha.get(view.status.url, "text/html")
    assert told_by(page) == {
        "site_name": "fedlearn",
        "type": "article",
        "url": view.status.url,
        "title": "alice (@alice@alpha.test)",
        "description": 'Say "2 < 3" and mean it',
    }
    [address] = OEMBED.findall(page.text)
    answer = await alpha.get(unquote(unescape(address)), "*/*")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "version": "1.0",
        "type": "link",
        "title": 'Say "2 < 3" and mean it',
        "author_name": "alice",
        "author_url": "https://alpha.test/@alice",
        "provider_name": "fedlearn",
        "provider_url": "https://alpha.test",
        "cache_age": 60,
    }
    assert (await oembed(alpha, view.status.uri)).json() == answer.json()
    as_on_mastodon = await alpha.get(f"/api/oembed?url={view.status.url}", "*/*")
    assert as_on_mastodon.json() == answer.json()
    assert network.exchanges == []


async def test_profile_is_described(alpha: Server) -> None:
    """A profile is described by name and biography, shortened, without its tags."""
    alice = await alpha.actor("alice")
    await accounts.change_profile(
        alpha.instance, alice, name="Alice", bio="bees " * 90, is_locked=False
    )
    told = told_by(await alpha.get("/@alice", "text/html"))
    assert told["type"] == "profile"
    assert told["title"] == "Alice (@alice@alpha.test)"
    assert told["description"].endswith("bees…")
    assert len(told["description"]) <= 300
    assert (await oembed(alpha, told["url"])).json()["title"] == told["description"]


async def test_what_a_warning_hides_is_not_told(alpha: Server) -> None:
    """Of a post behind a warning, other sites learn the warning alone."""
    view = await alpha.post("alice", "the murderer", content_warning="How it ends")
    told = told_by(await alpha.get(view.status.url, "text/html"))
    assert told["description"] == "How it ends"
    answer = await oembed(alpha, view.status.url)
    assert answer.json()["title"] == "How it ends"
    assert "murderer" not in answer.text


@pytest.mark.parametrize(
    ("reach", "scope"),
    [(reach, scope) for reach in Reach for scope in Scope if (reach, scope) != ("public", "fed")],
)
async def test_what_is_not_for_everybody_is_not_described(
    alpha: Server, reach: Reach, scope: Scope
) -> None:
    """A post that is quiet, for some or kept inside has no description, for who may read it too."""
    view = await alpha.post("alice", "a word", reach=reach, scope=scope)
    assert (await oembed(alpha, view.status.url)).status_code == 404
    token = await signing_in.open_session(alpha.instance, await alpha.user("alice"), "a browser")
    page = await alpha.get(view.status.url, "text/html", cookie=f"__Host-session={token}")
    assert "a word" in page.text
    assert told_by(page) == {}
    assert not OEMBED.search(page.text)


async def test_what_cannot_be_asked_for(alpha: Server) -> None:
    """No link, those of others, of nobody and of no page are 404 as JSON, other formats 501."""
    view = await alpha.post("alice", "hello")
    url = view.status.url
    for wrong in (
        "",
        "https://peer.test/@bob",
        "https://alpha.test/@nobody",
        "https://alpha.test",
        url.replace("alice", "bob"),
        f"{url}x",
        f"{url}%20{url}",
        "https://alpha.test/@alice/7",
    ):
        answer = await oembed(alpha, wrong)
        assert answer.status_code == 404, wrong
        assert answer.json()["error"]
    assert (await oembed(alpha, url, "&format=xml")).status_code == 501
    assert (await oembed(alpha, url, "&format=json")).status_code == 200
