"""Who watches hears what was committed, in few pieces; who is too slow is cut off."""

import asyncio
from collections.abc import Sequence

import pytest

from fedlearn.db import hub as hub_module
from fedlearn.db.hub import MOST_GATHERED, MOST_WAITING, CutOff, Hub
from fedlearn.db.parcels import LARGEST_PARCEL, parcels_of, read_parcel
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.events import (
    Anything,
    Deleted,
    Described,
    Edited,
    Event,
    Messaged,
    Posted,
    PutHome,
    Reacted,
    SignedOut,
    Told,
    news_of,
)
from fedlearn.domain.ids import ActorId, StatusId, UserId
from fedlearn.errors import Unavailable

EDITED = Edited(StatusId(7))
EACH: list[Event] = [
    Posted(StatusId(1), ActorId(2), Reach.PUBLIC, is_local=False, is_answer=True),
    PutHome((ActorId(3), ActorId(4))),
    PutHome(None),
    Messaged((ActorId(4),)),
    EDITED,
    Deleted(StatusId(8), ActorId(2), Reach.DIRECT, Scope.ORG, (ActorId(3),)),
    Told(ActorId(3)),
    SignedOut(UserId(5)),
    Reacted(9, "🐝"),
    Anything(),
]


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are gathered for a blink only."""
    monkeypatch.setattr(hub_module, "PAUSE", 0.01)


async def test_each_listener_hears_everything_once() -> None:
    """What several transactions bring within a moment comes to every listener in one piece."""
    hub = Hub()
    async with hub.listen() as one, hub.listen() as other:
        hub.tell([EDITED])
        hub.tell([Told(ActorId(3))])
        for listener in (one, other):
            news = await listener.next(5)
            assert news is not None
            assert (news.edited, news.told) == ({7}, {3})
            assert await listener.next(0.03) is None
    await hub.close()


async def test_nothing_is_gathered_where_nobody_listens() -> None:
    """Without listeners a hub keeps nothing, and who comes later hears nothing of before."""
    hub = Hub()
    hub.tell([EDITED])
    async with hub.listen() as listener:
        assert await listener.next(0.03) is None
    await hub.close()


async def test_slow_listener_is_cut_off() -> None:
    """Who takes nothing is cut off when too much waits for them; others go on."""
    hub = Hub()
    async with hub.listen() as slow, hub.listen() as quick:
        for _ in range(MOST_WAITING + 1):
            hub.hear([EDITED])
            assert await quick.next(5) is not None
        with pytest.raises(CutOff):
            await slow.next(5)
        hub.hear([EDITED])
        assert await quick.next(5) is not None
    await hub.close()


async def test_watching_ends_with_the_hub() -> None:
    """From the beginning of a hub to its end others are watched, whether anybody listens or not."""
    watching = asyncio.Event()
    ended = asyncio.Event()

    async def watch() -> None:
        watching.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    hub = Hub(watch=watch)
    hub.begin()
    async with asyncio.timeout(5):
        await watching.wait()
        async with hub.listen():
            pass
        assert not ended.is_set()
        await hub.close()
        assert ended.is_set()


async def test_listening_can_be_cancelled() -> None:
    """Who stops waiting leaves nothing behind."""
    hub = Hub()

    async def listen() -> None:
        async with hub.listen() as listener:
            await listener.next(60)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.01)
    listening.cancel()
    await asyncio.wait({listening})
    hub.hear([EDITED])
    assert not hub._listeners
    await hub.close()


async def test_who_somebody_is_is_no_news() -> None:
    """That somebody is called otherwise is heard by what is remembered, and by nobody else."""
    hub = Hub()
    async with hub.listen() as listener:
        hub.tell([Described(ActorId(3))])
        assert hub.memory.times_changed == 1
        assert await listener.next(0.05) is None
    await hub.close()


async def test_watching_goes_on_after_trouble(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever ends the watching, it begins again; meanwhile anything may have happened."""
    monkeypatch.setattr(hub_module, "PAUSE_AFTER_TROUBLE", 0.01)
    troubles = iter([RuntimeError("nobody has foreseen this")])
    goes_on = asyncio.Event()

    async def watch() -> None:
        for trouble in troubles:
            raise trouble
        goes_on.set()
        await asyncio.Event().wait()

    hub = Hub(watch=watch)
    hub.begin()
    async with asyncio.timeout(5), hub.listen() as listener:
        news = await listener.next(5)
        assert news is not None
        assert news.is_anything
        await goes_on.wait()
    await hub.close()
    assert "nobody has foreseen this" in caplog.text


async def test_hub_that_closes_dismisses_everybody() -> None:
    """When the server stops, who waits learns of it at once."""
    hub = Hub()
    async with hub.listen() as listener:
        waiting = asyncio.create_task(listener.next(60))
        await asyncio.sleep(0.01)
        await hub.close()
        with pytest.raises(CutOff):
            await waiting


async def test_too_much_at_once() -> None:
    """More than anybody wants to know in a moment becomes one hint: look everywhere."""
    hub = Hub()
    async with hub.listen() as listener:
        hub.tell([EDITED] * (MOST_GATHERED + 1))
        news = await listener.next(5)
        assert news is not None
        assert news.is_anything
        assert news.edited == set()
    await hub.close()


async def test_events_are_carried_before_the_end() -> None:
    """What was committed last is told to other processes before the hub closes."""
    carried: list[Event] = []

    async def carry(events: Sequence[Event]) -> None:
        carried.extend(events)

    hub = Hub(carry=carry)
    hub.tell([EDITED])
    await hub.close()
    assert carried == [EDITED]


async def test_carrying_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    """Where the way to other processes is broken, this one goes on, and says so."""

    async def carry(_events: Sequence[Event]) -> None:
        raise Unavailable("the database does not answer just now")

    hub = Hub(carry=carry)
    async with hub.listen() as listener:
        hub.tell([EDITED])
        assert await listener.next(5) is not None
    await hub.close()
    assert "other processes hear nothing of this moment" in caplog.text


# --- what is carried -------------------------------------------------------------------------------


def test_parcels_hold_what_was_put_in() -> None:
    """Each kind of event comes out as it went in."""
    [parcel] = parcels_of("a1", EACH)
    assert read_parcel(parcel) == ("a1", EACH)


def test_parcels_are_small_enough() -> None:
    """Many events go in several parcels that the database takes; too many become one hint."""
    readers = tuple(ActorId(10**17 + n) for n in range(50))
    events: list[Event] = [PutHome(readers)] * 60
    parcels = parcels_of("a1", events)
    assert len(parcels) > 1
    assert all(len(parcel) <= LARGEST_PARCEL for parcel in parcels)
    emojis: list[Event] = [Reacted(10**17 + n, "🐝") for n in range(1000)]
    assert all(len(one.encode()) <= LARGEST_PARCEL for one in parcels_of("a1", emojis))
    assert [event for parcel in parcels for event in read_parcel(parcel)[1]] == events
    assert parcels_of("a1", events * 10) == ['["a1",[["anything"]]]']


@pytest.mark.parametrize("payload", ["", "[]", "{}", '["a1",[["unheard_of",1]]]', '["a1",[7]]'])
def test_parcel_that_cannot_be_read(payload: str) -> None:
    """What another version sends still says that something happened."""
    assert read_parcel(payload) == ("", [Anything()])


def test_news_are_sorted() -> None:
    """Of each event it is known whom it may concern."""
    news = news_of(EACH[:-1])
    assert not news.is_anything
    assert news.authors == {2}
    assert (news.has_public_from_here, news.has_public_from_elsewhere) == (False, True)
    assert news.has_answers
    assert (news.at_homes_of, news.at_many_homes) == ({3, 4}, True)
    assert news.messaged == {4}
    assert (news.told, news.signed_out, set(news.deleted)) == ({3}, {5}, {8})
    assert (news.reacted, news.announced) == ({(9, "🐝")}, set())
    assert news_of(EACH[:2]).is_at_home_of(ActorId(4))
    assert not news_of(EACH[:2]).is_at_home_of(ActorId(5))
    assert news_of([Anything()]).is_at_home_of(ActorId(5))
