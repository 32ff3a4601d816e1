"""How much apps may ask, and what they are told of it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fedlearn.domain.oauth import read_scopes
from fedlearn.domain.rates import Rate, often
from fedlearn.services import oauth
from fedlearn.settings import Settings
from tests.api.apps import OUT_OF_BAND, app_of
from tests.federation.network import Network
from tests.federation.server import Server, run_server
from tests.pictures import photograph

PATH = "/v1/preferences"


@pytest.fixture
async def busy(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, quick_passwords: None
) -> AsyncIterator[Server]:
    """A server that counts what it is asked."""
    del quick_keys, quick_passwords
    async with run_server(settings_of("busy.test", rate_limits=True), network) as server:
        yield server


def left(answer: httpx.Response) -> tuple[int, int]:
    """How much there is, and how much is left of it."""
    limit, remaining = (answer.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining"))
    return int(limit), int(remaining)


async def test_apps_are_told_what_is_left(busy: Server) -> None:
    """Each answer says it, errors as well; it counts for one app of one person alone."""
    alice, other, bob = [await app_of(busy, name) for name in ("alice", "alice", "bob")]
    answer = await alice.ask("GET", PATH)
    assert left(answer) == (300, 299)
    resets = datetime.fromisoformat(answer.headers["x-ratelimit-reset"])
    assert timedelta() < resets - datetime.now(UTC) <= timedelta(minutes=5, seconds=1)
    assert answer.headers["x-ratelimit-reset"].endswith("Z")
    assert left(await alice.ask("GET", "/v1/statuses/1")) == (300, 298)
    assert left(await other.ask("GET", PATH)) == (300, 299)
    assert left(await bob.ask("GET", PATH)) == (300, 299)


async def test_strangers_count_by_address(busy: Server) -> None:
    """So does who makes tokens up, and an app that speaks for nobody, in which anybody may hide."""
    strangers = await app_of(busy)
    assert left(await strangers.ask("GET", "/v2/instance")) == (300, 299)
    strangers.token = "made up"
    refused = await strangers.ask("GET", PATH)
    assert (refused.status_code, left(refused)) == (401, (300, 298))
    for remaining in (297, 296):
        strangers.token = await token_of_nobody(busy)
        assert left(await strangers.ask("GET", "/v2/instance")) == (300, remaining)


async def token_of_nobody(busy: Server) -> str:
    """The token of an app in which nobody has signed in."""
    app, _ = await oauth.register(busy.instance, "An app", [OUT_OF_BAND], read_scopes("read"), "")
    _, secret = await oauth.issue(busy.instance, app, None, read_scopes("read"))
    return secret


async def test_addresses_of_one_network_are_one(busy: Server) -> None:
    """Who has one address of IPv6 has many; those of IPv4 differ however they are written."""
    told = [
        left(await asked_from(busy, address))[1]
        for address in (
            "2001:db8:1:2::1",
            "2001:db8:1:2:ffff::2",
            "2001:db8:1:3::1",
            "::ffff:192.0.2.1",
            "192.0.2.1",
            "::ffff:192.0.2.2",
        )
    ]
    assert told == [299, 298, 299, 299, 298, 299]


async def asked_from(busy: Server, address: str) -> httpx.Response:
    """What a stranger at this address is answered."""
    transport = httpx.ASGITransport(busy.app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url=busy.http.base_url) as stranger:
        return await stranger.get("/api/v2/instance")


async def test_apps_of_one_person_count_together(
    busy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has many apps is told of what is left to all of them, when that is less."""
    monkeypatch.setattr(Rate.API_OF_A_PERSON, "_value_", often(303, minutes=5))
    names = ("alice", "alice", "alice", "bob")
    first, second, third, bob = [await app_of(busy, name) for name in names]
    by_token = [(first, 299), (first, 298), (second, 299), (second, 298), (second, 297)]
    for app, remaining in by_token:
        assert left(await app.ask("GET", PATH)) == (300, remaining)
    assert left(await third.ask("GET", PATH)) == (303, 297)
    assert left(await bob.ask("GET", PATH)) == (300, 299)
    monkeypatch.setattr(Rate.API_OF_A_PERSON, "_value_", often(6, minutes=5))
    refused = await second.ask("GET", PATH)
    assert (refused.status_code, left(refused)) == (429, (6, 0))
    assert (await bob.ask("GET", PATH)).status_code == 200


async def test_who_asks_too_much_is_put_off(busy: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is one too many is refused as JSON, with when to come again; others may still ask."""
    monkeypatch.setattr(Rate.API, "_value_", often(3, minutes=5))
    alice, bob = await app_of(busy, "alice"), await app_of(busy, "bob")
    for _ in range(3):
        answer = await alice.ask("GET", PATH)
    assert (answer.status_code, left(answer)) == (200, (3, 0))
    answer = await alice.ask("GET", PATH)
    assert (answer.status_code, left(answer)) == (429, (3, 0))
    assert answer.json()["error"]
    assert 0 < int(answer.headers["retry-after"]) <= 300
    assert (await bob.ask("GET", PATH)).status_code == 200


async def test_uploads_and_deletions_count_by_themselves(busy: Server) -> None:
    """Of what costs more there is less; the answer tells of what least is left."""
    alice = await app_of(busy, "alice")
    post = await alice.post("/v1/statuses", status="Hello")
    boost = f"/v1/statuses/{post['id']}"
    await alice.post(f"{boost}/reblog")
    assert left(await alice.ask("POST", f"{boost}/unreblog")) == (30, 29)
    assert left(await alice.ask("DELETE", boost)) == (30, 28)
    files = {"file": ("x", photograph())}
    assert left(await alice.ask("POST", "/v2/media", files=files)) == (30, 29)
    for _ in range(Rate.API_COSTLY.value.amount - 1):
        await alice.ask("POST", "/v2/media")
    refused = await alice.ask("POST", "/v2/media", files=files)
    assert (refused.status_code, left(refused)) == (429, (30, 0))
    assert left(await alice.ask("GET", PATH))[0] == 300


async def test_nothing_is_counted_for_test_programs(alpha: Server) -> None:
    """Where counting is turned off, nothing is said of it either."""
    answer = await (await app_of(alpha, "alice")).ask("GET", PATH)
    assert "x-ratelimit-limit" not in answer.headers
