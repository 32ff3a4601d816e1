"""What the search form finds, and what it leaves alone."""

from tests.federation.browser import sign_in
from tests.federation.peer import Peer
from tests.federation.scenes import reads, takes
from tests.federation.server import Server


async def test_posts_are_not_searched_for_words(alpha: Server, peer: Peer) -> None:
    """Posts of those who did not ask to be found are not found by their words, even if they are here.

    Who has the address of such a post is led to it.

    Conformance: 54.
    """
    absent, unwilling = peer.person("ann"), peer.person("max", indexable=False)
    browser = await sign_in(alpha, "alice")
    assert (await alpha.get("/users/alice")).json()["indexable"] is False
    own = await alpha.post("alice", "Zebras never sleep")
    uris = [own.status.uri]
    for author in (absent, unwilling):
        await reads(alpha, "bob", author)
        note = author.note("<p>Zebras sleep standing</p>")
        await takes(alpha, author, author.activity("Create", note))
        assert await alpha.seen_by("bob", note["id"]) is not None
        uris.append(note["id"])
    for words in ("zebras", "Zebras", "#zebras", "zebras sleep", "standing", "sleep*", "%"):
        answer = await browser.get("/search", params={"q": words})
        assert answer.status_code in {200, 404, 422}, words
        assert "sleep standing" not in answer.text, words
        assert "never sleep" not in answer.text, words
    for uri in uris:
        answer = await browser.get("/search", params={"q": uri})
        assert answer.status_code == 303
        assert "Zebras" in (await browser.get(answer.headers["location"])).text


async def test_who_may_search(alpha: Server) -> None:
    """Only those who sign in may search: it makes the server ask others."""
    await alpha.user("alice")
    answer = await alpha.get("/search?q=alice", accept="text/html")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    browser = await sign_in(alpha, "alice")
    for query in ("alice", "@alice", "@alice@alpha.test", "https://alpha.test/@alice"):
        answer = await browser.get("/search", params={"q": query})
        assert (answer.status_code, answer.headers["location"]) == (303, "/@alice"), query
