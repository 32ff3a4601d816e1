"""This is where public keys of other servers' actors are found, and refreshed when they fail."""

from fedlearn.activitypub import values
from fedlearn.activitypub.keys import VerifyingKey, read_public_pem
from fedlearn.activitypub.uris import host_of, same_origin, without_fragment
from fedlearn.activitypub.vocabulary.actors import key_owner
from fedlearn.db import actors as db_actors
from fedlearn.domain.actors import Actor
from fedlearn.errors import FetchError, Gone, RefusedDocument, Unreachable
from fedlearn.instance import Instance
from fedlearn.remote.actors import fetch_actor, keep_actor, mark_gone

OwnedKey = tuple[VerifyingKey, Actor]

PATIENCE = 10.0  # seconds; few senders wait longer for their answer


async def find_key(instance: Instance, key_id: str) -> OwnedKey:
    """A key with the actor that owns it: from memory, else fetched.

    Raises `Gone`, `Unreachable`, another `FetchError`, or `RefusedDocument`.
    """
    known = instance.known_keys.get(key_id)
    if known is not None:
        return known
    known = await _stored(instance, key_id)
    if known is None:
        return await fetch_key(instance, key_id)
    instance.known_keys.remember(key_id, *known)
    return known


async def fetch_key(instance: Instance, key_id: str) -> OwnedKey:
    """Fetch a key and its owner anew, unless that failed a short while ago.

    The sender waits meanwhile, so it must not take long, nor keep many of us busy.
    """
    known_before = instance.known_keys.get(key_id)
    async with instance.known_keys.turnstile.passage(host_of(key_id), PATIENCE):
        known = instance.known_keys.get(key_id)
        if known is not None and known is not known_before:
            # Somebody else has fetched it while we stood in the queue.
            return known
        return await _fetch_unless_refused(instance, key_id)


async def _fetch_unless_refused(instance: Instance, key_id: str) -> OwnedKey:
    refused = instance.known_keys.refused.get(key_id)
    if refused is not None:
        # Of the same kind: what is gone stays gone, and is no bad signature.
        raise type(refused)(str(refused))
    try:
        found = await _fetch_with_owner(instance, key_id)
    except Unreachable:
        # Passing troubles are not held against the key: the sender tries again later.
        raise
    except (FetchError, RefusedDocument) as error:
        refuse_for_a_while(instance, key_id, error)
        raise
    instance.known_keys.remember(key_id, *found)
    return found


def refuse_for_a_while(
    instance: Instance, key_id: str, error: FetchError | RefusedDocument
) -> None:
    """A key failed: it is not fetched again at every request that names it."""
    instance.known_keys.refused[key_id] = error


async def _fetch_with_owner(instance: Instance, key_id: str) -> OwnedKey:
    """Fetch what is under a keyId, then the whole actor, which must list the key as its own."""
    signer = await instance.own_signing_key()
    try:
        document = await instance.fetcher.fetch_key_document(key_id, signer)
    except Gone:
        # Most keys are found in the document of their actor, who is gone with it.
        await mark_gone(instance, without_fragment(key_id))
        raise
    owner = key_owner(document, key_id)
    if owner is None or not same_origin(owner, key_id):
        raise RefusedDocument(f"{key_id} names no owner on its own server")
    async with instance.db.write(redoable=True) as connection:
        # Whose key it is, is told by what stands under its id. Somebody else of that server may
        # have listed it first.
        await db_actors.forget_key_of_others(connection, key_id, owner)
    is_whole_actor = "inbox" in document and values.uri(document) == owner
    if is_whole_actor and owner == without_fragment(key_id):
        await keep_actor(instance, document)
    else:
        await fetch_actor(instance, owner)
    found = await _stored(instance, key_id)
    if found is None:
        raise RefusedDocument(f"{owner} does not list the key {key_id}")
    return found


async def _stored(instance: Instance, key_id: str) -> OwnedKey | None:
    async with instance.db.read() as connection:
        found = await db_actors.key_by_uri(connection, key_id)
    return (read_public_pem(found[0].pem), found[1]) if found else None
