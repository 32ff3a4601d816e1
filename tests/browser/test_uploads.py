"""The story of somebody who shows pictures, by touch and by mouse, with script and without."""

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server
from tests.pictures import photograph, png

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEE: FilePayload = {"name": "bee.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
SQUARE: FilePayload = {"name": "b.png", "mimeType": "image/png", "buffer": png(300)}
LIE: FilePayload = {"name": "c.jpg", "mimeType": "image/jpeg", "buffer": b"<svg/>"}
# Whether the picture has come, and is drawn.
IS_DRAWN = "image => image.complete && image.naturalWidth > 0 && image.clientWidth > 40"


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_pictures_are_posted(alpha: Server, visit: Visit, who: str) -> None:
    """One file will not do; the other stays, both are posted, and a face is put beside them."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    await page.get_by_text("Add pictures").click()
    await writer.write(text="Two of them")
    await page.get_by_label("Picture 1", exact=True).set_input_files(BEE)
    await page.get_by_label("What picture 1 shows").fill("A bee")
    await page.get_by_label("Picture 2", exact=True).set_input_files(LIE)
    await writer.press("Post")
    await writer.sees("Picture 1 is uploaded")
    await writer.sees("This is no picture that can be shown")
    await page.get_by_label("Picture 2", exact=True).set_input_files(SQUARE)
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
