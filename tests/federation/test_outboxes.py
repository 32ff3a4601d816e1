"""Posts that nobody sends: of people read on a list alone, and from before the first follow."""

import pytest

from fedlearn.domain.ids import DAY_MS, MINUTE_MS
from fedlearn.domain.lists import PeopleList
from fedlearn.services import lists
from tests.clock import Clock
from tests.federation.browser import sign_in
from tests.federation.peer import AS, Document, Peer, Person
from tests.federation.scenes import is_stored, reads, takes, told
from tests.federation.server import Server, make_due, settle
from tests.federation.test_keeping import press


def has_outbox(person: Person, *items: object, pages: bool = True) -> None:
    """The outbox of somebody on the peer holds these, the newest first."""
    uri = f"{person.uri}/outbox"
    listed = {"orderedItems": list(items)}
    whole: Document = {"@context": AS, "id": uri, "type": "OrderedCollection"}
    if not pages:
        person.peer.documents[uri] = whole | listed
        return
    page = f"{uri}/page"
    person.peer.documents[uri] = whole | {"first": page}
    person.peer.documents[page] = {
        "@context": AS,
        "id": page,
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "next": f"{page}/2",
        **listed,
    }


async def is_listed(alpha: Server, name: str, person: Person) -> PeopleList:
    """Somebody here puts a person of the peer on a new list."""
    owner = await alpha.actor(name)
    made = await lists.create_list(alpha.instance, owner, "far away")
    await lists.add_member(alpha.instance, owner, made.id, await alpha.find(person.handle))
    return made


@pytest.mark.parametrize("pages", [True, False])
async def test_outbox_of_somebody_on_a_list(alpha: Server, bob: Person, *, pages: bool) -> None:
    """What they posted openly comes in when they are put on it; nobody is told of it."""
    alice = await alpha.actor("alice")
    embedded, named = bob.note("<p>embedded @alice</p>", cc=[alice.uri]), bob.note("<p>named</p>")
    private = bob.note("<p>private</p>", to=[bob.followers], cc=[])
    has_outbox(
        bob,
        bob.activity("Create", embedded),
        bob.activity("Create", named["id"]),
        bob.activity("Create", private),
        bob.activity("Announce", "https://far.test/1"),
        f"{bob.uri}/activities/1",
        bob.activity("Create", "https://far.test/2"),
        {"type": "Create"},
        pages=pages,
    )
    made = await is_listed(alpha, "alice", bob)
    await settle(alpha)
    browser = await sign_in(alpha, "alice")
    text = (await browser.get(f"/lists/{made.id}")).text
    assert "embedded" in text
    assert "named" in text
    assert not await is_stored(alpha, private["id"])
    assert await told(alpha, "alice") == []
    assert await alpha.home("alice") == []


async def test_nobody_speaks_for_others(alpha: Server, bob: Person, peer: Peer) -> None:
    """An outbox that holds what others are to have said brings nothing of that."""
    carol = peer.person("carol")
    forged = {**bob.note("<p>forged</p>"), "attributedTo": carol.uri}
    theirs = carol.activity("Create", carol.note("<p>hers</p>"))
    elsewhere = {**bob.note("<p>elsewhere</p>"), "id": "https://far.test/users/bob/1"}
    has_outbox(
        bob, bob.activity("Create", forged), theirs, bob.activity("Create", elsewhere), pages=False
    )
    await is_listed(alpha, "alice", bob)
    await settle(alpha)
    for uri in (forged["id"], theirs["object"]["id"], elsewhere["id"]):
        assert not await is_stored(alpha, uri)


async def test_list_is_kept_fresh(alpha: Server, bob: Person, peer: Peer, clock: Clock) -> None:
    """While a list is read its members are asked again, each once; then they are left alone."""
    has_outbox(bob, pages=False)
    made = await is_listed(alpha, "alice", bob)
    await is_listed(alpha, "carol", bob)
    await settle(alpha)
    assert peer.asked_for("/users/bob/outbox") == 1
    note = bob.note("<p>some news</p>")
    has_outbox(bob, bob.activity("Create", note), pages=False)
    clock.forward(19 * MINUTE_MS)
    await settle(alpha)
    assert peer.asked_for("/users/bob/outbox") == 2
    assert await is_stored(alpha, note["id"])
    clock.forward(15 * DAY_MS)
    await settle(alpha)
    asked = peer.asked_for("/users/bob/outbox")
    clock.forward(DAY_MS)
    await settle(alpha)
    assert peer.asked_for("/users/bob/outbox") == asked
    # Whoever opens the list again has it fetched again, and nobody for whom it is not.
    await lists.keep_mine_fresh(alpha.instance, await alpha.actor("dora"), {made.id})
    await settle(alpha)
    assert peer.asked_for("/users/bob/outbox") == asked
    await (await sign_in(alpha, "alice")).get(f"/lists/{made.id}")
    await settle(alpha)
    assert peer.asked_for("/users/bob/outbox") == asked + 1
    clock.forward(16 * DAY_MS)
    await settle(alpha)
    asked = peer.asked_for("/users/bob/outbox")
    await lists.keep_mine_fresh(alpha.instance, await alpha.actor("alice"), {made.id})
    await settle(alpha)
    assert peer.asked_for("/users/bob/outbox") == asked + 1


async def test_who_is_followed_is_not_asked(alpha: Server, bob: Person, peer: Peer) -> None:
    """Once somebody here follows them, their posts are sent, and their outbox is not asked again."""
    has_outbox(bob, pages=False)
    made = await is_listed(alpha, "alice", bob)
    await settle(alpha)
    await reads(alpha, "dora", bob)
    asked = peer.asked_for("/users/bob/outbox")
    await make_due(alpha)
    await settle(alpha)
    await (await sign_in(alpha, "alice")).get(f"/lists/{made.id}")
    await make_due(alpha)
    await settle(alpha)
    assert peer.asked_for("/users/bob/outbox") <= asked + 1


async def test_first_follow_brings_earlier_posts(alpha: Server, bob: Person, peer: Peer) -> None:
    """The first one here who follows somebody finds what they posted before; the second asks not."""
    note = bob.note("<p>from before</p>")
    has_outbox(bob, bob.activity("Create", note))
    await reads(alpha, "alice", bob)
    assert await is_stored(alpha, note["id"])
    assert await alpha.home("alice") == []
    assert "from before" in (await (await sign_in(alpha, "alice")).get("/@bob@peer.test")).text
    asked = peer.asked_for("/users/bob/outbox")
    await reads(alpha, "dora", bob)
    assert peer.asked_for("/users/bob/outbox") == asked


async def test_list_takes_its_members_from_home(alpha: Server, bob: Person) -> None:
    """On an exclusive list people are read there alone; which answers stand on it is a choice."""
    await reads(alpha, "alice", bob)
    own = await alpha.post("alice", "hello")
    other = await alpha.post("dora", "a question")
    texts = {"posted": {}, "to alice": {"inReplyTo": own.status.uri}}
    texts["to dora"] = {"inReplyTo": other.status.uri}
    for text, changes in texts.items():
        note = bob.note(f"<p>{text}</p>", **changes)
        await takes(alpha, bob, bob.activity("Create", note))
    made, browser = await is_listed(alpha, "alice", bob), await sign_in(alpha, "alice")
    page = f"/lists/{made.id}"

    async def shown(path: str) -> list[str]:
        text = (await browser.get(path)).text
        return [one for one in texts if f"<p>{one}</p>" in text]

    assert await shown("/") == ["posted", "to alice"]
    assert await shown(page) == ["posted", "to alice"]
    answer = await press(browser, f"{page}/options", replies_policy="none", exclusive="on")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert await shown("/") == []
    assert await shown(page) == ["posted", "to alice"]
    dora = await alpha.actor("dora")
    await lists.add_member(alpha.instance, await alpha.actor("alice"), made.id, dora)
    await press(browser, f"{page}/options", replies_policy="list")
    assert await shown("/") == ["posted", "to alice"]
    assert await shown(page) == list(texts)
    await press(browser, f"{page}/options", replies_policy="followed")
    assert await shown(page) == ["posted", "to alice"]
    await alpha.follow("alice", "@dora@alpha.test")
    assert await shown(page) == list(texts)
    assert (await press(browser, f"{page}/options", replies_policy="all")).status_code == 422
    carol = await sign_in(alpha, "carol")
    assert (await press(carol, f"{page}/options", replies_policy="none")).status_code == 404
