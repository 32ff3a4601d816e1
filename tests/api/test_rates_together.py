"""How often may be asked, where several processes answer with one database."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import asyncpg
import httpx
import pytest

from fedlearn.domain.rates import Rate, often, seldom
from fedlearn.services.rates import Counts
from fedlearn.settings import Registration, Settings
from tests.api.apps import App, all_allowed
from tests.clock import DAY, Clock
from tests.federation.network import Network
from tests.federation.server import PASSWORD, Server, patiently, run_server

PATH = "/v1/preferences"
NEVER = 3600.0


@pytest.fixture(autouse=True)
def _small_rates(quick_keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rate.API, "_value_", often(20, minutes=5))
    monkeypatch.setattr(Rate.API_OF_A_PERSON, "_value_", often(30, minutes=5))
    monkeypatch.setattr(Rate.SIGN_IN, "_value_", seldom(4, minutes=10))


@pytest.fixture
def shared(settings_of: Callable[..., Settings], database_settings: Settings) -> Settings:
    """Settings of a server of several processes, on each engine in turn."""
    return settings_of(
        "busy.test",
        rate_limits=True,
        registration=Registration.OPEN,
        database=database_settings.database,
    )


@dataclass
class Pair:
    """Two processes of one server, and an app of Alice that asks them."""

    one: Server
    two: Server
    token: str

    async def ask(self, server: Server) -> tuple[int, int]:
        """How the app is answered, and how much it is told to be left."""
        answer = await App(server, self.token).ask("GET", PATH)
        return answer.status_code, int(answer.headers["x-ratelimit-remaining"])

    async def exchange(self) -> None:
        """Both tell and learn, and the first learns what the second told."""
        for server in (self.one, self.two, self.one):
            await counts_of(server).exchange()


@asynccontextmanager
async def pair_of(shared: Settings, network: Network) -> AsyncIterator[Pair]:
    """Two processes with one database and one secret."""
    async with run_server(shared, network) as one, run_server(shared, network) as two:
        yield Pair(one, two, await all_allowed(one, "alice"))


def counts_of(server: Server) -> Counts:
    """What a process has counted."""
    counts: Counts = server.app.state.parts.limits._counts
    return counts


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process exchanges what it has counted by itself."""
    monkeypatch.setattr("fedlearn.services.rates.BETWEEN_EXCHANGES", NEVER)
    monkeypatch.setattr("fedlearn.services.rates.PARTS_TOLD", 0)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes keep for themselves only for a moment what they count."""
    monkeypatch.setattr("fedlearn.services.rates.BETWEEN_EXCHANGES", 0.02)
    monkeypatch.setattr("fedlearn.services.rates.SHORTEST_PAUSE", 0.02)


async def try_sign_in(server: Server, password: str = "a wrong one") -> httpx.Response:
    """What somebody at this address gets who signs in as Alice."""
    return await server.http.post("/sign-in", data={"login": "alice", "password": password})


@asynccontextmanager
async def only_read(shared: Settings) -> AsyncIterator[None]:
    """Another program writes in the file and does not end, or the database is one that only copies."""
    if shared.database.startswith("postgresql"):
        name = shared.database.rpartition("/")[2]
        await on_postgres(shared, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        yield
        return
    with closing(sqlite3.connect(shared.sqlite_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def on_postgres(shared: Settings, command: str) -> None:
    """Do something to the database."""
    connection = await asyncpg.connect(shared.database)
    try:
        await connection.execute(command)
    finally:
        await connection.close()


async def test_what_two_processes_let_pass(
    shared: Settings, network: Network, by_hand: None
) -> None:
    """What one has counted is taken off at the other; in the end both refuse."""
    async with pair_of(shared, network) as pair:
        for server in (pair.one, pair.two) * 8:
            assert (await pair.ask(server))[0] == 200
        await pair.exchange()
        # Who tells learns; the one that told first knows of the other's when it tells again.
        assert await pair.ask(pair.two) == (200, 3)
        assert await pair.ask(pair.one) == (200, 11)
        await pair.exchange()
        assert await pair.ask(pair.one) == (200, 2)
        assert await pair.ask(pair.two) == (200, 1)
        await pair.exchange()
        assert [await pair.ask(server) for server in (pair.one, pair.two)] == [(429, 0)] * 2
        # That one was refused counts nowhere; another app of the same person may ask on.
        pair.token = await all_allowed(pair.one, "alice")
        assert await pair.ask(pair.two) == (200, 9)


async def test_a_limit_is_heard_of(shared: Settings, network: Network, hasty: None) -> None:
    """Who has used up everything at one process is refused by another that they never asked."""
    async with pair_of(shared, network) as pair:
        for _ in range(20):
            assert (await pair.ask(pair.one))[0] == 200

        async def has_heard() -> bool:
            return any(one.spent >= 20 for one in counts_of(pair.two)._tallies.values())

        await patiently(has_heard)
        assert await pair.ask(pair.two) == (429, 0)
        assert (await App(pair.two, await all_allowed(pair.one, "bob")).ask("GET", PATH)).is_success


async def test_tries_to_sign_in_are_counted_at_once(
    shared: Settings, network: Network, by_hand: None
) -> None:
    """The next guess is refused wherever it is made, though no count was exchanged: even a right one."""
    async with pair_of(shared, network) as pair:
        answers = [await try_sign_in(server) for server in (pair.one, pair.two) * 2]
        assert [one.status_code for one in answers] == [422] * 4
        refused = [await try_sign_in(server, PASSWORD) for server in (pair.one, pair.two)]
        assert [one.status_code for one in refused] == [429] * 2
        assert not any("set-cookie" in one.headers for one in refused)
        assert 0 < int(refused[1].headers["retry-after"]) <= 600


async def test_where_nothing_can_be_written(
    shared: Settings, network: Network, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody signs in or up while it cannot be counted how often; who reads is counted here alone."""
    monkeypatch.setattr("fedlearn.db.sqlite.LOCK_PATIENCE", 0.02)
    async with run_server(shared, network) as one:
        app = App(one, await all_allowed(one, "alice"))
        assert (await app.ask("GET", PATH)).is_success
        async with only_read(shared), run_server(shared, network) as two:
            refused = await try_sign_in(two, PASSWORD)
            assert (refused.status_code, "set-cookie" in refused.headers) == (503, False)
            assert "Try again in a moment" in refused.text
            assert int(refused.headers["retry-after"]) > 0
            app.server = two
            refused = await app.ask("POST", "/v1/accounts", json={"username": "mallory"})
            assert (refused.status_code, set(refused.json())) == (503, {"error"})
            codes = [(await app.ask("GET", PATH)).status_code for _ in range(21)]
            assert codes == [200] * 19 + [429] * 2


async def test_clock_that_is_put_back(
    shared: Settings, network: Network, by_hand: None, clock: Clock
) -> None:
    """Nobody waits for a year that a wrong clock has promised, neither to ask nor to sign in."""
    async with run_server(shared, network) as one:
        app = App(one, await all_allowed(one, "alice"))
        clock.forward(365 * DAY)
        codes = [(await app.ask("GET", PATH)).status_code for _ in range(21)]
        assert codes == [200] * 20 + [429]
        assert [(await try_sign_in(one)).status_code for _ in range(5)] == [422] * 4 + [429]
        clock.forward(-365 * DAY)
        assert (await app.ask("GET", PATH)).status_code == 200
        assert (await try_sign_in(one)).status_code == 422
