"""Numbers about the server for moderators, counted from what is kept."""

from typing import Any

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.instance import VERSION
from fedlearn.services import boosts, favourites, preferences, reports
from fedlearn.services.attachments import upload
from fedlearn.web.mastodon.entities.describing import day
from fedlearn.web.moments import iso
from tests.api.apps import App, app_of
from tests.clock import Clock
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, reads, takes
from tests.federation.server import Server
from tests.federation.test_stewardship import person
from tests.pictures import photograph

KEYS = ["new_users", "interactions", "opened_reports", "resolved_reports"]
TODAY, YESTERDAY = day(now()), day(Millis(now() - DAY_MS))
THEN = "2026-01-01"  # when people of the peer post


@pytest.fixture
async def morris(alpha: Server) -> App:
    """An app of a moderator."""
    await person(alpha, "morris", Role.MODERATOR)
    return await app_of(alpha, "morris")


async def measured(app: App, **asked: Any) -> dict[str, tuple[str, list[str]]]:
    """Of each key the whole, and what there was on each day."""
    found = await app.post("/v1/admin/measures", **{"start_at": YESTERDAY, "end_at": TODAY} | asked)
    return {one["key"]: (one["total"], [at["value"] for at in one["data"]]) for one in found}


async def test_measures(alpha: Server, morris: App) -> None:
    """What happened today is counted today, and once each; what is not kept is not told."""
    author, other = await alpha.actor("alice"), await alpha.actor("carol")
    view = await alpha.post("alice", "Hello")
    await favourites.favourite(alpha.instance, other, view.id)
    await boosts.boost(alpha.instance, other, view.id)
    await alpha.reply("carol", view.status.uri, "Hello you")
    for _ in range(2):
        await reports.report(alpha.instance, other, author, comment="Look")
    first = (await morris.get("/v1/admin/reports"))[-1]["id"]
    await morris.post(f"/v1/admin/reports/{first}/resolve")
    people = len(await morris.get("/v2/admin/accounts"))
    counts = [str(people), "3", "2", "1"]
    assert await measured(morris, keys=[*KEYS, "wealth"]) == {
        key: (count, ["0", count]) for key, count in zip(KEYS, counts, strict=True)
    }
    assert await measured(morris, keys=["interactions"], end_at=YESTERDAY) == {
        "interactions": ("0", ["0"])
    }
    tomorrow = day(Millis(now() + DAY_MS))
    (later,) = await morris.post(
        "/v1/admin/measures", keys=["interactions"], start_at=tomorrow, end_at=tomorrow
    )
    assert (later["total"], later["previous_total"]) == ("0", "3")


async def test_who_was_here(alpha: Server, morris: App, clock: Clock) -> None:
    """People count on the last day on which they were here, be it in a browser or by an app."""
    yesterday = day(clock.now)
    for name in ("alice", "carol"):
        await (await sign_in(alpha, name)).aclose()
    by_app = await app_of(alpha, "alice")
    today = day(clock.forward(DAY_MS))
    asked = {"keys": ["active_users"], "start_at": yesterday, "end_at": today}
    await by_app.get("/v1/timelines/home")
    (found,) = await morris.post("/v1/admin/measures", **asked)
    # Carol yesterday; alice and who asks, today.
    assert [one["value"] for one in found["data"]] == ["1", "2"]
    assert (found["total"], found["previous_total"]) == ("3", None)
    usage = (await (await app_of(alpha)).get("/v2/instance"))["usage"]["users"]
    assert usage == {"active_month": 3}


async def test_apps_in_use(alpha: Server, morris: App, clock: Clock) -> None:
    """How many people used which app last on these days; our own pages count as one."""
    for name in ("alice", "carol"):
        await (await sign_in(alpha, name)).aclose()
    for _ in range(2):
        await app_of(alpha, "alice")
    asked = {"keys": ["sources"], "start_at": day(clock.now), "end_at": day(clock.now)}
    (sources,) = await morris.post("/v1/admin/dimensions", **asked)
    assert sources["data"] == [
        {"key": "web", "human_key": "Website", "value": "2"},
        {"key": "An app", "human_key": "An app", "value": "2"},
    ]
    then = day(clock.forward(DAY_MS))
    (sources,) = await morris.post(
        "/v1/admin/dimensions", **asked | {"start_at": then, "end_at": then}
    )
    assert rows(sources) == [("An app", "1")]


async def test_room(alpha: Server, morris: App) -> None:
    """How many bytes the database and files have, and which database it is."""
    media = await upload(alpha.instance, await alpha.actor("alice"), photograph())
    keys = ["space_usage", "software_versions"]
    asked = {"keys": keys, "start_at": TODAY, "end_at": TODAY}
    space, software = await morris.post("/v1/admin/dimensions", **asked)
    sizes = {one["key"]: int(one["value"]) for one in space["data"]}
    assert sizes.keys() == {"sqlite", "media", "media_cache"}
    assert sizes["sqlite"] > 100_000
    kept = [await alpha.instance.uploads.get(path) for path in (media.path, media.small_path)]
    assert sizes["media"] == sum(len(one or b"") for one in kept)
    assert {one["unit"] for one in space["data"]} == {"bytes"}
    assert {one["key"] for one in software["data"]} == {"fedlearn", "python", "sqlite"}


async def test_dimensions(alpha: Server, bob: Person, morris: App) -> None:
    """From where posts came, and what runs here."""
    await reads(alpha, "alice", bob)
    await takes(alpha, bob, bob.activity("Create", bob.note("<p>Hello</p>")))
    asked = {"keys": ["servers", "software_versions"], "start_at": THEN, "end_at": THEN}
    servers, software = await morris.post("/v1/admin/dimensions", **asked)
    assert servers == {
        "key": "servers",
        "data": [{"key": "peer.test", "human_key": "peer.test", "value": "1"}],
    }
    other = {"keys": ["servers"], "start_at": "2026-01-02", "end_at": "2026-01-02"}
    assert await morris.post("/v1/admin/dimensions", **other) == [{"key": "servers", "data": []}]
    assert software["data"][0] == {
        "key": "fedlearn",
        "human_key": "fedlearn",
        "value": VERSION,
        "human_value": VERSION,
    }


async def test_of_one_hashtag(alpha: Server, bob: Person, morris: App) -> None:
    """Who used it, how often and from where, and in which languages; others do not count."""
    await reads(alpha, "alice", bob)
    for name, language in (("alice", "de"), ("alice", "de"), ("carol", "en")):
        await alpha.post(name, "about #bees", language=language)
    await alpha.post("carol", "about #ants")
    await alpha.post("carol", "for followers #bees", reach=Reach.FOLLOWERS)
    note = bob.note(
        "<p>#bees</p>", tag=[{"type": "Hashtag", "name": "#bees"}], published=iso(now())
    )
    await takes(alpha, bob, bob.activity("Create", note))
    keys = ["tag_accounts", "tag_uses", "tag_servers"]
    of_bees = {key: {"id": "Bees"} for key in (*keys, "tag_languages")}
    assert await measured(morris, keys=keys, **of_bees) == {
        "tag_accounts": ("3", ["0", "3"]),
        "tag_uses": ("4", ["0", "4"]),
        "tag_servers": ("2", ["0", "2"]),
    }
    asked = {"keys": ["tag_servers", "tag_languages"], "start_at": YESTERDAY, "end_at": TODAY}
    servers, languages = await morris.post("/v1/admin/dimensions", **asked, **of_bees)
    assert rows(servers) == [("alpha.test", "3"), ("peer.test", "1")]
    assert rows(languages) == [("de", "2"), ("en", "1")]
    assert (await measured(morris, keys=["tag_uses"]))["tag_uses"] == ("0", ["0", "0"])


async def test_of_one_server(alpha: Server, bob: Person, morris: App) -> None:
    """Whom and what is known of it, on each day and altogether."""
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "alice", bob)
    robin = await alpha.find(bob.handle)
    await reports.report(alpha.instance, await alpha.actor("alice"), robin, comment="Look")
    note = bob.note("<p>Hallo</p>", contentMap={"de": "<p>Hallo</p>"}, published=iso(now()))
    await takes(alpha, bob, bob.activity("Create", note))
    await takes(alpha, bob, bob.activity("Create", bob.note("<p>long ago</p>")))
    keys = [
        *["instance_accounts", "instance_statuses", "instance_media_attachments"],
        *["instance_follows", "instance_followers", "instance_reports"],
    ]
    there = {key: {"domain": "Peer.test"} for key in (*keys, "instance_languages")}
    found = await measured(morris, keys=keys, **there)
    assert found == {
        "instance_accounts": ("1", ["0", "1"]),
        "instance_statuses": ("2", ["0", "1"]),
        "instance_media_attachments": ("0", ["0", "0"]),
        "instance_follows": ("1", ["0", "1"]),
        "instance_followers": ("1", ["0", "1"]),
        "instance_reports": ("1", ["0", "1"]),
    }
    asked = {"start_at": YESTERDAY, "end_at": TODAY, **there}
    (media,) = await morris.post("/v1/admin/measures", keys=["instance_media_attachments"], **asked)
    assert (media["unit"], media["previous_total"]) == ("bytes", None)
    wanted = ["instance_accounts", "instance_languages"]
    people, languages = await morris.post("/v1/admin/dimensions", keys=wanted, **asked)
    assert (rows(people), rows(languages)) == ([("bob", "1")], [("de", "1")])


def rows(dimension: Any) -> list[tuple[str, str]]:
    """What is largest of its kind, in order."""
    return [(one["key"], one["value"]) for one in dimension["data"]]


async def test_languages_of_people(alpha: Server, morris: App) -> None:
    """Those that people have chosen who were here on these days."""
    for name in ("alice", "carol"):
        await preferences.choose_locale(alpha.instance, await alpha.user(name), "de")
    await (await sign_in(alpha, "alice")).aclose()
    asked = {"keys": ["languages"], "start_at": TODAY, "end_at": TODAY}
    (languages,) = await morris.post("/v1/admin/dimensions", **asked)
    assert rows(languages) == [("de", "1")]


async def test_retention(alpha: Server, morris: App, clock: Clock) -> None:
    """Of those who came on a day, who was here then and on the next; by months, too."""
    first = day(clock.now)
    for name in ("alice", "carol"):
        await (await sign_in(alpha, name)).aclose()
    second = day(clock.forward(DAY_MS))
    await (await sign_in(alpha, "alice")).aclose()
    asked = {"start_at": first, "end_at": second}
    old, new = await morris.post("/v1/admin/retention", **asked, frequency="day")
    assert (old["period"][:10], old["frequency"]) == (first, "day")
    here = [(one["date"][:10], one["value"]) for one in old["data"]]
    # Who asks by an app was here on both days, too.
    assert here == [(first, "3"), (second, "2")]
    people = len(await morris.get("/v2/admin/accounts"))
    assert [one["rate"] for one in old["data"]] == [3 / people, 2 / people]
    assert [(one["date"][:10], one["value"], one["rate"]) for one in new["data"]] == [
        (second, "0", 0.0)
    ]
    months = await morris.post("/v1/admin/retention", **asked, frequency="month")
    assert months[0]["period"][:10] == f"{first[:7]}-01"
    assert months[0]["data"][0]["value"] == "3"
    for wrong in ({"start_at": "2000-01-01"}, {"end_at": "1999-01-01"}, {"end_at": "9999-12-31"}):
        body = {**asked, **wrong, "frequency": "month"}
        assert (await morris.ask("POST", "/v1/admin/retention", json=body)).status_code == 422


@pytest.mark.parametrize(
    "path", ["/v1/admin/measures", "/v1/admin/dimensions", "/v1/admin/retention"]
)
async def test_which_days(morris: App, path: str) -> None:
    """Both ends must be days, in order, and not too far apart."""
    for wrong in (
        {},
        {"start_at": TODAY},
        {"start_at": "soon", "end_at": TODAY},
        {"start_at": TODAY, "end_at": YESTERDAY},
        {"start_at": "2020-01-01", "end_at": TODAY},
        {"start_at": "9999-12-30", "end_at": "9999-12-31"},
        {"start_at": "3000-01-01", "end_at": "3000-01-01"},
    ):
        answer = await morris.ask("POST", path, json={"keys": KEYS, **wrong})
        assert answer.status_code == 422, wrong
    for far in ("0001-01-01", "2999-12-31"):
        body = {"keys": KEYS, "start_at": far, "end_at": far}
        assert (await morris.ask("POST", path, json=body)).status_code == 200, far
    for right in (TODAY, f"{TODAY}T12:00:00Z", f"{TODAY}T12:00:00.000+00:00"):
        asked = {"keys": KEYS, "start_at": right, "end_at": right}
        assert (await morris.ask("POST", path, data=asked)).status_code == 200, right
