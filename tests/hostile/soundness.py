"""This is where a server is looked over after an attack: nothing broke, nothing is half there."""

import logging
from dataclasses import dataclass

import httpx
import pytest

from tests.federation.server import Server, settle

# Each query finds what must not exist.
UNSOUND = {
    "a home timeline has a post that is not there": """
        SELECT h.status_id AS what FROM home_entry h LEFT JOIN status s ON s.id = h.status_id
        WHERE s.id IS NULL""",
    "a post has no author": """
        SELECT s.id AS what FROM status s LEFT JOIN actor a ON a.id = s.actor_id WHERE a.id IS NULL""",
    "a post of another server is not on that of its author": """
        SELECT s.uri AS what FROM status s JOIN actor a ON a.id = s.actor_id
        WHERE a.domain IS NOT NULL AND s.uri NOT LIKE 'https://' || a.host || '/%'""",
    "somebody on another server has an address of ours": """
        SELECT uri AS what FROM actor WHERE domain IS NOT NULL
            AND (uri LIKE 'https://alpha.test/%' OR inbox LIKE 'https://alpha.test/%')""",
    "an id or a time makes no sense": """
        SELECT id AS what FROM status WHERE id < 0 OR published < 0 OR published > 4102444800000""",
    "a boost has a text of its own": """
        SELECT id AS what FROM status WHERE boost_of_id IS NOT NULL AND content <> ''""",
    "a key belongs to nobody": """
        SELECT k.id AS what FROM actor_key k LEFT JOIN actor a ON a.id = k.actor_id WHERE a.id IS NULL""",
    "a job ended in a way that nobody foresaw": """
        SELECT last_error AS what FROM job WHERE last_error IS NOT NULL
            AND last_error NOT LIKE 'the id % belongs to another post'""",
}


@dataclass
class Overseer:
    """Looks at the database, the log, and the pages that alice sees."""

    server: Server
    browser: httpx.AsyncClient
    log: pytest.LogCaptureFixture

    async def looks_over(self) -> None:
        """Whatever waits is done; then the database holds together, and no error was noted."""
        await settle(self.server)
        async with self.server.instance.db.read() as connection:
            for what, query in UNSOUND.items():
                found = [row["what"] for row in await connection.fetch_all(query)]
                assert not found, what
            assert not await connection.fetch_all("PRAGMA foreign_key_check")
        noted = [one for one in self.log.records if one.levelno >= logging.ERROR]
        assert not noted, [one.getMessage() for one in noted]
        self.log.clear()

    async def opens_pages(self) -> None:
        """What was stored last can be seen: on the timelines, and on its own page."""
        for path in ("/", "/notifications", "/public"):
            assert (await self.browser.get(path)).status_code == 200, path
        for view in (await self.server.home("alice"))[:2]:
            shown = view.boost_of or view
            for path in (f"/@{shown.author.acct}/{shown.id}", f"/@{shown.author.acct}"):
                assert (await self.browser.get(path)).status_code == 200, path
