"""A failed upload leaves nothing behind: no file, no row, and no second of anybody's time."""

import errno
import io
import os
import struct
import time
import zlib
from contextlib import aclosing

import pytest
from PIL import Image

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.errors import Invalid, Unavailable
from fedlearn.services import attachments
from fedlearn.services.pictures import convert
from tests.federation.browser import sign_in
from tests.federation.forms import field_of
from tests.federation.server import Server
from tests.federation.uploads import File, compose, newest, uploaded_files, uploads_known
from tests.pictures import huge_png, photograph

BEE: File = ("bee.jpg", photograph(), "image/jpeg")
BROKEN: File = ("bee.jpg", photograph()[:-2000], "image/jpeg")
MEGAPIXELS = 50
QUICK = 1.0  # seconds of a processor


def huge_gif(width: int, height: int) -> bytes:
    """A few bytes: a screen of one point, and in it a frame of this size."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return screen + frame + b"\x02\x02\x4c\x01\x00\x3b" + bytes(64)


def huge_webp(width: int, height: int) -> bytes:
    """A moving WebP that says in its head that its canvas has this size."""
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "WEBP", lossless=True)
    picture = file.getvalue()[12:]
    frame = bytes(6) + struct.pack("<I", 0)[:3] * 2 + bytes(3) + b"\0" + picture
    chunks = (
        b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size,
        b"ANIM" + struct.pack("<I", 6) + bytes(6),
        b"ANMF" + struct.pack("<I", len(frame)) + frame,
    )
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def text_bomb() -> bytes:
    """A small PNG whose notes unpack to a hundred megabytes."""
    packed = io.BytesIO()
    Image.new("RGB", (8, 8)).save(packed, "PNG")
    png = packed.getvalue()
    note = b"zTXt"
    data = b"note\0\0" + zlib.compress(bytes(100_000_000), 9)
    crc = struct.pack(">I", zlib.crc32(note + data))
    return png[:33] + struct.pack(">I", len(data)) + note + data + crc + png[33:]


@pytest.mark.parametrize(
    "bomb",
    [
        huge_png(60_000, 60_000),
        huge_png(20_001, 1),
        huge_gif(60_000, 60_000),
        huge_webp(16_383, 16_383),
        text_bomb(),
    ],
    ids=["png", "long", "gif", "webp", "text"],
)
def test_bomb_is_refused_quickly(bomb: bytes) -> None:
    """A small file that would unpack to gigabytes is refused by its head, in no time."""
    assert len(bomb) < 200_000
    begin = time.process_time()
    with pytest.raises(Invalid):
        convert(bomb, MEGAPIXELS)
    assert time.process_time() - begin < QUICK


async def test_second_of_several_is_broken(alpha: Server) -> None:
    """The form says which one is broken and keeps the others for it; of that one nothing is left."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        answer = await compose(browser, "look", BEE, BROKEN, BEE)
        assert answer.status_code == 422
        assert 'id="error-picture_2"' in answer.text
        kept = [f"media_{number}" for number in (1, 3) if f'name="media_{number}"' in answer.text]
        assert len(kept) == 2
        assert 'name="media_2"' not in answer.text
        assert len(uploaded_files(alpha)) == 2 * len(kept)
        assert await uploads_known(alpha) == len(kept)


@pytest.mark.parametrize("trouble", ["disk", "database"])
async def test_trouble_over_the_second(
    alpha: Server, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """When disk or database are full over the second picture, the first goes too; later all works."""
    calls = 0
    insert, fsync = db_media_attachments.insert_media_attachment, os.fsync

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 2:  # the first picture has two files
            raise OSError(errno.ENOSPC, "the disk is full")
        fsync(handle)

    async def refuse(*facts: object) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise Unavailable("the database cannot be written")
        await insert(*facts)  # type: ignore[arg-type]

    async with aclosing(await sign_in(alpha, "alice")) as browser:
        with monkeypatch.context() as patch:
            if trouble == "disk":
                patch.setattr(os, "fsync", full)
            else:
                patch.setattr(db_media_attachments, "insert_media_attachment", refuse)
            answer = await compose(browser, "look", BEE, BEE)
        assert answer.status_code == 503
        assert ">look</textarea>" in answer.text
        assert "What you wrote is still here" in answer.text
        assert calls > 1
        assert uploaded_files(alpha) == []
        assert await uploads_known(alpha) == 0
        assert (await compose(browser, "look", BEE, BEE)).status_code == 303
        assert len((await newest(alpha, "alice")).attachments) == 2


async def test_second_of_a_profile_is_broken(alpha: Server) -> None:
    """A profile gets both pictures or none; what was good of the two does not lie about."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        page = (await browser.get("/settings")).text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        answer = await browser.post(
            "/settings/pictures",
            data={"csrf": csrf},
            files={"avatar": BEE, "header": BROKEN},
            headers={"sec-fetch-site": "same-origin"},
        )
    assert answer.status_code == 422
    assert 'id="error-header"' in answer.text
    assert uploaded_files(alpha) == []
    assert await uploads_known(alpha) == 0
    assert (await alpha.actor("alice")).profile.avatar is None


async def test_nobody_fills_the_disk(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures that stand in no post are so many at most; what posts have taken does not count."""
    monkeypatch.setattr(attachments, "MOST_WAITING", 2)
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        for _ in range(3):
            assert (await compose(browser, "look", BEE)).status_code == 303
        assert (await compose(browser, "x" * 501, BEE, BEE)).status_code == 422
        refused = await compose(browser, "look", BEE)
        assert refused.status_code == 422
        assert "Too many of your uploads stand in no post yet." in refused.text
        assert await uploads_known(alpha) == 5
        assert len(uploaded_files(alpha)) == 10
    async with aclosing(await sign_in(alpha, "bob")) as other:
        assert (await compose(other, "look", BEE)).status_code == 303


MB = 1 << 20
LARGE: File = ("large.jpg", bytes(11 * MB), "image/jpeg")
LARGER: File = ("larger.jpg", bytes(21 * MB), "image/jpeg")
TOO_LARGE = "This picture is too large: 10 MB fit."


async def test_picture_of_a_script_is_too_large(alpha: Server) -> None:
    """A script of the composer is told in the words of the place, not in bytes."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        csrf = field_of((await browser.get("/")).text, "csrf")
        picture = ("large.jpg", photograph() + bytes(11 * MB), "image/jpeg")
        for file, status, words in (
            (picture, 422, TOO_LARGE),
            (("x.mp4", bytes(41 * MB), "video/mp4"), 413, "40 MB for a video or sound"),
        ):
            answer = await browser.post(
                "/composer/pictures",
                data={"csrf": csrf, "number": "1"},
                files={"picture": file},
                headers={"sec-fetch-site": "same-origin", "accept": "application/json"},
            )
            assert answer.status_code == status
            assert words in answer.json()["error"]
    assert uploaded_files(alpha) == []


async def test_edit_with_too_large_pictures(alpha: Server) -> None:
    """The text that was changed comes back without the pictures; who has not the token gets 403."""
    post = await alpha.post("alice", "Before")
    path = f"/statuses/{post.id}/edit"
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        csrf = field_of((await browser.get(path)).text, "csrf")
        for token, status in ((csrf, 413), ("guessed", 403)):
            answer = await browser.post(
                path,
                data={"csrf": token, "text": "A better word"},
                files={f"picture_{number}": LARGE for number in range(1, 5)},
                headers={"sec-fetch-site": "same-origin"},
            )
            assert answer.status_code == status
            assert ">A better word</textarea>" in answer.text
        assert "Before" in (await newest(alpha, "alice")).status.content
    assert uploaded_files(alpha) == []


async def test_too_large_for_a_profile(alpha: Server) -> None:
    """It is said beside the picture that is too large, and not beside the other."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        answer = await browser.post(
            "/settings/pictures",
            data={"csrf": field_of((await browser.get("/settings")).text, "csrf")},
            files={"avatar": BEE, "header": LARGER},
            headers={"sec-fetch-site": "same-origin"},
        )
    assert answer.status_code == 413
    assert f'id="error-header" role="alert">{TOO_LARGE}</p>' in answer.text
    assert 'id="error-avatar"' not in answer.text
    assert (await alpha.actor("alice")).profile.avatar is None


async def test_form_without_files_is_too_large(alpha: Server) -> None:
    """The page that says so speaks of kilobytes, in the reader's language, not of bytes."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        for language, said in (("en", "256 kB fit."), ("de", "256 kB passen hinein.")):
            answer = await browser.post(
                "/lists", data={"title": "x" * MB}, headers={"accept-language": language}
            )
            assert answer.status_code == 413
            assert said in answer.text
