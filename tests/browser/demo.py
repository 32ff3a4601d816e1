"""This is where a server is filled with talk as it may be heard at work, for pictures to show."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from fedlearn.db import direct_posts as db_direct_posts
from fedlearn.domain import ids
from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Millis
from fedlearn.services import accounts, boosts, favourites, reports
from fedlearn.services.accounts import NewAccount
from fedlearn.services.drafts import PollDraft
from tests.clock import HOUR, MINUTE, Clock
from tests.federation.peer import Peer
from tests.federation.server import PASSWORD, Server

NAME = "Learning here"
DESCRIPTION = "What we learn at work, and whom to ask."
NEIGHBOUR = "makers.example"

# Whoever speaks here is a place at work, not a person: nobody is made up.
PEOPLE = {
    "welcome": ("Welcome desk", "First weeks, and whatever had to be learned twice. Checklists."),
    "lab": ("Electronics lab", "We collect mistakes worth making once."),
    "readers": ("Reading group", "Data and its doubts. Thursdays."),
    "helpdesk": ("Help desk", "Questions by day, answers by evening."),
    "planning": ("Planning", "From the workshop floor to the calendar. Still asking why."),
}


async def fill(server: Server, neighbour: Peer) -> dict[str, int]:
    """People, whom they follow, and a day of posts; what they are told is left unread.

    What is given back are the ids of a thread, a conversation and a report.

    The server must not run its worker, and its network must hold the neighbour.
    """
    await _people(server)
    await _neighbour(server, neighbour)
    with _clock() as clock:
        end = ids.now()
        clock.now = Millis(end - 27 * HOUR)
        report = await _a_report(server)
        clock.now = Millis(end - 3 * HOUR)
        conversation = await _a_talk(server)
        thread = await _a_day(server, clock, end)
    await server.worker.run_until_idle()
    return {"thread": thread, "conversation": conversation, "report": report}


async def _people(server: Server) -> None:
    """Everybody reads everybody, but who asks first; the welcome desk looks after the place."""
    wanted = NewAccount("welcome", f"welcome@{NEIGHBOUR}", PASSWORD, Role.ADMIN)
    await accounts.create_account(server.instance, wanted)
    for name, (display_name, bio) in PEOPLE.items():
        await accounts.change_profile(
            server.instance,
            await server.actor(name),
            name=display_name,
            bio=bio,
            is_locked=name == "welcome",
        )
    for reader in PEOPLE:
        for name in PEOPLE:
            if name not in {reader, "welcome"}:
                await server.follow(reader, f"@{name}@{server.instance.uris.domain}")


async def _neighbour(server: Server, neighbour: Peer) -> None:
    """Somebody on another server, whom the welcome desk follows, and what came from there."""
    repair = neighbour.person("repair", summary="<p>An open workshop for repair.</p>")
    repair.changes["name"] = "Open workshop"
    await server.follow("welcome", repair.handle)
    await server.worker.run_until_idle()
    follow = neighbour.got("Follow")[0]
    await repair.deliver(server, repair.activity("Accept", follow))
    published = datetime.fromtimestamp((ids.now() - 24 * MINUTE) / 1000, UTC)
    note = repair.note(
        "<p>A student asked why we sharpen before we measure. I have taught this for nine years and "
        "had no answer. Now we measure first, and throw away less wood.</p>",
        published=published.isoformat(),
    )
    await repair.deliver(server, repair.activity("Create", note))
    await server.worker.run_until_idle()


async def _a_day(server: Server, clock: Clock, end: Millis) -> int:
    """Posts, answers, likes and a boost, from yesterday to just now."""

    def ago(milliseconds: int) -> None:
        clock.now = Millis(end - milliseconds)

    ago(26 * HOUR)
    answered = await server.post(
        "helpdesk",
        "Three customers asked the same question this week, so I wrote the answer down once. It took "
        "ten minutes. I should have done it in spring.",
    )
    ago(6 * HOUR)
    question = await server.post(
        "planning",
        "How do you learn a tool that everybody else here has used for years? I can follow the steps, "
        "but I do not see what they see. #planning",
    )
    ago(5 * HOUR)
    answer = await server.reply(
        "lab",
        question.status.uri,
        "Sit beside somebody for an hour and write down every question you do not ask. Then ask the "
        "three that are left at the end.",
    )
    ago(4 * HOUR)
    await server.reply("planning", answer.status.uri, "I had eleven. Two were left, one was a bug.")
    await server.reply(
        "readers", question.status.uri, "Ask them to get it wrong on purpose. That shows the edges."
    )
    ago(2 * HOUR)
    first_week = await server.post(
        "welcome",
        "New people start on Monday. What is the one thing you wish somebody had told you in your "
        "first week?",
    )
    ago(95 * MINUTE)
    await server.reply(
        "planning",
        first_week.status.uri,
        "Where the good chairs are. And that nobody minds a question.",
    )
    ago(70 * MINUTE)
    await server.post(
        "readers",
        "What do we read in January?",
        poll=PollDraft(
            ("How people learn to estimate", "Drawing what we measure", "A book of errors")
        ),
    )
    ago(48 * MINUTE)
    puzzle = await server.post(
        "helpdesk",
        "The short circuit is in the second drawer. Everybody opens the first one.",
        content_warning="Answer to the Friday puzzle",
    )
    ago(14 * MINUTE)
    await server.post(
        "readers",
        "Notes from the reading group are up. Next Thursday: why averages lie, with our own numbers. "
        "Room 4, bring one chart that you no longer believe.",
        scope=Scope.ORG,
    )
    ago(6 * MINUTE)
    lesson = await server.post(
        "lab",
        "What I learned today: the reading jumped because my chair touched the bench. Two hours of "
        "measuring, one centimetre of chair.\n\nChange one thing at a time, and start with the chair. "
        "#lab",
    )
    ago(2 * MINUTE)
    instance = server.instance
    likes = {
        question: ("welcome", "helpdesk", "lab"),
        lesson: ("welcome", "readers", "planning", "helpdesk"),
        first_week: ("planning", "lab"),
        puzzle: ("planning",),
    }
    for status, names in likes.items():
        for name in names:
            await favourites.favourite(instance, await server.actor(name), status.id)
    ago(60 * MINUTE)
    await boosts.boost(instance, await server.actor("planning"), answered.id)
    ago(1 * MINUTE)
    await server.follow("helpdesk", f"@welcome@{instance.uris.domain}")
    return answer.id


async def _a_talk(server: Server) -> int:
    """A conversation of two, by its id."""
    asked = await server.post(
        "planning",
        "@welcome Can I sit with the help desk on Tuesday? I want to hear the questions before they "
        "are tidied up.",
        reach=Reach.DIRECT,
    )
    answered = await server.reply("welcome", asked.status.uri, "@planning Yes. They start at nine.")
    await server.reply("planning", answered.status.uri, "@welcome Then I am there at a quarter to.")
    reader = await server.actor("welcome")
    async with server.instance.db.read() as connection:
        [latest, *_] = await db_direct_posts.conversations_page(
            connection, reader.viewer, before=None, limit=1
        )
    return latest.conversation.id


async def _a_report(server: Server) -> int:
    """Something for who looks after the place, by its id."""
    post = await server.post(
        "helpdesk", "The answer to that is in the manual. As it was last week."
    )
    await reports.report(
        server.instance,
        await server.actor("planning"),
        await server.actor("helpdesk"),
        comment="I asked once, and was new. Is this how we want to answer?",
        status_ids=[post.id],
    )
    return (await reports.all_reports(server.instance))[0].id


@contextmanager
def _clock() -> Iterator[Clock]:
    """The clock of the server in our hands, for as long as this lasts."""
    clock = Clock(ids.now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: clock.now * 1_000_000))
        yield clock
