"""Custom emoji of other servers: read with posts, names and reactions, shown from our own address."""

from tests.federation.browser import sign_in
from tests.federation.peer import PUBLIC, Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server

BEE = "https://peer.test/emoji/bee.png"


def tag(name: str = ":bee:", url: str = BEE, **changes: object) -> dict[str, object]:
    """An Emoji as it stands among tags."""
    return {"type": "Emoji", "name": name, "icon": {"type": "Image", "url": url}, **changes}


async def test_emoji_in_a_post_and_a_name(alpha: Server, bob: Person) -> None:
    """Pictures stand in text and name, fetched from nobody but us; unsound ones stay words."""
    bob.changes |= {"name": "Bob :bee:", "tag": [tag()]}
    await reads(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    tags = [tag(), tag(":wasp:", "javascript:alert(1)"), tag(":no:", type="Hashtag")]
    note = bob.note("<p>:bee: :wasp: :no:</p>", tag=tags, to=[PUBLIC, alice.uri])
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert [(one.name, one.url) for one in view.status.emojis] == [("bee", BEE)]
    assert [one.name for one in view.author.profile.emojis] == ["bee"]
    page = (await (await sign_in(alpha, "alice")).get("/")).text
    assert page.count('<img class="emoji" src="/media/proxy/') == 2
    assert ":wasp: :no:" in page
    assert "javascript:" not in page
    assert BEE not in page


async def test_reaction_with_a_picture(alpha: Server, bob: Person) -> None:
    """A reaction with a custom emoji shows its picture, one that shows none is dropped."""
    mine = await alpha.post("alice", "hello")
    react = bob.activity("EmojiReact", mine.status.uri, content=":bee:", tag=[tag()])
    await takes(alpha, bob, react)
    await takes(alpha, bob, bob.activity("EmojiReact", mine.status.uri, content=":wasp:"))
    page = (await (await sign_in(alpha, "alice")).get(f"/@alice/{mine.id}")).text
    assert 'title=":bee:"' in page
    assert "wasp" not in page
