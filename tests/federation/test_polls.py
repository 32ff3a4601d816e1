"""Polls: votes that come in, votes that go out, how they end, and what others hear of that."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fedlearn.db import blocks as db_blocks
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.polls import Poll
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import polls, statuses
from fedlearn.services.drafts import PollDraft
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, make_due, settle

WHEN = PollDraft(("Monday", "Friday"))
WHICH = PollDraft(("Tea", "Coffee", "Water"), is_multiple=True)


def ahead(**time: int) -> str:
    """A moment from now on, as it stands in documents."""
    return (datetime.now(UTC) + timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def a_vote(person: Person, poll: str, name: str, **changes: Any) -> Document:
    """The Note that a vote is."""
    number = next(person.peer.numbers)
    return {
        "id": f"{person.uri}#votes/{number}",
        "type": "Note",
        "attributedTo": person.uri,
        "name": name,
        "inReplyTo": poll,
        "to": [poll.partition("/statuses")[0]],
        **changes,
    }


def a_question(person: Person, *tallies: tuple[str, int], **changes: Any) -> Document:
    """A poll of somebody on the peer, open for a day."""
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}
        for name, votes in tallies
    ]
    asked = {"type": "Question", "oneOf": options, "endTime": ahead(days=1), "votersCount": 0}
    return person.note("<p>Which?</p>", **asked | changes)


async def poll_in(server: Server, name: str, uri: str) -> Poll:
    """A poll as somebody on the server sees it."""
    view = await server.seen_by(name, uri)
    assert view is not None
    assert view.poll is not None
    return view.poll


async def tally(server: Server, name: str, uri: str) -> list[int]:
    """How often each answer was chosen."""
    return [option.votes for option in (await poll_in(server, name, uri)).options]


async def time_passes(server: Server, view: StatusView) -> None:
    """The time of a poll is over, as if it had been asked long ago."""
    async with server.instance.db.write() as connection:
        await connection.execute("UPDATE poll SET ends_at = 1 WHERE status_id = :id", id=view.id)
    await make_due(server)
    await settle(server)


# --- votes that come in --------------------------------------------------------------------------


async def test_vote_counts_once_and_is_no_post(alpha: Server, bob: Person, peer: Peer) -> None:
    """In a poll with one choice the first vote of each voter counts; no vote becomes a post.

    Conformance: 138.
    """
    asked = await alpha.post("alice", "When?", poll=WHEN)
    uri = asked.status.uri
    vote = a_vote(bob, uri, "Friday")
    for activity in (bob.activity("Create", vote), bob.activity("Create", vote)):
        await takes(alpha, bob, activity)
    await takes(alpha, bob, bob.activity("Create", a_vote(bob, uri, "Monday")))
    assert await tally(alpha, "alice", uri) == [0, 1]
    carol = peer.person("carol")
    await takes(alpha, carol, carol.activity("Create", a_vote(carol, uri, "Monday")))
    assert await tally(alpha, "alice", uri) == [1, 1]
    assert (await poll_in(alpha, "alice", uri)).voters == 2
    assert not await is_stored(alpha, vote["id"])
    seen = await alpha.seen_by("alice", uri)
    assert seen
    assert seen.replies == 0
    assert await told(alpha, "alice") == []


async def test_vote_for_somebody_else_does_not_count(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A vote belongs to who signs it: one in the name of another, or from elsewhere, is dropped."""
    asked = await alpha.post("alice", "When?", poll=WHEN)
    uri, carol = asked.status.uri, peer.person("carol")
    for forged in (
        a_vote(carol, uri, "Friday"),
        a_vote(bob, uri, "Friday", attributedTo=carol.uri),
        a_vote(bob, uri, "Friday", id="https://other.test/votes/1"),
    ):
        await takes(alpha, bob, bob.activity("Create", forged))
    assert await tally(alpha, "alice", uri) == [0, 0]
    await takes(alpha, bob, bob.activity("Create", a_vote(bob, uri, "Friday")))
    assert await tally(alpha, "alice", uri) == [0, 1]


async def test_several_choices(alpha: Server, bob: Person) -> None:
    """In a poll with several choices each answer counts once for each voter.

    Conformance: 138.
    """
    uri = (await alpha.post("alice", "Which?", poll=WHICH)).status.uri
    for name in ("Tea", "Water", "Tea"):
        await takes(alpha, bob, bob.activity("Create", a_vote(bob, uri, name)))
    assert await tally(alpha, "alice", uri) == [1, 0, 1]
    assert (await poll_in(alpha, "alice", uri)).voters == 1


async def test_several_votes_in_one_create(alpha: Server, bob: Person, peer: Peer) -> None:
    """GoToSocial sends its choices as a list: each is recorded, or the first where one counts.

    Conformance: 139.
    """
    which = (await alpha.post("alice", "Which?", poll=WHICH)).status.uri
    when = (await alpha.post("alice", "When?", poll=WHEN)).status.uri
    carol = peer.person("carol")
    listed = [a_vote(bob, which, "Coffee"), a_vote(bob, which, "Water")]
    # What stands in the list in the name of another, or about another poll, is passed over.
    foreign = [a_vote(carol, which, "Tea"), a_vote(bob, when, "Friday"), None]
    activity = bob.activity("Create", [*listed, *foreign], to=[], cc=[])
    await takes(alpha, bob, activity)
    assert await tally(alpha, "alice", which) == [0, 1, 1]
    assert await tally(alpha, "alice", when) == [0, 0]
    both = [a_vote(bob, when, "Friday"), a_vote(bob, when, "Monday")]
    await takes(alpha, bob, bob.activity("Create", both, to=[], cc=[]))
    assert await tally(alpha, "alice", when) == [0, 1]


async def test_votes_that_do_not_count(alpha: Server, bob: Person) -> None:
    """A vote for no answer, in no poll, or after the end is ignored.

    Conformance: 140.
    """
    asked = await alpha.post("alice", "When?", poll=WHEN)
    plain = await alpha.post("alice", "no poll")
    uri = asked.status.uri
    for vote in (
        a_vote(bob, uri, "Sunday"),
        a_vote(bob, uri, "friday"),
        a_vote(bob, plain.status.uri, "Friday"),
        a_vote(bob, f"{uri}0", "Friday"),
    ):
        await takes(alpha, bob, bob.activity("Create", vote))
        assert not await is_stored(alpha, vote["id"])
    assert await tally(alpha, "alice", uri) == [0, 0]
    await time_passes(alpha, asked)
    await takes(alpha, bob, bob.activity("Create", a_vote(bob, uri, "Friday")))
    assert await tally(alpha, "alice", uri) == [0, 0]


async def test_only_who_sees_a_poll_votes_in_it(alpha: Server, bob: Person, peer: Peer) -> None:
    """Votes in polls that one may not see are ignored: private, kept inside, or of one's blocker."""
    carol = peer.person("carol")
    private = await alpha.post("alice", "Followers?", poll=WHEN, reach=Reach.FOLLOWERS)
    inside = await alpha.post("alice", "Inside?", poll=WHEN, scope=Scope.ORG)
    public = await alpha.post("alice", "All?", poll=WHEN)
    await is_read_by(alpha, "alice", carol)
    await takes(alpha, bob, bob.activity("Like", public.status.uri))
    alice, blocked = await alpha.actor("alice"), await alpha.known(bob.uri)
    assert blocked
    async with alpha.instance.db.write() as connection:
        await db_blocks.insert_block(
            connection, actor_id=alice.id, target_id=blocked.id, uri=f"{alice.uri}#blocks/1"
        )
    counted = {}
    for name, asked in {"private": private, "inside": inside, "public": public}.items():
        uri = asked.status.uri
        for person in (bob, carol):
            await takes(alpha, person, person.activity("Create", a_vote(person, uri, "Friday")))
        counted[name] = await tally(alpha, "alice", uri)
    assert counted == {"private": [0, 1], "inside": [0, 0], "public": [0, 1]}


# --- our polls on the wire -----------------------------------------------------------------------


async def test_poll_goes_out_as_a_question(alpha: Server, bob: Person, peer: Peer) -> None:
    """A poll of ours is a Question with its answers, their tallies, and its end."""
    await is_read_by(alpha, "alice", bob)
    asked = await alpha.post("alice", "Which?", poll=WHICH)
    await settle(alpha)
    sent = peer.got("Create")[-1]["object"]
    answer = {"type": "Note", "replies": {"type": "Collection", "totalItems": 0}}
    assert sent["type"] == "Question"
    assert sent["anyOf"] == [answer | {"name": name} for name in WHICH.options]
    assert sent["votersCount"] == 0
    assert sent["endTime"] > ahead(hours=23)
    assert not {"oneOf", "closed"} & set(sent)
    path = asked.status.uri.removeprefix("https://alpha.test")
    fetched = (await alpha.get(path)).json()
    assert {name: fetched[name] for name in sent} == sent


async def test_tallies_are_told_together(alpha: Server, bob: Person, peer: Peer) -> None:
    """Votes are told by one Update after a while, to who voted, too, and not as an edit."""
    asked = await alpha.post("alice", "When?", poll=WHEN)
    carol = await alpha.actor("carol")
    await takes(alpha, bob, bob.activity("Create", a_vote(bob, asked.status.uri, "Friday")))
    await polls.vote(alpha.instance, carol, asked.id, {0})
    await settle(alpha)
    assert peer.got("Update") == []
    await make_due(alpha)
    await settle(alpha)
    (update,) = peer.got("Update")
    totals = [one["replies"]["totalItems"] for one in update["object"]["oneOf"]]
    assert (totals, update["object"]["votersCount"]) == ([1, 1], 2)
    assert "updated" not in update["object"]
    assert update["id"].startswith(f"{asked.status.uri}#updates/")
    # The next vote is told again.
    dave = await alpha.actor("dave")
    await polls.vote(alpha.instance, dave, asked.id, {0})
    await make_due(alpha)
    await settle(alpha)
    assert peer.got("Update")[-1]["object"]["votersCount"] == 3


async def test_poll_kept_inside_is_told_to_nobody(alpha: Server, bob: Person, peer: Peer) -> None:
    """Of a poll that stays in the organisation nothing leaves: not itself, votes, nor its end."""
    await is_read_by(alpha, "alice", bob)
    before = len(peer.received)
    asked = await alpha.post("alice", "Inside?", poll=WHEN, scope=Scope.ORG)
    carol = await alpha.actor("carol")
    await polls.vote(alpha.instance, carol, asked.id, {1})
    await make_due(alpha)
    await settle(alpha)
    assert await tally(alpha, "alice", asked.status.uri) == [0, 1]
    await time_passes(alpha, asked)
    assert (await poll_in(alpha, "alice", asked.status.uri)).closed_at
    assert peer.received[before:] == []
    assert (NotificationKind.POLL, "alice") in await told(alpha, "carol")


async def test_end_of_our_poll(alpha: Server, bob: Person, peer: Peer) -> None:
    """At its end a poll is closed, a last Update says so, and author and voters here are told."""
    await is_read_by(alpha, "alice", bob)
    asked = await alpha.post("alice", "When?", poll=WHEN)
    carol, dave = await alpha.actor("carol"), await alpha.actor("dave")
    await polls.vote(alpha.instance, carol, asked.id, {1})
    await make_due(alpha)
    await settle(alpha)
    # Woken too early, it waits for its end.
    assert (await poll_in(alpha, "alice", asked.status.uri)).closed_at is None
    await time_passes(alpha, asked)
    last = peer.got("Update")[-1]["object"]
    assert last["closed"]
    assert [one["replies"]["totalItems"] for one in last["oneOf"]] == [0, 1]
    assert await told(alpha, "alice") == [
        (NotificationKind.POLL, "alice"),
        (NotificationKind.FOLLOW, "bob@peer.test"),
    ]
    assert await told(alpha, "carol") == [(NotificationKind.POLL, "alice")]
    assert await told(alpha, "dave") == []
    with pytest.raises(Invalid, match="over"):
        await polls.vote(alpha.instance, dave, asked.id, {1})


async def test_edit_keeps_votes_unless_answers_change(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """An edited text leaves the poll as it is; other answers begin it anew, without votes."""
    await is_read_by(alpha, "alice", bob)
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    asked = await alpha.post("alice", "When?", poll=WHEN)
    uri = asked.status.uri
    await polls.vote(alpha.instance, carol, asked.id, {1})
    edit = statuses.edit_status
    await edit(alpha.instance, alice, asked.id, "When, please?", "")
    await edit(alpha.instance, alice, asked.id, "When, then?", "", poll=WHEN)
    assert await tally(alpha, "alice", uri) == [0, 1]
    other = PollDraft(("Monday", "Sunday"), minutes=60)
    await edit(alpha.instance, alice, asked.id, "When, then?", "", poll=other)
    await settle(alpha)
    assert await tally(alpha, "alice", uri) == [0, 0]
    assert (await poll_in(alpha, "carol", uri)).own_choices == frozenset()
    sent = peer.got("Update")[-1]["object"]
    assert [one["name"] for one in sent["oneOf"]] == ["Monday", "Sunday"]
    assert sent["endTime"] < ahead(hours=2)
    # It ends when it says now, not when it said at first.
    await time_passes(alpha, asked)
    assert (await poll_in(alpha, "alice", uri)).closed_at


@pytest.mark.parametrize(
    "poll",
    [
        PollDraft(()),
        PollDraft(("only one",)),
        PollDraft(("one", "")),
        PollDraft(("same", "same")),
        PollDraft(("1", "2", "3", "4", "5")),
        PollDraft(("one", "x" * 51)),
        PollDraft(("one", "two"), minutes=4),
        PollDraft(("one", "two"), minutes=31 * 24 * 60 + 1),
    ],
)
async def test_polls_that_cannot_be_held(alpha: Server, poll: PollDraft) -> None:
    """Too few, too many, equal or long answers, and times too short or long, are refused."""
    with pytest.raises(Invalid) as refused:
        await alpha.post("alice", "When?", poll=poll)
    assert list(refused.value.fields) == ["poll"]
    assert await alpha.home("alice") == []


# --- polls of others -----------------------------------------------------------------------------


async def test_question_is_read(alpha: Server, bob: Person) -> None:
    """A Question has its answers, tallies and end; with one answer it is a text, 501 are cut.

    Conformance: 137.
    """
    await reads(alpha, "alice", bob)
    three = (("Tea", 3), ("Coffee", 2))
    cases: dict[str, Document] = {
        "open": a_question(bob, *three, votersCount=5, endTime="2199-01-01T00:00:00Z"),
        "closed": a_question(bob, *three, closed="2026-01-02T00:00:00Z", votersCount=4),
        "flagged": a_question(bob, *three, closed=True),
        "single": a_question(bob, ("Tea", 3)),
        "many": a_question(bob, *((f"answer {n}", n) for n in range(501))),
    }
    for question in cases.values():
        await takes(alpha, bob, bob.activity("Create", question))
    seen = {name: await alpha.seen_by("alice", one["id"]) for name, one in cases.items()}
    got = {name: view.poll for name, view in seen.items() if view}
    assert len(got) == len(cases)
    assert got["single"] is None
    opened, closed, flagged, many = (got[one] for one in ("open", "closed", "flagged", "many"))
    assert opened
    assert [(option.title, option.votes) for option in opened.options] == list(three)
    assert (opened.voters, opened.ends_at, opened.closed_at) == (5, 7_226_582_400_000, None)
    assert closed
    assert (closed.closed_at, closed.voters) == (1_767_312_000_000, 4)
    assert flagged
    assert flagged.closed_at
    assert many
    assert len(many.options) == 500


async def test_vote_goes_to_the_author_alone(alpha: Server, bob: Person, peer: Peer) -> None:
    """A vote in a poll elsewhere is a Create to its author for each choice, and to nobody else."""
    await reads(alpha, "alice", bob)
    carol = peer.person("carol")
    await is_read_by(alpha, "alice", carol)
    options = (("Tea", 0), ("Coffee", 0), ("Water", 0))
    question = a_question(bob, *options)
    question["anyOf"] = question.pop("oneOf")
    await takes(alpha, bob, bob.activity("Create", question))
    alice = await alpha.actor("alice")
    seen = await alpha.seen_by("alice", question["id"])
    assert seen
    before = len(peer.requests)
    await polls.vote(alpha.instance, alice, seen.id, {2, 0})
    await settle(alpha)
    posts = [one.url.path for one in peer.requests[before:] if one.method == "POST"]
    assert posts == ["/users/bob/inbox", "/users/bob/inbox"]
    sent = peer.got("Create")[-2:]
    assert [one["object"]["name"] for one in sent] == ["Tea", "Water"]
    for one in sent:
        note = one["object"]
        assert (one["actor"], note["attributedTo"]) == (alice.uri, alice.uri)
        assert (one["to"], one["cc"], note["to"]) == ([bob.uri], [], [bob.uri])
        assert (note["type"], note["inReplyTo"]) == ("Note", question["id"])
        assert one["id"] == f"{note['id']}/activity"
        assert "content" not in note
    assert sent[0]["id"] != sent[1]["id"]
    poll = await poll_in(alpha, "alice", question["id"])
    assert poll.own_choices == {0, 2}
    assert [option.votes for option in poll.options] == [0, 0, 0]


async def test_votes_are_not_changed(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whoever has voted cannot vote again, nor twice at once, nor for what is no answer."""
    await reads(alpha, "alice", bob)
    question = a_question(bob, ("Tea", 0), ("Coffee", 0))
    await takes(alpha, bob, bob.activity("Create", question))
    alice, mine = await alpha.actor("alice"), await alpha.post("alice", "Mine?", poll=WHEN)
    seen = await alpha.seen_by("alice", question["id"])
    plain = await alpha.post("alice", "no poll")
    assert seen

    async def refused(status_id: Any, choices: set[int]) -> str:
        with pytest.raises(Invalid) as found:
            await polls.vote(alpha.instance, alice, status_id, choices)
        return found.value.fields["choice"]

    assert "one answer only" in await refused(seen.id, {0, 1})
    assert "Choose one" in await refused(seen.id, {2})
    assert "Choose one" in await refused(seen.id, set())
    assert "own poll" in await refused(mine.id, {0})
    await polls.vote(alpha.instance, alice, seen.id, {0})
    assert "already" in await refused(seen.id, {1})
    with pytest.raises(NotFound):
        await polls.vote(alpha.instance, alice, plain.id, {0})
    await settle(alpha)
    assert len(peer.got("Create")) == 1


async def test_update_without_edit_brings_tallies(alpha: Server, bob: Person) -> None:
    """An Update without `updated` brings new tallies, and changes neither text nor answers.

    Conformance: 147.
    """
    await reads(alpha, "alice", bob)
    question = a_question(bob, ("Tea", 0), ("Coffee", 0))
    await takes(alpha, bob, bob.activity("Create", question))
    seen = await alpha.seen_by("alice", question["id"])
    assert seen
    await polls.vote(alpha.instance, await alpha.actor("alice"), seen.id, {1})
    now_told = a_question(bob, ("Tea", 4), ("Coffee", 5), id=question["id"], votersCount=9)
    await takes(alpha, bob, bob.activity("Update", now_told | {"content": "<p>x</p>"}))
    poll = await poll_in(alpha, "alice", question["id"])
    assert ([one.votes for one in poll.options], poll.voters) == ([4, 5], 9)
    assert poll.own_choices == {1}
    after = await alpha.seen_by("alice", question["id"])
    assert after
    assert (after.status.content, after.status.edited_at) == ("<p>Which?</p>", None)
    # Other answers would be an edit, which this is not.
    other = a_question(bob, ("Tea", 6), ("Milk", 7), id=question["id"])
    await takes(alpha, bob, bob.activity("Update", other))
    assert await poll_in(alpha, "alice", question["id"]) == poll
    edit = other | {"updated": "2026-01-01T11:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", edit))
    edited = await poll_in(alpha, "alice", question["id"])
    assert [(one.title, one.votes) for one in edited.options] == [("Tea", 6), ("Milk", 7)]
    assert edited.own_choices == frozenset()


async def test_nobody_else_tells_tallies(alpha: Server, bob: Person, peer: Peer) -> None:
    """The tallies of a poll are its author's to tell."""
    await reads(alpha, "alice", bob)
    question = a_question(bob, ("Tea", 1), ("Coffee", 2))
    await takes(alpha, bob, bob.activity("Create", question))
    carol = peer.person("carol")
    for forged in (question, question | {"attributedTo": carol.uri}):
        await takes(alpha, carol, carol.activity("Update", {**forged, "votersCount": 99}))
    assert (await poll_in(alpha, "alice", question["id"])).voters == 0


@pytest.mark.parametrize("is_told", [True, False])
async def test_end_of_a_poll_elsewhere(
    alpha: Server, bob: Person, peer: Peer, *, is_told: bool
) -> None:
    """When a poll ends in which people here have voted, it is fetched once, and they are told.

    They are told even if its server does not answer.
    """
    await reads(alpha, "alice", bob)
    question = a_question(bob, ("Tea", 0), ("Coffee", 0))
    await takes(alpha, bob, bob.activity("Create", question))
    seen = await alpha.seen_by("alice", question["id"])
    assert seen
    await polls.vote(alpha.instance, await alpha.actor("alice"), seen.id, {1})
    path = question["id"].removeprefix("https://peer.test")
    a_question(bob, ("Tea", 2), ("Coffee", 3), id=question["id"], endTime=ahead(days=-1))
    if not is_told:
        del peer.documents[question["id"]]
    await time_passes(alpha, seen)
    assert peer.asked_for(path) == 1
    assert await tally(alpha, "alice", question["id"]) == ([2, 3] if is_told else [0, 0])
    assert await told(alpha, "alice") == [(NotificationKind.POLL, "bob@peer.test")]


async def test_poll_between_two_servers(alpha: Server, beta: Server) -> None:
    """A poll on alpha is voted on from beta, which learns how it stands, and how it ended."""
    await alpha.user("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    asked = await alpha.post("alice", "When?", poll=WHEN)
    await settle(alpha, beta)
    seen = await beta.seen_by("bob", asked.status.uri)
    assert seen
    await polls.vote(beta.instance, await beta.actor("bob"), seen.id, {1})
    await settle(alpha, beta)
    assert await tally(alpha, "alice", asked.status.uri) == [0, 1]
    await make_due(alpha)
    await settle(alpha, beta)
    assert await tally(beta, "bob", asked.status.uri) == [0, 1]
    await time_passes(alpha, asked)
    await settle(alpha, beta)
    poll = await poll_in(beta, "bob", asked.status.uri)
    assert poll.closed_at
    assert poll.own_choices == {1}
    await make_due(beta)
    await settle(alpha, beta)
    assert (NotificationKind.POLL, "alice@alpha.test") in await told(beta, "bob")
