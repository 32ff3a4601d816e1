"""Posts that are sent later: planned, changed, called off, sent once, or told that they could not be."""

import asyncio

import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Millis, StatusId, now
from fedlearn.domain.jobs import Job, JobKind
from fedlearn.domain.media import Focus
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.roles import TERMINAL
from fedlearn.domain.scheduled import ScheduledStatus
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import attachments, cleaning, measures, scheduling, statuses
from fedlearn.services.drafts import Draft, MediaDraft, PollDraft
from fedlearn.worker import run_job
from tests.clock import DAY, MINUTE, Clock
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, told
from tests.federation.server import Server, settle
from tests.federation.uploads import newest, uploaded_files
from tests.pictures import png


async def plan(server: Server, name: str, draft: Draft, in_minutes: int = 10) -> ScheduledStatus:
    """Somebody posts later."""
    at = Millis(now() + in_minutes * MINUTE)
    return await scheduling.schedule(server.instance, await server.actor(name), draft, at)


async def waiting(server: Server, name: str) -> list[str]:
    """What somebody's posts say that are still to come."""
    views = await scheduling.scheduled_views(server.instance, await server.actor(name))
    return [one.draft.text for one in views]


async def test_it_is_posted_at_its_time(alpha: Server, bob: Person, clock: Clock) -> None:
    """Not before, with all that belongs to it, and to followers elsewhere as any other post."""
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    media = await attachments.upload(alpha.instance, alice, png(30))
    draft = Draft(
        "later #bees",
        reach=Reach.UNLISTED,
        content_warning="bees",
        language="de",
        media=(MediaDraft(media.id, "a bee", Focus(0.5, 0)),),
    )
    await plan(alpha, "alice", draft, in_minutes=3 * 24 * 60)
    await settle(alpha)
    clock.forward(2 * DAY)
    await cleaning.clean_up(alpha.instance)
    await settle(alpha)
    assert await alpha.home("alice") == []
    assert await waiting(alpha, "alice") == ["later #bees"]
    assert len(uploaded_files(alpha)) == 2
    at = clock.forward(DAY)
    await settle(alpha)
    view = await newest(alpha, "alice")
    assert (view.status.source, view.status.published) == ("later #bees", at)
    assert (view.status.reach, view.status.language) == (Reach.UNLISTED, "de")
    assert [one.focus for one in view.attachments] == [Focus(0.5, 0)]
    assert await waiting(alpha, "alice") == []
    assert bob.peer.got("Create")[-1]["object"]["id"] == view.status.uri


async def test_it_is_posted_once(alpha: Server, clock: Clock) -> None:
    """A job that runs again, or several at the same moment, make one post."""
    planned = await plan(alpha, "alice", Draft("once", poll=PollDraft(("a", "b"))))
    clock.forward(10 * MINUTE)
    job = Job(1, JobKind.POST_SCHEDULED, f'{{"scheduled_id":{planned.id}}}', 1)
    results = await asyncio.gather(*(run_job(alpha.instance, job) for _ in range(4)))
    assert results == [None] * 4
    await settle(alpha)
    [view] = await alpha.home("alice")
    assert view.poll is not None
    assert view.poll.ends_at == now() + DAY


async def test_another_time(alpha: Server, clock: Clock) -> None:
    """Moved ahead, it comes sooner; put off, it does not come at its first time."""
    alice = await alpha.actor("alice")
    sooner = await plan(alpha, "alice", Draft("sooner"), in_minutes=60)
    later = await plan(alpha, "alice", Draft("later"), in_minutes=10)
    change = scheduling.change_scheduled
    await change(alpha.instance, alice, sooner.id, Millis(now() + 6 * MINUTE))
    await change(
        alpha.instance, alice, later.id, Millis(now() + 90 * MINUTE), Draft("in other words")
    )
    assert await waiting(alpha, "alice") == ["sooner", "in other words"]
    said = []
    for _ in range(10):
        clock.forward(10 * MINUTE)
        await settle(alpha)
        said.append([one.status.source for one in await alpha.home("alice")])
    assert said == [["sooner"]] * 8 + [["in other words", "sooner"]] * 2


async def test_called_off(alpha: Server, clock: Clock) -> None:
    """What is called off is not posted, and its pictures go; nobody else can call it off."""
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    media = await attachments.upload(alpha.instance, alice, png(30))
    planned = await plan(alpha, "alice", Draft("never", media=(MediaDraft(media.id),)))
    at = Millis(now() + 20 * MINUTE)
    for attempt in (
        scheduling.call_off(alpha.instance, carol, planned.id),
        scheduling.change_scheduled(alpha.instance, carol, planned.id, at),
        scheduling.scheduled_view(alpha.instance, carol, planned.id),
        statuses.post_status(alpha.instance, carol, Draft("stolen"), scheduled_id=planned.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    await scheduling.call_off(alpha.instance, alice, planned.id)
    clock.forward(2 * DAY)
    await cleaning.clean_up(alpha.instance)
    await settle(alpha)
    assert await alpha.home("alice") == await alpha.home("carol") == []
    assert uploaded_files(alpha) == []


async def test_it_cannot_be_posted_any_more(alpha: Server, clock: Clock) -> None:
    """When what it answers is gone, its author is told why, and the text is still there."""
    question = await alpha.post("carol", "who knows?")
    planned = await plan(alpha, "alice", Draft("I know", in_reply_to_id=question.id))
    await statuses.delete_status(alpha.instance, question.author, question.id)
    clock.forward(11 * MINUTE)
    await settle(alpha)
    assert await told(alpha, "alice") == [(NotificationKind.NOT_POSTED, "alice")]
    alice = await alpha.actor("alice")
    view = await scheduling.scheduled_view(alpha.instance, alice, planned.id)
    assert view.scheduled.failure == "There is no such post."
    assert view.draft.text == "I know"
    # As a post of its own it can be sent.
    await statuses.post_status(alpha.instance, alice, Draft("I know"), scheduled_id=planned.id)
    assert [one.status.source for one in await alpha.home("alice")] == ["I know"]
    assert await waiting(alpha, "alice") == []


async def test_pictures_of_planned_posts_leave_room(
    alpha: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has planned much can upload more: only what stands in no post at all is counted."""
    monkeypatch.setattr(attachments, "MOST_WAITING", 1)
    alice = await alpha.actor("alice")
    for _ in range(2):
        media = await attachments.upload(alpha.instance, alice, png(30))
        await plan(alpha, "alice", Draft("later", media=(MediaDraft(media.id),)))
    await attachments.upload(alpha.instance, alice, png(30))
    with pytest.raises(Invalid, match="Too many"):
        await attachments.upload(alpha.instance, alice, png(30))


async def test_suspended_author_finds_it_again(alpha: Server, clock: Clock) -> None:
    """What was to be sent while its author was suspended is theirs again, to send it or not."""
    alice = await alpha.actor("alice")
    media = await attachments.upload(alpha.instance, alice, png(30))
    draft = Draft("later", media=(MediaDraft(media.id, "a bee"),))
    planned = await plan(alpha, "alice", draft)
    await measures.suspend(alpha.instance, TERMINAL, alice)
    clock.forward(2 * DAY)
    await cleaning.clean_up(alpha.instance)
    await settle(alpha)
    await measures.unsuspend(alpha.instance, TERMINAL, alice)
    await settle(alpha)
    assert await alpha.home("alice") == []
    assert (NotificationKind.NOT_POSTED, "alice") in await told(alpha, "alice")
    browser = await sign_in(alpha, "alice")
    page = await browser.get(f"/scheduled/{planned.id}")
    assert "Your account was suspended when its time had come." in page.text
    await browser.aclose()
    await statuses.post_status(alpha.instance, alice, draft, scheduled_id=planned.id)
    assert len((await newest(alpha, "alice")).attachments) == 1


async def test_what_cannot_be_planned(alpha: Server, bob: Person) -> None:
    """What could not be posted now is refused at once, as is a time too soon or too far away."""
    for in_minutes in (-10, 4, 366 * 24 * 60):
        with pytest.raises(Invalid) as refusal:
            await plan(alpha, "alice", Draft("later"), in_minutes)
        assert set(refusal.value.fields) == {"scheduled_at"}
    for draft in (Draft(""), Draft("x" * 501), Draft(f"for {bob.handle}", scope=Scope.ORG)):
        with pytest.raises(Invalid) as refusal:
            await plan(alpha, "alice", draft)
        assert set(refusal.value.fields) == {"text"}
    with pytest.raises(NotFound):
        await plan(alpha, "alice", Draft("why?", in_reply_to_id=StatusId(7)))
    carols = await attachments.upload(alpha.instance, await alpha.actor("carol"), png(30))
    with pytest.raises(Invalid) as refusal:
        await plan(alpha, "alice", Draft("mine", media=(MediaDraft(carols.id),)))
    assert set(refusal.value.fields) == {"pictures"}
    assert await waiting(alpha, "alice") == []


async def test_too_many(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an end to what one person may plan."""
    monkeypatch.setattr(scheduling, "MOST_SCHEDULED", 2)
    for text in ("one", "two"):
        await plan(alpha, "alice", Draft(text))
    with pytest.raises(Invalid) as refusal:
        await plan(alpha, "alice", Draft("three"))
    assert set(refusal.value.fields) == {"scheduled_at"}
    await plan(alpha, "carol", Draft("one"))


async def test_the_same_sent_twice(alpha: Server) -> None:
    """With the same key there is one post, however often and at once it is sent; for later, too."""
    alice = await alpha.actor("alice")
    views = await asyncio.gather(
        *(
            statuses.post_status(alpha.instance, alice, Draft("hello"), key="a key")
            for _ in range(4)
        )
    )
    assert len({view.id for view in views}) == 1
    assert len(await alpha.home("alice")) == 1
    carol = await statuses.post_status(
        alpha.instance, await alpha.actor("carol"), Draft("hello"), key="a key"
    )
    assert carol.author.acct == "carol"
    at = Millis(now() + 10 * MINUTE)
    twice = [
        await scheduling.schedule(alpha.instance, alice, Draft("later"), at, key="another key")
        for _ in range(2)
    ]
    assert twice[0] == twice[1]
    assert await waiting(alpha, "alice") == ["later"]
