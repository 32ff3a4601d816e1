"""Long threads: what is shown at first, and the button that fetches what lies elsewhere."""

from tests.clock import Clock
from tests.federation.browser import sign_in
from tests.federation.peer import Peer, Person
from tests.federation.scenes import reads
from tests.federation.server import Server, settle
from tests.federation.test_conversations import lists, stored
from tests.federation.test_keeping import press


async def test_more_is_fetched_by_a_button(
    alpha: Server, bob: Person, peer: Peer, clock: Clock
) -> None:
    """Who wants more of a conversation presses a button that says from where, and it comes."""
    await reads(alpha, "alice", bob)
    first = bob.note("<p>the beginning</p>")
    first["replies"] = lists(peer, "/replies", [])
    view = await stored(alpha, bob, first)
    page, browser = f"/@{view.author.acct}/{view.id}", await sign_in(alpha, "alice")
    assert "Fetch more from peer.test" in (await browser.get(page)).text
    await settle(alpha)
    asked = peer.asked_for("/replies")
    answer = bob.note("<p>an answer</p>", inReplyTo=first["id"])
    lists(peer, "/replies", [answer["id"]])
    # To open it again does nothing so soon, nor does the button at once.
    await browser.get(page)
    await press(browser, f"/statuses/{view.id}/fetch-more", next=page)
    await settle(alpha)
    assert peer.asked_for("/replies") == asked
    clock.forward(61_000)
    reply = await press(browser, f"/statuses/{view.id}/fetch-more", next=f"{page}?replies=9")
    assert (reply.status_code, reply.headers["location"]) == (303, f"{page}?fetching=1")
    assert "More is being fetched" in (await browser.get(f"{page}?fetching=1")).text
    await settle(alpha)
    assert peer.asked_for("/replies") == asked + 1
    assert "an answer" in (await browser.get(page)).text


async def test_nothing_is_fetched_for_the_wrong_ones(alpha: Server, bob: Person) -> None:
    """A post that one cannot see, or that is ours, has no such button; strangers have none either."""
    await reads(alpha, "alice", bob)
    private = bob.note("<p>private</p>", to=[bob.followers], cc=[])
    view, own = await stored(alpha, bob, private), await alpha.post("alice", "hello")
    carol = await sign_in(alpha, "carol")
    assert (await press(carol, f"/statuses/{view.id}/fetch-more")).status_code == 404
    assert "Fetch more" not in (await carol.get(f"/@alice/{own.id}")).text
    assert "Fetch more" not in (await alpha.get(f"/@alice/{own.id}", accept="text/html")).text


async def test_long_threads(alpha: Server) -> None:
    """So many replies are shown, then more; of many posts above only the last few stand open."""
    first = await alpha.post("alice", "the beginning")
    for number in range(65):
        last = await alpha.post("bob", f"reply {number}.", in_reply_to_id=first.id)
    browser = await sign_in(alpha, "carol")
    page = f"/@alice/{first.id}"
    text = (await browser.get(page)).text
    assert "reply 59." in text
    assert "reply 60." not in text
    assert f'href="{page}?replies=120#more"' in text
    text = (await browser.get(f"{page}?replies=120")).text
    assert "reply 64." in text
    assert "Show more replies" not in text
    for odd in ("x", "-1", "9" * 12, "1"):
        assert "reply 59." in (await browser.get(f"{page}?replies={odd}")).text
    for number in range(8):
        last = await alpha.post("bob", f"step {number}", in_reply_to_id=last.id)
    text = (await browser.get(f"/@bob/{last.id}")).text
    assert "5 earlier posts" in text
    assert text.index("the beginning") < text.index("step 2") < text.index("</details>\n<article")
