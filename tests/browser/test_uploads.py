"""The story of somebody who shows pictures, by touch and by mouse, with script and without."""

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server
from tests.pictures import photograph, png
from tests.recordings import recording

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEE: FilePayload = {"name": "bee.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
SQUARE: FilePayload = {"name": "b.png", "mimeType": "image/png", "buffer": png(300)}
LIE: FilePayload = {"name": "c.jpg", "mimeType": "image/jpeg", "buffer": b"<svg/>"}
CARD: FilePayload = {"name": "d.gif", "mimeType": "image/gif", "buffer": recording("gif")}
# Whether the picture has come, and is drawn.
IS_DRAWN = "image => image.complete && image.naturalWidth > 0 && image.clientWidth > 40"


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_pictures_are_posted(alpha: Server, visit: Visit, who: str) -> None:
    """One file will not do; the other stays, both are posted, and a face is put beside them."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    await page.get_by_title("Add pictures, a video or a sound").click()
    await writer.write(text="Two of them")
    if writer.device.has_script:
        chosen = page.get_by_label("Choose files")
        await chosen.set_input_files([BEE, LIE])
        await writer.sees("c.jpg: This is no picture, video or sound")
        await expect(page.locator(".picture-row")).to_have_count(1)
        await page.get_by_label("What does it show?").fill("A bee")
        await chosen.set_input_files(SQUARE)
        await expect(page.locator(".picture-row")).to_have_count(2)
    else:
        await page.get_by_label("File 1", exact=True).set_input_files(BEE)
        await page.get_by_label("What there is to see or hear in file 1").fill("A bee")
        await page.get_by_label("File 2", exact=True).set_input_files(LIE)
        await writer.press("Post")
        await expect(
            page.get_by_role("group", name="Picture 1").get_by_label("Show this")
        ).to_be_checked()
        await writer.sees("This is no picture, video or sound")
        await page.get_by_label("File 2", exact=True).set_input_files(SQUARE)
    await writer.press("Post")
    images = writer.card("Two of them").locator(".attachments img")
    await expect(images).to_have_count(2)
    await expect(images.first).to_have_attribute("alt", "A bee")
    for image in await images.all():
        await image.scroll_into_view_if_needed()
        await page.wait_for_function(IS_DRAWN, arg=await image.element_handle())

    await writer.go("/settings")
    await page.get_by_label("Beside what you say").set_input_files(BEE)
    await page.get_by_label("On top of your profile").set_input_files(BEE)
    await page.locator("[action='/settings/pictures']").get_by_role("button", name="Save").click()
    await page.wait_for_url(f"**/@{who}")
    for image in (page.locator(".profile .header"), page.locator(".card .avatar").first):
        await page.wait_for_function(IS_DRAWN, arg=await image.element_handle())


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_moving_picture_is_posted(alpha: Server, visit: Visit, who: str) -> None:
    """A GIF is posted once it is ready; it moves where a script sees that nobody minds."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    await page.get_by_title("Add pictures, a video or a sound").click()
    await writer.write(text="It moves")
    if writer.device.has_script:
        await page.get_by_label("Choose files").set_input_files(CARD)
        await page.get_by_label("What does it show?").fill("A test card")
    else:
        await page.get_by_label("File 1", exact=True).set_input_files(CARD)
        await page.get_by_label("What there is to see or hear in file 1").fill("A test card")
    await writer.press("Post")
    film = writer.card("It moves").get_by_label("A test card")
    await expect(film).to_be_visible()
    await expect(film).to_have_js_property("loop", value=True)
    await expect(film).to_have_js_property("controls", value=True)
    if writer.device.has_script:
        # This reader has asked for calm; the card came after the page.
        assert await film.evaluate("film => film.paused && film.readyState === 0")
        await page.emulate_media(reduced_motion="no-preference")
        await film.evaluate("({ parentNode: one }) => one.after(one.cloneNode(true))")
        moves = "film => !film.paused && film.videoWidth === 64"
        late = writer.card("It moves").locator("video").last
        await late.scroll_into_view_if_needed()
        await page.wait_for_function(moves, arg=await late.element_handle())
        await page.emulate_media(reduced_motion="reduce")
