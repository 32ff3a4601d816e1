"""What is said to be missing of Mastodon's methods is looked for: once it is there, a test here fails.

Then tests/mastodon_methods.toml has to say so.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from fedlearn.domain.ids import now
from fedlearn.web.moments import iso
from tests.api.apps import App, app_of
from tests.client_api_page import told_of_mastodon
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server

PARTLY = {method for _page, method, state, _why in told_of_mastodon() if state == "partly"}
WASPS = {"type": "Hashtag", "name": "#waspsafar", "href": "https://peer.test/tags/waspsafar"}


@dataclass
class Scene:
    """A server where Alice has done something with Bob of another server, and who looks at it."""

    server: Server
    alice: App
    nobody: App
    bob_id: str

    async def refuses(self, path: str, **body: object) -> bool:
        """Whether Alice's app is told that this makes no sense."""
        return (await self.alice.ask("POST", path, json=body)).status_code == 422


@pytest.fixture
async def scene(alpha: Server, bob: Person) -> Scene:
    """Alice reads Bob, who posts with a hashtag; with her app she has only looked in."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>Look #waspsafar</p>", tag=[WASPS], published=iso(now()))
    await takes(alpha, bob, bob.activity("Create", note))
    known = await alpha.find(bob.handle)
    alice = await app_of(alpha, "alice")
    assert [post["account"]["id"] for post in await alice.get("/v1/timelines/home")] == [
        str(known.id)
    ]
    return Scene(alpha, alice, await app_of(alpha), str(known.id))


async def who_only_looks_in(of: Scene) -> None:
    """Who reads is no login of the week; who posts is."""
    assert (await of.nobody.get("/v1/instance/activity"))[0]["logins"] == "0"


async def peers(of: Scene) -> None:
    """Though somebody here has to do with another server, none is named."""
    assert await of.nobody.get("/v1/instance/peers") == []


async def translation_languages(of: Scene) -> None:
    """Nothing is translated, and said to be."""
    assert await of.nobody.get("/v1/instance/translation_languages") == {}
    configuration = (await of.nobody.get("/v2/instance"))["configuration"]
    assert configuration["translation"] == {"enabled": False}


async def custom_emojis(of: Scene) -> None:
    """There are none."""
    assert await of.nobody.get("/v1/custom_emojis") == []


async def people_elsewhere(of: Scene) -> None:
    """They are put into no collection, neither when it is made nor later."""
    assert await of.refuses("/v1/collections", name="Wasps", account_ids=[of.bob_id])
    made = await of.alice.post("/v1/collections", name="Wasps")
    path = f"/v1/collections/{made['collection']['id']}/items"
    assert await of.refuses(path, account_id=of.bob_id)


async def preferences(of: Scene) -> None:
    """What is said of reading is the same, whoever asks and whatever they have chosen."""
    chosen = {"source": {"privacy": "private", "sensitive": True, "language": "de"}}
    await of.alice.ask("PATCH", "/v1/accounts/update_credentials", json=chosen)
    carol = await app_of(of.server, "carol")
    hers, others = [await one.get("/v1/preferences") for one in (of.alice, carol)]
    assert hers != others
    about_reading = [name for name in hers if name.startswith("reading:")]
    assert len(about_reading) == 3
    assert all(hers[name] == others[name] for name in about_reading)


async def annual_reports(of: Scene) -> None:
    """There are none, and none can be made; of whom, is not even said to strangers."""
    assert (await of.nobody.ask("GET", "/v1/annual_reports")).status_code == 401
    told = await of.alice.get("/v1/annual_reports")
    assert told == {"annual_reports": [], "accounts": [], "statuses": []}
    assert await of.alice.get("/v1/annual_reports/2026/state") == {"state": "ineligible"}
    assert (await of.alice.ask("GET", "/v1/annual_reports/2026")).status_code == 404


async def who_is_on_a_list(of: Scene) -> None:
    """Somebody is put there who is not followed."""
    carol = await of.server.actor("carol")
    listed = await of.alice.post("/v1/lists", title="Keepers")
    assert await of.alice.post(f"/v1/lists/{listed['id']}/accounts", account_ids=[carol.id]) == {}
    (relation,) = await of.alice.get("/v1/accounts/relationships", **{"id[]": carol.id})
    assert not relation["following"]


async def what_strangers_find(of: Scene) -> None:
    """Nobody and no hashtag of another server, both of which people here find; unreviewed is nothing."""
    for words in ("@bob@peer.test", "waspsafar"):
        found = await of.nobody.get("/v2/search", q=words)
        assert (found["accounts"], found["hashtags"]) == ([], [])
    found = await of.alice.get("/v2/search", q="@bob@peer.test")
    assert [one["id"] for one in found["accounts"]] == [of.bob_id]
    found = await of.alice.get("/v2/search", q="waspsafar")
    assert [one["name"] for one in found["hashtags"]] == ["waspsafar"]
    assert found == await of.alice.get("/v2/search", q="waspsafar", exclude_unreviewed="true")


async def directory(of: Scene) -> None:
    """Whom people here follow elsewhere is not in it, even for them."""
    for app in (of.alice, of.nobody):
        listed = await app.get("/v1/directory", local="false", limit=80)
        assert listed
        assert of.bob_id not in {one["id"] for one in listed}


STILL_MISSING: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "GET /api/v1/instance/activity": who_only_looks_in,
    "GET /api/v1/instance/peers": peers,
    "GET /api/v1/instance/translation_languages": translation_languages,
    "GET /api/v1/custom_emojis": custom_emojis,
    "POST /api/v1/collections": people_elsewhere,
    "POST /api/v1/collections/:id/items": people_elsewhere,
    "GET /api/v1/preferences": preferences,
    "GET /api/v1/annual_reports": annual_reports,
    "GET /api/v1/annual_reports/:year/state": annual_reports,
    "POST /api/v1/lists/:id/accounts": who_is_on_a_list,
    "GET /api/v2/search": what_strangers_find,
    "GET /api/v1/directory": directory,
}


@pytest.mark.parametrize("is_missing", dict.fromkeys(STILL_MISSING.values()))
async def test_what_is_missing_is_missing_still(
    scene: Scene, is_missing: Callable[[Scene], Awaitable[None]]
) -> None:
    """The reason for which a method is there only partly holds. If not, change what is said of it."""
    await is_missing(scene)


def test_every_reason_is_looked_at() -> None:
    """What is there partly has a story above, and nothing else has."""
    assert set(STILL_MISSING) == PARTLY
