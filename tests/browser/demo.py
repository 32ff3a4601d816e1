"""This is where a server is filled with talk as it may be heard at work, for pictures to show.

Everybody here is made up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from fedlearn.domain import ids
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import Millis
from fedlearn.services import accounts, statuses
from tests.clock import HOUR, MINUTE, Clock
from tests.federation.peer import Peer
from tests.federation.server import Server

NAME = "Learning commons"
DESCRIPTION = "What we learn at work, and whom to ask."
NEIGHBOUR = "makers.example"

PEOPLE = {
    "mira": ("Mira Okonjo", "Onboarding, and whatever I had to learn twice. Ask for checklists."),
    "jonas": ("Jonas Lindqvist", "Electronics lab. I collect mistakes worth making once."),
    "priya": ("Priya Raman", "Data and its doubts. Reading group on Thursdays."),
    "tomas": ("Tomás Herrera", "Support by day, woodwork by night."),
    "hanna": ("Hanna Weiss", "From the workshop floor to planning. Still asking why."),
}


async def fill(server: Server, neighbour: Peer) -> None:
    """People, whom they follow, and a day of posts; what they are told is left unread.

    The server must not run its worker, and its network must hold the neighbour.
    """
    await _people(server)
    await _neighbour(server, neighbour)
    with _clock() as clock:
        await _a_day(server, clock, ids.now())
    await server.worker.run_until_idle()


async def _people(server: Server) -> None:
    """Everybody reads everybody, but who asks first."""
    for name, (display_name, bio) in PEOPLE.items():
        await accounts.change_profile(
            server.instance,
            await server.actor(name),
            name=display_name,
            bio=bio,
            is_locked=name == "mira",
        )
    for reader in PEOPLE:
        for name in PEOPLE:
            if name not in {reader, "mira"}:
                await server.follow(reader, f"@{name}@{server.instance.uris.domain}")


async def _neighbour(server: Server, neighbour: Peer) -> None:
    """Somebody on another server, whom Mira follows, and what came from there."""
    sefa = neighbour.person("sefa_tu", summary="<p>Teaches repair in a small open workshop.</p>")
    sefa.changes["name"] = "Sefa Tuilagi"
    await server.follow("mira", sefa.handle)
    await server.worker.run_until_idle()
    follow = neighbour.got("Follow")[0]
    await sefa.deliver(server, sefa.activity("Accept", follow))
    published = datetime.fromtimestamp((ids.now() - 24 * MINUTE) / 1000, UTC)
    note = sefa.note(
        "<p>A student asked why we sharpen before we measure. I have taught this for nine years and "
        "had no answer. Now we measure first, and throw away less wood.</p>",
        published=published.isoformat(),
    )
    await sefa.deliver(server, sefa.activity("Create", note))
    await server.worker.run_until_idle()


async def _a_day(server: Server, clock: Clock, end: Millis) -> None:
    """Posts, answers, likes and a boost, from yesterday to just now."""

    def ago(milliseconds: int) -> None:
        clock.now = Millis(end - milliseconds)

    ago(26 * HOUR)
    answered = await server.post(
        "tomas",
        "Three customers asked the same question this week, so I wrote the answer down once. It took "
        "ten minutes. I should have done it in spring.",
    )
    ago(6 * HOUR)
    question = await server.post(
        "hanna",
        "How do you learn a tool that everybody else here has used for years? I can follow the steps, "
        "but I do not see what they see. #planning",
    )
    ago(5 * HOUR)
    answer = await server.reply(
        "jonas",
        question.status.uri,
        "Sit beside somebody for an hour and write down every question you do not ask. Then ask the "
        "three that are left at the end.",
    )
    ago(4 * HOUR)
    await server.reply("hanna", answer.status.uri, "I had eleven. Two were left, one was a bug.")
    await server.reply(
        "priya", question.status.uri, "Ask them to get it wrong on purpose. That shows the edges."
    )
    ago(2 * HOUR)
    first_week = await server.post(
        "mira",
        "New people start on Monday. What is the one thing you wish somebody had told you in your "
        "first week?",
    )
    ago(95 * MINUTE)
    await server.reply(
        "hanna",
        first_week.status.uri,
        "Where the good chairs are. And that nobody minds a question.",
    )
    ago(48 * MINUTE)
    puzzle = await server.post(
        "tomas",
        "The short circuit is in the second drawer. Everybody opens the first one.",
        content_warning="Answer to the Friday puzzle",
    )
    ago(14 * MINUTE)
    await server.post(
        "priya",
        "Notes from the reading group are up. Next Thursday: why averages lie, with our own numbers. "
        "Room 4, bring one chart that you no longer believe.",
        scope=Scope.ORG,
    )
    ago(6 * MINUTE)
    lesson = await server.post(
        "jonas",
        "What I learned today: the reading jumped because my chair touched the bench. Two hours of "
        "measuring, one centimetre of chair.\n\nChange one thing at a time, and start with the chair. "
        "#lab",
    )
    ago(2 * MINUTE)
    instance = server.instance
    likes = {
        question: ("mira", "tomas", "jonas"),
        lesson: ("mira", "priya", "hanna", "tomas"),
        first_week: ("hanna", "jonas"),
        puzzle: ("hanna",),
    }
    for status, names in likes.items():
        for name in names:
            await statuses.favourite(instance, await server.actor(name), status.id)
    ago(60 * MINUTE)
    await statuses.boost(instance, await server.actor("hanna"), answered.id)
    ago(1 * MINUTE)
    await server.follow("tomas", f"@mira@{instance.uris.domain}")


@contextmanager
def _clock() -> Iterator[Clock]:
    """The clock of the server in our hands, for as long as this lasts."""
    clock = Clock(ids.now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: clock.now * 1_000_000))
        yield clock
