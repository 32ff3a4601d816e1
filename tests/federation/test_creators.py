"""Whom a page names as its author is shown below its card, if they let its website do so."""

import httpx
import pytest

from fedlearn.services import accounts, deletion
from tests.api.apps import App, app_of
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.server import Server, settle

PAGE = "https://peer.test/bees"


def page_by(handle: str) -> httpx.Response:
    """A page that names its author."""
    named = f'<meta name="fediverse:creator" content="{handle}">'
    content = f"<!doctype html><title>Bees</title>{named}".encode()
    return httpx.Response(200, headers={"content-type": "text/html"}, content=content)


async def lets(server: Server, name: str, *domains: str) -> None:
    """Somebody here says which websites may name them."""
    actor = await server.actor(name)
    await accounts.change_profile(server.instance, actor, attribution_domains=domains)


async def linked(server: Server) -> str:
    """The id of a post of Bob that leads to the page."""
    view = await server.post("bob", PAGE)
    await settle(server)
    return str(view.id)


async def authors(app: App, post: str) -> list[str]:
    """Who is said to have written the page behind a post."""
    card = (await app.get(f"/v1/statuses/{post}"))["card"]
    names = [one["account"]["acct"] for one in card["authors"]]
    assert [one["name"] for one in card["authors"]] == [card["author_name"]] * len(names)
    return names


async def test_author_of_a_page(alpha: Server, peer: Peer) -> None:
    """They are shown with it in apps and on pages, as long as they want to be."""
    await lets(alpha, "ann", "peer.test")
    peer.answers["/bees"] = page_by("@ann@alpha.test")
    post, reader = await linked(alpha), await app_of(alpha)
    assert await authors(reader, post) == ["ann"]
    card = (await reader.get(f"/v1/statuses/{post}"))["card"]
    assert card["author_url"] == card["authors"][0]["url"] == "https://alpha.test/@ann"
    assert card["missing_attribution"] is False
    browser = await sign_in(alpha, "bob")
    page = (await browser.get("/")).text
    assert 'More from <a class="author" href="/@ann">' in page
    await lets(alpha, "ann")
    assert await authors(reader, post) == []
    assert "More from" not in (await browser.get("/")).text


async def test_name_that_is_claimed(alpha: Server, peer: Peer) -> None:
    """A page that names somebody who knows nothing of it shows nobody; they alone are told."""
    await lets(alpha, "ann", "peer.test.example", "eer.test", "bees.peer.test")
    peer.answers["/bees"] = page_by("@ann@alpha.test")
    post, ann, bob = await linked(alpha), await app_of(alpha, "ann"), await app_of(alpha, "bob")
    for app, is_named in ((ann, True), (bob, False), (await app_of(alpha), False), (ann, True)):
        assert await authors(app, post) == []
        card = (await app.get(f"/v1/statuses/{post}"))["card"]
        assert card["missing_attribution"] is is_named
    await lets(alpha, "ann", "test")
    assert await authors(ann, post) == ["ann"]
    await deletion.delete_account(alpha.instance, await alpha.user("ann"))
    assert await authors(bob, post) == []


async def test_author_elsewhere(alpha: Server, peer: Peer) -> None:
    """Who is not known yet is looked up; what they say of websites stands in their document."""
    peer.person("ann", attributionDomains=["Peer.test", "not a domain", 7])
    peer.answers["/bees"] = page_by("@ann@peer.test")
    post = await linked(alpha)
    assert await authors(await app_of(alpha), post) == ["ann@peer.test"]
    known = await alpha.known("https://peer.test/users/ann")
    assert known
    assert known.profile.attribution_domains == ("peer.test",)


async def test_author_between_servers(alpha: Server, beta: Server, peer: Peer) -> None:
    """What somebody chooses here is heard on another server, and counts there."""
    await lets(alpha, "ann", "peer.test")
    peer.answers["/bees"] = page_by("@ann@alpha.test")
    post = await linked(beta)
    assert await authors(await app_of(beta), post) == ["ann@alpha.test"]


@pytest.mark.parametrize("handle", ["@nobody@alpha.test", "@ann@127.0.0.1", "@ann@peer.test", "x"])
async def test_author_who_is_not_found(
    alpha: Server, network: Network, peer: Peer, handle: str
) -> None:
    """The page is shown without one, and nobody is asked who must not be."""
    inside: list[httpx.Request] = []

    async def secret(request: httpx.Request) -> httpx.Response:
        inside.append(request)
        return httpx.Response(200)

    network.connect("127.0.0.1", secret)
    peer.answers["/bees"] = page_by(handle)
    post, reader = await linked(alpha), await app_of(alpha)
    assert (await reader.get(f"/v1/statuses/{post}"))["card"]["title"] == "Bees"
    assert await authors(reader, post) == []
    assert inside == []


async def test_author_of_a_lively_page(alpha: Server, peer: Peer) -> None:
    """Where pages are listed that many have linked, their authors are, too."""
    await lets(alpha, "ann", "peer.test")
    peer.answers["/bees"] = page_by("@ann@alpha.test")
    await linked(alpha)
    await alpha.post("carol", PAGE)
    await settle(alpha)
    (link,) = await (await app_of(alpha)).get("/v1/trends/links")
    assert [one["account"]["acct"] for one in link["authors"]] == ["ann"]
