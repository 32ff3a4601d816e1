"""This is where it is seen what a server has kept, and told in words what became of that."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from fedlearn.db.status_views import status_view
from fedlearn.domain.audience import Reach, Viewer
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.statuses import StatusView
from tests.federation.server import Server

# Tables of which each row is worth a word, and the word.
ROWS = {
    "follow": "a follow",
    "favourite": "a like",
    "reaction": "a reaction",
    "pin": "a pinned post",
    "poll_vote": "a vote",
    "block": "a block",
    "report": "a report",
    "status_edit": "an edit, with what the post said before",
}
FOR = {
    Reach.PUBLIC: "a public",
    Reach.UNLISTED: "an unlisted",
    Reach.FOLLOWERS: "a followers-only",
    Reach.DIRECT: "a direct",
}
MEDIA = {"image": "picture", "video": "film", "audio": "sound"}


@dataclass(frozen=True)
class Traces:
    """How many rows there are of each kind, and the posts and accounts by what is shown of them."""

    counts: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    statuses: dict[int, str] = field(default_factory=dict)
    actors: dict[int, str] = field(default_factory=dict)

    def since(self, before: "Traces") -> list[str]:
        """What has changed, in words."""
        return list(self._changes(before))

    def _changes(self, before: "Traces") -> Iterator[str]:
        # What is boosted comes before the boost, whichever of them is older.
        for one, words in sorted(self.statuses.items(), key=lambda item: "boost" in item[1]):
            if one not in before.statuses:
                yield words
            elif words != before.statuses[one]:
                yield f"changed into {words}"
        for one, words in before.statuses.items():
            if one not in self.statuses:
                yield f"gone: {words}"
        for one, words in self.actors.items():
            if one in before.actors and words != before.actors[one]:
                yield f"an account: {words}"
        if self.accepted > before.accepted:
            yield "a follow is accepted"
        for table, words in ROWS.items():
            more = self.counts[table] - before.counts[table]
            if more > 0:
                yield words if more == 1 else f"{words} ({more})"
            if more < 0:
                yield f"gone: {words}"


async def traces_of(server: Server) -> Traces:
    """What there is now."""
    async with server.instance.db.read() as connection:
        counts = {}
        for table in ROWS:
            row = await connection.fetch_one(f"SELECT count(*) AS n FROM {table}")
            counts[table] = int(row["n"]) if row else 0
        rows = await connection.fetch_all(
            "SELECT id, actor_id FROM status WHERE NOT is_local ORDER BY id"
        )
        statuses = {}
        for row in rows:
            author = Viewer(ActorId(row["actor_id"]), is_local=False)
            view = await status_view(connection, author, StatusId(row["id"]))
            statuses[int(row["id"])] = in_words(view) if view else "a post that nobody sees"
        actors = await connection.fetch_all("SELECT * FROM actor WHERE domain IS NOT NULL")
        row = await connection.fetch_one(
            "SELECT count(*) AS n FROM follow WHERE state = 'accepted'"
        )
    return Traces(
        counts=counts,
        accepted=int(row["n"]) if row else 0,
        statuses=statuses,
        actors={int(one["id"]): _state(one["gone_at"], one["moved_to"]) for one in actors},
    )


def _state(gone_at: int | None, moved_to: str | None) -> str:
    return "deleted" if gone_at else "moved" if moved_to else "active"


def in_words(view: StatusView) -> str:
    """A post by what is shown of it."""
    if view.boost_of is not None:
        return f"{FOR[view.status.reach]} boost"
    parts = ", ".join(_parts(view))
    answer = "answer" if view.status.in_reply_to_uri else "post"
    return f"{FOR[view.status.reach]} {answer}" + (f": {parts}" if parts else "")


def _parts(view: StatusView) -> Iterator[str]:
    status = view.status
    if status.content_warning:
        yield "content warning"
    elif status.is_sensitive:
        yield "sensitive"
    if status.content.startswith("<p><strong>"):
        yield "title"
    if "quote-inline" in status.content:
        yield "quote as text"
    if view.quote:
        yield f"quote ({view.quote.state})"
    if view.poll:
        yield f"poll of {len(view.poll.options)}"
    media = Counter(MEDIA.get(one.media_type.partition("/")[0], "file") for one in view.attachments)
    yield from (counted(n, word) for word, n in media.items())
    if view.preview:
        yield "preview"
    yield from (
        counted(n, word)
        for word, n in (
            ("mention", len(view.mentions)),
            ("hashtag", len(view.hashtags)),
            ("emoji", len(status.emojis)),
        )
        if n
    )


def counted(n: int, word: str) -> str:
    """So many of a thing."""
    return f"{n} {word}" if n == 1 or word == "emoji" else f"{n} {word}s"
