"""Who sees what: every reach and scope through every pair of eyes, in every query that shows posts.

What is expected is written down as a table, so that a slip in the predicate is not repeated here.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from fedlearn.db import actors as db_actors
from fedlearn.db import homes as db_homes
from fedlearn.db import hosts as db_hosts
from fedlearn.db import notifications as db_notifications
from fedlearn.db import policies as db_policies
from fedlearn.db import profiles as db_profiles
from fedlearn.db import threads as db_threads
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, add_details, replace_details
from fedlearn.db.profiles import Tab
from fedlearn.db.status_views import status_view, status_view_by_uri, status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope, Viewer
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.policies import Measure, Policy
from fedlearn.domain.statuses import Attachment, Status, StatusView
from tests.builders import boosts, follows, local, remote, says

Place = tuple[Reach, Scope]
Question = Callable[[Viewer], Awaitable[Iterable[StatusId]]]

PLACES: list[Place] = [(reach, scope) for reach in Reach for scope in Scope]

LOCALS = {
    "author",
    "local stranger",
    "local follower",
    "local who asked to follow",
    "local who is named",
    "local who is addressed",
}
REMOTES = {
    "remote stranger",
    "remote follower",
    "remote who asked to follow",
    "remote who is named",
    "remote who is addressed",
}
EVERYBODY = LOCALS | REMOTES | {"nobody in particular"}
NAMED_LOCALS = {"local who is named", "local who is addressed"}
NAMED_REMOTES = {"remote who is named", "remote who is addressed"}

SEEN_BY: dict[Place, set[str]] = {
    (Reach.PUBLIC, Scope.FED): EVERYBODY,
    (Reach.PUBLIC, Scope.ORG): LOCALS,
    (Reach.UNLISTED, Scope.FED): EVERYBODY,
    (Reach.UNLISTED, Scope.ORG): LOCALS,
    (Reach.FOLLOWERS, Scope.FED): {"author", "local follower", "remote follower"}
    | NAMED_LOCALS
    | NAMED_REMOTES,
    (Reach.FOLLOWERS, Scope.ORG): {"author", "local follower"} | NAMED_LOCALS,
    (Reach.DIRECT, Scope.FED): {"author"} | NAMED_LOCALS | NAMED_REMOTES,
    (Reach.DIRECT, Scope.ORG): {"author"} | NAMED_LOCALS,
}
SEEN_BY_NOBODY: set[str] = set()


@dataclass(frozen=True)
class Stage:
    """An author, and everybody who may or may not see what the author says."""

    connection: Connection
    author: Actor
    others: dict[str, Actor]

    @property
    def viewers(self) -> dict[str, Viewer]:
        """The eyes of everybody."""
        people = {"author": self.author, **self.others}
        return {
            "nobody in particular": STRANGER,
            **{name: actor.viewer for name, actor in people.items()},
        }

    @property
    def named(self) -> list[Actor]:
        """Those who are named in every post."""
        return [self.others["local who is named"], self.others["remote who is named"]]

    @property
    def addressed(self) -> list[Actor]:
        """Those to whom every post is addressed without naming them."""
        return [self.others["local who is addressed"], self.others["remote who is addressed"]]

    async def says_everything(self, answers: Status | None = None) -> dict[Place, Status]:
        """The author posts once in each place."""
        return {
            (reach, scope): await says(
                self.connection,
                self.author,
                reach=reach,
                scope=scope,
                answers=answers,
                naming=self.named,
                silently_to=self.addressed,
            )
            for reach, scope in PLACES
        }

    async def ask(self, posts: dict[Place, Status], question: Question) -> dict[Place, set[str]]:
        """Who finds which of the posts in the answers to a question."""
        seen: dict[Place, set[str]] = {place: set() for place in posts}
        for name, viewer in self.viewers.items():
            found = list(await question(viewer))
            assert len(found) == len(set(found))
            for place, post in posts.items():
                if post.id in found:
                    seen[place].add(name)
        return seen


async def stage(connection: Connection, author: Actor) -> Stage:
    """The author among everybody else."""
    others = {
        "local stranger": await local(connection, "lou"),
        "local follower": await local(connection, "fay"),
        "local who asked to follow": await local(connection, "pat"),
        "local who is named": await local(connection, "nan"),
        "local who is addressed": await local(connection, "ada"),
        "remote stranger": await remote(connection, "lou@far.example"),
        "remote follower": await remote(connection, "fay@far.example"),
        "remote who asked to follow": await remote(connection, "pat@far.example"),
        "remote who is named": await remote(connection, "nan@far.example"),
        "remote who is addressed": await remote(connection, "ada@far.example"),
    }
    for place in ("local", "remote"):
        await follows(connection, others[f"{place} follower"], author)
        asker = others[f"{place} who asked to follow"]
        await follows(connection, asker, author, FollowState.PENDING)
        # Whom the author follows sees no more for it.
        await follows(connection, author, others[f"{place} stranger"])
    return Stage(connection, author, others)


@pytest_asyncio.fixture(loop_scope="session")
async def scene(connection: Connection) -> Stage:
    """One of ours among everybody else."""
    return await stage(connection, await local(connection, "alice"))


def test_the_table_is_whole() -> None:
    """Each reach with each scope has its line, and an organisation post is for locals at most."""
    assert sorted(SEEN_BY) == sorted(PLACES)
    assert all(SEEN_BY[reach, Scope.ORG] <= LOCALS for reach in Reach)


# --- single posts and batches ----------------------------------------------------------------------


async def test_batch_of_statuses(scene: Stage) -> None:
    """Of a batch of statuses, each reader gets those that the table gives them."""
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        return _ids(
            await status_views(scene.connection, viewer, [post.id for post in posts.values()])
        )

    assert await scene.ask(posts, question) == SEEN_BY


async def test_one_status(scene: Stage) -> None:
    """A status asked for by id is there for those whom the table names, and for nobody else."""
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        views = [await status_view(scene.connection, viewer, post.id) for post in posts.values()]
        return _ids(views)

    assert await scene.ask(posts, question) == SEEN_BY


async def test_status_by_uri(scene: Stage) -> None:
    """A status asked for by its identity is there for the same readers."""
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        return _ids(
            [
                await status_view_by_uri(scene.connection, viewer, post.uri)
                for post in posts.values()
            ]
        )

    assert await scene.ask(posts, question) == SEEN_BY


async def test_statuses_of_another_server(connection: Connection) -> None:
    """What somebody on another server says is seen by the same kinds of readers."""
    scene = await stage(connection, await remote(connection, "alice@near.example"))
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        return _ids(await status_views(connection, viewer, [post.id for post in posts.values()]))

    seen = await scene.ask(posts, question)
    for reach in Reach:
        assert seen[reach, Scope.FED] == SEEN_BY[reach, Scope.FED]


async def test_organisation_posts_are_for_no_remote_eyes(connection: Connection) -> None:
    """A post of scope org is hidden from actors of other servers, be they its very author."""
    scene = await stage(connection, await remote(connection, "alice@near.example"))
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        return _ids(await status_views(connection, viewer, [post.id for post in posts.values()]))

    seen = await scene.ask(posts, question)
    for reach in Reach:
        assert not seen[reach, Scope.ORG] & (REMOTES | {"author", "nobody in particular"})


async def test_accepting_a_follow_opens_posts_for_followers(connection: Connection) -> None:
    """A post for followers is hidden from who asked to follow, and shown once they may."""
    alice, pat = await local(connection, "alice"), await remote(connection, "pat@far.example")
    await follows(connection, pat, alice, FollowState.PENDING)
    post = await says(connection, alice, reach=Reach.FOLLOWERS)
    assert await status_view(connection, pat.viewer, post.id) is None
    await follows(connection, pat, alice, FollowState.ACCEPTED)
    assert await status_view(connection, pat.viewer, post.id) is not None


async def test_following_one_author_opens_nothing_of_another(connection: Connection) -> None:
    """A follower sees posts for followers of whom they follow, not of somebody else."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    fay = await local(connection, "fay")
    await follows(connection, fay, alice)
    by_alice = await says(connection, alice, reach=Reach.FOLLOWERS)
    by_bob = await says(connection, bob, reach=Reach.FOLLOWERS)
    assert await status_view(connection, fay.viewer, by_alice.id) is not None
    assert await status_view(connection, fay.viewer, by_bob.id) is None


# --- timelines -------------------------------------------------------------------------------------


async def test_home_timeline(scene: Stage) -> None:
    """Even what stands on a home timeline is shown only where the table allows it."""
    posts = await scene.says_everything()
    everybody = [scene.author.id, *(actor.id for actor in scene.others.values())]
    for post in posts.values():
        await db_homes.add_to_homes(scene.connection, everybody, post.id)

    async def question(viewer: Viewer) -> list[StatusId]:
        return await db_timelines.home_page(scene.connection, viewer, before=None, limit=40)

    expected = {place: seen - {"nobody in particular"} for place, seen in SEEN_BY.items()}
    assert await scene.ask(posts, question) == expected


async def test_public_timeline(scene: Stage) -> None:
    """The local timeline has public posts only, and those of the organisation for locals only."""
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        return await db_timelines.public_page(scene.connection, viewer, before=None, limit=40)

    assert await scene.ask(posts, question) == {
        place: SEEN_BY[place] if place[0] is Reach.PUBLIC else SEEN_BY_NOBODY for place in PLACES
    }


@pytest.mark.parametrize(
    "tab", [db_timelines.author_page, db_profiles.posts_page, db_profiles.media_page]
)
async def test_profile(scene: Stage, tab: Tab) -> None:
    """Each tab of a profile shows a reader what they may see, and direct posts to nobody."""
    posts = await scene.says_everything()
    for post in posts.values():
        details = Details((), (Attachment("image/webp", "https://our.example/1.webp", ""),))
        await replace_details(scene.connection, post.id, details)

    async def question(viewer: Viewer) -> list[StatusId]:
        return await tab(scene.connection, viewer, scene.author.id, before=None, limit=40)

    assert await scene.ask(posts, question) == {
        place: SEEN_BY_NOBODY if place[0] is Reach.DIRECT else SEEN_BY[place] for place in PLACES
    }


async def test_outbox(scene: Stage) -> None:
    """The outbox holds, and counts, what anybody on the open web may read."""
    posts = await scene.says_everything()
    page = await db_timelines.outbox_page(scene.connection, scene.author.id, before=None, limit=40)
    assert page == [posts[Reach.UNLISTED, Scope.FED].id, posts[Reach.PUBLIC, Scope.FED].id]
    assert await db_timelines.count_outbox(scene.connection, scene.author.id) == 2


# --- conversations ---------------------------------------------------------------------------------


async def test_ancestors(scene: Stage) -> None:
    """Above an answer, each reader finds what it answers only if they may see that."""
    posts = await scene.says_everything()
    bob = await local(scene.connection, "bob")
    answers = [await says(scene.connection, bob, answers=post) for post in posts.values()]

    async def question(viewer: Viewer) -> list[StatusId]:
        found: list[StatusId] = []
        for answer in answers:
            found += await db_threads.ancestors(scene.connection, viewer, answer.id)
        return found

    assert await scene.ask(posts, question) == SEEN_BY


async def test_descendants(scene: Stage) -> None:
    """Below a post, each reader finds the answers that they may see."""
    root = await says(scene.connection, await local(scene.connection, "bob"))
    posts = await scene.says_everything(answers=root)

    async def question(viewer: Viewer) -> list[StatusId]:
        return await db_threads.descendants(scene.connection, viewer, root.id)

    assert await scene.ask(posts, question) == SEEN_BY


async def test_replies(scene: Stage) -> None:
    """The collection of replies has for each reader those that they may see."""
    root = await says(scene.connection, await local(scene.connection, "bob"))
    posts = await scene.says_everything(answers=root)

    async def question(viewer: Viewer) -> list[StatusId]:
        return await db_threads.replies_page(
            scene.connection, viewer, root.id, after=StatusId(0), limit=40
        )

    assert await scene.ask(posts, question) == SEEN_BY


async def test_conversation(scene: Stage) -> None:
    """The collection of a conversation has for each reader what they may see."""
    root = await says(scene.connection, await local(scene.connection, "bob"))
    posts = await scene.says_everything(answers=root)

    async def question(viewer: Viewer) -> list[StatusId]:
        return await db_threads.conversation_page(
            scene.connection, viewer, root.conversation, limit=40
        )

    assert await scene.ask(posts, question) == SEEN_BY


async def test_author_of_what_is_answered(scene: Stage) -> None:
    """An answer tells whom and what it answers only to those who may see what it answers."""
    posts = await scene.says_everything()
    bob = await local(scene.connection, "bob")
    answers = {
        place: await says(scene.connection, bob, answers=post) for place, post in posts.items()
    }

    async def question(viewer: Viewer) -> list[StatusId]:
        views = await status_views(
            scene.connection, viewer, [answer.id for answer in answers.values()]
        )
        assert len(views) == len(PLACES)
        told = [view for view in views if view.in_reply_to_author == scene.author]
        assert [view.id for view in told] == [view.id for view in views if view.in_reply_to]
        return _ids(told)

    assert await scene.ask(answers, question) == SEEN_BY


# --- silenced domains ------------------------------------------------------------------------------


SEEN_OF_SILENCED: dict[Place, set[str]] = {
    **SEEN_BY,
    **{
        (reach, Scope.FED): {"author", "local follower", "remote follower"}
        | NAMED_LOCALS
        | NAMED_REMOTES
        for reach in (Reach.PUBLIC, Reach.UNLISTED)
    },
    # Nobody elsewhere writes such posts; the table is whole all the same.
    **{
        (reach, Scope.ORG): {"author", "local follower"} | NAMED_LOCALS
        for reach in (Reach.PUBLIC, Reach.UNLISTED)
    },
}


async def test_silenced_domain(connection: Connection) -> None:
    """What comes from there is for followers and those named, until the word is taken back."""
    scene = await stage(connection, await remote(connection, "alice@sub.near.example"))
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        return _ids(await status_views(connection, viewer, [post.id for post in posts.values()]))

    await _says_of(connection, "near.example", Policy.SILENCE)
    seen = await scene.ask(posts, question)
    assert {place: names - {"author"} for place, names in seen.items()} == {
        place: names - {"author"} for place, names in SEEN_OF_SILENCED.items()
    }
    await _says_of(connection, "near.example", Policy.ALLOW)
    assert (await scene.ask(posts, question))[Reach.PUBLIC, Scope.FED] == EVERYBODY


async def test_silenced_answer(connection: Connection) -> None:
    """Whom it answers sees it, unless it is for others; who else is in the thread does not."""
    alice, lou = await local(connection, "alice"), await local(connection, "lou")
    robin = await remote(connection, "robin@near.example")
    root = await says(connection, alice)
    answers = [await says(connection, robin, reach=reach, answers=root) for reach in Reach]
    ids = [answer.id for answer in answers]
    await _says_of(connection, "near.example", Policy.SILENCE)
    seen = await status_views(connection, alice.viewer, ids)
    assert [view.status.reach for view in seen] == [Reach.PUBLIC, Reach.UNLISTED]
    assert await db_threads.descendants(connection, lou.viewer, root.id) == []
    counted = await status_view(connection, lou.viewer, root.id)
    assert counted is not None
    assert counted.replies == 0


async def test_silenced_hashtag(connection: Connection) -> None:
    """The page of a hashtag shows nothing from a silenced domain, not even to followers."""
    fay, robin = await local(connection, "fay"), await remote(connection, "robin@near.example")
    await follows(connection, fay, robin)
    post = await says(connection, robin)
    await add_details(connection, post.id, Details(hashtags=("bees",)))

    async def page() -> list[StatusId]:
        return await db_timelines.hashtag_page(
            connection, fay.viewer, "bees", before=None, limit=40
        )

    assert await page() == [post.id]
    await _says_of(connection, "near.example", Policy.SILENCE)
    assert await page() == []


async def test_silenced_author(connection: Connection) -> None:
    """One author of ours who is silenced is seen like one on a silenced domain, until taken back."""
    scene = await stage(connection, await local(connection, "alice"))
    posts = await scene.says_everything()

    async def question(viewer: Viewer) -> list[StatusId]:
        return _ids(await status_views(connection, viewer, [post.id for post in posts.values()]))

    before = await scene.ask(posts, question)
    await db_policies.set_measure(connection, scene.author, Measure.SILENCE)
    seen = await scene.ask(posts, question)
    assert seen == {place: SEEN_OF_SILENCED[place] & before[place] for place in posts}
    await db_policies.set_measure(connection, scene.author, None)
    assert await scene.ask(posts, question) == before


async def test_suspended_author(connection: Connection) -> None:
    """Nobody sees what somebody posted who is suspended; all do as before when they are back."""
    scene = await stage(connection, await local(connection, "alice"))
    posts = await scene.says_everything()
    ids = [post.id for post in posts.values()]

    async def question(viewer: Viewer) -> list[StatusId]:
        return _ids(await status_views(connection, viewer, ids))

    before = await scene.ask(posts, question)
    await db_actors.set_suspended(connection, scene.author.id, Millis(1))
    seen = await scene.ask(posts, question)
    assert {name for names in seen.values() for name in names} == {"author"}
    await db_actors.set_suspended(connection, scene.author.id, None)
    assert await scene.ask(posts, question) == before


async def _says_of(connection: Connection, domain: str, policy: Policy) -> None:
    await db_hosts.set_policy(connection, domain, policy)
    await db_policies.apply_policies(connection, domain)


# --- boosts, counts, notifications -----------------------------------------------------------------


async def test_boost_of_what_one_may_not_see(scene: Stage) -> None:
    """A boost is left out with what it boosts, however far the boost itself reaches."""
    posts = await scene.says_everything()
    bob = await local(scene.connection, "bob")
    made = {
        place: await boosts(scene.connection, bob, post, reach=Reach.PUBLIC, scope=Scope.FED)
        for place, post in posts.items()
    }

    async def question(viewer: Viewer) -> list[StatusId]:
        views = await status_views(scene.connection, viewer, [boost.id for boost in made.values()])
        assert all(view.boost_of and view.boost_of.author == scene.author for view in views)
        return _ids(views)

    assert await scene.ask(made, question) == SEEN_BY


async def test_boosts_are_posts_of_their_own(scene: Stage) -> None:
    """A boost is seen, and counted, by those who may see the boost."""
    bob = await local(scene.connection, "bob")
    roots = {place: await says(scene.connection, bob) for place in PLACES}
    made = {
        (reach, scope): await boosts(
            scene.connection,
            scene.author,
            root,
            reach=reach,
            scope=scope,
            naming=[*scene.named, *scene.addressed],
        )
        for (reach, scope), root in roots.items()
    }

    async def sees(viewer: Viewer) -> list[StatusId]:
        return _ids(
            await status_views(scene.connection, viewer, [boost.id for boost in made.values()])
        )

    async def counts(viewer: Viewer) -> list[StatusId]:
        views = await status_views(scene.connection, viewer, [root.id for root in roots.values()])
        assert {view.boosts for view in views} <= {0, 1}
        return _ids(view for view in views if view.boosts)

    assert await scene.ask(made, sees) == SEEN_BY
    assert await scene.ask(roots, counts) == SEEN_BY


async def test_count_of_replies(scene: Stage) -> None:
    """The count of replies is for each reader the number of those that they may see."""
    root = await says(scene.connection, await local(scene.connection, "bob"))
    await scene.says_everything(answers=root)
    counted = {}
    for name, viewer in scene.viewers.items():
        view = await status_view(scene.connection, viewer, root.id)
        assert view is not None
        counted[name] = view.replies
    assert counted == {
        name: sum(name in seen for seen in SEEN_BY.values()) for name in scene.viewers
    }


async def test_notifications(scene: Stage) -> None:
    """A notification about a post is shown only while its owner may see the post."""
    posts = await scene.says_everything()
    for actor in (scene.author, *scene.others.values()):
        for post in posts.values():
            await db_notifications.insert_notification(
                scene.connection,
                owner_id=actor.id,
                sender_id=scene.author.id,
                kind=NotificationKind.MENTION,
                status_id=post.id,
            )

    async def question(viewer: Viewer) -> list[StatusId]:
        page = await db_notifications.notifications_page(
            scene.connection, viewer, before=None, limit=40
        )
        return [shown.status.id for shown in page if shown.status]

    expected = {place: seen - {"nobody in particular"} for place, seen in SEEN_BY.items()}
    assert await scene.ask(posts, question) == expected


@pytest.mark.parametrize("reach", list(Reach))
async def test_parts_of_a_hidden_post_stay_hidden(connection: Connection, reach: Reach) -> None:
    """Liking or boosting it oneself does not make a post of the organisation visible from afar."""
    alice, robin = await local(connection, "alice"), await remote(connection, "robin@far.example")
    post = await says(connection, alice, reach=reach, scope=Scope.ORG, naming=[robin])
    boost = await boosts(connection, robin, post, reach=Reach.PUBLIC, scope=Scope.FED)
    assert await status_views(connection, robin.viewer, [post.id, boost.id]) == []
    assert await status_views(connection, STRANGER, [post.id, boost.id]) == []


def _ids(views: Iterable[StatusView | None]) -> list[StatusId]:
    return [view.id for view in views if view is not None]
