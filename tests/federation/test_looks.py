"""The colour and the logo of an operator, on pages and in what these name."""

import mimetypes
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fedlearn.app import make_app
from fedlearn.errors import StartError
from fedlearn.settings import Settings
from fedlearn.web.assets import assets
from tests.federation.browser import PAGE
from tests.federation.network import Network
from tests.federation.server import Server, run_server
from tests.pictures import png

STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
ICON = re.compile(r'<link rel="icon" href="([^"]+)">')
HUE = re.compile(r"--hue: (\d+)")


async def test_pages_take_the_colour_and_the_logo(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    tmp_path: Path,
    alpha: Server,
) -> None:
    """They stand in the one stylesheet and among our own files, for this server alone."""
    logo = tmp_path / "school.png"
    logo.write_bytes(png(40))
    settings = settings_of("own.test", accent="#FF0000", logo=logo)
    async with run_server(settings, network) as own:
        page = (await own.get("/about", PAGE)).text
        [style], [icon] = STYLESHEET.findall(page), ICON.findall(page)
        # OKLCH knows the red of a screen by a hue of 29 degrees.
        assert HUE.findall((await own.get(style)).text) == ["195", "29"]
        answer = await own.get(icon)
        assert (answer.content, answer.headers["content-type"]) == (png(40), "image/png")
        assert f'<a class="brand" href="/"><img src="{icon}" alt="">' in page
        assert page.count(icon) == 3
        asked = await own.get("/favicon.ico")
        assert (asked.content, asked.headers["content-type"]) == (png(40), "image/png")
        assert "<style" not in page
    page = (await alpha.get("/about", PAGE)).text
    assert '<a class="brand" href="/">fedlearn</a>' in page
    assert HUE.findall((await alpha.get(STYLESHEET.findall(page)[0])).text) == ["195"]


@pytest.mark.parametrize(
    ("accent", "why"),
    [
        ("teal", "'teal' is not a colour such as #0f6b6b"),
        ("#0f6b6", "is not a colour such as"),
        ("#0f6b6b; }", "is not a colour such as"),
        ("#888888", "is a grey: links would not stand out from text, light or dark"),
        ("#000000", "is a grey"),
    ],
)
def test_colours_that_are_refused(accent: str, why: str) -> None:
    """What is no colour, or has no hue, stops the start with the reason."""
    with pytest.raises(StartError, match=re.escape(why)):
        make_app(Settings(accent=accent))


@pytest.mark.parametrize("ending", ["svg", "png", "webp"])
def test_logos_are_pictures_on_every_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """What a logo is said to be does not depend on the types that the machine knows."""
    monkeypatch.setattr(mimetypes, "guess_type", mimetypes.MimeTypes(filenames=()).guess_type)
    logo = tmp_path / f"school.{ending}"
    logo.write_bytes(b"?")
    found = assets("", logo)
    assert found.files[found.logo].media_type.startswith("image/")


@pytest.mark.parametrize(
    ("name", "size", "why"),
    [
        ("logo.gif", 1, "ends in .svg, .png or .webp"),
        ("logo.svg", None, "cannot be read"),
        ("logo.svg", 100_001, "is larger than 100 kB"),
    ],
)
def test_logos_that_are_refused(tmp_path: Path, name: str, size: int | None, why: str) -> None:
    """What browsers do not show, or nobody can read, or is heavy stops the start likewise."""
    if size is not None:
        (tmp_path / name).write_bytes(b" " * size)
    with pytest.raises(StartError, match=re.escape(why)):
        make_app(Settings(logo=tmp_path / name))
