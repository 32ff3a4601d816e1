"""This is where actors of other servers are fetched, checked against their handle, and kept.

A handle is believed only when its domain leads back to the very actor that claims it.
"""

from dataclasses import fields

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import host_of
from fedlearn.activitypub.vocabulary.actors import ActorDocument, read_actor
from fedlearn.activitypub.webfinger import Handle, Resource, read_handle
from fedlearn.db import actors as db_actors
from fedlearn.db import erasing as db_erasing
from fedlearn.db import jobs as db_jobs
from fedlearn.db import media as db_media
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, Profile, ProfileField
from fedlearn.domain.ids import DAY_MS, Uri, now
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import Gone, Missing, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.remote.files import forget_addresses
from fedlearn.text.sanitize import sanitize, to_plain_text

STALE_AFTER_MS = DAY_MS


async def find_actor(instance: Instance, uri: str) -> Actor:
    """The actor with this identity, from memory or else fetched."""
    async with instance.db.read() as connection:
        known = await db_actors.actor_by_uri(connection, uri)
    return known or await fetch_actor(instance, uri)


def read_typed(instance: Instance, text: str) -> Handle | None:
    """A handle as people type it, which need not name the domain of our own people."""
    text = text.strip()
    return read_handle(text if "@" in text.lstrip("@") else f"{text}@{instance.uris.domain}")


def is_ours(instance: Instance, handle: Handle) -> bool:
    """Whether a handle is of one of our people."""
    return handle.domain in {instance.uris.domain, host_of(instance.uris.origin)}


async def known_by_handle(
    instance: Instance, connection: Connection, handle: Handle | None
) -> Actor | None:
    """The actor of a handle as far as it is known; nobody is asked."""
    if handle is None:
        return None
    if is_ours(instance, handle):
        return await db_actors.local_actor(connection, handle.name)
    return await db_actors.remote_actor(connection, handle.name, handle.domain)


async def find_handle(instance: Instance, handle: Handle) -> Actor:
    """The actor of a handle, ours or another server's; from memory, else looked up."""
    async with instance.db.read() as connection:
        known = await known_by_handle(instance, connection, handle)
    if known is not None and known.is_active:
        return known
    if is_ours(instance, handle):
        raise Missing(f"there is nobody called {handle.name} here")
    resource = await instance.webfinger.look_up(handle)
    return await fetch_actor(instance, resource.actor, resource)


async def fetch_actor(instance: Instance, uri: str, resource: Resource | None = None) -> Actor:
    """Fetch an actor and keep it; `resource` is what WebFinger has said already, if it has.

    Raises `FetchError` and its kin, or `RefusedDocument`. An actor that is gone is marked so.
    """
    try:
        document = await instance.fetcher.fetch(uri, await instance.own_signing_key())
        return await keep_actor(instance, document, resource)
    except Gone:
        await mark_gone(instance, uri)
        raise


async def keep_actor(
    instance: Instance, document: Document, resource: Resource | None = None
) -> Actor:
    """Keep a fetched actor, once its handle has been checked."""
    described = read_actor(document)
    if instance.uris.is_ours(described.uri):
        raise RefusedDocument(f"{described.uri} is ours to describe")
    resource = await _checked_handle(instance, described, resource)
    profile = _profile(described, resource.handle)
    # What power takes from here is fetched again; an acknowledgement takes it along to the disk.
    async with instance.db.write(redoable=True) as connection:
        actor = await db_actors.store_actor(connection, profile, host_of(described.uri))
        await db_actors.replace_keys(connection, actor.id, described.keys)
    instance.known_keys.forget(actor)
    return actor


async def refresh_if_stale(instance: Instance, actor: Actor) -> None:
    """Ask for an actor to be fetched again in the background when what we know is old."""
    if actor.is_local or actor.fetched_at > now() - STALE_AFTER_MS:
        return
    key = f"refresh {actor.uri}"
    async with instance.db.write() as connection:
        if not await db_jobs.has_waiting_job(connection, JobKind.REFRESH_ACTOR, key):
            kinds = (JobKind.REFRESH_ACTOR, JobKind.FETCH_FEATURED)
            jobs = [db_jobs.NewJob(kind, payload=actor.uri, order_key=key) for kind in kinds]
            await db_jobs.insert_jobs(connection, jobs)


async def refresh_actor(instance: Instance, uri: str) -> None:
    """The background half of `refresh_if_stale`; an actor that is gone stays marked so."""
    try:
        await fetch_actor(instance, uri)
    except Gone:
        return


async def mark_gone(instance: Instance, uri: str) -> None:
    """Another server says that this actor exists no more: so it does not here."""
    shown: list[str] = []
    async with instance.db.write() as connection:
        actor = await db_actors.actor_by_uri(connection, uri)
        if actor is not None and not actor.is_local:
            shown = await db_media.media_of_actors(connection, [actor.id])
            await db_actors.mark_gone(connection, actor.id)
            await db_erasing.erase_traces(connection, actor.id)
            instance.known_keys.forget(actor)
    await forget_addresses(instance, shown)


async def _checked_handle(
    instance: Instance, described: ActorDocument, resource: Resource | None
) -> Resource:
    claimed = described.webfinger or f"{described.username}@{host_of(described.uri)}"
    handle = read_handle(claimed)
    if handle is None:
        raise RefusedDocument(f"{described.uri} claims the handle {claimed!r}, which is none")
    # Any domain can say that a handle of its own means this actor; the actor must say so too.
    if resource is None or not resource.handle.is_same_as(handle):
        resource = await instance.webfinger.look_up(handle)
    if resource.actor != described.uri:
        raise RefusedDocument(f"{resource.handle} is {resource.actor}, not {described.uri}")
    if resource.handle.domain == instance.uris.domain:
        raise RefusedDocument(f"{described.uri} claims a handle of ours")
    return resource


# What a profile takes from the document as it is; texts are sanitised one by one.
SAME_IN_BOTH = {one.name for one in fields(ActorDocument)} & {one.name for one in fields(Profile)}


def _profile(described: ActorDocument, handle: Handle) -> Profile:
    same = {name: getattr(described, name) for name in SAME_IN_BOTH}
    return Profile(
        **same
        | {
            "username": handle.name,
            "domain": handle.domain,
            "name": to_plain_text(described.name),
            "summary": sanitize(described.summary),
            "fields": tuple(
                ProfileField(to_plain_text(name), sanitize(value))
                for name, value in described.fields
            ),
            "moved_to": Uri(described.moved_to) if described.moved_to else None,
            "published": described.published or now(),
        }
    )
