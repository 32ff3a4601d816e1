"""What is found by words, by whom, and that the index stays true; on both databases."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import bookmarks as db_bookmarks
from fedlearn.db import polls as db_polls
from fedlearn.db import search as db_search
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, add_details, replace_details
from fedlearn.db.indexing import anything_waits, index_again, index_status, index_waiting
from fedlearn.db.marks import DISCOVERABLE, OURS, author_mark
from fedlearn.db.search import found_hashtags, found_people, found_statuses
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope, Viewer
from fedlearn.domain.ids import DAY_MS, Millis, StatusId, now
from fedlearn.domain.polls import Poll, PollOption
from fedlearn.domain.statuses import Attachment, Preview, Status
from fedlearn.domain.words import Sought
from fedlearn.text.queries import read_query
from tests.builders import boosts, follows, likes, local, remote, says

NOTHING = Details()


async def tells(
    connection: Connection,
    author: Actor,
    text: str,
    *,
    details: Details = NOTHING,
    poll: Poll | None = None,
    reach: Reach = Reach.PUBLIC,
    scope: Scope = Scope.FED,
    naming: Sequence[Actor] = (),
    at: Millis | None = None,
) -> Status:
    """Somebody posts what can be found."""
    status = await says(connection, author, text, reach=reach, scope=scope, naming=naming, at=at)
    await add_details(connection, status.id, details)
    if poll is not None:
        await db_polls.store_poll(connection, status.id, poll)
    await index_status(connection, status, details, poll)
    return status


async def found(
    connection: Connection,
    reader: Actor,
    text: str,
    *,
    before: StatusId | None = None,
    limit: int = 20,
) -> list[StatusId]:
    """What a text finds, without who wrote it and when."""
    await index_waiting(connection)
    assert not await anything_waits(connection)
    sought = read_query(text).sought
    return await found_statuses(
        connection, reader.viewer, sought, since=Millis(0), before=before, limit=limit
    )


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("bees", True),
        ("BEES", True),
        ("honey bees", True),
        ("bees honey", True),
        ('"honey bees"', True),
        ('"bees honey"', False),
        ("honey -wasps", True),
        ("honey -bees", False),
        ('honey -"honey bees"', False),
        ("bee", False),
        ("kase", True),
        ("Käse", True),
        ("日本", True),
        ("本日", False),
        ("warned", True),
        ("described", True),
        ("chosen", True),
        ("has:media bees", True),
        ("has:poll", True),
        ("has:link has:media", True),
        ("media", False),
        ("strong", False),
        ("don't", True),
        ("amp", False),
    ],
)
async def test_words(connection: Connection, text: str, is_found: bool) -> None:  # noqa: FBT001
    """A post is found by its words, whole and in any case, wherever in it they stand."""
    alice = await local(connection, "alice")
    status = await says(connection, alice, "")
    status = replace(
        status,
        content="<p>Honey <strong>bees</strong> &amp; Käse.</p><p>日本語 I don't</p>",
        content_warning="warned",
    )
    details = Details((), (Attachment("image/png", "x", "described"),), Preview("x", "title"))
    poll = Poll((PollOption("chosen"), PollOption("not")), is_multiple=False, ends_at=None)
    await index_status(connection, status, details, poll)
    assert await found(connection, alice, text) == ([status.id] if is_found else [])


async def test_only_those_find_it_who_may(connection: Connection) -> None:
    """A post whose author did not agree is found by who wrote it or had to do with it alone."""
    author, nan = await remote(connection), await local(connection, "nan")
    people = [await local(connection, name) for name in ("rey", "bob", "lea", "kim")]
    post = await tells(connection, author, "bees", naming=[nan])
    rey, bob, lea, kim = people
    for one in people:
        assert await found(connection, one, "bees") == []
    await says(connection, rey, "an answer", answers=post)
    await boosts(connection, bob, post)
    await likes(connection, lea, post)
    await db_bookmarks.insert_bookmark(connection, kim.id, post.id)
    for one in (author, nan, rey, bob, lea, kim):
        assert await found(connection, one, "bees") == [post.id]
    assert await found(connection, await local(connection, "max"), "bees") == []


async def test_consent_opens_public_posts(connection: Connection) -> None:
    """Whoever agrees has public posts found from then on, and no others; and may change it."""
    author = await remote(connection, is_indexable=True)
    alice = await local(connection, "alice")
    await follows(connection, alice, author)
    post = await tells(connection, author, "bees")
    for reach in (Reach.UNLISTED, Reach.FOLLOWERS, Reach.DIRECT):
        await tells(connection, author, "bees", reach=reach)
    assert await found(connection, alice, "bees") == [post.id]
    await db_actors.store_actor(
        connection, replace(author.profile, is_indexable=False), "far.example"
    )
    assert await found(connection, alice, "bees") == []


async def test_nobody_finds_what_they_may_not_see(connection: Connection) -> None:
    """Having liked or answered a post once is not enough; nor is a search around a block."""
    author = await local(connection, "ann", is_indexable=True)
    alice, robin = await local(connection, "alice"), await remote(connection)
    direct = await tells(connection, author, "bees", reach=Reach.DIRECT)
    inside = await tells(connection, author, "bees", scope=Scope.ORG)
    for one in (alice, robin):
        await likes(connection, one, direct)
        await likes(connection, one, inside)
    assert await found(connection, alice, "bees") == [inside.id]
    assert await found(connection, robin, "bees") == []
    await db_blocks.insert_block(connection, actor_id=author.id, target_id=alice.id, uri="block")
    assert await found(connection, alice, "bees") == []


async def test_pages(connection: Connection) -> None:
    """Posts come newest first, and the next page begins where one ended."""
    alice = await local(connection, "alice")
    ids = [(await tells(connection, alice, f"bees {n}")).id for n in range(5)]
    assert await found(connection, alice, "bees", limit=2) == [ids[4], ids[3]]
    assert await found(connection, alice, "bees", before=ids[3], limit=2) == [ids[2], ids[1]]
    assert await found(connection, alice, "bees", before=ids[1], limit=2) == [ids[0]]


async def test_authors_and_days(connection: Connection) -> None:
    """Whose posts, and from when, is found in the index, too."""
    alice = await local(connection, "alice", is_indexable=True)
    bob = await local(connection, "bob")
    long_ago = Millis(now() - 10 * DAY_MS)
    old = await tells(connection, alice, "bees", at=long_ago)
    new = await tells(connection, alice, "bees")
    own = await tells(connection, bob, "bees")

    async def ids(sought: Sought, since: int = 0) -> list[StatusId]:
        await index_waiting(connection)
        return await found_statuses(
            connection, bob.viewer, sought, since=Millis(since), before=None, limit=9
        )

    of_alice = Sought(marks=(author_mark(alice.id),))
    assert await ids(of_alice) == [new.id, old.id]
    assert await ids(of_alice, long_ago) == [new.id, old.id]
    assert await ids(of_alice, long_ago + 1) == [new.id]
    assert await ids(Sought((("bees",),), marks=(author_mark(bob.id),))) == [own.id]


@pytest.mark.parametrize("waits", [True, False])
async def test_edits_and_deletions(connection: Connection, waits: bool) -> None:  # noqa: FBT001
    """What a post does not say any more does not find it; what is deleted leaves nothing.

    It is the same for what was in the index already, and for what was still waiting.
    """
    alice = await local(connection, "alice")
    picture = Attachment("image/png", "x", "honey")
    before = await tells(connection, alice, "bees", details=Details((), (picture,)))
    brief = await tells(connection, alice, "bees")
    if not waits:
        assert await found(connection, alice, "bees") == [brief.id, before.id]
    await db_statuses.delete_status(connection, brief.id)
    after = replace(before, content="<p>wasps</p>", edited_at=now())
    await db_statuses.replace_text(connection, before, after)
    await replace_details(connection, before.id, NOTHING)
    await index_again(connection, after)
    assert await found(connection, alice, "wasps") == [before.id]
    for gone in ("bees", "honey", "has:media"):
        assert await found(connection, alice, gone) == []
    await db_statuses.delete_status(connection, before.id)
    assert await found(connection, alice, "wasps") == []
    row = await connection.fetch_one("SELECT count(*) AS n FROM status_words")
    assert row is not None
    assert row["n"] == 0


async def test_the_texts_of_the_unkind(connection: Connection) -> None:
    """Words without end and without number are cut, and the post is kept."""
    alice = await local(connection, "alice")
    endless = await tells(connection, alice, "bees" * 100_000)
    many = await tells(connection, alice, " ".join(f"{n}\0x" for n in range(50_000)))
    assert await found(connection, alice, "bees" * 100_000) == [endless.id]
    assert await found(connection, alice, "100") == [many.id]
    assert await found(connection, alice, "49999") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text() | st.text(alphabet="\"*()-:+^&|!<>~'\\{}\0 aNORTD.af"))
async def test_no_text_upsets_a_search(connection: Connection, text: str) -> None:
    """Whatever somebody types is sought or means nothing; neither database objects."""
    alice = await local(connection, "alice")
    for sought in (read_query(text).sought, replace(read_query(text).sought, by_beginning=True)):
        if sought.is_something:
            await found_statuses(
                connection, alice.viewer, sought, since=Millis(0), before=None, limit=1
            )
            await found_people(connection, alice.viewer, sought, 1)
    await found_hashtags(connection, alice.viewer, text, since=Millis(0), limit=1)


# --- people and hashtags -------------------------------------------------------------------------


async def people(connection: Connection, viewer: Viewer, text: str, mark: str) -> list[str]:
    """Who is found with a mark, by the beginnings of words."""
    sought = replace(read_query(text).sought, marks=(mark,), by_beginning=True)
    return [one.acct for one in await found_people(connection, viewer, sought, 9)]


async def test_people(connection: Connection) -> None:
    """People are found by the beginnings of what they are called and say, as they wish."""
    alice = (await local(connection, "alice", name="Äpfel Allen")).viewer
    bob = await local(connection, "bob", summary="<p>Keeps honey bees</p>", is_discoverable=False)
    robin = await remote(connection, summary="<p>Bees</p>")
    await remote(connection, "shy@far.example", summary="Bees", is_discoverable=False)
    blocked = await remote(connection, "wasp@far.example", summary="Bees")
    await db_blocks.insert_block(
        connection, actor_id=blocked.id, target_id=alice.actor_id or blocked.id, uri="block"
    )
    assert await people(connection, alice, "bee", OURS) == ["bob"]
    assert await people(connection, alice, "ho bo", OURS) == ["bob"]
    assert await people(connection, alice, "apf", OURS) == ["alice"]
    assert await people(connection, alice, "ees", OURS) == []
    assert await people(connection, alice, "bee", DISCOVERABLE) == [robin.acct]
    assert await people(connection, alice, "far.example", DISCOVERABLE) == [robin.acct]
    await db_actors.store_actor(connection, replace(bob.profile, summary=""), "our.example")
    await db_actors.mark_gone(connection, robin.id)
    assert await people(connection, alice, "bee", OURS) == []
    assert await people(connection, alice, "bee", DISCOVERABLE) == []


async def test_hashtags(connection: Connection) -> None:
    """Hashtags are found by their beginning, the liveliest first; only what one sees is counted."""
    alice, ann = await local(connection, "alice"), await local(connection, "ann")
    since = Millis(now() - DAY_MS)
    for names in (("bees",), ("bees", "beetle"), ("wasps", "Bee")):
        await tells(connection, ann, "x", details=Details(names))
    await tells(connection, ann, "x", details=Details(("bee",)), reach=Reach.FOLLOWERS)
    await tells(connection, ann, "x", details=Details(("beetle",)), at=Millis(since - 1))

    async def tags(beginning: str) -> list[tuple[str, int]]:
        return list(await found_hashtags(connection, alice.viewer, beginning, since=since, limit=5))

    assert await tags("bee") == [("bees", 2), ("beetle", 1)]
    assert await tags("beet") == [("beetle", 1)]
    assert await tags("x") == []


async def test_where_the_looking_ends(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many posts with a word so many are looked at; below the last of them it goes on."""
    monkeypatch.setattr(db_search, "MOST_LOOKED_AT", 3)
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    posts = [await tells(connection, alice, "bees", reach=Reach.DIRECT) for _ in range(7)]
    await index_waiting(connection)
    sought, before, ends = Sought((("bees",),)), None, list[StatusId]()
    assert await found(connection, bob, "bees") == []
    while (
        before := await db_search.looked_down_to(connection, sought, since=Millis(0), before=before)
    ) is not None:
        ends.append(before)
    assert ends == [posts[4].id, posts[1].id]
