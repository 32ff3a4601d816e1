"""Our own files and pages as they go over the line: packed, with a version, kept as long as they may."""

import gzip

import pytest

from fedlearn.web.assets import assets, stylesheet
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKED, PLAIN = {"accept-encoding": "gzip"}, {"accept-encoding": "identity"}


async def test_files_are_kept_for_good_by_their_version(alpha: Server) -> None:
    """The address on a page may be kept for good; another version, or none, is asked for anew."""
    page = (await alpha.get("/about")).text
    address = assets().address("fedlearn.css")
    assert f'href="{address}"' in page
    current = await alpha.get(address)
    assert (current.status_code, current.text) == (200, stylesheet())
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert current.headers["vary"] == "Accept-Encoding"
    for other in ("/static/0123456789ab/fedlearn.css", "/static/fedlearn.css"):
        answer = await alpha.get(other)
        assert (answer.text, answer.headers["cache-control"]) == (stylesheet(), "no-cache")


async def test_icon_for_who_has_read_no_page(alpha: Server) -> None:
    """Browsers and readers of feeds ask for an icon at an address of old, and may keep it for a day."""
    icon = await alpha.get("/favicon.ico")
    assert (icon.status_code, icon.content) == (200, assets().files["icon.svg"].body)
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize("name", ["fedlearn.scss", "..%2Fassets.py", "%2e%2e/routes.py"])
async def test_nothing_else_is_a_file(alpha: Server, name: str) -> None:
    """What is none of our files is not there, however it is spelled."""
    assert (await alpha.get(f"/static/{name}")).status_code == 404


async def test_pages_are_packed_for_who_unpacks(alpha: Server) -> None:
    """A browser that says gzip gets the same page smaller; one that does not gets it as it is."""
    packed = await alpha.get("/about", **PACKED)
    plain = await alpha.get("/about", **PLAIN)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    assert "<h1" in packed.text
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


async def test_length_of_a_packed_page_says_little(alpha: Server) -> None:
    """The same page has many lengths on the line, so that nobody can learn from it what is on it."""
    lengths = {(await alpha.get("/about", **PACKED)).headers["content-length"] for _ in range(12)}
    assert len(lengths) > 2


async def test_no_part_of_the_stylesheet_is_lost() -> None:
    """The stylesheet has the rules of every part, and every file is packed as it is."""
    for rule in ("--accent:", ".places", ".composer", ".card", ".quoted", ".end"):
        assert rule in stylesheet()
    for asset in assets().files.values():
        assert gzip.decompress(asset.packed) == asset.body
