"""Posts that apps send to be posted later."""

import re
from datetime import UTC, datetime

import pytest

from fedlearn.domain.ids import Millis
from tests.api.apps import app_of
from tests.clock import DAY, HOUR, MINUTE, Clock
from tests.federation.server import Server, settle
from tests.pictures import photograph


def written(at: Millis) -> str:
    """A moment as apps write one."""
    return re.sub(
        r"\+00:00$", "Z", datetime.fromtimestamp(at / 1000, UTC).isoformat("T", "milliseconds")
    )


async def test_post_is_sent_later(alpha: Server, clock: Clock) -> None:
    """What is scheduled comes back as it was sent, is nowhere until its time has come, then posted."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    first = await bob.post("/v1/statuses", status="Hello")
    picture = (await alice.ask("POST", "/v2/media", files={"file": ("x", photograph())})).json()
    at = written(Millis(clock.now + HOUR))
    made = await alice.post(
        "/v1/statuses",
        status="Later",
        scheduled_at=at,
        spoiler_text="soon",
        visibility="unlisted",
        language="de",
        in_reply_to_id=first["id"],
        media_ids=[picture["id"]],
        media_attributes=[{"id": picture["id"], "description": "A meadow"}],
    )
    assert made["scheduled_at"] == at
    params = made["params"]
    assert (params["text"], params["spoiler_text"], params["language"]) == ("Later", "soon", "de")
    assert (params["visibility"], params["in_reply_to_id"]) == ("unlisted", int(first["id"]))
    assert params["media_ids"] == [picture["id"]]
    assert made["media_attachments"][0]["description"] == "A meadow"
    path = f"/v1/scheduled_statuses/{made['id']}"
    assert await alice.get(path) == made
    assert await alice.get("/v1/scheduled_statuses") == [made]
    assert await bob.get("/v1/scheduled_statuses") == []
    for method in ("GET", "PUT", "DELETE"):
        answer = await bob.ask(method, path, json={"scheduled_at": at})
        assert answer.status_code == 404
    assert (await bob.get(f"/v1/statuses/{first['id']}/context"))["descendants"] == []
    clock.forward(HOUR + MINUTE)
    await settle(alpha)
    [posted] = (await bob.get(f"/v1/statuses/{first['id']}/context"))["descendants"]
    assert (posted["spoiler_text"], posted["visibility"]) == ("soon", "unlisted")
    assert posted["media_attachments"][0]["description"] == "A meadow"
    assert (await alice.ask("GET", path)).status_code == 404


async def test_poll_is_scheduled_in_a_form(alpha: Server, clock: Clock) -> None:
    """A form may say the same as JSON; the same key schedules once."""
    alice = await app_of(alpha, "alice")
    sent = {
        "status": "Which?",
        "poll[options][]": ["One", "Two"],
        "poll[expires_in]": "3600",
        "poll[multiple]": "true",
        "scheduled_at": written(Millis(clock.now + DAY)),
    }
    key = {"idempotency-key": "once"}
    first, again = [
        (await alice.ask("POST", "/v1/statuses", data=sent, headers=key)).json() for _ in range(2)
    ]
    poll = {"options": ["One", "Two"], "expires_in": 3600, "multiple": True, "hide_totals": False}
    assert first["params"]["poll"] == poll
    assert again == first
    assert await alice.get("/v1/scheduled_statuses") == [first]


async def test_scheduled_is_put_off_and_called_off(alpha: Server, clock: Clock) -> None:
    """It moves to another time, words unchanged; what is called off is never posted."""
    alice, reader = await app_of(alpha, "alice"), await app_of(alpha, "alice", "read")
    ids = []
    for number in range(3):
        at = written(Millis(clock.now + (3 - number) * HOUR))
        ids.append((await alice.post("/v1/statuses", status=str(number), scheduled_at=at))["id"])
    newest = await alice.ask("GET", "/v1/scheduled_statuses?limit=2")
    assert [one["id"] for one in newest.json()] == [ids[2], ids[1]]
    rest = await alice.get("/v1/scheduled_statuses", max_id=ids[1])
    assert [one["id"] for one in rest] == [ids[0]]
    above = await alice.get("/v1/scheduled_statuses", min_id=ids[0], limit=1)
    assert [one["id"] for one in above] == [ids[1]]
    path, later = f"/v1/scheduled_statuses/{ids[0]}", written(Millis(clock.now + 2 * DAY))
    assert (await reader.ask("PUT", path, json={"scheduled_at": later})).status_code == 403
    assert (await reader.ask("DELETE", path)).status_code == 403
    moved = (await alice.ask("PUT", path, json={"scheduled_at": later})).json()
    assert (moved["scheduled_at"], moved["params"]["text"]) == (later, "0")
    for status_id in ids[1:]:
        assert (await alice.ask("DELETE", f"/v1/scheduled_statuses/{status_id}")).json() == {}
    clock.forward(DAY)
    await settle(alpha)
    assert await alice.get("/v1/timelines/home") == []
    assert [one["id"] for one in await alice.get("/v1/scheduled_statuses")] == [ids[0]]


async def test_what_is_over_is_posted_now(alpha: Server, clock: Clock) -> None:
    """What an app wants to have posted in the past is a post at once, and waits nowhere."""
    alice = await app_of(alpha, "alice")
    made = await alice.post(
        "/v1/statuses", status="Late", scheduled_at=written(Millis(clock.now - DAY))
    )
    assert made["content"] == "<p>Late</p>"
    assert await alice.get("/v1/scheduled_statuses") == []


@pytest.mark.parametrize("ahead", [4 * MINUTE, None])
async def test_time_that_will_not_do(alpha: Server, clock: Clock, ahead: int | None) -> None:
    """What is too near or no time at all is refused: nothing is posted, now or later."""
    alice = await app_of(alpha, "alice")
    at = "tomorrow" if ahead is None else written(Millis(clock.now + ahead))
    made = await alice.post(
        "/v1/statuses", status="later", scheduled_at=written(Millis(clock.now + DAY))
    )
    sent = {"status": "x", "scheduled_at": at}
    for method, path in (
        ("POST", "/v1/statuses"),
        ("PUT", f"/v1/scheduled_statuses/{made['id']}"),
    ):
        answer = await alice.ask(method, path, json=sent)
        assert answer.status_code == 422
        assert ahead is None or "must be in the future" in answer.json()["error"]
    over = {"scheduled_at": written(Millis(clock.now - DAY))}
    answer = await alice.ask("PUT", f"/v1/scheduled_statuses/{made['id']}", json=over)
    assert answer.status_code == 422
    assert await alice.get("/v1/timelines/home") == []
    assert await alice.get("/v1/scheduled_statuses") == [made]
