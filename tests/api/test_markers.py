"""How far somebody has read, for all of their apps."""

from tests.api.apps import app_of
from tests.federation.server import Server


async def test_reading_goes_on_in_another_app(alpha: Server) -> None:
    """What one app has read another knows, each by its timeline; on pages nothing is new then."""
    one, other = await app_of(alpha, "alice"), await app_of(alpha, "alice")
    stranger = await app_of(alpha, "bob")
    await alpha.post("bob", "@alice Do bees sleep?")
    (told,) = await one.get("/v1/notifications")
    assert await one.get("/v1/markers", **{"timeline[]": ["home", "notifications"]}) == {}
    moved = await one.post("/v1/markers", home={"last_read_id": "100"})
    assert (moved["home"]["last_read_id"], moved["home"]["version"]) == ("100", 1)
    form = {"home[last_read_id]": "200", "notifications[last_read_id]": told["id"]}
    answer = await one.ask("POST", "/v1/markers", data=form)
    assert answer.status_code == 200
    found = await other.get("/v1/markers", **{"timeline[]": ["home", "notifications", "x"]})
    assert found == answer.json()
    assert (found["home"]["last_read_id"], found["home"]["version"]) == ("200", 2)
    assert (await one.get("/v1/notifications/unread_count"))["count"] == 0
    assert await stranger.get("/v1/markers", **{"timeline[]": ["home"]}) == {}
    assert await one.post("/v1/markers", home="x", other={"last_read_id": "1"}) == {}
