"""This is where it is found out who signed a request or a document, or speaks for it.

Nothing else can make a `Sender` or a `ProvenDocument`.
"""

import asyncio
from dataclasses import dataclass, field

from fedlearn.activitypub import values
from fedlearn.activitypub.claims import Claim, DocumentClaim, RequestHead
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.proofs import read_claims
from fedlearn.activitypub.signatures import read_claim
from fedlearn.activitypub.uris import host_of, same_origin
from fedlearn.activitypub.vocabulary.notes import read_note
from fedlearn.db import actors as db_actors
from fedlearn.db import relays as db_relays
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, now
from fedlearn.errors import (
    BadSignature,
    Blocked,
    FetchError,
    Gone,
    KeyUnreachable,
    RefusedDocument,
    Unreachable,
)
from fedlearn.instance import Instance
from fedlearn.remote import keys as remote_keys
from fedlearn.remote.actors import find_actor

_PROOF = object()


@dataclass(frozen=True, slots=True)
class Sender:
    """The actor that has proven to say something; it cannot exist unproven.

    `by_relay` is whether a relay of ours passed it on: then it is wanted, whoever it is from.
    """

    actor: Actor
    proof: object = field(repr=False, compare=False)
    by_relay: bool = False

    def __post_init__(self) -> None:
        if self.proof is not _PROOF:
            raise TypeError("a Sender comes from this module only")


@dataclass(frozen=True, slots=True)
class ProvenDocument:
    """A document with the actor that has proven to have written it; it cannot exist unproven.

    `document` is what was proven, which may be less than what was delivered.
    """

    document: Document
    author: Sender
    proof: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.proof is not _PROOF:
            raise TypeError("a ProvenDocument comes from this module only")


class SignerGone(BadSignature):
    """The actor that is said to have signed is gone, and its key with it."""


async def verify_sender(instance: Instance, head: RequestHead, body: bytes | None) -> Sender:
    """The actor that signed this request.

    Raises `BadSignature` and its kin (401, 400), `Blocked` (403), or `KeyUnreachable` (503).
    """
    return Sender(await _signer(instance, read_claim(head, body, now())), _PROOF)


async def verify_document(instance: Instance, document: Document) -> ProvenDocument | None:
    """The document by a signature in it, whoever delivered it; None when none can be checked.

    Raises `BadSignature`, `Blocked` or `KeyUnreachable`, as `verify_sender` does.
    """
    refusal: BadSignature | None = None
    # A second is spent on a document at most, and not on the time of everybody.
    for claim in await asyncio.to_thread(lambda: list(read_claims(document, now()))):
        try:
            return await _proven_by_actor(instance, claim)
        except BadSignature as error:
            refusal = error
    if refusal is not None:
        raise refusal
    return None


async def _proven_by_actor(instance: Instance, claim: DocumentClaim) -> ProvenDocument:
    signer, actor = await _signer(instance, claim), values.uri(claim.document.get("actor"))
    if signer.uri != actor:
        raise BadSignature(f"{actor} did not sign this document: {signer.uri} did")
    return ProvenDocument(claim.document, Sender(signer, _PROOF), _PROOF)


async def _signer(instance: Instance, claim: Claim | DocumentClaim) -> Actor:
    """The actor whose key made a signature; raises as `verify_sender` does."""
    if values.uri(claim.key_id) is None:
        raise BadSignature("the keyId is not an address")
    await refuse_blocked(instance, host_of(claim.key_id))
    try:
        actor = await _proven_owner(instance, claim)
    except Gone as error:
        raise SignerGone(f"the key {claim.key_id} is gone") from error
    except Unreachable as error:
        raise KeyUnreachable(f"the key {claim.key_id} cannot be fetched now: {error}") from error
    except (FetchError, RefusedDocument) as error:
        raise BadSignature(f"the key {claim.key_id} cannot be used: {error}") from error
    if actor.profile.domain not in {None, host_of(claim.key_id)}:
        # A split domain may be blocked under either of its names.
        await refuse_blocked(instance, actor.profile.domain)
    return actor


async def recall_sender(
    connection: Connection, actor_id: ActorId, deliverer_id: ActorId | None = None
) -> Sender | None:
    """The sender of an activity that was verified when it came in, as known now."""
    actor = await db_actors.actor_by_id(connection, actor_id)
    if actor is None:
        return None
    by_relay = deliverer_id is not None and await db_relays.is_relay(connection, deliverer_id)
    return Sender(actor, _PROOF, by_relay)


async def fetch_from_origin(instance: Instance, uri: str, *, by_relay: bool) -> ProvenDocument:
    """A post as its own server shows it, which may speak for the author (FEP-fe34).

    Raises `FetchError` and its kin, or `RefusedDocument`.
    """
    document = await instance.fetcher.fetch(uri, await instance.own_signing_key())
    if values.kind(document) == "Tombstone":
        raise Gone(f"{uri} was deleted")
    author = read_note(document).attributed_to[0]
    if not same_origin(author, uri):
        raise RefusedDocument(f"{uri} is not on the server of its author")
    actor = await find_actor(instance, author)
    return ProvenDocument(document, Sender(actor, _PROOF, by_relay), _PROOF)


async def refuse_blocked(instance: Instance, host: str) -> None:
    """`Blocked` for a host with which we do not talk; asked before anything is fetched from it."""
    if not host:
        raise BadSignature("the keyId is not an http(s) address")
    if not await instance.welcome.includes(host):
        raise Blocked(f"this server does not talk with {host}")


async def _proven_owner(instance: Instance, claim: Claim | DocumentClaim) -> Actor:
    key, actor = await remote_keys.find_key(instance, claim.key_id)
    if claim.is_proven_by(key):
        return actor
    if actor.is_local:
        raise BadSignature("the signature is not by a key of ours")
    # The key may have changed: one look at its owner, then none for a while.
    key, actor = await remote_keys.fetch_key(instance, claim.key_id)
    if claim.is_proven_by(key):
        return actor
    reason = f"the signature was not made with {claim.key_id}"
    remote_keys.refuse_for_a_while(instance, claim.key_id, RefusedDocument(reason))
    raise BadSignature(reason)
