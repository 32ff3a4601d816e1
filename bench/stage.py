"""This is where everything stands ready before a clock starts: the world, the server, its people.

Each figure has a stage of its own, with an empty database in a folder that is removed at the end.
The server believes that it is https://bench.test behind a proxy; we are the proxy.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import trustme
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bench import bare, world
from bench.processes import Child, cpu_seconds_of, parent_of, start
from bench.scale import Scale
from bench.wire import ask_once, request_bytes
from bench.world import Count, Delivery
from fedlearn.activitypub.keys import SigningKey, generate_key, public_pem
from fedlearn.activitypub.webfinger import Handle, Resource
from fedlearn.app import open_instance
from fedlearn.db import follows as db_follows
from fedlearn.db.actors import actor_by_id
from fedlearn.db.database import Database
from fedlearn.db.opening import migrate, open_database
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import ActorId, Uri
from fedlearn.domain.oauth import read_scopes
from fedlearn.domain.roles import TERMINAL
from fedlearn.instance import Instance
from fedlearn.remote.actors import keep_actor
from fedlearn.services import accounts, oauth, signing_in
from fedlearn.services.accounts import NewAccount
from fedlearn.settings import load_settings
from tests.postgres import drop_database, fresh_database

HOST = "bench.test"
ORIGIN = f"https://{HOST}"
READER, AUTHOR = "reader", "author"
SENDER, FOLLOWER = "sender", "follower"
SENDERS = 10
STALLED_AFTER = 15.0
BETWEEN_LOOKS = 0.05


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account on the server under test, with a session and a token of an app."""

    id: ActorId
    cookie: str
    token: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A running world, and all that a server needs to begin in it. `reader` follows the senders."""

    folder: Path
    key: RSAPrivateKey
    environment: Mapping[str, str]
    world: Child
    reader: Person
    author: Person
    readers: Sequence[Person]  # who follow the author, here

    def key_of(self, actor_uri: str) -> SigningKey:
        """The key of an actor of the world, which is the same for all."""
        return SigningKey(f"{actor_uri}#main-key", self.key)

    async def arrived(self, kind: str) -> int:
        """How many inboxes of the world have got an activity of this type."""
        return (await self.count()).arrived.get(kind, 0)

    async def count(self) -> Count:
        """What the inboxes of the world have got."""
        answer = await ask_once(self.world.ports[1], request_bytes("GET", "/count", {}))
        return msgspec.json.decode(answer.body, type=Count)

    async def deliveries(self) -> list[Delivery]:
        """Which activities the inboxes of the world have got, and how often."""
        answer = await ask_once(self.world.ports[1], request_bytes("GET", "/deliveries", {}))
        return msgspec.json.decode(answer.body, type=list[Delivery])

    async def forget(self) -> None:
        """Begin to count from nothing."""
        await ask_once(self.world.ports[1], request_bytes("POST", "/forget", {}))

    @property
    def is_on_postgres(self) -> bool:
        """Whether PostgreSQL is the database."""
        return self.environment["FEDLEARN_DATABASE"].startswith("postgres")

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The database of the scene, beside whichever server uses it."""
        db = await open_database(load_settings(self.environment))
        try:
            yield db
        finally:
            await db.close()


@dataclass(frozen=True, slots=True)
class Stage(Scene):
    """A running server in its scene."""

    server: Child
    db: Database
    postgres: int | None  # its process, where that is the database

    @property
    def cpu_seconds(self) -> float:
        """CPU time that the server and its database have used so far."""
        database = 0.0 if self.postgres is None else cpu_seconds_of(self.postgres)
        return self.server.cpu_seconds + database

    async def home_entries(self) -> int:
        """How many posts stand on the reader's home timeline."""
        owner = self.reader.id
        return await _number(
            self.db, "SELECT count(*) AS n FROM home_entry WHERE owner_id = :owner", owner=owner
        )

    async def waiting_jobs(self) -> int:
        """How many received activities have not been dealt with."""
        return await _number(
            self.db, "SELECT count(*) AS n FROM job WHERE kind = 'process_activity'"
        )


@asynccontextmanager
async def open_stage(scale: Scale, *, followers: int = 0, readers: int = 0) -> AsyncIterator[Stage]:
    """A stage with so many followers of the author, spread over all hosts, and here."""
    async with (
        open_scene(scale, followers=followers, readers=readers) as scene,
        begin(scene) as stage,
    ):
        yield stage


@asynccontextmanager
async def begin(scene: Scene) -> AsyncIterator[Stage]:
    """A server begins in its scene."""
    async with (
        scene.database() as db,
        start(
            "bench.subject",
            str(scene.world.port),
            folder=scene.folder,
            environment=scene.environment,
        ) as server,
    ):
        postgres = await _postgres_process(db) if scene.is_on_postgres else None
        parts = {one.name: getattr(scene, one.name) for one in fields(scene)}
        yield Stage(**parts, server=server, db=db, postgres=postgres)


@asynccontextmanager
async def open_scene(
    scale: Scale,
    *,
    followers: int = 0,
    readers: int = 0,
    choices: Mapping[str, str] | None = None,
) -> AsyncIterator[Scene]:
    """A world with so many followers of the author, there and here, and no server yet.

    `choices` are added to the environment of whichever server begins in it.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, key = Path(name), generate_key()
        _write_keys(folder, key)
        async with (
            _new_database(scale.postgres, folder) as database,
            start("bench.world", name, folder=folder) as everybody,
        ):
            environment = _environment(folder, database) | dict(choices or {})
            settings = load_settings(environment)
            await migrate(settings)
            async with open_instance(settings) as instance:
                reader, author = await _cast(instance, public_pem(key), followers)
                audience = [await _reads(instance, author, number) for number in range(readers)]
            yield Scene(folder, key, environment, everybody, reader, author, audience)


@asynccontextmanager
async def _new_database(postgres: str | None, folder: Path) -> AsyncIterator[str]:
    """An empty database, given as the server is told: a file, or an address."""
    if postgres is None:
        yield str(folder / "fedlearn.db")
        return
    url = await fresh_database(postgres)
    yield url
    await drop_database(url)


async def _postgres_process(db: Database) -> int:
    """The process that has started all others of the PostgreSQL server."""
    return parent_of(await _number(db, "SELECT pg_backend_pid() AS n"))


async def _number(db: Database, question: str, **about: int) -> int:
    async with db.read() as connection:
        row = await connection.fetch_one(question, **about)
    return int(row["n"]) if row else 0


@asynccontextmanager
async def open_bare() -> AsyncIterator[Child]:
    """The bare Starlette application."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, key = Path(name), generate_key()
        _write_keys(folder, key)
        async with start("bench.bare", name, folder=folder) as server:
            yield server


async def reached(
    target: int, count: Callable[[], Awaitable[int]], stalled_after: float = STALLED_AFTER
) -> int:
    """Count until the target is reached, or nothing has been added for a while; how many it is."""
    number, grew_at = await count(), time.monotonic()
    while number < target and time.monotonic() - grew_at < stalled_after:
        await asyncio.sleep(BETWEEN_LOOKS)
        before, number = number, await count()
        if number != before:
            grew_at = time.monotonic()
    return number


def _write_keys(folder: Path, key: RSAPrivateKey) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert(world.DOMAIN, f"*.{world.DOMAIN}")
    authority.cert_pem.write_to_path(folder / world.AUTHORITY)
    certificate.private_key_pem.write_to_path(folder / world.KEY)
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / world.CERTIFICATE, append=True)
    (folder / world.ACTOR_KEY).write_text(public_pem(key), encoding="ascii")
    (folder / bare.SIGNATURE).write_bytes(SigningKey("", key).sign(bare.SIGNED_TEXT))


def _environment(folder: Path, database: str) -> dict[str, str]:
    return {
        "FEDLEARN_DATABASE": database,
        "FEDLEARN_URL": ORIGIN,
        "FEDLEARN_DATA_DIR": str(folder),
        "FEDLEARN_KEYS_DIR": str(folder / "keys"),
        "FEDLEARN_CA_FILE": str(folder / world.AUTHORITY),
        "FEDLEARN_ALLOW_PRIVATE_ADDRESSES": "127.0.0.0/8",
        "FEDLEARN_RATE_LIMITS": "off",
    }


async def _cast(instance: Instance, pem: str, followers: int) -> tuple[Person, Person]:
    """Make reader, author, senders and followers, as if they had known each other for long."""
    reader = await accounts.create_account(instance, NewAccount(READER, "reader@bench.test"))
    author = await accounts.create_account(instance, NewAccount(AUTHOR, "author@bench.test"))
    # The key of a local actor is made at first use: not while the clock runs.
    await instance.keys.signing_key(author.actor)
    await instance.own_signing_key()
    for number in range(SENDERS):
        sender = await _meet(instance, world.actor_uri(SENDER, number), pem)
        await _befriend(instance, reader.actor.id, sender)
    for number in range(followers):
        follower = await _meet(instance, world.actor_uri(FOLLOWER, number), pem)
        await _befriend(instance, follower.id, author.actor)
    return await _signed_in(instance, reader), await _signed_in(instance, author)


async def _reads(instance: Instance, author: Person, number: int) -> Person:
    """Somebody here who follows the author."""
    named = NewAccount(f"{READER}{number}", f"reader{number}@bench.test")
    reader = await accounts.create_account(instance, named)
    async with instance.db.read() as connection:
        followee = await actor_by_id(connection, author.id)
    if followee is not None:
        await _befriend(instance, reader.actor.id, followee)
    return await _signed_in(instance, reader)


async def _meet(instance: Instance, uri: str, pem: str) -> Actor:
    host, _, name = uri.removeprefix("https://").partition("/u/")
    resource = Resource(Handle(name, host), Uri(uri))
    return await keep_actor(instance, world.actor_document(uri, pem), resource)


async def _befriend(instance: Instance, follower_id: ActorId, followee: Actor) -> None:
    async with instance.db.write() as connection:
        await db_follows.store_follow(
            connection,
            follower_id=follower_id,
            followee_id=followee.id,
            uri=f"{followee.uri}#followed-by/{follower_id}",
            state=FollowState.ACCEPTED,
        )


async def _signed_in(instance: Instance, user: User) -> Person:
    session = await signing_in.open_session(instance, user, "bench")
    token = await oauth.make_token(instance, user, read_scopes("read write"), by=TERMINAL)
    return Person(user.actor.id, f"__Host-session={session}", token)
