"""Where posts lead: the page behind a link is looked up, and shown with the post."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.statuses import Preview
from fedlearn.services import statuses
from fedlearn.settings import Settings
from tests.api.apps import app_of
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, make_due, run_server, settle

PAGE = "https://peer.test/bees"
HEAD = """
<!doctype html><head><title>Bees | The garden</title>
<meta property="og:title" content="How bees &amp; wasps sleep">
<meta property="og:description" content="In the
 evening.">
<meta property="og:image" content="/bee.png"><meta property="og:image:alt" content="A bee">
<meta property="og:site_name" content="The garden">
"""
SHOWN = Preview(
    PAGE,
    "How bees & wasps sleep",
    "In the evening.",
    "https://peer.test/bee.png",
    "A bee",
    "The garden",
)


def page(body: str | bytes = HEAD, kind: str = "text/html", status: int = 200) -> httpx.Response:
    """What a web server answers."""
    content = body.encode() if isinstance(body, str) else body
    return httpx.Response(status, headers={"content-type": kind}, content=content)


async def preview_of(server: Server, uri: str) -> Preview | None:
    """Where a post of Alice leads, once all is done."""
    await settle(server)
    view = await server.seen_by("alice", uri)
    assert view is not None
    return view.preview


async def test_page_is_shown_with_the_post(alpha: Server, peer: Peer) -> None:
    """The first link of a public post is asked for once, by nobody; its picture comes from us."""
    peer.answers["/bees"] = page()
    view = await alpha.post("alice", f"Look @bob #bees {PAGE}, and https://peer.test/wasps")
    assert view.preview is None
    assert await preview_of(alpha, view.status.uri) == SHOWN
    (request,) = peer.requests
    assert (request.method, str(request.url)) == ("GET", PAGE)
    assert not {"signature", "cookie", "referer"} & set(request.headers)
    home = (await (await sign_in(alpha, "alice")).get("/")).text
    assert f'<a class="preview" href="{PAGE}"' in home
    assert '"https://peer.test/bee.png' not in home
    card = (await (await app_of(alpha)).get(f"/v1/statuses/{view.id}"))["card"]
    assert (card["url"], card["title"], card["type"]) == (PAGE, SHOWN.title, "link")
    assert (card["provider_name"], card["provider_url"]) == ("The garden", "https://peer.test")
    assert card["image"].startswith("https://alpha.test/media/proxy/")
    assert card["image_description"] == "A bee"


@pytest.mark.parametrize(
    ("reach", "scope"),
    [(reach, scope) for reach in Reach for scope in Scope],
)
async def test_who_runs_a_page_hears_of_public_posts_alone(
    alpha: Server, peer: Peer, reach: Reach, scope: Scope
) -> None:
    """What is for some, or stays inside, is no reason to ask anybody for anything."""
    peer.answers["/bees"] = page()
    view = await alpha.post("alice", PAGE, reach=reach, scope=scope)
    is_asked = reach in {Reach.PUBLIC, Reach.UNLISTED} and scope is Scope.FED
    assert await preview_of(alpha, view.status.uri) == (SHOWN if is_asked else None)
    assert len(peer.requests) == is_asked


async def test_no_page_is_asked_for_where_the_operator_says_so(
    network: Network, settings_of: Callable[..., Settings], peer: Peer, quick_keys: None
) -> None:
    """A setting turns it off."""
    peer.answers["/bees"] = page()
    async with run_server(settings_of("quiet.test", link_previews=False), network) as quiet:
        view = await quiet.post("alice", PAGE)
        assert await preview_of(quiet, view.status.uri) is None
        assert "asks that page once" not in (await quiet.get("/privacy", "text/html")).text
    assert peer.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        page(status=404),
        page(status=500),
        page(kind="application/pdf"),
        page(kind=""),
        page("<p>no title"),
        page("<title> </title>"),
        page("<![x"),
        page(b"\x1f\x8b nothing that can be unpacked", kind="text/html"),
        httpx.Response(302, headers={"location": "https://127.0.0.1/bees"}),
        httpx.Response(302, headers={"location": "/bees"}),
    ],
)
async def test_page_that_tells_nothing(
    alpha: Server, network: Network, peer: Peer, answer: httpx.Response
) -> None:
    """A page that is none, is gone or leads inside is not asked again; the post lacks nothing."""
    inside: list[httpx.Request] = []

    async def secret(request: httpx.Request) -> httpx.Response:
        inside.append(request)
        return page()

    network.connect("127.0.0.1", secret)
    peer.answers["/bees"] = answer
    view = await alpha.post("alice", PAGE)
    assert await preview_of(alpha, view.status.uri) is None
    asked = len(peer.requests)
    await settle(alpha)
    assert (inside, len(peer.requests)) == ([], asked)


@pytest.mark.parametrize(
    "link", ["https://127.0.0.1/x", "https://[::1]/", "https://alpha.test/@alice", "https://x:y@z/"]
)
async def test_link_that_is_not_followed(alpha: Server, network: Network, link: str) -> None:
    """Addresses inside, and those of ours, are asked for by nobody."""
    view = await alpha.post("alice", f"see {link}")
    assert await preview_of(alpha, view.status.uri) is None
    assert network.exchanges == []


async def test_long_page(alpha: Server, peer: Peer) -> None:
    """Of a page that is longer than we read, the beginning is enough."""
    limit = alpha.instance.settings.max_fetch_bytes
    peer.answers["/bees"] = page(HEAD + "x" * limit)
    view = await alpha.post("alice", PAGE)
    assert await preview_of(alpha, view.status.uri) == SHOWN


async def test_shortened_link(alpha: Server, peer: Peer) -> None:
    """A post leads where its link leads in the end, and that is where the picture is looked for."""
    peer.answers["/b"] = httpx.Response(301, headers={"location": "/bees"})
    peer.answers["/bees"] = page()
    view = await alpha.post("alice", "https://peer.test/b")
    assert await preview_of(alpha, view.status.uri) == SHOWN


async def test_edited_link(alpha: Server, peer: Peer) -> None:
    """After an edit a post leads where its new text does; the same page is not asked again."""
    peer.answers["/bees"] = page()
    peer.answers["/wasps"] = page("<title>Wasps</title>", kind="text/html; charset=utf-8")
    view = await alpha.post("alice", PAGE)
    assert await preview_of(alpha, view.status.uri) == SHOWN
    alice = await alpha.actor("alice")
    for text, expected, asked in (
        (f"Look: {PAGE}", SHOWN, 1),
        ("https://peer.test/wasps", Preview("https://peer.test/wasps", "Wasps"), 2),
        ("https://peer.test/gone", None, 3),
        (PAGE, SHOWN, 4),
        ("no link", None, 4),
    ):
        await statuses.edit_status(alpha.instance, alice, view.id, text, "")
        assert await preview_of(alpha, view.status.uri) == expected
        assert len(peer.requests) == asked


async def test_post_that_is_edited_while_its_page_is_asked_for(
    alpha: Server, network: Network
) -> None:
    """What was found for a text that is no more is forgotten."""
    alice, view = await alpha.actor("alice"), await alpha.post("alice", PAGE)

    async def answer(_request: httpx.Request) -> httpx.Response:
        await statuses.edit_status(alpha.instance, alice, view.id, "no link", "")
        return page()

    network.connect("peer.test", answer)
    assert await preview_of(alpha, view.status.uri) is None
    assert len(network.sent("GET", "peer.test")) == 1


# --- posts of others -----------------------------------------------------------------------------

LINKS = (
    '<p class="quote-inline">RE: <a href="https://peer.test/quoted">x</a></p>'
    '<p><a href="https://peer.test/@bob" class="u-url mention">@bob</a> '
    '<a href="https://peer.test/tags/x" class="mention hashtag" rel="tag">#x</a> '
    f'<a href="mailto:bob@peer.test">x</a> <a href="{PAGE}?a=1&amp;b=2">bees</a></p>'
)


async def shown_later(server: Server, uri: str) -> Preview | None:
    """Where a post leads, once some time has passed."""
    await make_due(server)
    return await preview_of(server, uri)


def asked_for(peer: Peer) -> list[str]:
    """The pages that were asked for, unsigned."""
    pages = [one for one in peer.requests if one.url.path in {"/bees", "/wasps", "/gone"}]
    assert not any("signature" in one.headers for one in pages)
    return [str(one.url) for one in pages]


async def test_post_of_whom_somebody_follows(alpha: Server, bob: Person) -> None:
    """A page that a followed person links first is asked for a little later, not with all others."""
    await reads(alpha, "alice", bob)
    bob.peer.answers["/bees"] = page()
    note = bob.note(content=LINKS)
    await takes(alpha, bob, bob.activity("Create", note))
    assert asked_for(bob.peer) == []
    assert await shown_later(alpha, note["id"]) == replace(SHOWN, url=f"{PAGE}?a=1&b=2")
    assert asked_for(bob.peer) == [f"{PAGE}?a=1&b=2"]


@pytest.mark.parametrize("why", ["for followers", "direct", "told by its server", "no link"])
async def test_post_of_others_for_which_nothing_is_asked(
    alpha: Server, bob: Person, why: str
) -> None:
    """Nothing is asked for what is for some, or for what its server has told already."""
    await reads(alpha, "alice", bob)
    bob.peer.answers["/bees"] = page()
    link = {"type": "Link", "href": PAGE, "name": "Bees"}
    alice = (await alpha.actor("alice")).uri
    facts: dict[str, Document] = {
        "for followers": {"to": [f"{bob.uri}/followers"], "cc": []},
        "direct": {"to": [alice], "cc": [], "tag": [{"type": "Mention", "href": alice}]},
        "told by its server": {"attachment": [link]},
        "no link": {"content": "<p>no link</p>"},
    }
    note = bob.note(content=LINKS) | facts[why]
    await takes(alpha, bob, bob.activity("Create", note))
    told = Preview(PAGE, "Bees") if why == "told by its server" else None
    assert await shown_later(alpha, note["id"]) == told
    assert asked_for(bob.peer) == []


async def test_strangers_make_nobody_ask(alpha: Server, bob: Person) -> None:
    """Who is not followed names somebody here, and has nothing fetched by that."""
    bob.peer.answers["/bees"] = page()
    alice = (await alpha.actor("alice")).uri
    tags = [{"type": "Mention", "href": alice}]
    note = bob.note(content=LINKS, cc=[alice], tag=tags)
    await takes(alpha, bob, bob.activity("Create", note))
    assert await shown_later(alpha, note["id"]) is None
    assert asked_for(bob.peer) == []


async def test_edited_post_of_others(alpha: Server, bob: Person) -> None:
    """After an edit it is looked up anew; counts that come with an Update change nothing."""
    await reads(alpha, "alice", bob)
    bob.peer.answers["/bees"] = page()
    bob.peer.answers["/wasps"] = page("<title>Wasps</title>")
    note = bob.note(content=f'<p><a href="{PAGE}">bees</a></p>')
    await takes(alpha, bob, bob.activity("Create", note))
    assert await shown_later(alpha, note["id"]) == SHOWN
    await takes(alpha, bob, bob.activity("Update", note))
    assert await shown_later(alpha, note["id"]) == SHOWN
    edited = note | {
        "content": '<p><a href="https://peer.test/wasps">x</a></p>',
        "updated": "2027-02-01T10:00:00Z",
    }
    await takes(alpha, bob, bob.activity("Update", edited))
    assert await shown_later(alpha, note["id"]) == Preview("https://peer.test/wasps", "Wasps")
    assert asked_for(bob.peer) == [PAGE, "https://peer.test/wasps"]
