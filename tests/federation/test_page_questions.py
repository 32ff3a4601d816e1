"""How many questions a page asks the database: no more for forty posts than for five.

How many are allowed stands in tests/federation/pages.py, so that one more is somebody's decision.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from fedlearn.db.details import Details, replace_details
from fedlearn.db.sqlite import SqliteConnection
from fedlearn.domain.actors import Actor
from fedlearn.domain.statuses import Attachment, Preview, StatusView
from fedlearn.services import bookmarks, boosts, favourites, lists
from fedlearn.services.drafts import PollDraft
from fedlearn.web.routes import PAGES as ROUTES
from tests.federation.browser import sign_in
from tests.federation.pages import EVERYBODY, PAGES
from tests.federation.server import Server

FEW, MANY = 5, 40
MARK = "marmalade"  # every post says so, so that a page with posts is known by it
AUTHORS = ("ann", "ben", "cyd")
READER = "dora"
GAP = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass
class Scene:
    """A browser in which somebody is signed in who has much to read, and what fills the gaps."""

    browser: httpx.AsyncClient
    few: Mapping[str, object]
    many: Mapping[str, object]

    async def count(self, at: str, gaps: Mapping[str, object], asked: list[str]) -> int:
        """How many questions a page asks when it is looked at once more."""
        address = at.format(**gaps)
        await self.browser.get(address)
        asked.clear()
        answer = await self.browser.get(address)
        assert answer.status_code == 200, address
        assert MARK in answer.text, address
        return len(asked)

    async def look(self, path: str) -> str:
        """What a page shows whose address has gaps."""
        gaps = {"name": "bees", "username": "ann", "status_id": self.few["own"]}
        gaps |= {"list_id": self.few["list"], "actor_id": self.few["ann"]}
        address = GAP.sub(lambda gap: str(gaps.get(gap[1], "1")), path)
        return (await self.browser.get(address)).text


@pytest.fixture
async def scene(alpha: Server) -> AsyncIterator[Scene]:
    """Forty posts of each of three people, whom one follows who likes and keeps them all."""
    browser = await sign_in(alpha, READER)
    reader = await alpha.actor(READER)
    people = [await alpha.actor(name) for name in AUTHORS]
    shared = await lists.create_list(alpha.instance, reader, "Everybody")
    for person in people:
        await alpha.follow(READER, f"@{person.acct}@{alpha.host}")
        await lists.add_member(alpha.instance, reader, shared.id, person)
    roots = [await _say(alpha, people[0], f"What do you know of {MARK}?") for _ in range(2)]
    for number in range(MANY):
        for root in roots[: 1 if number >= FEW else 2]:
            await _speak(alpha, people, root, number)
    own = await _say(alpha, reader, MARK)
    same: dict[str, object] = {"list": shared.id, "own": own.id, "ann": people[0].id}
    same |= {"writer": "ann", "tag": "bees", "word": MARK}
    yield Scene(
        browser,
        few={"limit": FEW, "thread": roots[1].id} | same,
        many={"limit": MANY, "thread": roots[0].id} | same,
    )
    await browser.aclose()


async def _speak(server: Server, people: Sequence[Actor], root: StatusView, number: int) -> None:
    """Everything that can be said, so that any five posts have something of everything."""
    ann, ben, cyd = people
    answer = await _say(server, ben, f"{MARK} {number}", in_reply_to_id=root.id)
    await _say(server, ann, f"Who likes {MARK}?", poll=PollDraft(("I", "Not I")))
    quoting = await _say(server, ann, f"As said of {MARK}", quoted_id=answer.id)
    reader = await server.actor(READER)
    for view in (answer, quoting):
        await bookmarks.bookmark(server.instance, reader, view.id)
        for person in (reader, cyd):
            await favourites.favourite(server.instance, person, view.id)
    await boosts.boost(server.instance, cyd, answer.id)


async def _say(server: Server, author: Actor, text: str, **facts: Any) -> StatusView:
    view = await server.post(author.profile.username, f"{text} #bees @{READER}", **facts)
    picture = Attachment("image/png", "https://far.example/1.png")
    details = Details(("bees",), (picture,), Preview("https://far.example/", MARK))
    async with server.instance.db.write() as connection:
        await replace_details(connection, view.id, details)
    return view


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question that the database is asked from now on."""
    questions: list[str] = []
    for name in ("fetch_all", "execute", "execute_many", "sweep"):
        _note(monkeypatch, name, questions)
    return questions


def _note(monkeypatch: pytest.MonkeyPatch, name: str, questions: list[str]) -> None:
    answer = getattr(SqliteConnection, name)

    async def noted(self: SqliteConnection, sql: str, *rows: Any, **params: Any) -> Any:
        # What holds for IP addresses is asked every ten seconds, whatever is looked at meanwhile.
        if "FROM ip_block" not in sql:
            questions.append(sql)
        return await answer(self, sql, *rows, **params)

    monkeypatch.setattr(SqliteConnection, name, noted)


async def test_forty_posts_are_asked_for_as_five(scene: Scene, asked: list[str]) -> None:
    """Each page asks no more questions than its line allows, however many posts it shows."""
    found = {}
    for path, page in PAGES.items():
        counted = [await scene.count(page.at, gaps, asked) for gaps in (scene.few, scene.many)]
        if max(counted) > EVERYBODY + page.questions:
            found[path] = counted
    assert found == {}


async def test_pages_with_posts_are_counted(scene: Scene) -> None:
    """A page that shows posts stands in tests/federation/pages.py, or else is asked to."""
    missing = []
    for route in ROUTES:
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        if route.path not in PAGES and MARK in await scene.look(route.path):
            missing.append(f'"{route.path}": Page("…", POSTS + …)')
    assert missing == []
