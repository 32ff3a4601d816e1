"""How statuses are gathered for a reader; who may see what is in test_visibility.py."""

from collections.abc import Callable
from typing import Any

from fedlearn.db import details as db_details
from fedlearn.db import favourites as db_favourites
from fedlearn.db.database import Connection, Database
from fedlearn.db.details import Details
from fedlearn.db.memory import NOTHING
from fedlearn.db.status_views import status_view, status_view_by_uri, status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Viewer
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import Attachment, Mention, Status, StatusView
from tests.builders import boosts, likes, local, remote, says


async def view_of(connection: Connection, viewer: Viewer, status: Status) -> StatusView:
    """A status that this viewer is known to see."""
    view = await status_view(connection, viewer, status.id)
    assert view
    return view


async def test_order_is_as_asked_for(connection: Connection) -> None:
    """Views come in the order of the ids; unknown ids and none at all are no trouble."""
    alice = await local(connection)
    one, two, three = [await says(connection, alice, text) for text in ("1", "2", "3")]
    ids = [two.id, three.id, StatusId(5), one.id]
    views = await status_views(connection, STRANGER, ids)
    assert [view.id for view in views] == [two.id, three.id, one.id]
    assert await status_views(connection, STRANGER, []) == []
    assert await status_views(connection, STRANGER, [StatusId(5)]) == []


async def test_view_has_all_that_belongs_to_a_status(connection: Connection) -> None:
    """A view has the author, those named, tags, attachments, and whom it answers."""
    alice, bob, robin = await _three(connection)
    parent = await says(connection, robin)
    post = await says(connection, alice, answers=parent, naming=[robin, bob], silently_to=[alice])
    picture = Attachment("image/png", "https://our.example/a.png", "A graph", "LKO2", 640, 480)
    await db_details.replace_details(
        connection,
        post.id,
        Details(
            (
                "b",
                "a",
            ),
            (picture,),
        ),
    )
    view = await view_of(connection, STRANGER, post)
    assert view == StatusView(
        status=post,
        author=alice,
        mentions=(
            Mention(bob.id, bob.uri, bob.profile.url, "bob"),
            Mention(robin.id, robin.uri, robin.profile.url, "robin@far.example"),
        ),
        hashtags=("a", "b"),
        attachments=(picture,),
        in_reply_to_author=robin,
        in_reply_to=StatusView(status=parent, author=robin),
    )


async def test_nothing_is_mixed_up_between_statuses(connection: Connection) -> None:
    """In a batch, each status has what is its own and nothing of its neighbours."""
    alice, bob, robin = await _three(connection)
    full, bare = await says(connection, alice, naming=[robin]), await says(connection, robin)
    await db_details.replace_details(
        connection, full.id, Details(("a",), (Attachment("image/png", "https://x/y"),))
    )
    await says(connection, bob, answers=full)
    await likes(connection, bob, full)
    await boosts(connection, bob, full)
    seen_full, seen_bare = await status_views(connection, bob.viewer, [full.id, bare.id])
    assert (seen_full.replies, seen_full.boosts, seen_full.favourites) == (1, 1, 1)
    assert (seen_full.favourited, seen_full.boosted) == (True, True)
    assert seen_full.mentions
    assert seen_full.hashtags
    assert seen_full.attachments
    assert seen_bare == StatusView(status=bare, author=robin)


async def test_boost_shows_what_it_boosts(connection: Connection) -> None:
    """A boost has its booster as author, and within it the whole of what is boosted."""
    alice, bob, robin = await _three(connection)
    post = await says(connection, robin, naming=[alice])
    boost = await boosts(connection, bob, post)
    view = await view_of(connection, alice.viewer, boost)
    assert view.author == bob
    assert view.boost_of == await view_of(connection, alice.viewer, post)
    assert view.boost_of
    assert view.boost_of.author == robin
    assert view.boost_of.boosts == 1
    assert [mention.acct for mention in view.boost_of.mentions] == ["alice"]


async def test_own_marks(connection: Connection) -> None:
    """What a reader has liked and boosted is marked for that reader, and for nobody else."""
    alice, bob, robin = await _three(connection)
    post = await says(connection, alice)
    await likes(connection, bob, post)
    await boosts(connection, robin, post)
    marks = {
        name: (view.favourited, view.boosted, view.favourites, view.boosts)
        for name, viewer in {"bob": bob.viewer, "robin": robin.viewer, "nobody": STRANGER}.items()
        if (view := await view_of(connection, viewer, post))
    }
    assert marks == {
        "bob": (True, False, 1, 1),
        "robin": (False, True, 1, 1),
        "nobody": (False, False, 1, 1),
    }
    await db_favourites.delete_favourite(connection, bob.id, post.id)
    assert not (await view_of(connection, bob.viewer, post)).favourited


async def test_counts(connection: Connection) -> None:
    """Answers, boosts and likes are counted, only direct ones and only those of this status."""
    alice, bob, robin = await _three(connection)
    post, other = await says(connection, alice), await says(connection, alice)
    answer = await says(connection, bob, answers=post)
    await says(connection, robin, answers=post)
    await says(connection, robin, answers=answer)
    await boosts(connection, bob, post)
    for actor in (alice, bob, robin):
        await likes(connection, actor, post)
    await likes(connection, bob, other)
    view = await view_of(connection, STRANGER, post)
    assert (view.replies, view.boosts, view.favourites) == (2, 1, 3)
    assert (await view_of(connection, STRANGER, answer)).replies == 1


async def test_by_identity(connection: Connection) -> None:
    """A status can be asked for by its identity; an unknown one is not there."""
    alice = await local(connection)
    post = await says(connection, alice)
    view = await status_view_by_uri(connection, STRANGER, post.uri)
    assert view == await view_of(connection, STRANGER, post)
    assert await status_view_by_uri(connection, STRANGER, f"{post.uri}/replies") is None


async def test_hidden_and_missing_look_the_same(connection: Connection) -> None:
    """Who may not see a status gets the same answer as for one that is not there."""
    alice, bob, _ = await _three(connection)
    hidden = await says(connection, alice, reach=Reach.DIRECT)
    assert await status_view(connection, bob.viewer, hidden.id) is None
    assert await status_view(connection, bob.viewer, StatusId(5)) is None


async def test_long_page_costs_no_more_queries(db: Database) -> None:
    """A page of twenty statuses is gathered with as many queries as one status."""
    async with db.write() as connection:
        alice, bob, _ = await _three(connection)
        ids = []
        for n in range(20):
            post = await says(connection, alice, f"{n}", naming=[bob])
            answer = await says(connection, bob, answers=post)
            ids += [answer.id, (await boosts(connection, bob, answer)).id]
    async with db.read() as connection:
        short, long = Counted(connection), Counted(connection)
        assert len(await status_views(short, alice.viewer, ids[:2])) == 2
        assert len(await status_views(long, alice.viewer, ids)) == 40
    assert long.queries == short.queries


class Counted:
    """A connection that counts the questions put to it, and remembers nothing."""

    memory = NOTHING

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.queries = 0

    async def fetch_all(self, sql: str, **params: Any) -> Any:
        """Every row of the answer."""
        self.queries += 1
        return await self._connection.fetch_all(sql, **params)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(f"views are only read, all at once: {name}")


async def _three(connection: Connection) -> tuple[Actor, Actor, Actor]:
    return (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection, "robin@far.example"),
    )
