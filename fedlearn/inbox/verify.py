"""This is where it is found out who signed a request. Nothing else can make a `Sender`."""

from dataclasses import dataclass, field

from fedlearn.activitypub import values
from fedlearn.activitypub.claims import Claim, RequestHead
from fedlearn.activitypub.signatures import read_claim
from fedlearn.activitypub.uris import host_of
from fedlearn.db import actors as db_actors
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

_PROOF = object()


@dataclass(frozen=True, slots=True)
class Sender:
    """The actor that has proven to have signed a request; it cannot exist unproven."""

    actor: Actor
    proof: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.proof is not _PROOF:
            raise TypeError("a Sender comes from verify_sender or recall_sender")


class SignerGone(BadSignature):
    """The actor that is said to have signed is gone, and its key with it."""


async def verify_sender(instance: Instance, head: RequestHead, body: bytes | None) -> Sender:
    """The actor that signed this request.

    Raises `BadSignature` and its kin (401, 400), `Blocked` (403), or `KeyUnreachable` (503).
    """
    claim = read_claim(head, body, now())
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
    return Sender(actor, _PROOF)


async def recall_sender(connection: Connection, actor_id: ActorId) -> Sender | None:
    """The sender of an activity that was verified when it came in, as known now."""
    actor = await db_actors.actor_by_id(connection, actor_id)
    return Sender(actor, _PROOF) if actor else None


async def refuse_blocked(instance: Instance, host: str) -> None:
    """`Blocked` for a host with which we do not talk; asked before anything is fetched from it."""
    if not host:
        raise BadSignature("the keyId is not an http(s) address")
    if not await instance.welcome.includes(host):
        raise Blocked(f"this server does not talk with {host}")


async def _proven_owner(instance: Instance, claim: Claim) -> Actor:
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
