"""Uploads that lie in a bucket: everything is as with a folder, checks of who may see them too."""

import io
from collections.abc import AsyncIterator, Callable, Iterator
from zipfile import ZipFile

import httpx
import pytest
from moto.server import ThreadedMotoServer

from fedlearn import storage
from fedlearn.services import archive, health
from fedlearn.services.attachments import clean_uploads
from fedlearn.settings import Settings
from fedlearn.storage import storage_of
from tests.api.apps import app_of
from tests.federation.network import Network
from tests.federation.server import Server, run_server, settle
from tests.federation.uploads import uploaded_files, uploads_known
from tests.pictures import photograph
from tests.recordings import recording

BUCKET = "pictures"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of a store that speaks S3."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
async def place(
    store: str, network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[Server]:
    """A server whose uploads lie in an empty bucket."""
    tell(store, "POST", "moto-api/reset")
    tell(store, "PUT", BUCKET)
    settings = settings_of(
        "place.test",
        s3_bucket=BUCKET,
        s3_endpoint=store,
        s3_access_key="name",
        s3_secret_key="secret",
    )
    async with run_server(settings, network) as server:
        yield server


def tell(store: str, method: str, path: str) -> httpx.Response:
    """Ask the store something past the server."""
    answer = httpx.request(method, f"{store}/{path}")
    assert answer.is_success, answer.text
    return answer


def lying_in(store: str) -> list[str]:
    """What lies in the bucket."""
    listed = tell(store, "GET", f"{BUCKET}?list-type=2").text
    return [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]


async def test_pictures_lie_in_the_bucket(place: Server, store: str) -> None:
    """A picture is served from there to whoever sees its post, and goes with the post."""
    alice, bob = await app_of(place, "alice"), await app_of(place, "bob")
    media = (await alice.ask("POST", "/v2/media", files={"file": ("x", photograph())})).json()
    assert len(lying_in(store)) == 2
    assert uploaded_files(place) == []
    made = await alice.post("/v1/statuses", status="x", media_ids=[media["id"]], local_only=True)
    lent = (await bob.get(f"/v1/statuses/{made['id']}"))["media_attachments"][0]
    for address in (lent["url"], lent["preview_url"]):
        shown = await place.http.get(address)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        assert shown.content.startswith(b"RIFF")
        assert (await place.http.get(address.partition("?")[0])).status_code == 404
    pieces = [one async for one in archive.archive_of(place.instance, await place.actor("alice"))]
    with ZipFile(io.BytesIO(b"".join(pieces))) as packed:
        assert sum(name.startswith("media/") for name in packed.namelist()) == 1
    await alice.ask("DELETE", f"/v1/statuses/{made['id']}?delete_media=true")
    assert lying_in(store) == []


async def test_film_lies_in_the_bucket(place: Server, store: str) -> None:
    """What was sent waits there, what was made of it stays there, and is sent in parts."""
    alice = await app_of(place, "alice")
    files = {"file": ("x", recording("gif"))}
    media = (await alice.ask("POST", "/v2/media", files=files)).json()
    assert [one.rpartition("-")[2] for one in lying_in(store)] == ["original"]
    await settle(place)
    assert sorted(one.rpartition(".")[2] for one in lying_in(store)) == ["mp4", "webp"]
    ready = await alice.get(f"/v1/media/{media['id']}")
    whole = await place.http.get(ready["url"])
    part = await place.http.get(ready["url"], headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    await alice.ask("DELETE", f"/v1/media/{media['id']}")
    assert lying_in(store) == []
    assert (await place.http.get(ready["url"])).status_code == 404


async def test_cleaning_the_bucket(
    place: Server, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody knows goes with the next cleaning, but not what is a moment old."""
    alice = await app_of(place, "alice")
    await alice.ask("POST", "/v2/media", files={"file": ("x", photograph())})
    known = lying_in(store)
    await place.instance.uploads.put("ab/left-behind.webp", b"x")
    await clean_uploads(place.instance)
    assert len(lying_in(store)) == 3
    monkeypatch.setattr(storage, "LEFT_ALONE", -60.0)
    await clean_uploads(place.instance)
    assert lying_in(store) == known


async def test_what_is_not_in_the_bucket(place: Server) -> None:
    """A file that is missing is not there, and can be removed all the same."""
    assert await place.instance.uploads.get("ab/missing.webp") is None
    assert await place.instance.uploads.size("ab/missing.webp") is None
    await place.instance.uploads.remove(["ab/missing.webp"])
    await place.instance.uploads.remove([])


async def test_doctor_writes_there(place: Server, store: str) -> None:
    """The doctor finds a bucket well in which it can write and read, and leaves nothing."""
    assert await trouble_with_uploads(place) is None
    assert lying_in(store) == []
    tell(store, "DELETE", BUCKET)
    assert "object store" in (await trouble_with_uploads(place) or "")


async def trouble_with_uploads(server: Server) -> str | None:
    """What the doctor says of them."""
    found = await health.examine(server.instance)
    return next(one.problem for one in found if one.about == "uploads")


async def test_bucket_that_is_gone(place: Server, store: str) -> None:
    """An upload that cannot be kept leaves no row, and is asked for again; a page says so."""
    alice = await app_of(place, "alice")
    files = {"file": ("x", photograph())}
    media = (await alice.ask("POST", "/v2/media", files=files)).json()
    await place.instance.uploads.remove(lying_in(store))
    assert (await place.http.get(media["url"])).status_code == 404
    tell(store, "DELETE", BUCKET)
    assert (await alice.ask("POST", "/v2/media", files=files)).status_code == 503
    assert await uploads_known(place) == 1


def test_uploads_lie_in_a_folder(settings_of: Callable[..., Settings]) -> None:
    """Without a bucket it is the folder that takes uploads."""
    assert isinstance(storage_of(settings_of("place.test")), storage.Folder)
