"""What the server tells apps of itself before anybody signs in."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import moderation
from fedlearn.settings import Settings
from tests.api.apps import app_of
from tests.clock import DAY, Clock
from tests.federation.network import Network
from tests.federation.server import Server, run_server


async def test_instance_says_what_it_can_do(alpha: Server) -> None:
    """Both versions name the server, its limits and who may join; the number says no more than is true."""
    stranger = await app_of(alpha)
    said = await stranger.get("/v2/instance")
    old = await stranger.get("/v1/instance")
    assert (said["domain"], old["uri"]) == ("alpha.test", "alpha.test")
    assert said["version"].startswith("4.6.0 (compatible; fedlearn ")
    assert said["api_versions"]["mastodon"] == 10
    assert said["wrapstodon"] is None
    statuses = said["configuration"]["statuses"]
    assert (statuses["max_characters"], statuses["max_media_attachments"]) == (500, 4)
    assert said["configuration"]["urls"]["streaming"] == "wss://alpha.test"
    assert said["configuration"]["translation"] == {"enabled": False}
    assert old["configuration"] == said["configuration"]


async def test_posts_that_stay_inside_are_not_counted(alpha: Server) -> None:
    """How many posts there are tells nothing of those that never leave."""
    alice, stranger = await app_of(alpha, "alice"), await app_of(alpha)
    for local_only in (False, True, True):
        await alice.post("/v1/statuses", status="Hello", local_only=local_only)
    assert (await stranger.get("/v1/instance"))["stats"]["status_count"] == 1


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/accounts/x", "/v9/instance"])
async def test_nothing_is_said_in_json(alpha: Server, path: str) -> None:
    """What is not there is not there in JSON, too."""
    answer = await (await app_of(alpha)).ask("GET", path)
    assert answer.status_code == 404
    assert answer.json().keys() == {"error"}


async def test_servers_that_are_kept_out(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Who is kept out is told where the operator wants everybody to know; else it is not there."""
    async with run_server(settings_of("place.test", shows_domain_blocks=True), network) as place:
        await moderation.set_domain_policy(
            place.instance, "loud.test", Policy.SILENCE, by=TERMINAL, public_comment="Noise"
        )
        (told,) = await (await app_of(place)).get("/v1/instance/domain_blocks")
    assert (told["domain"], told["severity"], told["comment"]) == ("loud.test", "silence", "Noise")
    assert told["digest"] == hashlib.sha256(b"loud.test").hexdigest()


async def test_who_is_kept_out_is_nobodys_business(alpha: Server) -> None:
    """Where the operator has not said so, nothing is told."""
    answer = await (await app_of(alpha)).ask("GET", "/v1/instance/domain_blocks")
    assert answer.status_code == 404


async def test_twelve_weeks(alpha: Server, clock: Clock) -> None:
    """Week by week: posts that anybody may read, by how many, and who came; the latest week first."""
    alice, stranger = await app_of(alpha, "alice"), await app_of(alpha)
    clock.forward(7 * DAY)
    await alpha.actor("bob")
    await alice.post("/v1/statuses", status="Hello")
    await alice.post("/v1/statuses", status="Inside", local_only=True)
    await alice.post("/v1/statuses", status="For few", visibility="private")
    weeks = await stranger.get("/v1/instance/activity")
    assert len(weeks) == 12
    begins = [int(week["week"]) for week in weeks]
    assert {one - other for one, other in pairwise(begins)} == {7 * 86_400}
    assert datetime.fromtimestamp(begins[0], UTC).weekday() == 0
    this, last = ({**week, "week": ""} for week in weeks[:2])
    assert this == {"week": "", "statuses": "1", "logins": "1", "registrations": "1"}
    assert last == {"week": "", "statuses": "0", "logins": "0", "registrations": "1"}


async def test_texts_of_the_operator(
    settings_of: Callable[..., Settings],
    network: Network,
    quick_keys: None,
    tmp_path: Path,
    clock: Clock,
) -> None:
    """Apps are told what the operator says at length, and the terms of today and of other days."""
    (tmp_path / "about.md").write_text("Since *1908*.", "utf-8")
    (tmp_path / "privacy.md").write_text("Nothing is kept.", "utf-8")
    terms = tmp_path / "terms"
    terms.mkdir()
    tomorrow = datetime.fromtimestamp((clock.now + DAY) / 1000, UTC).date().isoformat()
    for day in ("2021-02-01", tomorrow):
        (terms / f"{day}.md").write_text(f"Terms of {day}.", "utf-8")
    settings = settings_of(
        "place.test",
        about_file=tmp_path / "about.md",
        privacy_file=tmp_path / "privacy.md",
        terms_dir=terms,
    )
    async with run_server(settings, network) as place:
        nobody = await app_of(place)
        said = await nobody.get("/v1/instance/extended_description")
        assert said["content"].strip() == "<p>Since <em>1908</em>.</p>"
        assert said["updated_at"].startswith(f"{datetime.now(UTC).year}-")
        policy = await nobody.get("/v1/instance/privacy_policy")
        assert "Nothing is kept." in policy["content"]
        assert policy["updated_at"].startswith(f"{datetime.now(UTC).year}-")
        urls = (await nobody.get("/v2/instance"))["configuration"]["urls"]
        assert urls["terms_of_service"] == "https://place.test/terms"
        assert urls["privacy_policy"] == "https://place.test/privacy"
        now_in_force = await nobody.get("/v1/instance/terms_of_service")
        assert now_in_force == {
            "effective_date": "2021-02-01",
            "effective": True,
            "content": "<p>Terms of 2021-02-01.</p>\n",
            "succeeded_by": tomorrow,
        }
        later = await nobody.get(f"/v1/instance/terms_of_service/{tomorrow}")
        assert (later["effective"], later["succeeded_by"]) == (False, None)
        clock.forward(DAY)
        assert await nobody.get("/v1/instance/terms_of_service") == {**later, "effective": True}
        wrong = await nobody.ask("GET", "/v1/instance/terms_of_service/2021-02-02")
        assert wrong.status_code == 404


async def test_no_terms(alpha: Server) -> None:
    """Where the operator has written none, there are none, and nothing leads there."""
    nobody = await app_of(alpha)
    answer = await nobody.ask("GET", "/v1/instance/terms_of_service")
    assert answer.status_code == 404
    urls = (await nobody.get("/v2/instance"))["configuration"]["urls"]
    assert urls["terms_of_service"] is None


async def test_health(alpha: Server) -> None:
    """Who looks whether the server is up is answered in JSON, without a word of what is in it."""
    answer = await alpha.http.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "UP"})


async def test_no_proofs(alpha: Server) -> None:
    """Older apps ask for proofs of identity: nobody has any; of whom there is not, nothing is said."""
    bob, stranger = await alpha.actor("bob"), await app_of(alpha)
    assert await stranger.get(f"/v1/accounts/{bob.id}/identity_proofs") == []
    answer = await stranger.ask("GET", "/v1/accounts/1/identity_proofs")
    assert answer.status_code == 404
