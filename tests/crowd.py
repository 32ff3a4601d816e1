"""This is where a server gets its people: who they are, who reads whom, and one who reads many.

What they write is made in tests/chatter.py. By chance, but by the same chance each time.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fedlearn.activitypub.uris import Uris
from fedlearn.db import actors as db_actors
from fedlearn.db.database import Connection, Database
from fedlearn.domain.actors import Actor
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.ids import ActorId, ListId, Millis, now, snowflake
from tests.builders import profile_at

SEED = 4
BETWEEN_POSTS_MS = 20_000
HOSTS = 50
FOLLOWED_EACH = 30
FOLLOWED_BY_READER = 300
MUTED_BY_READER, BLOCKED_BY_READER = 20, 5
ON_THE_LIST = 50
# The post with this number has a hundred answers.
LONG_THREAD = 2_100
WORDS = 8_000
SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo")

Rows = list[dict[str, Any]]


@dataclass
class Crowd:
    """Who is there, and what the one who reads it all has of their own."""

    reader: ActorId
    people: list[Actor] = field(default_factory=list)
    people_list: ListId = ListId(0)
    newest: Millis = Millis(0)

    @property
    def writer(self) -> Actor:
        """Who writes most."""
        return self.people[0]

    @property
    def word(self) -> str:
        """A word that most posts have."""
        return word(0)

    @property
    def rare_word(self) -> str:
        """A word that one post in a thousand has."""
        return word(WORDS // 2)

    @property
    def thread(self) -> str:
        """Where the post with a hundred answers has its page."""
        return f"/@{self.writer.acct}/{self.thread_id}"

    @property
    def thread_id(self) -> int:
        """The id of that post."""
        return self.id_of(LONG_THREAD)

    def id_of(self, number: int) -> int:
        """The id of a post, counted from the newest."""
        return ((self.newest - number * BETWEEN_POSTS_MS) << 16) | number % 65_536


@dataclass
class Batch:
    """Rows of several tables that are stored together."""

    rows: dict[str, Rows] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(row)

    async def store(self, connection: Connection) -> None:
        """Keep them all, in the order of their tables; what is there stays."""
        for table, rows in self.rows.items():
            names = list(rows[0])
            values = ", ".join(f":{name}" for name in names)
            await connection.execute_many(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) ON CONFLICT DO NOTHING",
                rows,
            )


def word(number: int) -> str:
    """A word; the lower the number, the more often it is said."""
    letters, rest = "", number + len(SYLLABLES)
    while rest:
        rest, syllable = divmod(rest, len(SYLLABLES))
        letters += SYLLABLES[syllable]
    return letters


def tag(number: int) -> str:
    """A hashtag; the lower the number, the more often it is used."""
    return f"about{word(number)}"


async def people_arrive(db: Database, uris: Uris, reader: ActorId, number: int) -> Crowd:
    """So many people, four in ten elsewhere; who follows whom, and what the reader has set up."""
    crowd = Crowd(reader, newest=Millis(now() - 60_000), people_list=ListId(snowflake()))
    async with db.write() as connection:
        for one in range(number):
            crowd.people.append(await _arrive(connection, uris, one))
        await _relations(crowd).store(connection)
    return crowd


async def _arrive(connection: Connection, uris: Uris, number: int) -> Actor:
    is_local = number % 10 < 6
    host = uris.domain if is_local else f"host{number % HOSTS}.example"
    home = uris if is_local else Uris(f"https://{host}", host)
    profile = profile_at(home, f"{word(number)}{number}")
    facts: dict[str, Any] = {
        "name": f"{word(number)} {word(number * 7)}".title(),
        "summary": f"<p>{word(number)} and {word(number + 5)} for {word(number * 3)}</p>",
        "avatar": None if number % 5 == 0 else f"{home.origin}/media/avatar{number}.webp",
        "is_indexable": number % 3 > 0,
    }
    if is_local:
        facts["domain"] = None
    if number % 20 == 1:
        facts["name"] += " :bee:"
        facts["emojis"] = (Emoji("bee", f"{home.origin}/media/bee.png"),)
    return await db_actors.store_actor(connection, replace(profile, **facts), host)


def _relations(crowd: Crowd) -> Batch:
    chance, batch, at = random.Random(SEED), Batch(), crowd.newest
    others = [actor.id for actor in crowd.people]
    for actor in crowd.people:
        for other in {one_of(others, chance) for _ in range(FOLLOWED_EACH)} - {actor.id}:
            batch.add("follow", **_follow(actor.id, other, at))
    for other in chance.sample(others[1:], min(FOLLOWED_BY_READER, len(others) // 2)) + others[:1]:
        batch.add("follow", **_follow(crowd.reader, other, at))
    for other in others[1:200:3]:
        batch.add("follow", **_follow(other, crowd.reader, at))
    batch.add("people_list", id=crowd.people_list, owner_id=crowd.reader, title="Everybody")
    for other in chance.sample(others, min(ON_THE_LIST, len(others))):
        batch.add("list_member", list_id=crowd.people_list, actor_id=other)
    for number, other in enumerate(chance.sample(others[1:], MUTED_BY_READER + BLOCKED_BY_READER)):
        if number < MUTED_BY_READER:
            batch.add("mute", **_mute(crowd.reader, other))
        else:
            batch.add("block", **_block(crowd.reader, other, at))
    for number in range(3):
        batch.add("domain_block", actor_id=crowd.reader, domain=f"host{number}.example")
        batch.add("followed_hashtag", name=tag(number), actor_id=crowd.reader)
    return batch


def one_of(things: Sequence[Any], chance: random.Random) -> Any:
    """One of them, the first far more often than the last."""
    return things[int(len(things) * chance.random() ** 3)]


def _follow(follower: ActorId, followee: ActorId, at: Millis) -> dict[str, Any]:
    follow_id = snowflake()
    return {
        "id": follow_id,
        "uri": f"https://follows.example/{follow_id}",
        "follower_id": follower,
        "followee_id": followee,
        "state": "accepted",
        "created_at": at,
    }


def _mute(actor: ActorId, other: ActorId) -> dict[str, Any]:
    return {
        "actor_id": actor,
        "target_id": other,
        "hides_notifications": True,
        "expires_at": None,
    }


def _block(actor: ActorId, other: ActorId, at: Millis) -> dict[str, Any]:
    block_id = snowflake()
    return {
        "id": block_id,
        "uri": f"https://blocks.example/{block_id}",
        "actor_id": actor,
        "target_id": other,
        "created_at": at,
    }


async def count_everything(db: Database) -> None:
    """Let the database learn what there is; PostgreSQL does so by itself after a while."""
    async with db.write() as connection:
        await connection.execute("ANALYZE")
