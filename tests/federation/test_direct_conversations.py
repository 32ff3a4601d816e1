"""Conversations of few: nobody is added to one by being mentioned in it."""

import re

import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import conversations, statuses
from tests.federation.browser import sign_in
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import takes, told
from tests.federation.server import Server, settle
from tests.federation.test_keeping import press


def to_alice(person: Person, *others: Person, **changes: object) -> Document:
    """A direct note to alice of alpha, and to others of the peer."""
    uris = ["https://alpha.test/users/alice", *(other.uri for other in others)]
    tags = [{"type": "Mention", "href": uri, "name": uri} for uri in uris]
    return person.note("<p>psst</p>", to=uris, cc=[], tag=tags, **changes)


async def has_note(alpha: Server, person: Person, *others: Person) -> StatusView:
    """A person of the peer has written to alice; the post as she sees it."""
    await alpha.user("alice")
    note = to_alice(person, *others)
    await takes(alpha, person, person.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    return view


async def test_answer_goes_to_those_who_are_in_it(alpha: Server, bob: Person, peer: Peer) -> None:
    """Without naming anybody an answer reaches all who are in the post, each in their own inbox."""
    carol = peer.person("carol")
    await alpha.find(carol.handle)
    parent = await has_note(alpha, bob, carol)
    answer = await alpha.post("alice", "I see", in_reply_to_id=parent.id)
    await settle(alpha)
    assert answer.status.reach is Reach.DIRECT
    assert {mention.uri for mention in answer.mentions} == {bob.uri, carol.uri}
    creates = peer.got("Create")
    assert len(creates) == 2
    assert all(set(one["object"]["to"]) == {bob.uri, carol.uri} for one in creates)
    [conversation] = await alpha.conversations("alice")
    assert conversation.last == answer
    assert not conversation.conversation.is_unread


async def test_name_in_an_answer_adds_nobody(alpha: Server, bob: Person, peer: Peer) -> None:
    """Somebody else's name stays text: they get nothing, and cannot see it, nor can one of ours."""
    carol = peer.person("carol")
    parent = await has_note(alpha, bob)
    text = f"have you heard {carol.handle} and @dora say so, {bob.handle}?"
    await alpha.user("dora")
    answer = await alpha.post("alice", text, in_reply_to_id=parent.id)
    await settle(alpha)
    assert [mention.uri for mention in answer.mentions] == [bob.uri]
    assert answer.status.content.count("<a ") == 1
    assert "@carol@peer.test and @dora" in answer.status.content
    assert await alpha.seen_by("dora", answer.status.uri) is None
    assert await told(alpha, "dora") == []
    assert await alpha.conversations("dora") == []
    assert [one["object"]["to"] for one in peer.got("Create")] == [[bob.uri]]
    # Nor does an edit add anybody, or take anybody out.
    edited = await statuses.edit_status(alpha.instance, answer.author, answer.id, "@dora!", "")
    await settle(alpha)
    assert [mention.uri for mention in edited.mentions] == [bob.uri]
    assert await alpha.seen_by("dora", answer.status.uri) is None
    assert [one["object"]["to"] for one in peer.got("Update")] == [[bob.uri]]


async def test_somebody_is_added_on_purpose(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whom the writer adds gets the answer and is told; what was said before stays unseen."""
    carol, dora = peer.person("carol"), await alpha.actor("dora")
    parent = await has_note(alpha, bob)
    adding = (carol.handle, " dora ", "")
    answer = await alpha.post("alice", "join us", in_reply_to_id=parent.id, adding=adding)
    await settle(alpha)
    assert {mention.uri for mention in answer.mentions} == {bob.uri, carol.uri, dora.uri}
    assert len(peer.got("Create")) == 2
    [conversation] = await alpha.conversations("dora")
    assert conversation.last.id == answer.id
    assert conversation.conversation.is_unread
    assert await alpha.seen_by("dora", parent.status.uri) is None
    # Who answers next need not add them again.
    again = await alpha.post("dora", "thanks", in_reply_to_id=answer.id)
    assert {mention.uri for mention in again.mentions} == {bob.uri, carol.uri, answer.author.uri}


async def test_whom_nobody_finds_is_not_added(alpha: Server, bob: Person) -> None:
    """The answer comes back with a word, and nothing is sent."""
    parent = await has_note(alpha, bob)
    with pytest.raises(Invalid) as refused:
        await alpha.post("alice", "join", in_reply_to_id=parent.id, adding=("nobody@nowhere.test",))
    assert list(refused.value.fields) == ["adding"]
    [conversation] = await alpha.conversations("alice")
    assert conversation.last == parent


async def test_conversation_that_stays_here(alpha: Server, bob: Person) -> None:
    """To one that never leaves the server nobody elsewhere can be added."""
    await alpha.user("dora")
    first = await alpha.post("alice", "@dora look", reach=Reach.DIRECT, scope=Scope.ORG)
    with pytest.raises(Invalid):
        await alpha.post("dora", "see?", in_reply_to_id=first.id, adding=(bob.handle,))
    answer = await alpha.post("dora", "I see", in_reply_to_id=first.id)
    assert (answer.status.reach, answer.status.scope) == (Reach.DIRECT, Scope.ORG)
    assert await alpha.seen_by("alice", answer.status.uri) is not None


async def test_conversations_of_others(alpha: Server, bob: Person) -> None:
    """Nobody reads, marks or removes what is on somebody else's list."""
    await has_note(alpha, bob)
    [conversation] = await alpha.conversations("alice")
    one, dora = conversation.conversation.id, await alpha.actor("dora")
    for act in (conversations.mark_read, conversations.remove):
        with pytest.raises(NotFound):
            await act(alpha.instance, dora, one)
    alice = await alpha.actor("alice")
    await conversations.mark_read(alpha.instance, alice, one)
    [conversation] = await alpha.conversations("alice")
    assert not conversation.conversation.is_unread
    await conversations.remove(alpha.instance, alice, one)
    assert await alpha.conversations("alice") == []


# --- in pages ------------------------------------------------------------------------------------


async def test_page_of_a_conversation(alpha: Server, bob: Person, peer: Peer) -> None:
    """It says who gets an answer, counts as read once it was looked at, and takes an answer."""
    parent = await has_note(alpha, bob)
    browser = await sign_in(alpha, "alice")
    listed = (await browser.get("/conversations")).text
    [address] = re.findall(r'href="(/conversations/\d+)"', listed)
    assert "conversation unread" in listed
    page = (await browser.get(address)).text
    assert "psst" in page
    assert "It goes to: <b><bdi>@bob@peer.test</bdi></b>" in page
    assert f'name="in_reply_to_id" value="{parent.id}"' in page
    assert "conversation unread" not in (await browser.get("/conversations")).text
    fields = {"in_reply_to_id": str(parent.id), "text": "I see, @dora"}
    answer = await press(browser, address, **fields, adding="@nobody@nowhere.test")
    assert answer.status_code == 422
    assert 'id="error-adding"' in answer.text
    assert "I see, @dora</textarea>" in answer.text
    assert (await press(browser, address, **fields | {"text": " "})).status_code == 422
    answer = await press(browser, address, **fields)
    assert answer.headers["location"].startswith(f"{address}#s")
    await settle(alpha)
    assert [one["object"]["to"] for one in peer.got("Create")] == [[bob.uri]]
    assert (await press(browser, f"{address}/remove")).headers["location"] == "/conversations"
    assert address not in (await browser.get("/conversations")).text
    assert (await browser.get(address)).status_code == 404


async def test_message_sent_twice(alpha: Server) -> None:
    """The same form sent again, as by two clicks, is one message; other words are another."""
    await alpha.user("dora")
    browser = await sign_in(alpha, "alice")
    [key] = re.findall(r'name="key" value="([^"]+)"', (await browser.get("/conversations")).text)
    form = {"to": "dora", "text": "hello", "key": key}
    first, again = [await press(browser, "/conversations", **form) for _ in range(2)]
    assert first.headers["location"] == again.headers["location"]
    address = first.headers["location"].partition("#")[0]
    page = (await browser.get(address)).text
    [key] = re.findall(r'name="key" value="([^"]+)"', page)
    [parent] = re.findall(r'name="in_reply_to_id" value="(\d+)"', page)
    form = {"in_reply_to_id": parent, "text": "are you there?", "key": key}
    for text in ("are you there?", "are you there?", "hello?"):
        await press(browser, address, **form | {"text": text})
    page = (await browser.get(address)).text
    assert page.count("are you there?") == 1
    assert page.count("hello?") == 1
    assert len(await alpha.conversations("dora")) == 1


async def test_message_in_place(alpha: Server) -> None:
    """A script is told where to go on, or gets the page that says what is wrong."""
    await alpha.user("dora")
    browser = await sign_in(alpha, "alice")
    browser.headers["accept"] = "application/json"
    sent = await press(browser, "/conversations", to="dora", text="hello")
    assert sent.status_code == 201
    address = sent.json()["next"].partition("#")[0]
    wrong = await press(browser, "/conversations", to="dora", text=" ")
    assert wrong.status_code == 422
    assert 'id="error-text"' in wrong.text
    [parent] = re.findall(r'name="in_reply_to_id" value="(\d+)"', (await browser.get(address)).text)
    sent = await press(browser, address, in_reply_to_id=parent, text="again")
    assert sent.json()["next"].startswith(f"{address}#s")
    gone = await press(browser, address, in_reply_to_id="1", text="again")
    assert "no such post" in gone.json()["error"]


async def test_beginning_a_conversation(alpha: Server, bob: Person, peer: Peer) -> None:
    """A message goes to whom it is addressed to, and not to whom it names."""
    await alpha.user("dora")
    browser = await sign_in(alpha, "alice")
    assert 'value="@bob@peer.test"' in (await browser.get("/conversations?to=@bob@peer.test")).text
    for to, text in (("", "hello"), ("@nobody@nowhere.test", "hello"), ("dora", "")):
        answer = await press(browser, "/conversations", to=to, text=text)
        assert answer.status_code == 422
    form = {"to": f"{bob.handle}, dora", "text": "a word on @carol"}
    await alpha.user("carol")
    answer = await press(browser, "/conversations", **form)
    assert answer.headers["location"].startswith("/conversations/")
    await settle(alpha)
    assert [one["object"]["content"] for one in peer.got("Create")] == ["<p>a word on @carol</p>"]
    [hers] = await alpha.conversations("dora")
    assert {actor.acct for actor in hers.people} == {"alice", "bob@peer.test"}
    assert await alpha.conversations("carol") == []
    # What is to stay here is not for somebody elsewhere.
    answer = await press(browser, "/conversations", to=bob.handle, text="psst", stays="on")
    assert answer.status_code == 422


async def test_pages_of_others(alpha: Server, bob: Person) -> None:
    """A conversation of somebody else is no page, and takes no answer; a stranger signs in first."""
    parent = await has_note(alpha, bob)
    [conversation] = await alpha.conversations("alice")
    address, dora = f"/conversations/{conversation.conversation.id}", await sign_in(alpha, "dora")
    assert (await dora.get(address)).status_code == 404
    fields = {"in_reply_to_id": str(parent.id), "text": "me, too"}
    assert (await press(dora, address, **fields)).status_code == 404
    assert (await press(dora, f"{address}/remove")).status_code == 404
    assert "psst" not in (await dora.get("/conversations")).text
    # Nor does a conversation take an answer to what stands elsewhere.
    other = await alpha.post("alice", "for everybody")
    browser = await sign_in(alpha, "alice")
    fields = {"in_reply_to_id": str(other.id), "text": "misplaced"}
    assert (await press(browser, address, **fields)).status_code == 404
    for path in ("/conversations", address):
        assert (await alpha.get(path, accept="text/html")).status_code in {303, 401}
