"""This is where every address of a server is asked for words that it must not tell.

A post carries a word of its own in each of its fields. The addresses come from the router, so that
a new one is asked from the day it is added; what the gaps in it stand for must be said in `gaps_of`.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import httpx
from starlette.routing import Route

from fedlearn.db.details import Details, replace_details
from fedlearn.db.indexing import index_status
from fedlearn.db.polls import store_poll
from fedlearn.domain.actors import Actor
from fedlearn.domain.lists import PeopleList
from fedlearn.domain.notifications import GROUPED_FOR_MS
from fedlearn.domain.polls import Poll, PollOption
from fedlearn.domain.statuses import Preview, StatusView
from fedlearn.services import bookmarks, boosts, favourites, list_feeds, lists, signing_in, statuses
from fedlearn.services.attachments import upload
from fedlearn.services.drafts import MediaDraft
from fedlearn.web.routes import all_routes
from tests.api.apps import all_allowed
from tests.federation.network import Network
from tests.federation.peer import ACTIVITY_JSON, Person
from tests.federation.server import Server
from tests.pictures import photograph

FIELDS = ("text", "hashtag", "link", "warning", "alt_text", "in_file", "poll_option", "preview")
GAP = re.compile(r"\{(\w+)(?::\w+)?\}")
ACTS = ("boost", "favourite", "bookmark", "delete")
COLLECTIONS = ("followers", "following", "featured", "tags", "outbox", "x")
COLLECTIONS_OF_POSTS = ("likes", "shares", "x")
# Pages of collections, which ActivityPub documents alone have.
PAGED = ("/users/", "/contexts/", "/actor/")
QUERIES = ("?page=true", "?page=true&max_id=999999999999999999")

Asker = Callable[[str], Awaitable[Sequence[httpx.Response]]]


@dataclass
class Secret:
    """Words that are nowhere else, by the field that they stand in, and the posts that hold them.

    `in_file` stands where cameras write into a picture, and nobody at all may hear of it. Files have
    names that nobody guesses: who knows one has been told.
    """

    words: dict[str, str] = field(
        default_factory=lambda: {one: f"canary{secrets.token_hex(8)}" for one in FIELDS}
    )
    ids: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """What a post says that holds the words of a text."""
        words = self.words
        return f"{words['text']} #{words['hashtag']} https://{words['link']}.example"

    def told_by(self, text: str, *, asked: str = "") -> set[str]:
        """Which fields, or ids that the question did not name, stand in a text."""
        fields = {name for name, word in self.words.items() if word in text}
        if any(one in text and one not in asked for one in self.files):
            fields.add("file_name")
        return fields | {one for one in self.ids if one in text and one not in asked}

    def shown_by(self, path: str, answer: httpx.Response) -> set[str]:
        """Whether an answer is one of the pictures."""
        is_one = any(one in path for one in self.files) and answer.status_code == 200
        return {"picture"} if is_one else set()


async def post_secret(
    server: Server, author: str, secret: Secret, named: str = "", **facts: object
) -> StatusView:
    """A post with a word in every field that a post can have."""
    words, writer = secret.words, await server.actor(author)
    content = photograph(note=words["in_file"])
    assert words["in_file"].encode() in content
    media = await upload(server.instance, writer, content)
    secret.files.add(media.token)
    view = await server.post(
        author,
        f"{named} {secret.text}",
        content_warning=words["warning"],
        media=(MediaDraft(media.id, words["alt_text"]),),
        **facts,
    )
    preview = Preview("https://a.example", words["preview"])
    details = Details((words["hashtag"],), view.attachments, preview)
    options = (PollOption(words["poll_option"]), PollOption("something else"))
    async with server.instance.db.write() as connection:
        await replace_details(connection, view.id, details)
        # Whoever may see it finds it by its words, so that only the audience stands in the way.
        await connection.execute(
            "UPDATE actor SET is_indexable = true WHERE id = :id", id=view.author.id
        )
        poll = Poll(options, is_multiple=False, ends_at=None)
        await store_poll(connection, view.id, poll)
        await index_status(connection, view.status, details, poll)
    secret.ids.add(str(view.id))
    return view


async def on_a_list(server: Server, owner: Actor, member: Actor) -> None:
    """Somebody puts another on a list with a feed, whether they may read everything there or not."""
    made = await lists.create_list(server.instance, owner, "a list")
    await lists.add_member(server.instance, owner, made.id, member)
    await list_feeds.open_feed(server.instance, owner, made.id)


async def stir(server: Server, author: str, colleague: str, secret: Secret, uri: str) -> None:
    """Do with a post what people do: answer, boost, like and edit it, and delete an answer."""
    writer, other = await server.actor(author), await server.actor(colleague)
    view = await server.seen_by(author, uri)
    assert view is not None
    await favourites.favourite(server.instance, other, view.id)
    await bookmarks.bookmark(server.instance, other, view.id)
    await on_a_list(server, other, writer)
    await on_a_list(server, await server.actor("frank"), writer)
    if view.status.reach.is_open:
        boost = await boosts.boost(server.instance, other, view.id)
        secret.ids.add(str(boost.id))
    for name in (colleague, author):
        reply = await server.reply(name, uri, f"{secret.words['text']} again")
        secret.ids.add(str(reply.id))
    await statuses.delete_status(server.instance, writer, reply.id)
    warning = secret.words["warning"]
    await statuses.edit_status(server.instance, writer, view.id, f"{secret.text} edited", warning)


# --- who asks ------------------------------------------------------------------------------------


def a_stranger(server: Server) -> Asker:
    """Somebody without a name, as a browser and as a program."""

    async def ask(path: str) -> Sequence[httpx.Response]:
        return [await server.get(path, kind) for kind in ("text/html", ACTIVITY_JSON, "*/*")]

    return ask


def signed_by(server: Server, person: Person) -> Asker:
    """Somebody on another server, who signs."""

    async def ask(path: str) -> Sequence[httpx.Response]:
        return [await person.get(server, path)]

    return ask


async def signed_in(server: Server, name: str) -> Asker:
    """A person here, in a browser, with the same cookie in a program, and in an app."""
    token = await signing_in.open_session(server.instance, await server.user(name), "a browser")
    bearer = await all_allowed(server, name)
    known = {"cookie": f"__Host-session={token}", "authorization": f"Bearer {bearer}"}

    async def ask(path: str) -> Sequence[httpx.Response]:
        return [await server.get(path, kind, **known) for kind in ("text/html", ACTIVITY_JSON)]

    return ask


# --- what is asked -------------------------------------------------------------------------------


async def gaps_of(server: Server, secret: Secret) -> dict[str, list[str]]:
    """What stands in the gaps of a path: of statuses those that are secret, else all there are."""
    async with server.instance.db.read() as connection:

        async def ids(sql: str) -> list[str]:
            return [str(row["id"]) for row in await connection.fetch_all(sql)]

        return {
            "username": await ids("SELECT username AS id FROM actor WHERE domain IS NULL"),
            "status_id": sorted(secret.ids),
            "actor_id": await ids("SELECT id FROM actor"),
            "list_id": await ids("SELECT id FROM people_list"),
            "collection_id": [*await ids("SELECT id FROM people_collection"), "1"],
            "item_id": [*await ids("SELECT id FROM collection_item"), "1"],
            "redraft_id": [*await ids("SELECT id FROM redraft"), "1"],
            "conversation_id": [*await ids("SELECT id FROM direct_conversation"), "1"],
            "filter_id": [*await ids("SELECT id FROM filter"), "1"],
            "keyword_id": [*await ids("SELECT id FROM filter_keyword"), "1"],
            "post_id": [*await ids("SELECT id FROM filter_status"), "1"],
            "application_id": [*await ids("SELECT id FROM oauth_application"), "1"],
            "report_id": [*await ids("SELECT id FROM report"), "1"],
            "rule_id": ["1"],
            "policy_id": ["1"],
            "block_id": ["1"],
            "announcement_id": ["1"],
            "step": ["delete"],
            "scheduled_id": ["1", *await ids("SELECT id FROM scheduled_status")],
            "follow_id": await ids("SELECT id FROM follow"),
            "authorization_id": await ids("SELECT id FROM quote_authorization"),
            "name": [*await ids("SELECT DISTINCT name AS id FROM hashtag"), "bees"],
            "collection": list(COLLECTIONS),
            "act": list(ACTS),
            "version": ["2.0", "2.1"],
            # Of posts that may leave, whoever knows the name may have the file.
            "file_name": [
                f"{token}{ending}"
                for token in await ids(
                    """
                    SELECT m.token AS id FROM media_attachment m JOIN status s ON s.id = m.status_id
                    WHERE s.scope = 'org'
                    """
                )
                for ending in (".webp", "-small.webp")
            ],
            "token": ["x"],
            # Others have no end.
            "stream": ["x"],
            "tint": ["0"],
            "year": ["2026"],
            "answer": ["authorize"],
            "notification_id": await ids("SELECT id FROM notification"),
            "group_key": await ids(
                f"""
                SELECT DISTINCT kind || '-' || status_id || '-' || (created_at / {GROUPED_FOR_MS})
                    AS id
                FROM notification WHERE kind IN ('favourite', 'reblog')
                """
            ),
            "picture": ["avatar"],
            "day": ["2021-02-01"],
            "featured_id": ["1"],
            "quoting_id": sorted(secret.ids),
            "media_id": await ids("SELECT id FROM media_attachment"),
            "address": ["x"],
        }


def paths(gaps: Mapping[str, Sequence[str]], method: str) -> Iterator[str]:
    """Every path that the router answers to, asked so."""
    for route in all_routes():
        # What sockets carry is looked at where they are: tests/api/test_streaming.py.
        if not isinstance(route, Route) or method not in (route.methods or set()):
            continue
        names = GAP.findall(route.path)
        unknown = set(names) - set(gaps)
        assert not unknown, f"{route.path}: say in gaps_of() what {unknown} stands for"
        special = {"collection": COLLECTIONS_OF_POSTS} if "status_id" in names else {}
        for values in product(*({**gaps, **special}[name] for name in names)):
            yield _filled(route.path, values)


def _filled(path: str, values: Sequence[str]) -> str:
    """A path of the router with something in each of its gaps."""
    for value in values:
        path = GAP.sub(value, path, count=1)
    return path


async def questions(server: Server, secret: Secret) -> list[str]:
    """Every address that is read, with the queries that some of them understand."""
    found: list[str] = []
    for path in paths(await gaps_of(server, secret), "GET"):
        found += [path, *(path + query for query in QUERIES if path.startswith(PAGED))]
    async with server.instance.db.read() as connection:
        rows = await connection.fetch_all(
            "SELECT uri, url, conversation FROM status WHERE id IN :ids",
            ids=list(map(int, secret.ids)),
        )
        made = await connection.fetch_all("SELECT id, owner_id, title, feed_nonce FROM people_list")
    # Addresses of which only owners know: whoever was told one learns no more from it.
    for row in made:
        one = PeopleList(row["id"], row["owner_id"], row["title"], row["feed_nonce"])
        found.append(list_feeds.feed_of(server.instance, one) or "")
    for address in {row[name] for row in rows for name in ("uri", "url", "conversation")}:
        found += [
            f"/.well-known/webfinger?resource={address}",
            f"/authorize_interaction?uri={address}",
            f"/oembed?url={address}",
            f"/search?q={address}",
        ]
    asked = ("again", "canary", "edited", "has:media", "has:poll", *secret.words.values())
    found += [f"{path}?q={one}" for path in ("/search", "/api/v2/search") for one in asked]
    found += [f"/search?q=from:{name}" for name in (await gaps_of(server, secret))["username"]]
    return list(dict.fromkeys(found))


async def told(server: Server, asker: Asker, secret: Secret) -> dict[str, set[str]]:
    """What somebody learns of a secret, by the address that told it. No answer is an error."""
    learned: dict[str, set[str]] = {}
    for path in await questions(server, secret):
        # A page repeats what it was asked for; that is no news to who asks.
        known = secret.told_by(path) & set(FIELDS)
        for answer in await asker(path):
            assert answer.status_code < 500, path
            found = secret.told_by(f"{answer.text} {answer.headers}", asked=path) - known
            found |= secret.shown_by(path, answer)
            if found:
                learned[path] = learned.get(path, set()) | found
    return learned


async def told_to_intruders(server: Server, secret: Secret) -> dict[str, set[str]]:
    """The same for somebody without a name who sends forms instead of reading."""
    learned: dict[str, set[str]] = {}
    for path in paths(await gaps_of(server, secret), "POST"):
        answer = await server.http.post(path, data={"text": "let me in"})
        assert 300 <= answer.status_code < 500, path
        if found := secret.told_by(f"{answer.text} {answer.headers}", asked=path):
            learned[path] = found
    return learned


def sent(network: Network, secret: Secret) -> dict[str, set[str]]:
    """What left for other servers of a secret, by host: every byte of every request."""
    leaked: dict[str, set[str]] = {}
    for exchange in network.exchanges:
        request = f"{exchange.url} {exchange.request.headers} {exchange.body.decode()}"
        found = secret.told_by(request)
        if found:
            host = exchange.request.url.netloc.decode()
            leaked[host] = leaked.get(host, set()) | found
    return leaked
