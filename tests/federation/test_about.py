"""What the place says of itself to anybody: who runs it, who may join, its rules, and privacy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fedlearn.app import make_app
from fedlearn.domain.audience import Scope
from fedlearn.errors import StartError
from fedlearn.instance import VERSION
from fedlearn.settings import Registration, Settings
from fedlearn.text.sanitize import to_plain_text
from tests.federation.network import Network
from tests.federation.server import Server, run_server

PAGES = ("/about", "/rules", "/privacy")


async def words_of(server: Server, path: str) -> str:
    """The text of a page."""
    answer = await server.get(path, "text/html")
    assert answer.status_code == 200
    return to_plain_text(answer.text)


async def test_about(alpha: Server) -> None:
    """Anybody learns what runs here, and how many people and public posts there are."""
    await alpha.post("alice", "hello")
    await alpha.post("bob", "kept inside", scope=Scope.ORG)
    words = await words_of(alpha, "/about")
    assert "2 people have an account. 1 post is open to everybody." in words
    assert f"Made with fedlearn {VERSION}." in words
    for path in PAGES:
        page = (await alpha.get(path, "text/html")).text
        assert all(f'href="{one}"' in page for one in PAGES)


@pytest.mark.parametrize(
    ("registration", "words"),
    [
        (Registration.OPEN, "Anybody who keeps to the rules: make an account."),
        (Registration.APPROVAL, "Anybody may ask for an account."),
        (Registration.INVITE, "People with an invitation"),
        (Registration.CLOSED, "People for whom those who run this server make an account."),
    ],
)
async def test_who_may_join(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    registration: Registration,
    words: str,
) -> None:
    """The page says who may join, as it is set, and how to reach the people who run the place."""
    settings = settings_of(
        "gate.test", registration=registration, contact_email="help@gate.test", name="The Gate"
    )
    async with run_server(settings, network) as gate:
        assert words in await words_of(gate, "/about")
        for path in PAGES:
            page = (await gate.get(path, "text/html")).text
            assert 'href="mailto:help@gate.test"' in page
            assert "The Gate" in page


async def test_texts_of_ours(alpha: Server) -> None:
    """Where the operator wrote nothing, there are rules, and a policy that speaks of children."""
    assert "harassment" in await words_of(alpha, "/rules")
    privacy = await words_of(alpha, "/privacy")
    assert "not for children under 13" in privacy
    assert "asks that page once for its title" in privacy
    assert "A session ends after 90 days without use." in privacy


async def test_texts_of_the_operator(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, tmp_path: Path
) -> None:
    """The operator's own Markdown takes the place of ours, as safe HTML with one first heading."""
    rules, privacy = tmp_path / "rules.md", tmp_path / "privacy.md"
    rules.write_text("# House rules\n\n1. No *bees*\n\n<script>alert(1)</script>", "utf-8")
    privacy.write_text("Not for people under 16. [Law](https://law.example)", "utf-8")
    settings = settings_of("own.test", rules_file=rules, privacy_file=privacy)
    async with run_server(settings, network) as own:
        page = (await own.get("/rules", "text/html")).text
        assert "<h2>House rules</h2>" in page
        assert "<em>bees</em>" in page
        assert "<script>alert" not in page
        assert page.count("<h1") == 1
        assert "harassment" not in page
        page = (await own.get("/privacy", "text/html")).text
        assert "under 16" in page
        assert "under 13" not in page
        assert 'href="https://law.example"' in page


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_text_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    """A file that is not there, or is no text, stops the start with its name."""
    path = tmp_path / "rules.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StartError, match=r"rules\.md cannot be read"):
        make_app(Settings(rules_file=path))
