"""Advisories about what stands in posts and profiles: each attack beside what is honest.

docs/explanation/security.md has a row for each.
"""

import time
from pathlib import Path

import httpx
import pytest

from tests.federation.network import Network
from tests.federation.peer import Document, Person
from tests.federation.scenes import is_stored, reads, takes
from tests.federation.server import Server
from tests.hostile.soundness import Overseer
from tests.hostile.test_sanitizer import assert_harmless


async def shown(alpha: Server, browser: httpx.AsyncClient, uri: str) -> str:
    """The page of a post, as alice sees it."""
    view = await alpha.seen_by("alice", uri)
    assert view is not None
    page = await browser.get(f"/@{view.author.acct}/{view.id}")
    assert page.status_code == 200
    return page.text


async def test_cve_2023_36459_ghsa_ccm4_vgcc_73hp_embedded_players(
    alpha: Server, bob: Person, browser: httpx.AsyncClient, network: Network
) -> None:
    """A linked page has no say in ours: its oEmbed is not asked for, and no frame or script shown.

    The link itself is kept.
    """
    asked: list[str] = []

    async def player(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        embed = (
            '{"type":"video","html":"<iframe src=x onload=alert(1)></iframe><script>x</script>"}'
        )
        return httpx.Response(200, text=embed, request=request)

    network.connect("player.test", player)
    await reads(alpha, "alice", bob)
    link = '<a href="https://player.test/1">https://player.test/1</a>'
    evil = '<iframe srcdoc="<script>alert(1)</script>"></iframe><video onerror=alert(1)></video>'
    note = bob.note(
        f"<p>{link}{evil}</p>", attachment=[{"type": "Link", "href": "https://player.test/1"}]
    )
    await takes(alpha, bob, bob.activity("Create", note))
    page = await shown(alpha, browser, note["id"])
    assert "<iframe" not in page
    assert "alert(1)" not in page
    assert 'href="https://player.test/1"' in page
    assert asked == []


NAMES = [
    "../../../keys/instance.key",
    "/etc/passwd",
    "..\\..\\x",
    "a/../../b",
    "\x00.png",
    "x" * 9000,
]


async def test_cve_2023_36460_ghsa_9928_3cp5_93fm_files_out_of_place(
    alpha: Server, bob: Person, overseer: Overseer
) -> None:
    """No name, type or address of an attachment makes us write, read or overwrite a file."""
    await reads(alpha, "alice", bob)
    before = files_of(alpha)
    for name in NAMES:
        one = {
            "type": "Document",
            "mediaType": name,
            "name": name,
            "url": f"https://{bob.peer.host}/media/{name}",
            "blurhash": name,
        }
        note = bob.note(attachment=[one], tag=[{"type": "Emoji", "name": name, "icon": one}])
        bob.changes = {"icon": one, "image": one}
        await takes(alpha, bob, bob.activity("Create", note))
        await takes(alpha, bob, bob.activity("Update", bob.document()))
        assert await is_stored(alpha, note["id"])
    await overseer.looks_over()
    await overseer.opens_pages()
    assert files_of(alpha) == before
    assert not list(Path.cwd().glob("**/passwd"))


def files_of(server: Server) -> set[Path]:
    """Every file of a server, but for those that its database comes and goes with."""
    home = server.instance.settings.data_dir.parent
    return {path for path in home.rglob("*") if path.is_file() and "fedlearn.db" not in path.name}


async def test_cve_2025_68475_markup_that_takes_for_ever(
    alpha: Server, bob: Person, browser: httpx.AsyncClient
) -> None:
    """Pages and posts that make a careless search run for hours are read in no time."""
    await reads(alpha, "alice", bob)
    started = time.thread_time()
    for piece in ("<", "<a ", "<link ", "<!--", "[[[", "&", '<a href="', "<p><b><i>"):
        markup = piece * (100_000 // len(piece))
        note = bob.note(markup)
        await takes(alpha, bob, bob.activity("Create", note))
        assert await is_stored(alpha, note["id"])
        html = {"content-type": "text/html"}
        bob.peer.answers["/page"] = httpx.Response(200, headers=html, text=markup * 2)
        answer = await browser.get("/search", params={"q": f"https://{bob.peer.host}/page"})
        assert answer.status_code == 404
    assert time.thread_time() - started < 20
    found = f'<link rel="alternate" type="application/activity+json" href="{note["id"]}">'
    bob.peer.answers["/page"] = httpx.Response(200, headers=html, text=found)
    answer = await browser.get("/search", params={"q": f"https://{bob.peer.host}/page"})
    assert answer.status_code == 303


def many(number: int, **what: str) -> list[Document]:
    """So many of a thing, each with a name of its own."""
    return [{**what, "name": f"n{one}"} for one in range(number)]


async def test_ghsa_gg8q_rcg7_p79g_lists_and_texts_without_end(
    alpha: Server, bob: Person, browser: httpx.AsyncClient, overseer: Overseer
) -> None:
    """A poll of thousands of answers, and every other list and text, is kept up to a limit."""
    await reads(alpha, "alice", bob)
    note = bob.note(
        "x" * 300_000,
        type="Question",
        oneOf=many(5_000, type="Note"),
        tag=many(3_000, type="Hashtag") + many(3_000, type="Mention", href=bob.uri),
        attachment=many(500, type="Document", url="https://peer.test/a.png", mediaType="image/png"),
        summary="w" * 100_000,
    )
    bob.changes = {"name": "n" * 50_000, "summary": "s" * 100_000, "alsoKnownAs": [bob.uri] * 5_000}
    await takes(alpha, bob, bob.activity("Create", note))
    await takes(alpha, bob, bob.activity("Update", bob.document()))
    page = await shown(alpha, browser, note["id"])
    assert len(page) < 1_000_000
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert len(view.attachments) == 16
    assert len(view.status.content) <= 110_000
    assert len(view.author.profile.name) <= 2_048
    await overseer.looks_over()
    await overseer.opens_pages()
    small = bob.note(attachment=many(2, type="Document", url="https://peer.test/a.png"))
    await takes(alpha, bob, bob.activity("Create", small))
    view = await alpha.seen_by("alice", small["id"])
    assert view is not None
    assert len(view.attachments) == 2


BROKEN_MATH = [
    "<math>",
    "<math><annotation></math>",
    "<math><semantics><annotation encoding='application/x-tex'></semantics></math>",
    "<math><mi><mglyph><style><!--</style></mglyph></mi></math>",
    "</math><math><!--",
    "<math " + "a=" * 2_000 + ">",
]


async def test_ghsa_qrgq_9fx2_vf2r_markup_that_breaks_the_sanitiser(
    alpha: Server, bob: Person, browser: httpx.AsyncClient, overseer: Overseer
) -> None:
    """Broken formulas, in a post, a warning, a name or a biography, break neither it nor a page."""
    await reads(alpha, "alice", bob)
    for markup in BROKEN_MATH:
        bob.changes = {"name": markup, "summary": markup}
        await takes(alpha, bob, bob.activity("Update", bob.document()))
        note = bob.note(f"<p>before</p>{markup}", summary=markup)
        await takes(alpha, bob, bob.activity("Create", note))
        view = await alpha.seen_by("alice", note["id"])
        assert view is not None
        assert "before" in view.status.content
        assert_harmless(view.status.content)
        await overseer.looks_over()
        await overseer.opens_pages()


async def test_ghsa_rwcw_vq68_g34p_who_wrote_the_page(
    alpha: Server, bob: Person, mallory: Person, browser: httpx.AsyncClient
) -> None:
    """Mallory's claim to have written for news.test gives her no by-line below a link to it.

    The domains that an actor names are not believed, and its page is not asked for its author.
    """
    mallory.changes = {"attributionDomains": ["news.test", "peer.test"]}
    await reads(alpha, "alice", mallory)
    note = mallory.note('<p><a href="https://news.test/1">news</a></p>')
    await takes(alpha, mallory, mallory.activity("Create", note))
    page = await shown(alpha, browser, note["id"])
    assert 'href="https://news.test/1"' in page
    profile = (await browser.get("/@mallory@evil.test")).text
    assert "news.test" not in profile.replace('href="https://news.test/1"', "")


@pytest.mark.parametrize("name", ["<b>x</b>", "\u202ex", "x\n\ny", "<script>alert(1)</script>"])
async def test_names_stay_in_their_place(
    name: str, alpha: Server, bob: Person, browser: httpx.AsyncClient
) -> None:
    """A name is plain text wherever it is shown, and none leaves its line."""
    bob.changes = {"name": name}
    await reads(alpha, "alice", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Create", note))
    page = await shown(alpha, browser, note["id"])
    assert name not in page or name == "\u202ex"
    assert "<script>alert" not in page
