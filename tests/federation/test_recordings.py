"""Films, sounds and moving pictures on pages, and as other servers get them."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from fedlearn.domain.media import MediaKind
from fedlearn.services import health
from fedlearn.services.drafts import MediaDraft
from fedlearn.services.lookup import look_up
from fedlearn.services.recordings import take_in
from fedlearn.settings import Settings
from fedlearn.web.pages import pictures
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.server import Server, run_server, settle
from tests.federation.uploads import File, compose, newest, uploaded_files
from tests.pictures import photograph
from tests.recordings import cut_off, recording


async def sent(server: Server, browser: httpx.AsyncClient, *files: File, alt: str = "") -> str:
    """What a browser is shown that sends a post while the worker works."""
    sending = asyncio.create_task(compose(browser, "look", *files, alt=[alt]))
    while not sending.done():
        await settle(server)
        await asyncio.sleep(0.05)
    return (await browser.get("/")).text if sending.result().is_redirect else sending.result().text


async def test_film_is_posted_from_a_page(alpha: Server) -> None:
    """A film that is chosen in the composer is waited for, and played by whoever wants to."""
    browser = await sign_in(alpha, "alice")
    assert 'accept="image/*,video/*,audio/*"' in (await browser.get("/")).text
    page = await sent(alpha, browser, ("x.mov", recording("mov"), "video/quicktime"))
    (film,) = (await newest(alpha, "alice")).attachments
    assert film.kind is MediaKind.VIDEO
    small = film.url.replace(".mp4", "-small.webp")
    assert f'<video src="{film.url}" controls preload="none" playsinline poster="{small}"' in page
    assert "data-loops" not in page
    assert "media-src 'self'" in (await browser.get("/")).headers["content-security-policy"]


async def test_moving_picture_moves_only_by_script(alpha: Server) -> None:
    """A GIF is a film without sound that the page itself does not start; a sound is only heard."""
    browser = await sign_in(alpha, "alice")
    page = await sent(alpha, browser, ("x.gif", recording("gif"), "image/gif"), alt="A card")
    assert 'muted loop data-module="loops" data-loops aria-label="A card"></video>' in page
    assert "autoplay" not in page
    page = await sent(alpha, browser, ("x.mp3", recording("mp3"), "audio/mpeg"))
    assert '.mp3" controls preload="none"></audio>' in page


async def test_refused_film(alpha: Server) -> None:
    """What cannot be played, or goes with nothing else, comes back with words; the rest stays."""
    browser = await sign_in(alpha, "alice")
    page = await sent(alpha, browser, ("x.mp4", cut_off(), "video/mp4"))
    assert "This file cannot be played" in page
    assert "look</textarea>" in page
    assert uploaded_files(alpha) == []
    film = ("x.mp4", recording("mp4"), "video/mp4")
    page = await sent(alpha, browser, film, ("x.jpg", photograph(), "image/jpeg"))
    assert "A post shows pictures, or one video, or one sound." in page
    assert page.count('value="on" checked') == 0
    assert page.count("data-picture=") == 2


async def test_each_is_called_what_it_is(
    alpha: Server, network: Network, settings_of: Callable[..., Settings]
) -> None:
    """The composer speaks of a film, a sound or a picture; of pictures only, where all are that."""
    browser = await sign_in(alpha, "alice")
    empty = (await browser.get("/")).text
    assert 'aria-label="File 1"' in empty
    assert "Picture 1" not in empty
    for name, kind, called, asked in (
        ("mov", "video/quicktime", "Video 1", "What is there to see and hear?"),
        ("mp3", "audio/mpeg", "Sound 1", "What is there to hear?"),
        ("gif", "image/gif", "Picture 1", "What does it show?"),
    ):
        one = (f"x.{name}", recording(name), kind)
        page = await sent(alpha, browser, one, ("x.mp4", cut_off(), "video/mp4"))
        assert f'<legend class="hidden">{called}</legend>' in page
        assert asked in page
    async with run_server(settings_of("plain.test", ffmpeg=""), network) as plain:
        page = (await (await sign_in(plain, "alice")).get("/")).text
        assert 'aria-label="Picture 1"' in page
        assert 'aria-label="File 1"' not in page


async def test_film_that_is_not_ready(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cannot wait any longer has the post back with the film in it, and sends it again."""
    monkeypatch.setattr(pictures, "PATIENCE", 0.0)
    browser = await sign_in(alpha, "alice")
    answer = await compose(browser, "look", ("x.gif", recording("gif"), "image/gif"))
    assert answer.status_code == 422
    assert "A video or sound is not ready yet" in answer.text
    assert "No picture to see yet" in answer.text
    await settle(alpha)
    media_id = answer.text.partition('name="media_1" value="')[2].partition('"')[0]
    again = await compose(browser, "look", media_1=media_id)
    assert again.status_code == 303
    assert (await newest(alpha, "alice")).attachments[0].kind is MediaKind.GIFV


async def test_other_servers_get_a_film(alpha: Server) -> None:
    """The document says what it is, how large and how long."""
    media = await take_in(alpha.instance, await alpha.actor("alice"), recording("mp4"))
    await settle(alpha)
    view = await alpha.post("alice", "look", media=(MediaDraft(media.id, "A card"),))
    (film,) = (await alpha.get(view.status.uri)).json()["attachment"]
    assert (film["type"], film["mediaType"], film["name"]) == ("Document", "video/mp4", "A card")
    assert (film["width"], film["height"]) == (64, 48)
    assert film["duration"].startswith("PT0.5")
    assert len(film["blurhash"]) > 6
    assert film["url"].endswith(".mp4")
    assert film["icon"]["type"] == "Image"
    shown = await alpha.get(film["icon"]["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, film["icon"]["mediaType"])


async def test_other_servers_get_the_cover_of_a_sound(alpha: Server, beta: Server) -> None:
    """A sound has an icon where somebody gave it one, and is shown with it there; else it has none."""
    alice = await alpha.actor("alice")
    for cover in (photograph(), None):
        media = await take_in(alpha.instance, alice, recording("mp3"), cover)
        await settle(alpha)
        view = await alpha.post("alice", "listen", media=(MediaDraft(media.id, "A tone"),))
        (sound,) = (await alpha.get(view.status.uri)).json()["attachment"]
        assert ("icon" in sound) is (cover is not None)
        await look_up(beta.instance, await beta.actor("bob"), view.status.uri)
        there = await beta.seen_by("bob", view.status.uri)
        assert there is not None
        (known,) = there.attachments
        assert known.cover == (sound["icon"]["url"] if cover else None)


async def test_doctor_tries_ffmpeg(alpha: Server) -> None:
    """The doctor has it make a film and a sound."""
    found = {one.about: one for one in await health.examine(alpha.instance)}
    assert found["films and sounds"].problem is None
    assert found["films and sounds"].note is None
