"""This is where tests fill in the composer as a browser sends it, pictures included."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import httpx
from PIL import Image

from fedlearn.domain.statuses import StatusView
from tests.federation.server import Server

File = tuple[str, bytes, str]  # name, content and type, as the browser says them
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


async def compose(
    browser: httpx.AsyncClient, text: str, *files: File, alt: Sequence[str] = (), **fields: str
) -> httpx.Response:
    """Write a post with pictures and send it."""
    page = await browser.get("/")
    found = CSRF.search(page.text)
    assert found is not None
    described = {f"alt_{number}": words for number, words in enumerate(alt, start=1)}
    # A place that was left empty is sent as well.
    chosen = [*files, *[("", b"", "application/octet-stream")] * (4 - len(files))]
    return await browser.post(
        "/statuses",
        data={"csrf": found[1], "text": text, **described, **fields},
        files={f"picture_{number}": file for number, file in enumerate(chosen, start=1)},
        headers={"sec-fetch-site": "same-origin"},
    )


def shown(answer: httpx.Response) -> Image.Image:
    """The picture in an answer."""
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


async def newest(server: Server, name: str) -> StatusView:
    """What somebody here has posted last."""
    return (await server.home(name))[0]


def uploaded_files(server: Server) -> list[Path]:
    """Every file that lies below the folder of uploads."""
    folder = server.instance.settings.data_dir / "media"
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def uploads_known(server: Server) -> int:
    """How many uploads the database knows."""
    async with server.instance.db.read() as connection:
        row = await connection.fetch_one("SELECT count(*) AS n FROM media_attachment")
    assert row is not None
    return int(row["n"])
