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


def write_terms(folder: Path, **texts: str) -> Path:
    """A folder of terms, by the days from which they hold."""
    folder.mkdir()
    for day, text in texts.items():
        (folder / f"{day.strip('_').replace('_', '-')}.md").write_text(text, "utf-8")
    return folder


async def test_terms_of_service(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    tmp_path: Path,
    alpha: Server,
) -> None:
    """Terms of today stand on /terms and wherever rules are named; others by their day."""
    terms = {"_2020_01_31": "Old ones.", "_2021_02_01": "# Terms\n\nOurs.", "_2999_01_01": "Later."}
    folder = write_terms(tmp_path / "terms", **terms)
    settings = settings_of("own.test", terms_dir=folder, registration=Registration.OPEN)
    async with run_server(settings, network) as own:
        words = await words_of(own, "/terms")
        assert "In force from February 1, 2021 until January 1, 2999." in words
        assert "Ours." in words
        page = (await own.get("/terms", "text/html")).text
        assert page.count("<h1") == 1
        assert 'href="/terms/2020-01-31"' in page
        assert "Old ones." in await words_of(own, "/terms/2020-01-31")
        assert "In force from January 1, 2999." in await words_of(own, "/terms/2999-01-01")
        for path in ("/about", "/sign-up", "/keys"):
            assert 'href="/terms"' in (await own.get(path, "text/html")).text
        for day in ("2021-02-02", "x"):
            assert (await own.get(f"/terms/{day}", "text/html")).status_code == 404
    assert (await alpha.get("/terms", "text/html")).status_code == 404
    assert 'href="/terms"' not in (await alpha.get("/about", "text/html")).text


async def test_who_signs_up_agrees(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, tmp_path: Path
) -> None:
    """Before somebody makes an account it is said to what they agree: terms only where there are any."""
    is_open = {"registration": Registration.OPEN}
    async with run_server(settings_of("open.test", **is_open), network) as place:
        assert "you agree to the rules. Privacy says what is kept about you." in await words_of(
            place, "/sign-up"
        )
    folder = write_terms(tmp_path / "terms", _2021_02_01="Ours.")
    async with run_server(settings_of("own.test", terms_dir=folder, **is_open), network) as place:
        assert "the rules and the terms of service." in await words_of(place, "/sign-up")


async def test_more_about_the_place(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, tmp_path: Path
) -> None:
    """What the operator says at length stands on /about."""
    about = tmp_path / "about.md"
    about.write_text("# Our school\n\nSince *1908*.", "utf-8")
    async with run_server(settings_of("own.test", about_file=about), network) as own:
        page = (await own.get("/about", "text/html")).text
        assert "<h2>Our school</h2>" in page
        assert "<em>1908</em>" in page
        assert page.count("<h1") == 1


def test_terms_without_a_day(tmp_path: Path) -> None:
    """Terms that are named otherwise than by a day stop the start, and so does no folder."""
    with pytest.raises(StartError, match=r"terms\.md is not named by the day"):
        make_app(Settings(terms_dir=write_terms(tmp_path / "terms", terms="Ours.")))
    with pytest.raises(StartError, match="nowhere is no folder with terms of service"):
        make_app(Settings(terms_dir=tmp_path / "nowhere"))


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_text_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    """A file that is not there, or is no text, stops the start with its name."""
    path = tmp_path / "rules.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StartError, match=r"rules\.md cannot be read"):
        make_app(Settings(rules_file=path))
