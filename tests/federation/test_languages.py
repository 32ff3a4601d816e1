"""Pages in the language of whom they are for."""

import pytest

from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")
HTML = "text/html"


async def test_page_speaks_as_the_browser_asks(alpha: Server) -> None:
    """A stranger gets the page in the language that their browser asks for, errors too."""
    german = await alpha.get("/sign-in", HTML, **{"accept-language": "de-CH, en;q=0.5"})
    english = await alpha.get("/sign-in", HTML, **{"accept-language": "fr"})
    assert '<html lang="de" dir="ltr">' in german.text
    assert "<h1>Anmelden</h1>" in german.text
    assert '<html lang="en" dir="ltr">' in english.text
    assert "<h1>Sign in</h1>" in english.text
    assert "accept-language" in german.headers["vary"].lower()
