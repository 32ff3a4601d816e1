"""This is where actors are remembered, ours and those of other servers, with their public keys."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fedlearn.db.database import Connection, Row
from fedlearn.db.emojis import read_emojis, write_emojis
from fedlearn.db.indexing import index_actor
from fedlearn.db.policies import policy_for
from fedlearn.domain.actors import Actor, ActorKind, OwnKey, Profile, ProfileField, PublicKey
from fedlearn.domain.events import Described
from fedlearn.domain.ids import ActorId, Millis, Uri, now, snowflake
from fedlearn.domain.policies import Measure, Policy


async def actor_by_id(connection: Connection, actor_id: ActorId) -> Actor | None:
    """The actor with this id."""
    row = await connection.fetch_one("SELECT * FROM actor WHERE id = :id", id=actor_id)
    return actor_of(row) if row else None


async def actors_by_id(connection: Connection, ids: Sequence[int]) -> dict[ActorId, Actor]:
    """These actors, by id."""
    if not ids:
        return {}
    rows = await connection.fetch_all("SELECT * FROM actor WHERE id IN :ids", ids=ids)
    return {actor.id: actor for actor in map(actor_of, rows)}


async def actor_by_uri(connection: Connection, uri: str) -> Actor | None:
    """The actor with this identity."""
    row = await connection.fetch_one("SELECT * FROM actor WHERE uri = :uri", uri=uri)
    return actor_of(row) if row else None


async def actors_by_uri(connection: Connection, uris: Sequence[str]) -> list[Actor]:
    """Those of these identities that we know."""
    if not uris:
        return []
    rows = await connection.fetch_all("SELECT * FROM actor WHERE uri IN :uris", uris=uris)
    return [actor_of(row) for row in rows]


async def local_actor(connection: Connection, username: str) -> Actor | None:
    """The local actor of this name, in whatever case it is written."""
    row = await connection.fetch_one(
        "SELECT * FROM actor WHERE domain IS NULL AND lower(username) = lower(:username)",
        username=username,
    )
    return actor_of(row) if row else None


async def remote_actor(connection: Connection, username: str, domain: str) -> Actor | None:
    """The actor of another server that last proved to own this handle."""
    row = await connection.fetch_one(
        """
        SELECT * FROM actor
        WHERE domain = lower(:domain) AND lower(username) = lower(:username)
        ORDER BY fetched_at DESC LIMIT 1
        """,
        username=username,
        domain=domain,
    )
    return actor_of(row) if row else None


async def actor_of_followers(connection: Connection, followers: str) -> Actor | None:
    """The actor whose followers collection has this address."""
    row = await connection.fetch_one(
        "SELECT * FROM actor WHERE followers = :followers", followers=followers
    )
    return actor_of(row) if row else None


async def store_actor(
    connection: Connection, profile: Profile, host: str, *, actor_id: ActorId | None = None
) -> Actor:
    """Remember what an actor says of itself, new or changed. Its id stays what it was."""
    policy = await policy_for(connection, host, profile.domain) if profile.domain else None
    row = await connection.fetch_one(
        """
        INSERT INTO actor (
            id, uri, kind, username, domain, host, url, name, summary, inbox, shared_inbox,
            outbox, followers, following, featured, avatar, header, fields, also_known_as,
            moved_to, is_locked, is_discoverable, is_indexable, published, hides_follows, emojis,
            avatar_description, header_description, shows_media, shows_media_replies,
            shows_featured, attribution_domains, fetched_at, policy)
        VALUES (
            :id, :uri, :kind, :username, :domain, :host, :url, :name, :summary, :inbox,
            :shared_inbox, :outbox, :followers, :following, :featured, :avatar, :header, :fields,
            :also_known_as, :moved_to, :is_locked, :is_discoverable, :is_indexable, :published,
            :hides_follows, :emojis, :avatar_description, :header_description, :shows_media,
            :shows_media_replies, :shows_featured, :attribution_domains, :fetched_at, :policy)
        ON CONFLICT (uri) DO UPDATE SET
            kind = excluded.kind, username = excluded.username, domain = excluded.domain,
            url = excluded.url, name = excluded.name, summary = excluded.summary,
            inbox = excluded.inbox, shared_inbox = excluded.shared_inbox,
            outbox = excluded.outbox, followers = excluded.followers,
            following = excluded.following, featured = excluded.featured,
            avatar = excluded.avatar, header = excluded.header, fields = excluded.fields,
            also_known_as = excluded.also_known_as, moved_to = excluded.moved_to,
            is_locked = excluded.is_locked, is_discoverable = excluded.is_discoverable,
            is_indexable = excluded.is_indexable, hides_follows = excluded.hides_follows,
            emojis = excluded.emojis, avatar_description = excluded.avatar_description,
            header_description = excluded.header_description, shows_media = excluded.shows_media,
            shows_media_replies = excluded.shows_media_replies,
            shows_featured = excluded.shows_featured,
            attribution_domains = excluded.attribution_domains,
            fetched_at = excluded.fetched_at, gone_at = NULL,
            policy = CASE
                WHEN excluded.policy = 'block'
                    OR (actor.measure = 'suspend' AND actor.domain IS NOT NULL) THEN 'block'
                WHEN actor.measure = 'silence' THEN 'silence'
                ELSE excluded.policy END
        RETURNING *
        """,
        id=actor_id or snowflake(),
        host=host,
        fetched_at=now(),
        policy=policy and policy.value,
        **_columns(profile),
    )
    if row is None:
        raise AssertionError("an upsert that returns nothing")
    await index_actor(connection, ActorId(row["id"]), profile)
    connection.announce(Described(ActorId(row["id"])))
    return actor_of(row)


async def set_sensitized(connection: Connection, actor_id: ActorId, *, is_sensitized: bool) -> None:
    """Have all pictures of an actor folded, or no more."""
    await connection.execute(
        "UPDATE actor SET is_sensitized = :is_sensitized WHERE id = :id",
        id=actor_id,
        is_sensitized=is_sensitized,
    )
    connection.announce(Described(actor_id))


async def store_fields(
    connection: Connection, actor_id: ActorId, fields: Sequence[ProfileField]
) -> None:
    """What is known of the fields of a profile, of which nothing else changes."""
    await connection.execute(
        "UPDATE actor SET fields = :fields WHERE id = :id",
        id=actor_id,
        fields=msgspec.json.encode(fields).decode(),
    )
    connection.announce(Described(actor_id))


async def mark_gone(connection: Connection, actor_id: ActorId) -> None:
    """Remember that an actor is no more; its name stays taken."""
    await connection.execute(
        "UPDATE actor SET gone_at = :at WHERE id = :id AND gone_at IS NULL", id=actor_id, at=now()
    )
    connection.announce(Described(actor_id))


async def mark_moved(connection: Connection, actor_id: ActorId) -> None:
    """An actor has moved to another account just now, and its followers with it."""
    await connection.execute(
        "UPDATE actor SET moved_at = :at WHERE id = :id", id=actor_id, at=now()
    )


async def moved_since(connection: Connection, actor_id: ActorId, since: Millis) -> bool:
    """Whether an actor has moved after that moment."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM actor WHERE id = :id AND moved_at > :since",
        id=actor_id,
        since=since,
    )
    return row is not None


async def every_inbox(connection: Connection) -> list[Uri]:
    """Where whatever we know of other servers is reached, each shared inbox once."""
    rows = await connection.fetch_all(
        """
        SELECT DISTINCT coalesce(shared_inbox, inbox) AS inbox FROM actor
        WHERE domain IS NOT NULL AND gone_at IS NULL AND suspended_at IS NULL
        """
    )
    return [Uri(row["inbox"]) for row in rows]


async def set_suspended(connection: Connection, actor_id: ActorId, at: Millis | None) -> None:
    """Since when an actor may not take part; None lets it."""
    await connection.execute(
        "UPDATE actor SET suspended_at = :at WHERE id = :id", id=actor_id, at=at
    )
    connection.announce(Described(actor_id))


async def forget_actor(connection: Connection, actor_id: ActorId) -> None:
    """Remove an actor of whom nobody has ever heard, with its name."""
    await connection.execute("DELETE FROM actor WHERE id = :id", id=actor_id)


async def keys_of_actor(connection: Connection, actor_id: ActorId) -> list[PublicKey]:
    """The keys that an actor may sign with, newest first."""
    rows = await connection.fetch_all(
        """
        SELECT k.uri, a.uri AS owner, k.pem FROM actor_key k JOIN actor a ON a.id = k.actor_id
        WHERE k.actor_id = :id AND k.retired_at IS NULL ORDER BY k.created_at DESC, k.uri
        """,
        id=actor_id,
    )
    return [PublicKey(Uri(row["uri"]), Uri(row["owner"]), row["pem"]) for row in rows]


async def key_by_uri(connection: Connection, uri: str) -> tuple[PublicKey, Actor] | None:
    """A key by its keyId, with the actor it belongs to."""
    row = await connection.fetch_one(
        """
        SELECT a.*, k.uri AS key_uri, k.pem FROM actor_key k JOIN actor a ON a.id = k.actor_id
        WHERE k.uri = :uri AND k.retired_at IS NULL
        """,
        uri=uri,
    )
    if row is None:
        return None
    actor = actor_of(row)
    return PublicKey(Uri(row["key_uri"]), actor.uri, row["pem"]), actor


async def replace_keys(
    connection: Connection, actor_id: ActorId, keys: Sequence[PublicKey]
) -> None:
    """Remember these public keys of a remote actor, and no others."""
    await connection.execute("DELETE FROM actor_key WHERE actor_id = :id", id=actor_id)
    await connection.execute_many(
        """
        INSERT INTO actor_key (uri, actor_id, pem, created_at) VALUES (:uri, :actor_id, :pem, :at)
        ON CONFLICT DO NOTHING
        """,
        [{"uri": key.uri, "actor_id": actor_id, "pem": key.pem, "at": now()} for key in keys],
    )


async def forget_key_of_others(connection: Connection, uri: str, owner: Uri) -> None:
    """Drop a key under this keyId, unless the actor with this identity has it."""
    await connection.execute(
        """
        DELETE FROM actor_key WHERE uri = :uri AND retired_at IS NULL AND sealed IS NULL
            AND actor_id NOT IN (SELECT id FROM actor WHERE uri = :owner)
        """,
        uri=uri,
        owner=owner,
    )


async def store_own_key(
    connection: Connection, actor_id: ActorId, key: PublicKey, sealed: bytes
) -> None:
    """Keep a local actor's key, unless it has one; the private half is sealed."""
    await connection.execute(
        """
        INSERT INTO actor_key (uri, actor_id, pem, sealed, created_at)
        VALUES (:uri, :actor_id, :pem, :sealed, :at) ON CONFLICT DO NOTHING
        """,
        uri=key.uri,
        actor_id=actor_id,
        pem=key.pem,
        sealed=sealed,
        at=now(),
    )


async def retire_own_key(connection: Connection, actor_id: ActorId) -> None:
    """The key of a local actor signs nothing new any more."""
    await connection.execute(
        "UPDATE actor_key SET retired_at = :at WHERE actor_id = :id AND retired_at IS NULL",
        id=actor_id,
        at=now(),
    )


async def own_key(connection: Connection, actor_id: ActorId) -> OwnKey | None:
    """The key that a local actor signs with."""
    row = await connection.fetch_one(
        """
        SELECT k.id, k.uri, a.uri AS owner, k.pem, k.sealed
        FROM actor_key k JOIN actor a ON a.id = k.actor_id
        WHERE k.actor_id = :id AND k.sealed IS NOT NULL AND k.retired_at IS NULL
        """,
        id=actor_id,
    )
    return own_key_of(row) if row else None


def own_key_of(row: Row) -> OwnKey:
    """A key from a row that has its columns, and the uri of its owner."""
    public = PublicKey(Uri(row["uri"]), Uri(row["owner"]), row["pem"])
    return OwnKey(int(row["id"]), public, bytes(row["sealed"]))


async def any_sealed_key(connection: Connection) -> tuple[str, bytes] | None:
    """Some sealed private key with its keyId, to try the instance's secret on."""
    row = await connection.fetch_one(
        "SELECT uri, sealed FROM actor_key WHERE sealed IS NOT NULL LIMIT 1"
    )
    return (row["uri"], bytes(row["sealed"])) if row else None


def actor_of(row: Row) -> Actor:
    """An actor from a row that has every column of the table."""
    return Actor(
        id=ActorId(row["id"]),
        profile=_profile_of(row),
        fetched_at=Millis(row["fetched_at"]),
        gone_at=row["gone_at"],
        suspended_at=row["suspended_at"],
        policy=Policy(row["policy"]) if row["policy"] else None,
        measure=Measure(row["measure"]) if row["measure"] else None,
        is_sensitized=bool(row["is_sensitized"]),
    )


def _profile_of(row: Row) -> Profile:
    return Profile(
        kind=ActorKind(row["kind"]),
        username=row["username"],
        domain=row["domain"],
        uri=Uri(row["uri"]),
        url=row["url"],
        name=row["name"],
        summary=row["summary"],
        inbox=Uri(row["inbox"]),
        shared_inbox=row["shared_inbox"],
        outbox=row["outbox"],
        followers=row["followers"],
        following=row["following"],
        featured=row["featured"],
        avatar=row["avatar"],
        header=row["header"],
        fields=msgspec.json.decode(row["fields"], type=tuple[ProfileField, ...]),
        also_known_as=msgspec.json.decode(row["also_known_as"], type=tuple[str, ...]),
        moved_to=row["moved_to"],
        is_locked=bool(row["is_locked"]),
        is_discoverable=bool(row["is_discoverable"]),
        is_indexable=bool(row["is_indexable"]),
        published=Millis(row["published"]),
        hides_follows=bool(row["hides_follows"]),
        emojis=read_emojis(row["emojis"]),
        avatar_description=row["avatar_description"],
        header_description=row["header_description"],
        shows_media=bool(row["shows_media"]),
        shows_media_replies=bool(row["shows_media_replies"]),
        shows_featured=bool(row["shows_featured"]),
        attribution_domains=msgspec.json.decode(row["attribution_domains"], type=tuple[str, ...]),
    )


def _columns(profile: Profile) -> dict[str, Any]:
    columns = {name: getattr(profile, name) for name in Profile.__slots__}
    columns["domain"] = profile.domain.lower() if profile.domain else None
    columns["kind"] = profile.kind.value
    columns["fields"] = msgspec.json.encode(profile.fields).decode()
    columns["emojis"] = write_emojis(profile.emojis)
    for name in ("also_known_as", "attribution_domains"):
        columns[name] = msgspec.json.encode(columns[name]).decode()
    return columns
