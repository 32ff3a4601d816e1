"""Pictures of our people: uploaded, made harmless, shown, sent out, and gone with their post."""

import asyncio
import errno
import io
import os
import time
from dataclasses import replace

import httpx
import pytest
from PIL import Image

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.domain.audience import Reach, Scope
from fedlearn.errors import Invalid, Unavailable
from fedlearn.services import attachments, cleaning, statuses
from fedlearn.services.drafts import MediaDraft
from tests.clock import DAY, Clock
from tests.federation.browser import open_browser, sign_in
from tests.federation.network import Network
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, settle
from tests.federation.uploads import File, compose, newest, shown, uploaded_files, uploads_known
from tests.pictures import huge_png, photograph, png

SECRET = "canary-in-the-file"
BEE: File = ("bee.jpg", photograph(), "image/jpeg")
AS_A_FORM = {"sec-fetch-site": "same-origin"}


async def get(server: Server, url: str) -> httpx.Response:
    """Look at a picture as anybody."""
    return await open_browser(server).get(url)


# --- shown ---------------------------------------------------------------------------------------


async def test_pictures_are_posted_and_shown(alpha: Server) -> None:
    """Pictures chosen in the composer stand in the post, each with what is said of it."""
    browser = await sign_in(alpha, "alice")
    answer = await compose(
        browser, "look", BEE, ("b.png", png(40), "image/png"), alt=["A bee", "A square"]
    )
    assert answer.status_code == 303
    view = await newest(alpha, "alice")
    assert [one.description for one in view.attachments] == ["A bee", "A square"]
    page = await get(alpha, f"/@alice/{view.id}")
    for one in view.attachments:
        assert f'src="{one.url}"' in page.text
        assert one.url in page.text
    assert 'alt="A bee"' in page.text
    first = await get(alpha, view.attachments[0].url)
    assert first.headers["content-type"] == "image/webp"
    assert first.headers["cache-control"] == "public, max-age=604800, immutable"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in first.headers["content-security-policy"]
    assert "set-cookie" not in first.headers
    assert shown(first).size == (600, 300)
    small = await get(alpha, view.attachments[0].url.replace(".webp", "-small.webp"))
    assert shown(small).size == (400, 200)
    for wrong in ("x", "x.webp", f"{'0' * 32}.webp", "..%2f..%2ffedlearn.db"):
        assert (await get(alpha, f"/media/{wrong}")).status_code == 404


async def test_nothing_is_left_of_what_a_camera_notes(alpha: Server) -> None:
    """Place, owner, comment and name of a file are gone; it stands upright, and is not too large."""
    content = photograph(4000, 2000, note=SECRET, orientation=6)
    assert content.count(SECRET.encode()) >= 3
    browser = await sign_in(alpha, "alice")
    await compose(browser, "look", (f"{SECRET}.jpg", content, "image/jpeg"))
    view = await newest(alpha, "alice")
    image = shown(await get(alpha, view.attachments[0].url))
    assert image.size == (960, 1920)  # turned by the camera's note, then made smaller
    assert (view.attachments[0].width, view.attachments[0].height) == (960, 1920)
    red, blue = (image.convert("RGB").getpixel((480, y)) for y in (100, 1800))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] - red[2] > 150
    assert blue[2] - blue[0] > 150
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"loop", "background", "timestamp", "duration"}
    for path in uploaded_files(alpha):
        assert SECRET.encode() not in path.read_bytes()
        assert b"EXIF" not in path.read_bytes()
        assert SECRET not in str(path)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "AVIF"])
async def test_formats(alpha: Server, form: str) -> None:
    """What browsers show is taken, whatever its name says; where one sees through it, one still does."""
    image = Image.new("RGBA", (60, 30), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 30, 30))
    file = io.BytesIO()
    image.save(file, form)
    browser = await sign_in(alpha, "alice")
    answer = await compose(browser, "look", ("lie.txt", file.getvalue(), "text/plain"))
    assert answer.status_code == 303, answer.text
    view = await newest(alpha, "alice")
    kept = shown(await get(alpha, view.attachments[0].url)).convert("RGBA")
    left, right = kept.getpixel((10, 15)), kept.getpixel((50, 15))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200
    assert left[3] == 255
    assert right[3] < 10


# --- refused -------------------------------------------------------------------------------------

HOSTILE = {
    "too many points": huge_png(30_000, 30_000),
    "too long": huge_png(60_000, 1),
    "a bomb that fits": huge_png(7_000, 7_000),
    "cut off": photograph()[:-2000],
    "only a beginning": photograph()[:30],
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a page that begins like a picture": b"GIF89a<script>alert(1)</script>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "nothing": b"",
    "a program": b"MZ" + bytes(200),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_what_is_no_picture_is_refused(alpha: Server, what: str) -> None:
    """The form comes back at once with the reason beside the file, and nothing was kept."""
    browser = await sign_in(alpha, "alice")
    begin = time.monotonic()
    answer = await compose(browser, "look at this", ("bee.jpg", HOSTILE[what], "image/jpeg"))
    assert time.monotonic() - begin < 3
    assert answer.status_code == 422
    assert 'id="error-picture_1"' in answer.text
    assert "look at this" in answer.text
    assert uploaded_files(alpha) == []
    assert await uploads_known(alpha) == 0
    assert await alpha.home("alice") == []


async def test_page_hidden_in_a_picture_is_gone(alpha: Server) -> None:
    """A file that is both a picture and a page is kept as a picture only."""
    both = photograph() + b"<!doctype html><script>alert(1)</script>"
    browser = await sign_in(alpha, "alice")
    assert (await compose(browser, "look", ("a.html", both, "text/html"))).status_code == 303
    assert all(b"script" not in path.read_bytes() for path in uploaded_files(alpha))


async def test_too_many_bytes(alpha: Server) -> None:
    """A file over the limit is named; a form over what four may have ends while it is read."""
    browser = await sign_in(alpha, "alice")
    most = alpha.instance.settings.max_image_bytes
    one = await compose(browser, "look", ("a.jpg", photograph() + bytes(most), "image/jpeg"))
    assert one.status_code == 422
    assert "10 MB fit" in one.text
    all_of_them = await compose(browser, "look", ("a.jpg", bytes(5 * most), "image/jpeg"))
    assert all_of_them.status_code == 413
    assert ">look</textarea>" in all_of_them.text
    assert "This is too large: 10 MB fit for each picture, 40 MB for a video" in all_of_them.text
    assert (await alpha.home("alice")) == []
    five = {f"picture_{number}": BEE for number in range(5)}
    many = await browser.post("/statuses", files=five, headers=AS_A_FORM)
    assert many.status_code == 400
    elsewhere = await browser.post("/sign-out", files={"picture_1": BEE}, headers=AS_A_FORM)
    assert elsewhere.status_code == 400
    assert uploaded_files(alpha) == []


async def test_strangers_upload_nothing(alpha: Server) -> None:
    """Without a session, or without the token of the form, no picture is looked at."""
    form = {"text": "look", "csrf": "guessed"}
    signed_in = await sign_in(alpha, "alice")
    for browser, code in ((open_browser(alpha), 401), (signed_in, 403)):
        answer = await browser.post(
            "/statuses", data=form, files={"picture_1": BEE}, headers=AS_A_FORM
        )
        assert answer.status_code == code
    assert uploaded_files(alpha) == []


async def test_what_was_uploaded_stays_when_the_form_comes_back(alpha: Server) -> None:
    """A picture need not be chosen again; nobody else can take it, nor can a second post."""
    browser = await sign_in(alpha, "alice")
    answer = await compose(browser, "x" * 501, BEE, alt=["A bee"])
    assert answer.status_code == 422
    media_id = answer.text.partition('name="media_1" value="')[2].partition('"')[0]
    assert ">A bee</textarea>" in answer.text
    thief = await sign_in(alpha, "carol")
    assert (await compose(thief, "mine", media_1=media_id)).status_code == 422
    assert (await compose(browser, "look", media_1=media_id, alt=["A bee"])).status_code == 303
    view = await newest(alpha, "alice")
    assert [one.description for one in view.attachments] == ["A bee"]
    assert len(uploaded_files(alpha)) == 2
    assert (await compose(browser, "again", media_1=media_id)).status_code == 422
    assert (await compose(browser, "again", media_1="9" * 30)).status_code == 303
    assert (await newest(alpha, "alice")).attachments == ()


async def test_more_than_fit(alpha: Server) -> None:
    """Five pictures, one twice, and a description without end are refused with the reason."""
    alice = await alpha.actor("alice")
    five = [await attachments.upload(alpha.instance, alice, png(number)) for number in range(1, 6)]
    drafts = [MediaDraft(one.id) for one in five]
    for media in (drafts, drafts[:1] * 2, [MediaDraft(five[0].id, "x" * 1501)]):
        with pytest.raises(Invalid) as refusal:
            await alpha.post("alice", "look", media=tuple(media))
        assert set(refusal.value.fields) == {"pictures"}
    view = await alpha.post("alice", "look", media=tuple(drafts[:4]))
    assert [one.width for one in view.attachments] == [1, 2, 3, 4]
    with pytest.raises(Invalid):
        await statuses.edit_status(
            alpha.instance, alice, view.id, "look", "", media=(MediaDraft(five[0].id, "x" * 1501),)
        )


async def test_colours_and_greys(alpha: Server) -> None:
    """Fine greys stay grey; a profile of colours that makes no sense is left out, not the picture."""
    alice, grey = await alpha.actor("alice"), io.BytesIO()
    Image.new("I;16", (20, 20), 32768).save(grey, "PNG")
    for content, colour in (
        (grey.getvalue(), (128, 128, 128)),
        (photograph(icc_profile=b"nonsense" * 40), (254, 0, 0)),
    ):
        media = await attachments.upload(alpha.instance, alice, content)
        view = await alpha.post("alice", "look", media=(MediaDraft(media.id),))
        kept = shown(await get(alpha, view.attachments[0].url)).convert("RGB").getpixel((9, 9))
        assert isinstance(kept, tuple)
        assert all(abs(one - other) < 6 for one, other in zip(kept, colour, strict=True))


# --- nothing is left behind ----------------------------------------------------------------------


async def test_disk_that_is_full(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the folder or the database does not take leaves neither file nor row; the next one works."""
    alice = await alpha.actor("alice")

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    async def refuse(*_: object) -> None:
        raise Unavailable("the disk is full")

    for where, name, trouble in (
        (os, "fsync", full),
        (db_media_attachments, "insert_media_attachment", refuse),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, trouble)
            with pytest.raises(Unavailable):
                await attachments.upload(alpha.instance, alice, BEE[1])
    assert uploaded_files(alpha) == []
    assert await uploads_known(alpha) == 0
    await attachments.upload(alpha.instance, alice, BEE[1])
    assert len(uploaded_files(alpha)) == 2


async def test_browser_that_goes_away(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload that is broken off between file and row leaves neither."""
    alice, written = await alpha.actor("alice"), asyncio.Event()

    async def never(*_: object) -> None:
        written.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(db_media_attachments, "insert_media_attachment", never)
    task = asyncio.create_task(attachments.upload(alpha.instance, alice, BEE[1]))
    await written.wait()
    assert len(uploaded_files(alpha)) == 2
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert uploaded_files(alpha) == []
    assert await uploads_known(alpha) == 0


async def test_what_no_post_took_is_swept(alpha: Server, clock: Clock) -> None:
    """After a day an upload is gone that no post took; those of posts stay."""
    browser = await sign_in(alpha, "alice")
    await compose(browser, "x" * 501, BEE)
    await compose(browser, "look", BEE)
    assert len(uploaded_files(alpha)) == 4
    await cleaning.clean_up(alpha.instance)
    assert len(uploaded_files(alpha)) == 4
    clock.forward(DAY + 1)
    await cleaning.clean_up(alpha.instance)
    view = await newest(alpha, "alice")
    assert len(uploaded_files(alpha)) == 2
    shown(await get(alpha, view.attachments[0].url))


async def test_files_that_nobody_knows_are_swept(alpha: Server) -> None:
    """What a process left that was killed over it is gone after an hour; what is known stays."""
    await compose(await sign_in(alpha, "alice"), "look", BEE)
    known = uploaded_files(alpha)
    left = [known[0].with_name(f"{'ab' * 16}.webp"), known[0].with_name(f"{known[0].name}.new1")]
    for path in left:
        path.write_bytes(b"half")
    await cleaning.clean_up(alpha.instance)
    assert len(uploaded_files(alpha)) == 4
    for path in uploaded_files(alpha):
        os.utime(path, (0, 0))
    await cleaning.clean_up(alpha.instance)
    assert uploaded_files(alpha) == known


async def test_deleted_with_the_post(alpha: Server) -> None:
    """A post takes its pictures along; those of an account that is deleted are shown to nobody."""
    browser = await sign_in(alpha, "alice")
    await compose(browser, "look", BEE)
    view = await newest(alpha, "alice")
    await statuses.delete_status(alpha.instance, view.author, view.id)
    assert uploaded_files(alpha) == []
    assert (await browser.get(view.attachments[0].url)).status_code == 404
    carol = await sign_in(alpha, "carol")
    await compose(carol, "look", BEE)
    view = await newest(alpha, "carol")
    await alpha.user("alice")
    await alpha.remove("carol")
    assert (await get(alpha, view.attachments[0].url)).status_code == 404
    assert uploaded_files(alpha) == []
    assert await uploads_known(alpha) == 0


# --- who may look --------------------------------------------------------------------------------


async def test_picture_of_a_post_that_stays(alpha: Server, bob: Person) -> None:
    """Lock 4: who does not see the post does not get the file; who does, gets it for themselves."""
    author = await sign_in(alpha, "alice")
    colleague, left = await sign_in(alpha, "carol"), open_browser(alpha)
    await compose(author, "look", BEE, audience="org")
    view = await newest(alpha, "alice")
    assert view.status.scope is Scope.ORG
    url = view.attachments[0].url
    for path in (url, url.replace(".webp", "-small.webp")):
        for browser in (author, colleague):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert answer.headers["cache-control"].startswith("private")
            assert answer.headers["vary"] == "Cookie"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert (await left.get(path)).status_code == 404
        assert (await bob.get(alpha, path.removeprefix("https://alpha.test"))).status_code == 404


async def test_picture_for_named_people_that_stays(alpha: Server) -> None:
    """Inside, too, only those see the picture who see the post."""
    author, named = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    other = await sign_in(alpha, "frank")
    await compose(author, "x" * 501, BEE)
    async with alpha.instance.db.read() as connection:
        row = await connection.fetch_one("SELECT id, token FROM media_attachment")
    assert row is not None
    url = f"/media/{row['token']}.webp"
    # While no post has it, it is its owner's.
    assert [(await one.get(url)).status_code for one in (author, named)] == [200, 404]
    draft = MediaDraft(row["id"], "A bee")
    await alpha.post("alice", "@carol", reach=Reach.DIRECT, scope=Scope.ORG, media=(draft,))
    codes = [(await one.get(url)).status_code for one in (author, named, other)]
    assert codes == [200, 200, 404]


async def test_picture_for_followers_has_only_its_address(alpha: Server) -> None:
    """One for followers elsewhere is given to who knows where it is, and kept by nobody between."""
    await compose(await sign_in(alpha, "alice"), "look", BEE, audience="followers")
    answer = await get(alpha, (await newest(alpha, "alice")).attachments[0].url)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, max-age=3600"


# --- elsewhere -----------------------------------------------------------------------------------


async def test_peer_is_told_all_of_a_picture(alpha: Server, bob: Person, network: Network) -> None:
    """The Create and the document describe the picture; an edit changes its words and keeps it."""
    await is_read_by(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    await compose(browser, "look", BEE, alt=["A bee"])
    await settle(alpha)
    view = await newest(alpha, "alice")
    [attached] = bob.peer.got("Create")[-1]["object"]["attachment"]
    assert attached["type"] == "Document"
    assert attached["mediaType"] == "image/webp"
    assert attached["url"] == view.attachments[0].url
    assert attached["name"] == attached["summary"] == "A bee"
    assert (attached["width"], attached["height"]) == (600, 300)
    assert len(attached["blurhash"]) == 28
    page = await browser.get(f"/statuses/{view.id}/edit")
    assert ">A bee</textarea>" in page.text
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    media_id = page.text.partition('name="media_1" value="')[2].partition('"')[0]
    changed = {"csrf": token, "text": "look again", "media_1": media_id, "alt_1": "A bumblebee"}
    await browser.post(f"/statuses/{view.id}/edit", data=changed, headers=AS_A_FORM)
    await settle(alpha)
    [edited] = bob.peer.got("Update")[-1]["object"]["attachment"]
    assert edited == attached | {"name": "A bumblebee", "summary": "A bumblebee"}


async def test_picture_comes_to_another_server(alpha: Server, beta: Server) -> None:
    """A picture posted on one server is shown by another, from its own address."""
    browser = await sign_in(alpha, "alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    await compose(browser, "look", BEE, alt=["A bee"])
    await settle(alpha, beta)
    [seen] = (await newest(beta, "bob")).attachments
    [posted] = (await newest(alpha, "alice")).attachments
    assert seen == replace(posted, media_id=None)
    proxied = beta.app.state.parts.proxied.path_of(seen.url)
    image = shown(await open_browser(beta).get(proxied))
    assert image.size == (600, 300)
