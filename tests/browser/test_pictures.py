"""The pictures of the documents, which `python -m tests.browser.pictures` takes."""

import pytest
from PIL import Image

from tests.browser.pictures import PAGE, PICTURES, Picture, page

HEAVIEST = 150_000
HEAVIEST_TOGETHER = 3_000_000


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_is_there_and_light(picture: Picture) -> None:
    """Each picture is of the size that it was taken in, and soon loaded."""
    with Image.open(picture.file) as image:
        assert image.format == "WEBP"
        assert [*image.size] == [side * picture.scale for side in (picture.width, picture.height)]
    assert picture.file.stat().st_size < HEAVIEST


def test_pictures_are_shown() -> None:
    """The page of pictures shows each of them, and all of them are not much to fetch."""
    assert PAGE.read_text(encoding="utf-8") == page()
    assert all(one.file.name in page() for one in PICTURES)
    assert sum(one.file.stat().st_size for one in PICTURES) < HEAVIEST_TOGETHER
