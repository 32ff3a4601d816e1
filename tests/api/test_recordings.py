"""Films, sounds and moving pictures that apps upload: ready a little later, or never."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fedlearn.services.cleaning import clean_up
from fedlearn.services.recordings import FOLDER, MOST_UNFINISHED
from fedlearn.settings import Settings
from tests.api.apps import App, app_of
from tests.federation.network import Network
from tests.federation.server import Server, make_due, run_server, settle
from tests.federation.uploads import shown, uploaded_files
from tests.pictures import photograph
from tests.recordings import (
    PLAYLIST,
    concatenation,
    cut_off,
    moving_bomb,
    playlist_as_film,
    recording,
    says_it_is_long,
    talks_much,
)

NOT_READY = "Cannot attach files that have not finished processing. Try again in a moment!"
NOT_TOGETHER = "Cannot attach a video to a post that already contains images"
KINDS = dict.fromkeys(("ogg", "wav", "flac", "m4a"), "audio") | {"webm": "video", "gif": "gifv"}
# What a player asks for, and what it gets of the whole.
PARTS = {
    "bytes=0-1": (206, slice(0, 2)),
    "bytes=100-": (206, slice(100, None)),
    "bytes=-7": (206, slice(-7, None)),
    "bytes=5-99999999": (206, slice(5, None)),
    "bytes=0-1,4-5": (200, slice(0, None)),
    "bytes=5-4": (200, slice(0, None)),
    "bytes=-": (200, slice(0, None)),
    "pages=1-2": (200, slice(0, None)),
    "bytes=99999999-": (416, slice(0, 0)),
    "bytes=-0": (416, slice(0, 0)),
}
FAILED = "Error processing thumbnail for uploaded media"


async def upload(app: App, content: bytes, **said: str) -> Any:
    """What is answered to an upload that is to be made ready."""
    # Of the name and the type that an app gives, nothing is believed.
    file = {"file": ("x.jpg", content, "image/jpeg")}
    answer = await app.ask("POST", "/v2/media", files=file, data=said)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def made(app: App, content: bytes, **said: str) -> Any:
    """An upload that is ready."""
    media = await upload(app, content, **said)
    await settle(app.server)
    return await app.get(f"/v1/media/{media['id']}")


async def test_film_is_ready_later(alpha: Server) -> None:
    """Who uploads a film is answered at once, asks until it is ready, and can post it then."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    media = await upload(alice, recording("mov"), description="A test card")
    assert (media["type"], media["url"], media["preview_url"]) == ("video", None, None)
    assert media["description"] == "A test card"
    path = f"/v1/media/{media['id']}"
    asked = await alice.ask("GET", path)
    assert (asked.status_code, asked.json()["url"]) == (206, None)
    described = await alice.ask("PUT", path, json={"description": "Colours"})
    assert (described.status_code, described.json()["description"]) == (206, "Colours")
    early = {"status": "look", "media_ids": [media["id"]]}
    refused = await alice.ask("POST", "/v1/statuses", json=early)
    assert (refused.status_code, refused.json()["error"]) == (422, NOT_READY)

    await settle(alpha)
    ready = await alice.get(path)
    assert (ready["type"], ready["description"]) == ("video", "Colours")
    assert ready["meta"]["small"]["size"] == "64x48"
    original = ready["meta"]["original"]
    assert (original["width"], original["height"], original["frame_rate"]) == (64, 48, "10/1")
    assert original["duration"] == pytest.approx(0.5, abs=0.1)
    assert original["bitrate"] > 0
    assert len(ready["blurhash"]) > 6
    assert (await bob.ask("GET", path)).status_code == 404
    posted = await alice.post("/v1/statuses", **early)
    assert posted["media_attachments"][0]["url"].endswith(".mp4")
    assert posted["media_attachments"][0]["meta"] == ready["meta"]


async def test_each_kind(alpha: Server) -> None:
    """Whatever comes, what is kept is played by every browser, and says nothing of its maker."""
    alice = await app_of(alpha, "alice")
    sent = [await upload(alice, recording(ending)) for ending in KINDS]
    await settle(alpha)
    for media, kind in zip(sent, KINDS.values(), strict=True):
        ready = await alice.get(f"/v1/media/{media['id']}")
        assert ready["type"] == kind
        shown = await alpha.http.get(ready["url"])
        assert b"At home" not in shown.content
        assert b"52.5" not in shown.content
        if kind == "audio":
            assert shown.headers["content-type"] == "audio/mpeg"
            assert (ready["preview_url"], ready["blurhash"]) == (None, None)
            assert set(ready["meta"]["original"]) == {"duration", "bitrate"}
            continue
        assert shown.headers["content-type"] == "video/mp4"
        still = await alpha.http.get(ready["preview_url"])
        assert (still.headers["content-type"], still.content[:4]) == ("image/webp", b"RIFF")
        # What is needed to begin stands at the beginning.
        assert shown.content.index(b"moov") < shown.content.index(b"mdat")
        assert (b"mp4a" in shown.content) == (kind == "video")


async def test_film_in_parts(alpha: Server) -> None:
    """A player gets the part that it asks for, and nobody's cookie; what is no part is nothing."""
    ready = await made(await app_of(alpha, "alice"), recording("gif"))
    whole = await alpha.http.get(ready["url"])
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, (status, got) in PARTS.items():
        answer = await alpha.http.get(ready["url"], headers={"range": asked})
        assert (answer.status_code, answer.content) == (status, whole.content[got])
        assert answer.headers["content-length"] == str(len(answer.content))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert ("content-range" in answer.headers) == (status != 200)
    part = await alpha.http.get(ready["url"], headers={"range": "bytes=5-99999999"})
    assert part.headers["content-range"] == f"bytes 5-{size - 1}/{size}"
    head = await alpha.http.head(ready["url"])
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(size)


async def test_film_is_for_whom_it_is_for(alpha: Server) -> None:
    """A film of a post that stays is for those who see the post; nobody gets it by another name."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    ready = await made(alice, recording("mp4"))
    posted = await alice.post(
        "/v1/statuses", status="look", media_ids=[ready["id"]], local_only=True
    )
    lent = (await bob.get(f"/v1/statuses/{posted['id']}"))["media_attachments"][0]["url"]
    plain = lent.partition("?")[0]
    assert (await alpha.http.get(lent)).status_code == 200
    for address in (plain, lent.replace(".mp4", ".webp"), lent.replace(".mp4", ".mp3")):
        assert (await alpha.http.get(address)).status_code == 404


async def test_hostile_film(alpha: Server) -> None:
    """What cannot be played never will be: it is said so, it is not posted, and no file is left."""
    alice = await app_of(alpha, "alice")
    hostile = (cut_off, says_it_is_long, playlist_as_film, concatenation)
    sent = [await upload(alice, content()) for content in hostile]
    await settle(alpha)
    for media in sent:
        for method in ("GET", "PUT"):
            asked = await alice.ask(method, f"/v1/media/{media['id']}")
            assert (asked.status_code, asked.json()["error"]) == (422, FAILED)
        refused = await alice.ask("POST", "/v1/statuses", json={"media_ids": [media["id"]]})
        assert refused.status_code == 422
    assert uploaded_files(alpha) == []
    assert (await alice.ask("DELETE", f"/v1/media/{sent[0]['id']}")).status_code == 200


async def test_sound_that_talks_much(alpha: Server, tmp_path: Path) -> None:
    """However much is written in a file about it, little of that is read here."""
    alice, source = await app_of(alpha, "alice"), tmp_path / "x"
    assert (await made(alice, talks_much()))["type"] == "audio"
    source.write_bytes(talks_much())
    assert alpha.instance.ffmpeg is not None
    await alpha.instance.ffmpeg._look(source)
    assert source.with_name("said.json").stat().st_size < 1_000


async def test_what_is_no_film(alpha: Server) -> None:
    """What does not begin as a film does is refused at once, whatever it is called."""
    alice = await app_of(alpha, "alice")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    for content in (b"Only a text.\n" * 20, PLAYLIST, svg, moving_bomb()):
        file = {"file": ("x.mp4", content, "video/mp4")}
        refused = await alice.ask("POST", "/v2/media", files=file)
        assert refused.status_code == 422
        assert "picture" in refused.json()["error"]
    assert uploaded_files(alpha) == []


async def test_what_goes_together(alpha: Server) -> None:
    """A post shows up to four pictures, moving ones among them, or one film, or one sound."""
    alice = await app_of(alpha, "alice")
    still = (await alice.ask("POST", "/v2/media", files={"file": ("x", photograph())})).json()
    moving, sound = [(await upload(alice, recording(one)))["id"] for one in ("gif", "mp3")]
    await settle(alpha)
    film = (await upload(alice, recording("mp4")))["id"]
    for ids in ([film, still["id"]], [still["id"], sound], [film, sound]):
        refused = await alice.ask("POST", "/v1/statuses", json={"media_ids": ids})
        assert (refused.status_code, refused.json()["error"]) == (422, NOT_TOGETHER)
    five = {"media_ids": [film, moving, sound, still["id"], "7"]}
    refused = await alice.ask("POST", "/v1/statuses", json=five)
    assert refused.json()["error"] == "Cannot attach more than 4 files"
    together = await alice.post("/v1/statuses", status="", media_ids=[still["id"], moving])
    assert [one["type"] for one in together["media_attachments"]] == ["image", "gifv"]
    alone = await alice.post("/v1/statuses", status="", media_ids=[sound])
    assert alone["media_attachments"][0]["url"].endswith(".mp3")


async def test_old_method_waits(alpha: Server) -> None:
    """Older apps are answered when it is ready, or cannot be."""
    alice = await app_of(alpha, "alice")

    async def ask(content: bytes) -> Any:
        asking = asyncio.create_task(alice.ask("POST", "/v1/media", files={"file": ("x", content)}))
        while not asking.done():
            await settle(alpha)
            await asyncio.sleep(0.05)
        return asking.result()

    ready = await ask(recording("mp3"))
    assert (ready.status_code, ready.json()["type"]) == (200, "audio")
    assert ready.json()["url"]
    failed = await ask(cut_off())
    assert (failed.status_code, failed.json()["error"]) == (422, FAILED)


async def test_limits_and_room(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """What is too large or too long is refused; what is kept counts, and what failed does not."""
    film = recording("mp4")
    settings = settings_of(
        "small.test", max_video_bytes=10_000, max_video_seconds=2, max_upload_bytes=15_000
    )
    async with run_server(settings, network) as small:
        alice = await app_of(small, "alice")
        large = await alice.ask("POST", "/v2/media", files={"file": ("x", film + bytes(10_000))})
        assert (large.status_code, "too large" in large.json()["error"]) == (422, True)
        long = await upload(alice, recording("webm", 4, "-an", "-b:v", "10k"))
        await settle(small)
        assert (await alice.ask("GET", f"/v1/media/{long['id']}")).status_code == 422
        kept = await upload(alice, film)
        full = await alice.ask("POST", "/v2/media", files={"file": ("x", film)})
        assert (full.status_code, "no room" in full.json()["error"]) == (422, True)
        await settle(small)
        path = f"/v1/media/{kept['id']}"
        assert (await alice.ask("GET", path)).status_code == 200
        assert (await alice.ask("DELETE", path)).status_code == 200
        assert uploaded_files(small) == []
        # It grows over it, and there is no room for that.
        sound = recording("ogg", 3)
        assert len(sound) < settings.max_video_bytes
        grown = await upload(alice, sound)
        await settle(small)
        assert (await alice.ask("GET", f"/v1/media/{grown['id']}")).status_code == 422
        assert uploaded_files(small) == []


async def test_taken_back_before_it_is_ready(alpha: Server) -> None:
    """Who changes their mind is rid of it, with what would have come of it."""
    alice = await app_of(alpha, "alice")
    media = await upload(alice, recording("mp4"))
    assert len(uploaded_files(alpha)) == 1
    assert (await alice.ask("DELETE", f"/v1/media/{media['id']}")).status_code == 200
    await settle(alpha)
    assert uploaded_files(alpha) == []


async def test_process_that_was_killed(
    alpha: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it left of somebody's film goes with the next cleaning; what is worked on stays."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, fresh, other = (tmp_path / f"{name}x" for name in (FOLDER, f"{FOLDER}y", "another"))
    for folder in (old, fresh, other):
        folder.mkdir()
        (folder / "original").write_bytes(b"private")
    for folder in (old, other):
        os.utime(folder, (0, 0))
    (tmp_path / f"{FOLDER}link").symlink_to(other)
    os.utime(tmp_path / f"{FOLDER}link", (0, 0), follow_symlinks=False)
    await clean_up(alpha.instance)
    assert not old.exists()
    assert all((folder / "original").exists() for folder in (fresh, other))


async def test_busy(alpha: Server) -> None:
    """While another film is made, one waits without being begun; nobody has many that wait."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    sent = [await upload(alice, recording("mp3")) for _ in range(MOST_UNFINISHED)]
    refused = await alice.ask("POST", "/v2/media", files={"file": ("x", recording("mp3"))})
    assert (refused.status_code, "not ready yet" in refused.json()["error"]) == (422, True)
    for one in sent:
        await alice.ask("DELETE", f"/v1/media/{one['id']}")
    media = await upload(bob, recording("mp3"))
    assert alpha.instance.ffmpeg is not None
    async with alpha.instance.ffmpeg.turn:
        await settle(alpha)
        assert (await bob.ask("GET", f"/v1/media/{media['id']}")).status_code == 206
    await make_due(alpha)
    await settle(alpha)
    assert (await bob.get(f"/v1/media/{media['id']}"))["url"]


async def test_without_ffmpeg(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Where there is no ffmpeg the instance says that it takes pictures, and takes no others."""
    async with run_server(settings_of("plain.test", ffmpeg=""), network) as plain:
        alice = await app_of(plain, "alice")
        for path in ("/v1/instance", "/v2/instance"):
            said = (await alice.get(path))["configuration"]["media_attachments"]
            assert all(one.startswith("image/") for one in said["supported_mime_types"])
            assert (said["video_size_limit"], said["video_matrix_limit"]) == (0, 0)
        refused = await alice.ask("POST", "/v2/media", files={"file": ("x", recording("mp4"))})
        assert (refused.status_code, "picture" in refused.json()["error"]) == (422, True)
        still = await alice.ask("POST", "/v2/media", files={"file": ("x", recording("gif"))})
        assert (still.status_code, still.json()["type"]) == (200, "image")


async def test_with_ffmpeg(alpha: Server) -> None:
    """Where it is there, the instance says what it takes, and how much of it."""
    for path in ("/v1/instance", "/v2/instance"):
        said = (await (await app_of(alpha)).get(path))["configuration"]["media_attachments"]
        assert {"video/mp4", "video/webm", "audio/mpeg", "image/gif"} <= set(
            said["supported_mime_types"]
        )
        assert said["video_size_limit"] == alpha.instance.settings.max_video_bytes
        assert (said["video_matrix_limit"], said["video_frame_rate_limit"]) == (3840 * 2160, 120)


# --- what they are shown by ---------------------------------------------------------------------


def sent_with(content: bytes, thumbnail: bytes) -> dict[str, Any]:
    """Both files, as an app sends them together."""
    return {"file": ("x", content, "x/y"), "thumbnail": ("y", thumbnail, "x/y")}


async def picture_of(app: App, media: Any) -> Image.Image:
    """What an upload is shown by until it is played."""
    return shown(await app.server.http.get(media["preview_url"]))


async def test_shown_by_what_was_sent_with_it(alpha: Server) -> None:
    """A film is shown by a picture in its own shape, a sound by one as it is; so are their posts."""
    alice, reader = await app_of(alpha, "alice"), App(alpha, None)
    for ending, size in (("mov", (64, 48)), ("mp3", (400, 200))):
        files = sent_with(recording(ending), photograph(note="At home"))
        answer = await alice.ask("POST", "/v2/media", files=files)
        assert (answer.status_code, answer.json()["preview_url"]) == (202, None)
        await settle(alpha)
        ready = await alice.get(f"/v1/media/{answer.json()['id']}")
        picture = await picture_of(alice, ready)
        assert picture.size == size
        assert_red_and_blue(picture)
        assert not picture.getexif()
        assert len(ready["blurhash"]) > 6
        posted = await alice.post("/v1/statuses", status="x", media_ids=[ready["id"]])
        (seen,) = (await reader.get(f"/v1/statuses/{posted['id']}"))["media_attachments"]
        assert (await picture_of(reader, seen)).size == size
    assert 'class="cover" src="https://alpha.test/media/' in (await alpha.http.get("/@alice")).text


async def test_shown_by_another_picture(alpha: Server) -> None:
    """Its owner gives it another, under another address, until a post has taken it."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    before = await made(alice, recording("mp3"))
    path = f"/v1/media/{before['id']}"
    assert before["preview_url"] is None
    another = {"files": {"thumbnail": ("y", photograph(), "x/y")}, "data": {"description": "Bees"}}
    assert (await bob.ask("PUT", path, **another)).status_code == 404
    changed = (await alice.ask("PUT", path, **another)).json()
    assert changed["description"] == "Bees"
    assert_red_and_blue(await picture_of(alice, changed))
    assert changed["url"].partition("?")[0] != before["url"].partition("?")[0]
    assert (await alpha.http.get(changed["url"])).content[:3] in {b"ID3", b"\xff\xfb\x90"}
    assert (await alpha.http.get(before["url"])).status_code == 404
    assert len(uploaded_files(alpha)) == 2
    await alice.post("/v1/statuses", status="x", media_ids=[before["id"]])
    assert (await alice.ask("PUT", path, **another)).status_code == 404


async def test_what_nothing_is_shown_by(alpha: Server) -> None:
    """What is no picture is refused, and nothing stays; a picture is shown by itself."""
    alice = await app_of(alpha, "alice")
    wrong = sent_with(recording("mov"), b"no picture")
    assert (await alice.ask("POST", "/v2/media", files=wrong)).status_code == 422
    assert uploaded_files(alpha) == []
    itself = sent_with(photograph(), photograph(200, 200))
    own = (await alice.ask("POST", "/v2/media", files=itself)).json()
    assert (await picture_of(alice, own)).size == (400, 200)
    waits = await upload(alice, recording("mov"))
    early = {"thumbnail": ("y", photograph(), "x/y")}
    refused = await alice.ask("PUT", f"/v1/media/{waits['id']}", files=early)
    assert (refused.status_code, "not ready yet" in refused.text) == (422, True)
    await settle(alpha)
    refused = await alice.ask("PUT", f"/v1/media/{waits['id']}", files={"thumbnail": ("y", b"x")})
    assert refused.status_code == 422
    broken = await alice.ask("POST", "/v2/media", files=sent_with(cut_off(), photograph()))
    await settle(alpha)
    kept = len(uploaded_files(alpha))
    assert (await alice.ask("GET", f"/v1/media/{broken.json()['id']}")).status_code == 422
    assert kept == 4  # two of the picture, two of the film


def assert_red_and_blue(picture: Image.Image) -> None:
    """It is the photograph, cut or not."""
    left, right = (picture.convert("RGB").getpixel((at, 2)) for at in (2, picture.width - 3))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] - left[2] > 150
    assert right[2] - right[0] > 150
