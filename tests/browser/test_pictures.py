"""The pictures of the README, which `python -m tests.browser.pictures` takes."""

import pytest

from tests.browser.pictures import IMAGES, PICTURES, Picture

HEAVIEST = 150_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_is_there_and_light(picture: Picture) -> None:
    """Each picture is a PNG of the size that it was taken in, and soon loaded."""
    image = (IMAGES / f"{picture.name}.png").read_bytes()
    assert image.startswith(SIGNATURE)
    width, height = (int.from_bytes(image[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (picture.width * picture.scale, picture.height * picture.scale)
    assert len(image) < HEAVIEST
