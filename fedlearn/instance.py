"""This is where the running server's parts are held together, for whoever needs several of them.

Who we are (`uris`), how we are set up (`settings`), what we remember (`db`), how we reach out
(`client`, `fetcher`, `webfinger`), what we sign with (`keys`), whose signatures we know
(`known_keys`), whom we talk with (`welcome`), where uploads of our people lie (`uploads`), what
makes their films and sounds ready (`ffmpeg`, where it is there) and which threads do what takes
long (`aside`, and `hashing` for passwords, which wait for no picture).
Made once, by fedlearn/app.py. What needs only the database takes a connection.
"""

import asyncio
import base64
import os
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from cachetools import LRUCache, TTLCache

from fedlearn.activitypub.client import FederationClient
from fedlearn.activitypub.fetch import Fetcher
from fedlearn.activitypub.keys import SigningKey, Vault, VerifyingKey, generate_key, public_pem
from fedlearn.activitypub.turnstile import Turnstile
from fedlearn.activitypub.uris import Uris
from fedlearn.activitypub.webfinger import WebFinger
from fedlearn.db import actors as db_actors
from fedlearn.db.aside import Aside
from fedlearn.db.database import Database
from fedlearn.db.welcome import Welcome
from fedlearn.domain.actors import Actor, OwnKey, PublicKey
from fedlearn.domain.ids import ActorId, Uri
from fedlearn.errors import FetchError, RefusedDocument, StartError
from fedlearn.ffmpeg import Ffmpeg
from fedlearn.settings import Settings
from fedlearn.storage import Storage

VERSION = version("fedlearn")
KEY_FILE = "instance.key"
SECRET_BYTES = 32
OPEN_KEYS = 2048
KEYS_OF_OTHERS = 20_000
KEYS_TRUSTED_FOR = 300  # seconds until a key is read from the database again
REFUSED_KEYS = 10_000
PICTURES_AT_ONCE = 2  # each may need 400 MB while it is made smaller
PASSWORDS_AT_ONCE = 2  # each needs 64 MB while it is hashed
REFUSED_FOR = 300  # seconds in which a key that failed is not fetched again


class KeyRing:
    """The keys of local actors, made at first use. Opened keys are kept, each under its own id.

    Which key is an actor's own is read anew each time: another process may have changed it.
    """

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault
        self._opened: LRUCache[int, SigningKey] = LRUCache(OPEN_KEYS)

    async def signing_key(self, actor: Actor) -> SigningKey:
        """The key that an actor of ours signs with."""
        return self.open(await self.stored_key(actor))

    async def public_key(self, actor: Actor) -> PublicKey:
        """The key under which others find an actor of ours."""
        return (await self.stored_key(actor)).public

    async def stored_key(self, actor: Actor) -> OwnKey:
        """The key of an actor of ours as it is stored."""
        async with self._db.read() as connection:
            stored = await db_actors.own_key(connection, actor.id)
        return stored or await self._make_first(actor)

    def secret_for(self, purpose: str) -> bytes:
        """A secret of this instance for another purpose than signing."""
        return self._vault.secret_for(purpose)

    def seal_secret(self, secret: bytes, name: str) -> bytes:
        """A secret of somebody here as it is stored."""
        return self._vault.seal_secret(secret, name)

    def open_secret(self, sealed: bytes, name: str) -> bytes:
        """A secret that was stored under this name."""
        return self._vault.open_secret(sealed, name)

    def open(self, key: OwnKey) -> SigningKey:
        """A stored key, ready to sign."""
        if key.id not in self._opened:
            self._opened[key.id] = self._vault.open(key.sealed, key.public.uri)
        return self._opened[key.id]

    async def make(self, actor: Actor) -> tuple[PublicKey, bytes]:
        """A new key for an actor of ours, not stored yet: public half, and sealed private half."""
        private = await asyncio.to_thread(generate_key)
        public = PublicKey(Uri(f"{actor.uri}#main-key"), actor.uri, public_pem(private))
        return public, self._vault.seal(private, public.uri)

    async def _make_first(self, actor: Actor) -> OwnKey:
        public, sealed = await self.make(actor)
        async with self._db.write() as connection:
            # Another process may have been quicker: the stored key is the one that counts.
            await db_actors.store_own_key(connection, actor.id, public, sealed)
            stored = await db_actors.own_key(connection, actor.id)
        if stored is None:
            raise AssertionError("a key that was just stored is not there")
        return stored


class KnownKeys:
    """The keys of other servers' actors that were used lately, and those that failed lately."""

    def __init__(self) -> None:
        self._good: TTLCache[str, tuple[VerifyingKey, Actor]] = TTLCache(
            KEYS_OF_OTHERS, KEYS_TRUSTED_FOR
        )
        self._of_actor: LRUCache[ActorId, set[str]] = LRUCache(KEYS_OF_OTHERS)
        self.refused: TTLCache[str, FetchError | RefusedDocument] = TTLCache(
            REFUSED_KEYS, REFUSED_FOR
        )
        self.turnstile = Turnstile()

    def get(self, key_id: str) -> tuple[VerifyingKey, Actor] | None:
        """A key that was used lately, with its owner."""
        return self._good.get(key_id)

    def remember(self, key_id: str, key: VerifyingKey, owner: Actor) -> None:
        """A key was read from the database or fetched."""
        self._good[key_id] = key, owner
        self._of_actor.setdefault(owner.id, set()).add(key_id)

    def forget(self, owner: Actor) -> None:
        """An actor has changed: its keys are read anew."""
        for key_id in self._of_actor.pop(owner.id, ()):
            self._good.pop(key_id, None)


@dataclass(frozen=True, slots=True)
class Instance:
    """One running server."""

    settings: Settings
    uris: Uris
    db: Database
    keys: KeyRing
    known_keys: KnownKeys
    welcome: Welcome
    client: FederationClient
    fetcher: Fetcher
    webfinger: WebFinger
    uploads: Storage
    ffmpeg: Ffmpeg | None
    actor: Actor  # the instance actor: it signs what nobody in particular asks for
    aside: Aside = field(default_factory=lambda: Aside(PICTURES_AT_ONCE, "pictures"))
    hashing: Aside = field(default_factory=lambda: Aside(PASSWORDS_AT_ONCE, "passwords"))

    async def own_signing_key(self) -> SigningKey:
        """The key of the instance actor."""
        return await self.keys.signing_key(self.actor)


async def open_vault(settings: Settings, db: Database) -> Vault:
    """The vault behind the instance's secret, which is made on the very first start only.

    Raises `StartError` when the secret is missing or another one, while sealed keys exist.
    """
    async with db.read() as connection:
        sealed = await db_actors.any_sealed_key(connection)
    path = settings.keys_dir / KEY_FILE
    if sealed is None:
        return Vault(_read_secret(path) if path.exists() else _make_secret(path))
    if not path.exists():
        raise StartError(
            f"{path} is missing, but the database holds keys that only it opens: "
            "restore it from your backup"
        )
    vault = Vault(_read_secret(path))
    try:
        vault.open(sealed[1], sealed[0])
    except ValueError as error:
        raise StartError(f"{path} does not open the keys in the database: {error}") from error
    return vault


def _read_secret(path: Path) -> bytes:
    try:
        secret = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except (OSError, ValueError) as error:
        raise StartError(f"{path} cannot be read: {error}") from error
    if len(secret) != SECRET_BYTES:
        raise StartError(f"{path} does not hold {SECRET_BYTES} bytes in base64")
    return secret


def _make_secret(path: Path) -> bytes:
    secret = os.urandom(SECRET_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Created with its mode, so that nobody else can read it even for a moment.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(base64.b64encode(secret).decode() + "\n")
    except OSError as error:
        raise StartError(f"{path} cannot be written: {error}") from error
    return secret
