"""That the questions asked most often are answered from indexes, however much there is.

This looks at the plans that SQLite makes, not at the time they take, which would differ from one
machine to the next. A plan that reads a whole table says SCAN.
"""

import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection as Raw
from sqlite3 import Row as RawRow
from sqlite3 import connect
from typing import Any

import pytest

from fedlearn.db import actors as db_actors
from fedlearn.db import archive as db_archive
from fedlearn.db import conversations as db_conversations
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import direct_posts as db_direct_posts
from fedlearn.db import directory as db_directory
from fedlearn.db import figures as db_figures
from fedlearn.db import follow_wishes as db_follow_wishes
from fedlearn.db import follows as db_follows
from fedlearn.db import homes as db_homes
from fedlearn.db import hosts as db_hosts
from fedlearn.db import indexing as db_indexing
from fedlearn.db import jobs as db_jobs
from fedlearn.db import lists as db_lists
from fedlearn.db import lively as db_lively
from fedlearn.db import media as db_media
from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import notifications as db_notifications
from fedlearn.db import polls as db_polls
from fedlearn.db import profiles as db_profiles
from fedlearn.db import quotes as db_quotes
from fedlearn.db import search as db_search
from fedlearn.db import statuses as db_statuses
from fedlearn.db import suggestions as db_suggestions
from fedlearn.db import taken_up as db_taken_up
from fedlearn.db import threads as db_threads
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection, Row
from fedlearn.db.domain_blocks import tied_to_domain
from fedlearn.db.filters import filters_in_force
from fedlearn.db.kept import kept_page
from fedlearn.db.leading_to import link_page
from fedlearn.db.memory import NOTHING
from fedlearn.db.notification_groups import Asked, groups_page
from fedlearn.db.notification_policies import notification_requests
from fedlearn.db.notifications import EVERY_KIND
from fedlearn.db.relations import standings
from fedlearn.db.statements import for_sqlite
from fedlearn.db.status_views import status_views
from fedlearn.db.wanted import is_unheard
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ActorId, ListId, Millis, StatusId, Uri
from fedlearn.domain.words import Sought
from tests.builders import OURS, a_status, profile_at
from tests.plans import is_searched, scanned

ROWS = 20_000
AUTHORS = 200
ALICE, BOB, POST = Viewer(ActorId(1), is_local=True), ActorId(2), StatusId(5)
SOUGHT = Sought(phrases=(("bees",),))
SOMEBODY = Actor(BOB, profile_at(OURS, "bob"), Millis(0), gone_at=None, suspended_at=None)

Question = Callable[[Connection], Awaitable[object]]

# One line for each thing that there is a lot of; n counts from 1.
MANY = """
    INSERT INTO actor (
        id, uri, kind, username, domain, host, url, name, summary, inbox, fields, also_known_as,
        is_locked, is_discoverable, is_indexable, published, fetched_at)
    SELECT n, 'uri' || n, 'Person', 'name' || n, CASE WHEN n > 100 THEN 'far.example' END,
        'host' || n, '', '', '', 'inbox' || n, '[]', '[]', 0, 1, 0, 0, 0
    FROM n WHERE n <= {authors};
    INSERT INTO status (
        id, uri, url, actor_id, is_local, reach, scope, content, content_warning, is_sensitive,
        conversation, published)
    SELECT n, 'status' || n, '', n % {authors} + 1, n % 2, 'public', 'fed', '', '', 0,
        'conversation' || (n % 1000), n
    FROM n;
    INSERT INTO status_words (id, said, marks, is_indexed)
    SELECT n, 'bees word' || (n % 1000), 'author' || (n % {authors} + 1), n % 100 > 0 FROM n;
    INSERT INTO actor_words (id, said, marks) SELECT id, 'bees', 'ours' FROM actor;
    INSERT INTO hashtag SELECT n, 'bee' || (n % 500) FROM n;
    INSERT INTO home_entry SELECT n % 100 + 1, n FROM n;
    INSERT INTO follow (id, uri, follower_id, followee_id, state, created_at)
    SELECT n, 'follow' || n, n % {authors} + 1, n / {authors} + 1, 'accepted', n FROM n
    WHERE n / {authors} < {authors};
    INSERT INTO block
    SELECT n, 'block' || n, n % {authors} + 1, n / {authors} + 1, n FROM n
    WHERE n / {authors} < {authors};
    INSERT INTO mute SELECT n % {authors} + 1, n / {authors} + 1, 1, NULL FROM n
    WHERE n / {authors} < {authors};
    INSERT INTO domain_block (actor_id, domain) SELECT n % {authors} + 1, 'domain' || n FROM n;
    INSERT INTO hashtag SELECT n, 'tag' || (n % 500) FROM n;
    INSERT INTO followed_hashtag (name, actor_id)
    SELECT 'tag' || (n % 500), n % {authors} + 1 FROM n WHERE true
    ON CONFLICT DO NOTHING;
    INSERT INTO filter SELECT n, n % {authors} + 1, 'title', 'home', 'hide', NULL FROM n
    WHERE n <= 1000;
    INSERT INTO filter_keyword SELECT n, n % 1000 + 1, 'word' || n, 1 FROM n WHERE n <= 5000;
    INSERT INTO people_list (id, owner_id, title)
    SELECT n, n % {authors} + 1, 'list' || n FROM n WHERE n <= 1000;
    INSERT INTO direct_conversation
    SELECT n, n % {authors} + 1, 'conversation' || n, n, n % 2 FROM n;
    INSERT INTO list_member SELECT n % 1000 + 1, n % {authors} + 1 FROM n WHERE n <= 5000
    ON CONFLICT DO NOTHING;
    INSERT INTO job
    SELECT n, 'process_activity', '', 'key' || (n % 1000), n, 0, 0, n, NULL, NULL FROM n;
    INSERT INTO outgoing_activity (id, sender_id, order_key, body, created_at)
    SELECT n, 1, '', x'00', 1 FROM n;
    INSERT INTO delivery
    SELECT n, n, 'inbox' || (n % 500), 'host' || (n % 500), 'key' || n, n, 0, 0, NULL, NULL FROM n;
"""


QUESTIONS: dict[str, Question] = {
    "home_page": lambda c: db_timelines.home_page(c, ALICE, before=None, limit=20),
    "list_page": lambda c: db_lists.list_page(c, ALICE, ListId(5), before=None, limit=20),
    "filters_in_force": lambda c: filters_in_force(c, ActorId(1), FilterContext.HOME),
    "own_statuses": lambda c: db_archive.own_statuses(c, ALICE, before=None, limit=100),
    "all_media_of": lambda c: db_media_attachments.all_media_of(c, BOB),
    "list_feed": lambda c: db_lists.list_feed(c, ALICE, ListId(5), 20),
    "conversations_page": lambda c: db_direct_posts.conversations_page(
        c, ALICE, before=None, limit=20
    ),
    "direct_page": lambda c: db_direct_posts.direct_page(
        c, ALICE, Uri("conversation5"), before=None, limit=20
    ),
    "lists_with": lambda c: db_lists.lists_with(c, ActorId(1), BOB),
    "standings": lambda c: standings(c, ActorId(1), [ActorId(2), ActorId(3)]),
    "notification_groups_page": lambda c: groups_page(
        c, Asked(ALICE, EVERY_KIND), before=None, after=None, is_upward=False, limit=20
    ),
    "notifications_page": lambda c: db_notifications.notifications_page(
        c, ALICE, before=None, limit=20
    ),
    "filtered_page": lambda c: db_notifications.filtered_page(c, ALICE, BOB, before=None, limit=20),
    "count_unread": lambda c: db_notifications.count_unread(c, BOB),
    "notification_requests": lambda c: notification_requests(c, BOB, 20),
    "who_is_told": lambda c: db_follow_wishes.who_is_told(c, BOB),
    "local_boosters": lambda c: db_statuses.local_boosters(c, POST),
    "home_owners": lambda c: db_homes.home_owners(c, a_status(SOMEBODY)),
    "is_unheard": lambda c: is_unheard(c, ActorId(1), BOB),
    "tied_to_domain": lambda c: tied_to_domain(c, ActorId(1), "far.example"),
    "posts_page": lambda c: db_profiles.posts_page(c, ALICE, BOB, before=None, limit=20),
    "media_page": lambda c: db_profiles.media_page(c, ALICE, BOB, before=None, limit=20),
    "author_page": lambda c: db_timelines.author_page(c, ALICE, BOB, before=None, limit=20),
    "home_page_upwards": lambda c: db_timelines.home_page(
        c, ALICE, before=None, after=POST, is_upward=True, limit=20
    ),
    "outbox_page": lambda c: db_timelines.outbox_page(c, BOB, before=None, limit=20),
    "lively_hashtags": lambda c: db_lively.lively_hashtags(c, ALICE, Millis(0), 20),
    "days_of_hashtags": lambda c: db_lively.days_of_hashtags(c, ALICE, Millis(0), ["bees"]),
    "friends_of_friends": lambda c: db_suggestions.friends_of_friends(c, ALICE, 20),
    "familiar_followers": lambda c: db_follows.familiar_followers(c, ActorId(1), ActorId(2)),
    "directory_page": lambda c: db_directory.directory_page(
        c, ALICE, by_age=False, offset=0, limit=20
    ),
    "favourited_by": lambda c: db_taken_up.favourited_by(
        c, status_id=POST, before=None, after=None, is_upward=False, limit=20
    ),
    "boosted_by": lambda c: db_taken_up.boosted_by(
        c, viewer=ALICE, status_id=POST, before=None, after=None, is_upward=False, limit=20
    ),
    "lively_statuses": lambda c: db_lively.lively_statuses(c, ALICE, Millis(0), 20),
    "new_people": lambda c: db_lively.new_people(c, ALICE, Millis(0), 20),
    "author_feed": lambda c: db_timelines.author_feed(c, BOB, 20),
    "remote_page": lambda c: db_timelines.remote_page(c, ALICE, before=None, limit=20),
    "public_page": lambda c: db_timelines.public_page(c, ALICE, before=None, limit=20),
    "bookmarks_page": lambda c: kept_page(c, "bookmark", ALICE, before=None, limit=20),
    "favourites_page": lambda c: kept_page(c, "favourite", ALICE, before=None, limit=20),
    "ancestors": lambda c: db_threads.ancestors(c, ALICE, POST),
    "descendants": lambda c: db_threads.descendants(c, ALICE, POST),
    "open_ends": lambda c: db_conversations.open_ends(c, POST),
    "is_open_conversation": lambda c: db_conversations.is_open_conversation(c, "conversation5"),
    "conversation_page": lambda c: db_threads.conversation_page(c, ALICE, "conversation5", 20),
    "status_views": lambda c: status_views(c, ALICE, [POST]),
    "interested_actors": lambda c: db_statuses.interested_actors(c, POST),
    "count_votes": lambda c: db_polls.count_votes(c, POST),
    "local_voters": lambda c: db_polls.local_voters(c, POST),
    "quotes_authorized_by": lambda c: db_quotes.quotes_authorized_by(c, "word5"),
    "link_page": lambda c: link_page(c, ALICE, "https://bees.example/", before=None, limit=20),
    "quotes_page": lambda c: db_quotes.quotes_page(c, ALICE, POST, before=None, limit=20),
    "hashtag_page": lambda c: db_timelines.hashtag_page(c, ALICE, "bees", before=None, limit=20),
    "cached_media": lambda c: db_media.cached_media(c, "https://far.example/1.png"),
    "unused_since": lambda c: db_media.unused_since(c, Millis(5), 20),
    "found_statuses": lambda c: db_search.found_statuses(
        c, ALICE, SOUGHT, since=Millis(0), before=None, limit=20
    ),
    "looked_down_to": lambda c: db_search.looked_down_to(c, SOUGHT, since=Millis(0), before=None),
    "found_people": lambda c: db_search.found_people(c, ALICE, SOUGHT, 8),
    "found_hashtags": lambda c: db_search.found_hashtags(c, ALICE, "bee", since=Millis(5), limit=8),
    "index_waiting": db_indexing.index_waiting,
    "media_of_actors": lambda c: db_media.media_of_actors(c, [BOB]),
    "follower_inboxes": lambda c: db_follows.follower_inboxes(c, BOB),
    "followers_at": lambda c: db_follows.followers_at(c, BOB, "host5"),
    "has_at_most": lambda c: db_follows.has_at_most(c, BOB, 50),
    "claim_jobs": lambda c: db_jobs.claim_jobs(c, 10),
    "claim_deliveries": lambda c: db_deliveries.claim_deliveries(
        c, limit=10, per_host=4, busy_hosts=["host5"]
    ),
    "finish_deliveries": lambda c: db_deliveries.finish_deliveries(c, [1, 2]),
    "host_is_well": lambda c: db_hosts.host_is_well(c, ["host5"]),
    "key_by_uri": lambda c: db_actors.key_by_uri(c, "key5"),
    "forget_key_of_others": lambda c: db_actors.forget_key_of_others(c, "key5", Uri("uri5")),
}
# What nobody deletes while it is pointed at: accounts of ours.
NEVER_DELETED = {("outgoing_activity", "sender_id"), ("sign_in_link", "user_id")}
SORTED = (
    "home_page",
    "author_page",
    "posts_page",
    "media_page",
    "outbox_page",
    "public_page",
    "remote_page",
)


@pytest.fixture(scope="module", params=["as it is", "analysed"])
def busy_instance(
    request: pytest.FixtureRequest, busy_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Raw]:
    """An SQLite database with a lot of everything, with and without statistics about it."""
    path = tmp_path_factory.mktemp("busy") / "fedlearn.db"
    shutil.copyfile(busy_file, path)
    with closing(connect(path)) as raw:
        raw.row_factory = RawRow
        if request.param == "analysed":
            raw.execute("ANALYZE")
        yield raw


@pytest.fixture(scope="module")
def busy_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with a lot of everything in it."""
    path = tmp_path_factory.mktemp("busy") / "fedlearn.db"
    shutil.copyfile(sqlite_template, path)
    with closing(connect(path)) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("CREATE TEMP TABLE n (n INTEGER PRIMARY KEY)")
        raw.executemany("INSERT INTO n VALUES (?)", ((n,) for n in range(1, ROWS + 1)))
        raw.commit()
        raw.executescript(f"BEGIN; {MANY.format(authors=AUTHORS)} COMMIT;")
    return path


class Planner:
    """A connection that notes how each statement is carried out; it changes nothing."""

    memory = NOTHING

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self.plan: list[str] = []

    async def fetch_all(self, sql: str, **params: Any) -> list[Row]:
        """Note the plan, and answer what only reads."""
        statement = for_sqlite(sql)
        bound: Mapping[str, Any] = statement.bind(params)
        rows = self._raw.execute(f"EXPLAIN QUERY PLAN {statement.sql}", bound)
        self.plan += [row["detail"] for row in rows]
        return list(self._raw.execute(statement.sql, bound)) if statement.only_reads else []

    async def fetch_one(self, sql: str, **params: Any) -> Row | None:
        """The first row of that."""
        rows = await self.fetch_all(sql, **params)
        return rows[0] if rows else None

    async def execute(self, sql: str, **params: Any) -> int:
        """Note the plan."""
        await self.fetch_all(sql, **params)
        return 0

    async def sweep(self, sql: str, **params: Any) -> int:
        """Note the plan."""
        return await self.execute(sql, **params)

    async def execute_many(self, sql: str, rows: object) -> None:
        """Nothing that is planned here does the same for many."""
        raise NotImplementedError

    def announce_work(self) -> None:
        """Nothing changes, so nobody is told."""

    def announce(self, event: object) -> None:
        """Nor does anybody watch."""


@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_table_is_read_from_end_to_end(busy_instance: Raw, name: str) -> None:
    """What readers and workers ask all the time is found through an index."""
    planner = Planner(busy_instance)
    await QUESTIONS[name](planner)
    assert scanned(planner.plan) == set()
    assert any(map(is_searched, planner.plan))


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("home_page", "sqlite_autoindex_home_entry_1 (owner_id=? AND status_id>? AND status_id<?)"),
        ("author_page", "status_of_actor (actor_id=? AND id>? AND id<?)"),
        ("list_page", "status_of_actor (actor_id=? AND id>? AND id<?)"),
        ("follower_inboxes", "follow_of_followee (followee_id=? AND state=?)"),
        ("home_page", "sqlite_autoindex_block_1 (actor_id=? AND target_id=?)"),
        ("home_owners", "sqlite_autoindex_hashtag_1 (status_id=?)"),
        ("home_owners", "sqlite_autoindex_followed_hashtag_1 (name=?)"),
        ("home_page", "sqlite_autoindex_mute_1 (actor_id=? AND target_id=?)"),
        ("followers_at", "actor_host (host=?)"),
        ("followers_at", "sqlite_autoindex_follow_1 (follower_id=? AND followee_id=?)"),
        ("link_page", "preview_url (url=? AND status_id>? AND status_id<?)"),
        ("quotes_page", "quote_of_quoted (quoted_id=?)"),
        # Words (M), in falling order (192) between two ids: no more is read than may be looked at.
        ("found_statuses", "status_words_index VIRTUAL TABLE INDEX 192:M2><"),
        ("found_people", "actor_words_index VIRTUAL TABLE INDEX 192:M2><"),
        ("found_hashtags", "hashtag_name (name>? AND name<?)"),
        ("claim_jobs", "job_due (run_at<?)"),
        ("claim_jobs", "job_order (order_key=? AND id<?)"),
        ("claim_deliveries", "delivery_due (run_at<?)"),
        ("claim_deliveries", "delivery_order (inbox=? AND order_key=? AND id<?)"),
    ],
)
async def test_indexes_serve_what_they_were_made_for(
    busy_instance: Raw, name: str, index: str
) -> None:
    """Each of these questions uses the index that was made for it, down to the last column."""
    planner = Planner(busy_instance)
    await QUESTIONS[name](planner)
    assert any(line.endswith(index) for line in planner.plan), planner.plan


async def test_pages_need_no_sorting(busy_instance: Raw) -> None:
    """Timelines come out of their index in order, so that a page costs what a page holds."""
    for name in (*SORTED, "author_feed", "bookmarks_page", "favourites_page", "direct_page"):
        planner = Planner(busy_instance)
        await QUESTIONS[name](planner)
        assert not [line for line in planner.plan if "TEMP B-TREE" in line]


def test_what_is_pointed_at_can_be_deleted(busy_instance: Raw) -> None:
    """For each reference there is an index, so that a deletion finds what points there."""
    references = busy_instance.execute(
        """
        SELECT t.name AS owner, f."from" AS column FROM sqlite_master t
        JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
        """
    )
    for owner, column in {tuple(one) for one in references} - NEVER_DELETED:
        question = f"EXPLAIN QUERY PLAN SELECT 1 FROM {owner} WHERE {column} = 1"
        [plan] = busy_instance.execute(question)
        assert plan["detail"].startswith("SEARCH"), (owner, column)


async def test_a_plan_that_reads_everything_is_noticed(busy_instance: Raw) -> None:
    """Counting everything does read everything, and this is how that shows."""
    planner = Planner(busy_instance)
    await db_figures.figures(planner)
    assert "status" in scanned(planner.plan)
