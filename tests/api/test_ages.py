"""An age that one must have reached to make an account: asked on pages and by apps, and not kept."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime

import pytest

from fedlearn.domain.ids import Millis
from fedlearn.settings import Registration, Settings, load_settings
from tests.api.test_discovery import SIGN_UP, program
from tests.clock import Clock
from tests.federation.browser import open_browser
from tests.federation.network import Network
from tests.federation.server import Server, run_server

TODAY = "2026-11-27"
JUST_SIXTEEN = "2010-11-27"


@pytest.fixture
async def place(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None, clock: Clock
) -> AsyncIterator[Server]:
    """A server where whoever is sixteen signs up."""
    clock.now = Millis(int(datetime.fromisoformat(f"{TODAY}T12:00Z").timestamp() * 1000))
    settings = settings_of("place.test", registration=Registration.OPEN, min_age=16)
    async with run_server(settings, network) as server:
        yield server


def kept_by(server: Server) -> str:
    """All that stands in the database, as text."""
    with closing(sqlite3.connect(server.instance.settings.sqlite_path)) as other:
        return "\n".join(other.iterdump())


@pytest.mark.parametrize(
    ("born", "code"),
    [
        ("", "ERR_BLANK"),
        ("2010-11-28", "ERR_BELOW_LIMIT"),
        ("28.11.2010", "ERR_BELOW_LIMIT"),
        ("2030-01-01", "ERR_BELOW_LIMIT"),
        ("yesterday", "ERR_INVALID"),
        ("2010-13-01", "ERR_INVALID"),
        ("0001-01-01", "ERR_INVALID"),
    ],
)
async def test_app_is_told_who_is_too_young(place: Server, born: str, code: str) -> None:
    """With the code that apps know, and nobody gets an account."""
    app = await program(place)
    assert (await app.get("/v2/instance"))["registrations"]["min_age"] == 16
    refused = await app.ask("POST", "/v1/accounts", json=SIGN_UP | {"date_of_birth": born})
    assert refused.status_code == 422
    assert [one["error"] for one in refused.json()["details"]["date_of_birth"]] == [code]
    assert list(refused.json()["details"]) == ["date_of_birth"]
    assert refused.json()["error"].startswith("Validation failed: Date of birth")
    assert (await place.get("/users/dora")).status_code == 404


@pytest.mark.parametrize("born", [JUST_SIXTEEN, "27.11.2010", "1950-02-28"])
async def test_who_is_old_enough(place: Server, born: str) -> None:
    """On their birthday already; and when that was is kept nowhere."""
    made = await (await program(place)).post("/v1/accounts", **SIGN_UP, date_of_birth=born)
    assert made["access_token"]
    everything = kept_by(place)
    assert "dora@place.test" in everything
    assert born not in everything


async def test_page_asks_when_somebody_was_born(place: Server) -> None:
    """The form does, and comes back with what was typed; who is old enough is let in."""
    browser = open_browser(place)
    page = (await browser.get("/sign-up")).text
    assert 'name="date_of_birth" type="date"' in page
    assert "at least 16 years old" in page
    form = {name: str(SIGN_UP[name]) for name in ("username", "email", "password")}
    for born in ("", "2015-01-02"):
        refused = await browser.post("/sign-up", data=form | {"date_of_birth": born})
        assert refused.status_code == 422
        assert 'id="error-date_of_birth"' in refused.text
        assert f'value="{born}"' in refused.text
    let_in = await browser.post("/sign-up", data=form | {"date_of_birth": JUST_SIXTEEN})
    assert let_in.status_code == 303
    assert "children under 16" in (await browser.get("/privacy")).text


async def test_nobody_is_asked_elsewhere(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Where no age is set, no date is asked for, nor looked at."""
    assert load_settings({}).min_age is None
    assert load_settings({"FEDLEARN_MIN_AGE": "18"}).min_age == 18
    settings = settings_of("place.test", registration=Registration.OPEN)
    async with run_server(settings, network) as place:
        app = await program(place)
        assert (await app.get("/v2/instance"))["registrations"]["min_age"] is None
        assert "date_of_birth" not in (await open_browser(place).get("/sign-up")).text
        today = datetime.now(UTC).date().isoformat()
        assert await app.post("/v1/accounts", **SIGN_UP, date_of_birth=today)
