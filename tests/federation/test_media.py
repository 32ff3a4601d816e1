"""Pictures, sounds and films of other servers: shown by us, and never fetched by browsers of ours."""

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fedlearn.db.details import Details, replace_details
from fedlearn.domain.audience import Scope
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.domain.statuses import Attachment
from fedlearn.services import cleaning, media, moderation
from fedlearn.settings import Settings
from tests.api.apps import app_of
from tests.clock import DAY, Clock
from tests.federation.browser import open_browser, sign_in
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, patiently, run_server
from tests.pictures import BEGINNINGS, OTHERS, png

PROXIED = re.compile(r'(?:src|href)="(/media/proxy/[^"]+)"')


def serve(peer: Peer, path: str, content: bytes, content_type: str = "image/png") -> str:
    """The peer has a file; its address."""
    peer.answers[path] = httpx.Response(
        200, headers={"content-type": content_type}, content=content
    )
    return f"https://{peer.host}{path}"


def picture(url: str, **changes: Any) -> Document:
    """A file as it is attached to a post."""
    return {"type": "Document", "mediaType": "image/png", "url": url, "name": "A bee", **changes}


async def shows(server: Server, person: Person, *attached: Document, **changes: Any) -> None:
    """A person of the peer posts with files, and the server takes it in."""
    note = person.note("<p>look</p>", attachment=list(attached), **changes)
    await takes(server, person, person.activity("Create", note))


def path_of(server: Server, url: str) -> str:
    """Where the server's pages have a file."""
    path: str = server.app.state.parts.proxied.path_of(url)
    return path


async def get(server: Server, url: str, **headers: str) -> httpx.Response:
    """Look at a file of another server as a page does that nobody has signed in with."""
    accept = {"accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}
    return await open_browser(server).get(path_of(server, url), headers=accept | headers)


def files_of(server: Server) -> list[Path]:
    """What lies in the server's cache."""
    folder = server.instance.settings.data_dir / "cache"
    return [path for path in folder.rglob("*") if path.is_file()]


# --- what pages show -----------------------------------------------------------------------------


async def test_pages_show_pictures_from_our_own_address(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """Avatar and attachments have addresses of ours, and words for those who cannot see them.

    What is no picture is a link, and is fetched by nobody.
    """
    avatar = serve(peer, "/avatar.png", png(3))
    attached = serve(peer, "/bee.png", png(5))
    bob.changes["icon"] = {"type": "Image", "mediaType": "image/png", "url": avatar}
    await reads(alpha, "alice", bob)
    paper = picture("https://peer.test/paper.pdf", mediaType="application/pdf", name="A paper")
    film = picture("https://peer.test/film.mp4", mediaType="video/mp4", name="A film")
    await shows(alpha, bob, picture(attached, width=500, height=300), paper, film)
    browser = await sign_in(alpha, "alice")
    page = await browser.get("/")
    assert set(PROXIED.findall(page.text)) == {
        path_of(alpha, url) for url in (avatar, attached, "https://peer.test/film.mp4")
    }
    assert not re.search(r'src="https?:', page.text)
    assert 'alt="A bee" width="500" height="300"' in page.text
    assert '<a href="https://peer.test/paper.pdf"' in page.text
    policy = page.headers["content-security-policy"]
    assert "img-src 'self'; media-src 'self'" in policy
    for url, size in ((avatar, 3), (attached, 5)):
        answer = await browser.get(path_of(alpha, url))
        assert (answer.status_code, answer.content) == (200, png(size))
    assert peer.asked_for("/paper.pdf") == peer.asked_for("/film.mp4") == 0


COVERED = {
    "film.mp4": ("video/mp4", {"type": "Image", "url": "https://peer.test/0.png"}),
    "tone.mp3": ("audio/mpeg", "https://peer.test/1.png"),
    "tone.ogg": ("audio/ogg", [{"type": "Image", "url": "https://peer.test/2.png"}]),
}


async def test_films_and_sounds_are_shown_by_their_covers(alpha: Server, bob: Person) -> None:
    """Whatever shape their picture has, it is shown from an address of ours, on pages and in apps."""
    await reads(alpha, "alice", bob)
    base = "https://peer.test/"
    for name, (media_type, icon) in COVERED.items():
        await shows(alpha, bob, picture(base + name, mediaType=media_type, icon=icon))
    await shows(alpha, bob, picture(f"{base}bee.png", icon=f"{base}3.png"))
    await shows(alpha, bob, picture(f"{base}x.mp4", mediaType="video/mp4", icon="javascript:x"))
    page = (await (await sign_in(alpha, "alice")).get("/")).text
    covers = [path_of(alpha, f"{base}{number}.png") for number in range(4)]
    assert f'poster="{covers[0]}"' in page
    for cover in covers[1:3]:
        assert f'<img class="cover" src="{cover}"' in page
    assert covers[3] not in page
    posts = await (await app_of(alpha, "alice")).get("/v1/timelines/home")
    told = {one["remote_url"]: one for post in posts for one in post["media_attachments"]}
    for number, name in enumerate(COVERED):
        assert told[base + name]["preview_url"] == f"https://alpha.test{covers[number]}"
        assert told[base + name]["preview_remote_url"] == f"{base}{number}.png"
    assert told[f"{base}bee.png"]["preview_remote_url"] is None
    assert told[f"{base}x.mp4"]["preview_url"] is None


async def test_sensitive_pictures_wait_behind_a_word(alpha: Server, bob: Person) -> None:
    """A sensitive picture is folded away, with a warning or without one; others are not."""
    await reads(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    url = "https://peer.test/bee.png"
    await shows(alpha, bob, picture(url))
    assert '<details class="warned">' not in (await browser.get("/")).text
    await shows(alpha, bob, picture(url), sensitive=True)
    [folded] = re.findall(
        r'<details class="warned">.*?</details>', (await browser.get("/")).text, re.DOTALL
    )
    assert "Marked as sensitive" in folded
    assert path_of(alpha, url) in folded
    await shows(alpha, bob, picture(url), sensitive=True, summary="bees")
    pieces = re.findall(
        r'<details class="warned">.*?</details>', (await browser.get("/")).text, re.DOTALL
    )
    assert [path_of(alpha, url) in piece for piece in pieces] == [True, True]


async def test_words_of_a_picture_are_opened(alpha: Server, bob: Person) -> None:
    """What a picture shows can be opened beside it; where nothing is said of it, nothing is."""
    await reads(alpha, "alice", bob)
    url = "https://peer.test/bee.png"
    await shows(alpha, bob, picture(url, name="A bee, <b>asleep</b>"), picture(url, name=""))
    browser = await sign_in(alpha, "alice")
    [opened] = re.findall(
        r'<details class="described">.*?</details>', (await browser.get("/")).text, re.DOTALL
    )
    assert ">A bee, &lt;b&gt;asleep&lt;/b&gt;</p>" in opened


async def test_looking_at_inside_posts_asks_nobody(
    alpha: Server, bob: Person, network: Network
) -> None:
    """A post that never leaves the server makes no request leave it either, when it is read."""
    await reads(alpha, "alice", bob)
    asked = len(network.exchanges)
    browser = await sign_in(alpha, "dan")
    files = Details(attachments=(Attachment("image/png", "https://peer.test/bee.png"),))
    for scope, shown in ((Scope.ORG, 0), (Scope.FED, 2)):
        posted = await alpha.post("alice", "see https://peer.test/bee.png", scope=scope)
        async with alpha.instance.db.write() as connection:
            await replace_details(connection, posted.id, files)
        page = await browser.get(f"/@alice/{posted.id}")
        assert "https://peer.test/bee.png" in page.text
        assert len(PROXIED.findall(page.text)) == shown
    assert len(network.exchanges) == asked


# --- what is fetched -----------------------------------------------------------------------------


async def test_file_is_fetched_once_and_plainly(alpha: Server, peer: Peer) -> None:
    """The first look fetches it, unsigned; later ones, also at a part of it, ask nobody.

    Conformance: 194.
    """
    url = serve(peer, "/bee.png", png(4))
    for _ in range(2):
        answer = await get(alpha, url)
        assert (answer.status_code, answer.content) == (200, png(4))
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cache-control"] == "public, max-age=604800, immutable"
        # Apps in browsers show it, too.
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "set-cookie" not in answer.headers
    part = await get(alpha, url, range="bytes=1-3")
    assert (part.status_code, part.content) == (206, b"PNG")
    [request] = [one for one in peer.requests if one.url.path == "/bee.png"]
    assert "signature" not in request.headers
    assert "cookie" not in request.headers
    assert len(files_of(alpha)) == 1


async def test_many_who_look_at_once_cause_one_request(alpha: Server, peer: Peer) -> None:
    """Whoever comes while a file is being fetched gets it with the others."""
    url = serve(peer, "/bee.png", png())
    answers = await asyncio.gather(*(get(alpha, url) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert peer.asked_for("/bee.png") == 1


async def test_few_at_once_from_one_host(alpha: Server, network: Network) -> None:
    """However many pictures of a host a page shows, four are asked for at once."""
    waiting: list[str] = []
    may_answer = asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        waiting.append(str(request.url))
        await may_answer.wait()
        return httpx.Response(200, content=png(), request=request)

    async def four_wait() -> bool:
        return len(waiting) >= 4

    network.connect("slow.test", slow)
    network.connect("quick.test", _anything)
    urls = [f"https://slow.test/{number}" for number in range(12)]
    looks = asyncio.gather(*(get(alpha, url) for url in urls))
    await patiently(four_wait)
    # The others wait for their turn, which those who look elsewhere need not.
    assert (await get(alpha, "https://quick.test/x")).status_code == 200
    assert len(waiting) == 4
    may_answer.set()
    assert {answer.status_code for answer in await looks} == {200}
    assert sorted(waiting) == sorted(urls)


@pytest.mark.parametrize("media_type", BEGINNINGS)
async def test_file_is_what_its_bytes_say(alpha: Server, peer: Peer, media_type: str) -> None:
    """Whatever its server calls it, even an ActivityPub document, it is sent as what it is.

    Conformance: 194.
    """
    content = BEGINNINGS[media_type][0] + bytes(100)
    for number, claimed in enumerate(("application/activity+json", "text/html", "image/svg+xml")):
        answer = await get(alpha, serve(peer, f"/{number}", content, claimed))
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("content", OTHERS)
async def test_anything_else_is_refused(alpha: Server, peer: Peer, content: bytes) -> None:
    """A page, a document or a program that is called a picture is not shown, and not kept.

    Conformance: 194.
    """
    for number, rest in enumerate((b"", b" " * 1000)):
        url = serve(peer, f"/{number}", content + rest)
        answer = await get(alpha, url)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/json"
        opened = await open_browser(alpha).get(path_of(alpha, url))
        assert opened.status_code == 404
        assert "<h1>There is nothing here</h1>" in opened.text
    assert files_of(alpha) == []


async def test_what_cannot_be_had_is_not_asked_for_again(
    alpha: Server, peer: Peer, network: Network
) -> None:
    """Missing, broken, or on a server that is away: one request, then 404 without any."""
    peer.answers["/missing"] = httpx.Response(404)
    peer.answers["/broken"] = httpx.Response(500)
    for path in ("/missing", "/broken"):
        for _ in range(2):
            answer = await get(alpha, f"https://peer.test{path}")
            assert answer.status_code == 404
            assert "no-store" in answer.headers["cache-control"]
        assert peer.asked_for(path) == 1
    # Its server does not answer as it should, so it is left alone for a moment.
    url = serve(peer, "/good", png())
    assert (await get(alpha, url)).status_code == 404
    assert peer.asked_for("/good") == 0


async def test_too_large_is_refused(
    network: Network, settings_of: Callable[..., Settings], peer: Peer, quick_keys: None
) -> None:
    """A file may have as many bytes as the operator says, and not one more."""
    limit = len(png(2)) + 50
    settings = settings_of("small.test", max_media_bytes=limit)
    async with run_server(settings, network) as small:
        fits = serve(peer, "/fits", png(2, bytes(50)))
        over = serve(peer, "/over", png(2, bytes(51)))
        assert (await get(small, fits)).status_code == 200
        assert (await get(small, over)).status_code == 404
        assert len(files_of(small)) == 1


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x", "http://peer.test/x"],
)
async def test_private_addresses_are_not_reached(
    alpha: Server, network: Network, peer: Peer, address: str
) -> None:
    """Neither as the address of a file, nor by a redirect; nor is plain http.

    Conformance: 192.
    """
    for host in ("127.0.0.1", "[::1]", "169.254.169.254"):
        network.connect(host, _anything)
    peer.answers["/x"] = httpx.Response(200, content=png())
    peer.answers["/away"] = httpx.Response(302, headers={"location": address})
    assert (await get(alpha, address)).status_code == 404
    assert (await get(alpha, "https://peer.test/away")).status_code == 404
    assert [one.url for one in network.exchanges] == ["https://peer.test/away"]
    peer.answers["/near"] = httpx.Response(302, headers={"location": "/x"})
    assert (await get(alpha, "https://peer.test/near")).status_code == 200


async def _anything(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=png(), request=request)


async def test_only_our_pages_say_what_is_fetched(alpha: Server, peer: Peer) -> None:
    """An address that somebody made up is 404, and nothing is fetched for it."""
    url, other = serve(peer, "/bee.png", png()), serve(peer, "/wasp.png", png())
    _, _, _, token, _ = path_of(alpha, url).split("/")
    _, _, _, _, address = path_of(alpha, other).split("/")
    for path in (f"{token}/{address}", f"x/{address}", f"{token}/%C3%A9", f"{token}/x/y"):
        assert (await open_browser(alpha).get(f"/media/proxy/{path}")).status_code == 404
    assert peer.requests == []
    assert (await get(alpha, url)).status_code == 200


# --- what is kept --------------------------------------------------------------------------------


async def test_lost_file_is_fetched_again(alpha: Server, peer: Peer) -> None:
    """Somebody emptied the folder: the next look brings the file back."""
    url = serve(peer, "/bee.png", png())
    await get(alpha, url)
    for path in files_of(alpha):
        path.unlink()
    assert (await get(alpha, url)).content == png()
    assert peer.asked_for("/bee.png") == 2


async def test_longest_unused_files_go_when_the_cache_is_full(
    network: Network,
    settings_of: Callable[..., Settings],
    peer: Peer,
    quick_keys: None,
    clock: Clock,
) -> None:
    """What was looked at lately stays, what was not makes room, and comes back when asked for."""
    size = 1000
    content = png(2, bytes(size - len(png(2))))
    settings = settings_of("small.test", media_cache_bytes=3 * size + 500)
    async with run_server(settings, network) as small:
        urls = [serve(peer, f"/{number}", content) for number in range(4)]
        for url in urls[:3]:
            assert (await get(small, url)).status_code == 200
            clock.forward(DAY)
        await get(small, urls[0])
        clock.forward(DAY)
        assert (await get(small, urls[3])).status_code == 200
        assert await media.figures(small.instance) == media.CacheFigures(
            3, 3 * size, 3 * size + 500
        )
        assert len(files_of(small)) == 3
        asked = len(peer.requests)
        for url in (urls[0], urls[2], urls[3]):
            assert (await get(small, url)).status_code == 200
        assert len(peer.requests) == asked
        assert (await get(small, urls[1])).status_code == 200
        assert len(peer.requests) == asked + 1


async def test_cleaning_forgets_what_nobody_looks_at(
    alpha: Server, peer: Peer, clock: Clock
) -> None:
    """After two weeks without a look a file goes; and what nobody knows of in the folder, at once."""
    urls = [serve(peer, f"/{number}", png()) for number in range(2)]
    for url in urls:
        await get(alpha, url)
    stray = files_of(alpha)[0].with_name("stray")
    stray.write_bytes(b"left by a process that died")
    fresh = stray.with_name("fresh")
    fresh.write_bytes(b"being written just now")
    os.utime(stray, (1, 1))
    clock.forward(10 * DAY)
    await get(alpha, urls[0])
    clock.forward(10 * DAY)
    await cleaning.clean_up(alpha.instance)
    assert not stray.exists()
    assert fresh.exists()
    assert len(files_of(alpha)) == 2
    asked = len(peer.requests)
    await get(alpha, urls[0])
    assert len(peer.requests) == asked
    await get(alpha, urls[1])
    assert len(peer.requests) == asked + 1


async def test_block_removes_what_was_kept_of_a_domain(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """What its servers have, and what its people show from elsewhere; then nothing is fetched."""
    avatar = serve(peer, "/avatar.png", png())
    bob.changes["icon"] = {"type": "Image", "url": avatar}
    network.connect("files.test", _anything)
    attached, other = "https://files.test/bee.png", "https://files.test/other.png"
    loose = serve(peer, "/loose.png", png())
    await reads(alpha, "alice", bob)
    await shows(alpha, bob, picture(attached))
    for url in (avatar, attached, other, loose):
        assert (await get(alpha, url)).status_code == 200
    await moderation.set_domain_policy(alpha.instance, "peer.test", Policy.BLOCK, by=TERMINAL)
    assert len(files_of(alpha)) == 1
    asked = len(peer.requests)
    assert (await get(alpha, avatar)).status_code == 404
    assert (await get(alpha, other)).status_code == 200
    assert len(peer.requests) == asked


async def test_delete_of_an_actor_removes_its_pictures(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """Who is gone elsewhere has no pictures left here.

    Conformance: 155.
    """
    avatar = serve(peer, "/avatar.png", png())
    bob.changes["icon"] = {"type": "Image", "url": avatar}
    await reads(alpha, "alice", bob)
    await get(alpha, avatar)
    assert len(files_of(alpha)) == 1
    await takes(alpha, bob, bob.activity("Delete", bob.uri))
    assert files_of(alpha) == []


async def test_purge(alpha: Server, peer: Peer, network: Network, clock: Clock) -> None:
    """Files of one domain, files that were not looked at for long, or all are forgotten."""
    network.connect("files.test", _anything)
    old, new = serve(peer, "/old", png()), serve(peer, "/new", png())
    await get(alpha, old)
    clock.forward(3 * DAY)
    await get(alpha, new)
    await get(alpha, "https://files.test/x")
    assert await media.purge(alpha.instance, domain="files.test", unused_days=1) == 0
    assert await media.purge(alpha.instance, domain="peer.test", unused_days=1) == 1
    assert await media.purge(alpha.instance, unused_days=1) == 0
    assert await media.purge(alpha.instance, domain="test") == 2
    await get(alpha, new)
    assert await media.purge(alpha.instance) == 1
    assert files_of(alpha) == []
