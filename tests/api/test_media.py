"""Pictures that apps upload, describe and post."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from fedlearn.db.media_attachments import all_media_of
from fedlearn.domain.ids import Millis
from fedlearn.services.attachments import clean_uploads
from fedlearn.services.pictures import convert
from fedlearn.settings import Settings
from fedlearn.web.mastodon.entities.describing import moment
from tests.api.apps import App, app_of
from tests.clock import DAY, Clock
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.server import Server, run_server
from tests.federation.uploads import compose, uploaded_files
from tests.pictures import photograph


async def test_picture_is_described_and_posted(alpha: Server) -> None:
    """An upload is ready at once, is described before and after, and is nobody else's."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    # Clients give files wrong types and names: what counts is what is in them.
    files = {"file": ("x.png", photograph(), "image/png")}
    sent = {"description": "A meadow", "focus": "0.5,-0.5"}
    answer = await alice.ask("POST", "/v2/media", files=files, data=sent)
    assert answer.status_code == 200, answer.text
    media = answer.json()
    assert (media["type"], media["description"]) == ("image", "A meadow")
    assert media["meta"]["focus"] == {"x": 0.5, "y": -0.5}
    assert media["url"].startswith(f"https://{alpha.host}/media/")
    path = f"/v1/media/{media['id']}"
    assert (await alice.get(path))["id"] == media["id"]
    assert (await bob.ask("GET", path)).status_code == 404
    changed = await alice.ask("PUT", path, json={"description": "A meadow at noon"})
    assert changed.json()["description"] == "A meadow at noon"
    taken = await bob.ask("POST", "/v1/statuses", json={"status": "x", "media_ids": [media["id"]]})
    assert taken.status_code == 422

    made = await alice.post("/v1/statuses", status="", media_ids=[media["id"]])
    shown = made["media_attachments"][0]
    assert (shown["id"], shown["description"]) == (media["id"], "A meadow at noon")
    assert shown["meta"]["focus"] == {"x": 0.5, "y": -0.5}
    assert (await alice.ask("GET", path)).status_code == 404
    attributes = [{"id": media["id"], "description": "Grass"}]
    edited = await alice.ask(
        "PUT",
        f"/v1/statuses/{made['id']}",
        json={"status": "now", "media_ids": [media["id"]], "media_attributes": attributes},
    )
    assert edited.json()["media_attachments"][0]["description"] == "Grass"


async def test_picture_that_stays_is_lent(alpha: Server, clock: Clock) -> None:
    """An app has an address that shows it without a name, for a while, and that picture alone."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    uploads = [
        (await alice.ask("POST", "/v2/media", files={"file": ("x", photograph())})).json()
        for _ in range(2)
    ]
    ids = [one["id"] for one in uploads]
    made = await alice.post("/v1/statuses", status="look", media_ids=ids, local_only=True)
    shown = (await bob.get(f"/v1/statuses/{made['id']}"))["media_attachments"]
    addresses = [one[name] for one in shown for name in ("url", "preview_url")]
    for address in [*addresses, uploads[0]["url"]]:
        answer = await alpha.http.get(address)
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"].startswith("private")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    plain, _, lent = addresses[0].partition("?")
    until, proof = parse_qs(lent)["until"][0], parse_qs(lent)["proof"][0]
    for query in (
        "",
        f"until={int(until) + 1}&proof={proof}",
        f"until={until}&proof={'A' * len(proof)}",
        addresses[2].partition("?")[2],
        "until=x&proof=x",
    ):
        assert (await alpha.http.get(f"{plain}?{query}")).status_code == 404
    own, _, query = uploads[0]["url"].partition("?")
    until, proof = parse_qs(query)["until"][0], parse_qs(query)["proof"][0]
    assert (await alpha.http.get(f"{own}?until={until}+owner&proof={proof}")).status_code == 404
    clock.forward(2 * DAY)
    assert (await alpha.http.get(addresses[0])).status_code == 404
    anew = (await bob.get(f"/v1/statuses/{made['id']}"))["media_attachments"][0]["url"]
    assert (await alpha.http.get(anew)).status_code == 200
    await alice.ask("DELETE", f"/v1/statuses/{made['id']}")
    assert (await alpha.http.get(anew)).status_code == 404


async def test_pictures_of_a_post_that_is_written_anew(alpha: Server, clock: Clock) -> None:
    """A deleted post comes back with its pictures, to be posted again; after a day they are gone."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    made = await posts_pictures(alice, 2)
    first, second = (one["id"] for one in made["media_attachments"])
    path = f"/v1/statuses/{made['id']}"
    await alice.ask(
        "PUT",
        path,
        json={
            "media_ids": [first, second],
            "media_attributes": [{"id": first, "description": "A meadow"}],
        },
    )
    assert (await bob.ask("DELETE", path)).status_code == 404
    gone = (await alice.ask("DELETE", path)).json()
    assert [one["id"] for one in gone["media_attachments"]] == [first, second]
    assert gone["media_attachments"][0]["description"] == "A meadow"
    assert (await alpha.http.get(gone["media_attachments"][0]["url"])).status_code == 200
    assert (await alpha.http.get(made["media_attachments"][0]["url"])).status_code == 404
    assert (await bob.ask("POST", "/v1/statuses", json={"media_ids": [first]})).status_code == 422
    anew = await alice.post("/v1/statuses", status="", media_ids=[first])
    assert anew["media_attachments"][0]["description"] == "A meadow"
    clock.forward(2 * DAY)
    await clean_uploads(alpha.instance)
    assert await uploads_of(alpha, "alice") == {first}


async def test_pictures_go_with_their_post(alpha: Server) -> None:
    """Where an app says so, the pictures of a post that it deletes are gone at once."""
    alice = await app_of(alpha, "alice")
    made = await posts_pictures(alice, 1)
    answer = await alice.ask("DELETE", f"/v1/statuses/{made['id']}", json={"delete_media": True})
    assert len(answer.json()["media_attachments"]) == 1
    assert await uploads_of(alpha, "alice") == set()
    assert uploaded_files(alpha) == []


async def posts_pictures(app: App, count: int) -> Any:
    """Somebody posts so many pictures."""
    files = {"file": ("x", photograph())}
    ids = [(await app.ask("POST", "/v2/media", files=files)).json()["id"] for _ in range(count)]
    return await app.post("/v1/statuses", status="look", media_ids=ids)


async def test_picture_for_everybody_has_a_plain_address(alpha: Server) -> None:
    """What anybody may see has one address, which anything in between may keep."""
    alice = await app_of(alpha, "alice")
    upload = (await alice.ask("POST", "/v2/media", files={"file": ("x", photograph())})).json()
    made = await alice.post("/v1/statuses", status="look", media_ids=[upload["id"]])
    address = made["media_attachments"][0]["url"]
    assert address.endswith(".webp")
    assert (await alpha.http.get(address)).headers["cache-control"].startswith("public")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken"])
async def test_what_is_no_picture(alpha: Server, content: bytes) -> None:
    """A file that cannot be shown is refused with words, and nothing of it is kept."""
    alice = await app_of(alpha, "alice")
    answer = await alice.ask("POST", "/v2/media", files={"file": ("x", content)})
    assert answer.status_code == 422
    assert "icture" in answer.json()["error"]
    folder = alpha.instance.settings.data_dir / "media"
    assert not [path for path in folder.rglob("*") if path.is_file()]


async def test_upload_without_a_file(alpha: Server) -> None:
    """An upload must hold a file, and an app that may upload."""
    alice, reader = await app_of(alpha, "alice"), await app_of(alpha, "alice", "read")
    assert (await alice.ask("POST", "/v2/media", data={"x": "y"})).status_code == 422
    assert (await reader.ask("POST", "/v2/media", data={"x": "y"})).status_code == 403


async def test_upload_is_taken_back(alpha: Server, clock: Clock) -> None:
    """What stands nowhere is forgotten with its files; what stands somewhere, or is others', stays."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    free, posted, planned = [
        (await alice.ask("POST", "/v2/media", files={"file": ("x", photograph())})).json()["id"]
        for _ in range(3)
    ]
    await alice.post("/v1/statuses", status="look", media_ids=[posted])
    soon = moment(Millis(clock.now + DAY))
    await alice.post("/v1/statuses", status="soon", media_ids=[planned], scheduled_at=soon)
    avatar = {"avatar": ("x", photograph())}
    await alice.ask("PATCH", "/v1/accounts/update_credentials", files=avatar)
    (on_profile,) = await uploads_of(alpha, "alice") - {free, posted, planned}
    for media_id in (posted, planned, on_profile):
        refused = await alice.ask("DELETE", f"/v1/media/{media_id}")
        assert (refused.status_code, "in use" in refused.json()["error"]) == (422, True)
    assert (await bob.ask("DELETE", f"/v1/media/{free}")).status_code == 404
    reader = await app_of(alpha, "alice", "read write:statuses")
    assert (await reader.ask("DELETE", f"/v1/media/{free}")).status_code == 403
    assert len(uploaded_files(alpha)) == 8
    gone = await alice.ask("DELETE", f"/v1/media/{free}")
    assert (gone.status_code, gone.json()) == (200, {})
    assert (await alice.ask("DELETE", f"/v1/media/{free}")).status_code == 404
    assert await uploads_of(alpha, "alice") == {posted, planned, on_profile}
    assert len(uploaded_files(alpha)) == 6


async def uploads_of(server: Server, name: str) -> set[str]:
    """The ids of what somebody here has uploaded."""
    owner = (await server.actor(name)).id
    async with server.instance.db.read() as connection:
        return {str(one.id) for one in await all_media_of(connection, owner)}


async def test_room_for_pictures(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Who has used up their room is told so, in the app and on pages, until they delete something."""
    size = convert(photograph(), max_megapixels=50).size
    settings = settings_of("small.test", max_upload_bytes=2 * size)
    async with run_server(settings, network) as small:
        alice, bob = await app_of(small, "alice"), await app_of(small, "bob")
        files = {"file": ("x", photograph())}
        first, _ = [(await alice.ask("POST", "/v2/media", files=files)).json() for _ in range(2)]
        made = await alice.post("/v1/statuses", status="", media_ids=[first["id"]])
        refused = await alice.ask("POST", "/v2/media", files=files)
        assert (refused.status_code, "no room" in refused.json()["error"]) == (422, True)
        assert len(uploaded_files(small)) == 4
        assert (await bob.ask("POST", "/v2/media", files=files)).status_code == 200
        browser = await sign_in(small, "alice")
        page = await compose(browser, "look", ("x.jpg", photograph(), "image/jpeg"))
        assert page.status_code == 422
        assert "You have no room for this file" in page.text
        await alice.ask("DELETE", f"/v1/statuses/{made['id']}?delete_media=true")
        assert (await alice.ask("POST", "/v2/media", files=files)).status_code == 200


@pytest.mark.parametrize("path", ["/avatars/0.png", "/avatars/5.png", "/headers/missing.png"])
async def test_stand_in_is_a_picture(alpha: Server, path: str) -> None:
    """Who has no picture has one all the same, since clients need an address that shows one."""
    answer = await alpha.http.get(path)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
