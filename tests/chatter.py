"""This is where a crowd writes, answers, boosts and likes, and one of them reads it all.

Posts are counted from the newest: more of them lie below those that are there already, so that the
same pages show the same posts, however much there is. By chance, but by the same chance each time.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from fedlearn.db import homes as db_homes
from fedlearn.db.database import Database
from fedlearn.db.marks import marks_of_status, words_of_status
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Millis, snowflake
from tests.crowd import LONG_THREAD, SEED, WORDS, Batch, Crowd, Rows, one_of, tag, word

Row = dict[str, Any]

KEPT_BY_READER = 200
TOLD_TO_READER = 2_000
ANSWERS = range(LONG_THREAD - 100, LONG_THREAD)
AT_ONCE = 20_000
TAGS = 2_000
# On home timelines stands what came of so many of the newest posts, as far as it is kept.
LATELY = 6_000
KEPT_AT_HOME = 800


async def posts_arrive(db: Database, crowd: Crowd, first: int, last: int) -> None:
    """The posts from one number to below another, counted from the newest."""
    for start in reversed(range(first, last, AT_ONCE)):
        batch = Writing(crowd, range(start, min(start + AT_ONCE, last))).batch()
        async with db.write() as connection:
            await batch.store(connection)


class Writing:
    """What people write one after the other, each answering or boosting what is there already."""

    def __init__(self, crowd: Crowd, numbers: range) -> None:
        self._crowd = crowd
        self._numbers = numbers
        self._chance = random.Random(SEED + numbers.start)
        self._batch = Batch()
        self._said: dict[int, Row] = {}  # what can be answered, by number
        weights = [1 / (rank + 2) for rank in range(WORDS)]
        self._words = [word(rank) for rank in range(WORDS)]
        self._up_to = list(_summed(weights))

    def batch(self) -> Batch:
        """Everything, the oldest first."""
        for number in reversed(self._numbers):
            chance = self._chance.random()
            older = self._something_older(number)
            if number == LONG_THREAD:
                self._say(number, None, self._crowd.writer)
            elif number in ANSWERS:
                self._say(number, self._something_in_the_thread(number))
            elif older and chance < 0.12:
                self._boost(number, older)
            else:
                self._say(number, older if chance < 0.42 else None)
        return self._batch

    def _something_in_the_thread(self, number: int) -> Row | None:
        newer = int((LONG_THREAD - number) * self._chance.random() ** 3)
        return self._said.get(LONG_THREAD - newer)

    def _something_older(self, number: int) -> Row | None:
        return self._said.get(number + 1 + int(400 * self._chance.random() ** 3))

    def _boost(self, number: int, older: Row) -> None:
        if older["reach"] == "public":
            row = self._status(number, one_of(self._crowd.people, self._chance))
            same = {name: older[name] for name in ("url", "conversation", "reach", "scope")}
            self._batch.add("status", **row | same | {"boost_of_id": older["id"]})

    def _say(self, number: int, older: Row | None, author: Actor | None = None) -> None:
        author = author or one_of(self._crowd.people, self._chance)
        row = self._status(number, author) | (_below(older) if older else self._audience(author))
        usual = self._chance.choice((0, 0, 0, 1, 3))
        tags = sorted({tag(int(TAGS * self._chance.random() ** 4)) for _ in range(usual)})
        row["content"] = self._text(tags)
        row["source"] = "typed" if author.is_local else None
        self._batch.add("status", **row)
        self._belongs_to(row, author, tags, older)
        self._said[number] = row
        self._said.pop(number + 500, None)

    def _audience(self, author: Actor) -> Row:
        chance = self._chance.random()
        if chance < 0.1:
            return {"reach": self._chance.choice(("unlisted", "followers"))}
        return {"scope": "org"} if author.is_local and chance < 0.15 else {}

    def _status(self, number: int, author: Actor) -> Row:
        status_id = self._crowd.id_of(number)
        uri = f"{author.uri}/statuses/{status_id}"
        return {
            "id": status_id,
            "uri": uri,
            "url": f"{author.profile.url}/{status_id}",
            "actor_id": author.id,
            "is_local": author.is_local,
            "reach": "public",
            "scope": "fed",
            "content": "",
            "source": None,
            "content_warning": "careful" if self._chance.random() < 0.02 else "",
            "is_sensitive": False,
            "language": "en",
            "in_reply_to_uri": None,
            "in_reply_to_id": None,
            "boost_of_id": None,
            "conversation": f"{uri}/conversation",
            "published": status_id >> 16,
        }

    def _text(self, tags: Sequence[str]) -> str:
        length = 300 if self._chance.random() < 0.03 else self._chance.randint(5, 55)
        words = self._chance.choices(self._words, cum_weights=self._up_to, k=length)
        links = [f'<a class="hashtag" href="/tags/{one}">#{one}</a>' for one in tags]
        if self._chance.random() < 0.1:
            links.append('<a href="https://paper.example/1" rel="nofollow">paper.example/1</a>')
        return f"<p>{' '.join(words)}.</p>" + (f"<p>{' '.join(links)}</p>" if links else "")

    def _belongs_to(self, row: Row, author: Actor, tags: Sequence[str], older: Row | None) -> None:
        status_id, add = row["id"], self._batch.add
        for name in tags:
            add("hashtag", status_id=status_id, name=name)
        if older is not None:
            add("mention", status_id=status_id, actor_id=older["actor_id"], is_silent=False)
        if self._now_and_then(0.01):
            add("mention", status_id=status_id, actor_id=self._crowd.reader, is_silent=False)
        for _ in range(self._chance.choice((0, 0, 1, 3))):
            add("favourite", **_like(one_of(self._crowd.people, self._chance).id, row))
        marks = self._encloses(row, author, older)
        words = words_of_status(row["content"], row["content_warning"], [])
        marked = marks_of_status(author.id, row["content"], marks)
        add("status_words", id=status_id, said=words, marks=marked, is_indexed=True)

    def _encloses(self, row: Row, author: Actor, older: Row | None) -> set[str]:
        status_id, add, marks = row["id"], self._batch.add, set()
        for place in range(self._chance.choice((0, 0, 0, 0, 0, 1, 1, 2))):
            marks.add("media")
            add("attachment", **_picture(status_id, place, author))
        if self._now_and_then(0.05):
            add("preview", status_id=status_id, url="https://paper.example/1", **ABOUT_A_PAPER)
        if self._now_and_then(0.01):
            marks.add("poll")
            add("poll", status_id=status_id, is_multiple=False, voters=3)
            for place in range(3):
                add("poll_option", status_id=status_id, position=place, title=word(place), votes=1)
        if older is not None and self._now_and_then(0.02):
            add(
                "quote",
                status_id=status_id,
                state="accepted",
                quoted_uri=older["uri"],
                quoted_id=older["id"],
            )
        return marks

    def _now_and_then(self, share: float) -> bool:
        return self._chance.random() < share


def _below(older: Row) -> Row:
    same = {name: older[name] for name in ("conversation", "reach", "scope")}
    return same | {"in_reply_to_id": older["id"], "in_reply_to_uri": older["uri"]}


ABOUT_A_PAPER = {"title": "A paper about bees", "description": "What bees do", "image": None}


def _summed(weights: Sequence[float]) -> Iterator[float]:
    total = 0.0
    for weight in weights:
        total += weight
        yield total


def _picture(status_id: int, place: int, author: Actor) -> Row:
    origin = author.profile.url.partition("/@")[0]
    return {
        "status_id": status_id,
        "position": place,
        "media_type": "image/webp",
        "url": f"{origin}/media/{status_id}-{place}.webp",
        "description": "What it shows, in a few words",
        "width": 1200,
        "height": 800,
    }


def _like(actor: ActorId, status: Row) -> Row:
    like_id = snowflake(Millis(status["published"]))
    return {
        "id": like_id,
        "uri": f"https://likes.example/{like_id}",
        "actor_id": actor,
        "status_id": status["id"],
        "created_at": status["published"],
    }


async def reader_settles(db: Database, crowd: Crowd) -> None:
    """Home timelines are filled, and the reader has liked, kept and been told a lot."""
    at_home = [one.id for one in crowd.people if one.is_local]
    async with db.write() as connection:
        await connection.sweep(
            """
            INSERT INTO home_entry (owner_id, status_id)
            SELECT f.follower_id, s.id FROM status s JOIN follow f ON f.followee_id = s.actor_id
            LEFT JOIN status p ON p.id = s.in_reply_to_id
            WHERE s.id >= :since AND f.follower_id IN :readers AND (p.id IS NULL OR EXISTS (
                SELECT 1 FROM follow g
                WHERE g.follower_id = f.follower_id AND g.followee_id = p.actor_id))
            ON CONFLICT DO NOTHING
            """,
            since=crowd.id_of(LATELY),
            readers=[crowd.reader, *at_home[::10]],
        )
        await db_homes.trim_homes(connection, KEPT_AT_HOME)
        rows = await connection.fetch_all(
            """
            SELECT s.id, s.published FROM home_entry h JOIN status s ON s.id = h.status_id
            WHERE h.owner_id = :reader AND s.boost_of_id IS NULL ORDER BY s.id
            """,
            reader=crowd.reader,
        )
        home = [{"id": row["id"], "published": row["published"]} for row in rows]
        await _kept_by_reader(crowd, home).store(connection)


def _kept_by_reader(crowd: Crowd, home: Rows) -> Batch:
    chance, batch = random.Random(SEED), Batch()
    for row in chance.sample(home, min(KEPT_BY_READER, len(home) // 2)):
        batch.add("bookmark", id=snowflake(), actor_id=crowd.reader, status_id=row["id"])
    for row in chance.sample(home, min(KEPT_BY_READER, len(home) // 2)):
        batch.add("favourite", **_like(crowd.reader, row))
    for number in range(TOLD_TO_READER):
        kind = chance.choice(("follow", "favourite", "favourite", "reblog", "mention"))
        batch.add(
            "notification",
            owner_id=crowd.reader,
            sender_id=one_of(crowd.people, chance).id,
            status_id=None if kind == "follow" else chance.choice(home)["id"],
            kind=kind,
            created_at=crowd.newest - number,
            is_read=number < TOLD_TO_READER - 5,
        )
    return batch
