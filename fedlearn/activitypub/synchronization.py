"""This is where two servers notice that they disagree about who follows whom (FEP-8fcf).

With a post for followers goes a digest of those followers who live on the receiving server. If that
server counts others, it fetches their list.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from fedlearn.activitypub.uris import LONGEST_URL, same_origin
from fedlearn.domain.actors import Actor

HEADER = "collection-synchronization"
PARAMETER = re.compile(r'\s*([a-zA-Z]+)="([^"]*)"\s*(?:,|$)')
DIGEST = re.compile(r"[0-9a-f]{64}")
LONGEST_HEADER = 2 * LONGEST_URL + 200
# Beyond this many, neither side is asked to count.
MOST_FOLLOWERS = 25_000


@dataclass(frozen=True, slots=True)
class Synchronization:
    """What a server says: whose followers, where those of the receiver are listed, their digest."""

    collection: str
    url: str
    digest: str

    def is_for(self, actor: Actor) -> bool:
        """Whether it is about the followers of this actor, and listed by the actor's own server."""
        return self.collection == actor.profile.followers and same_origin(self.url, actor.uri)


def digest_of(uris: Iterable[str]) -> str:
    """The XOR of the SHA-256 of each identity, so that their order does not matter."""
    digest = 0
    for uri in uris:
        digest ^= int.from_bytes(hashlib.sha256(uri.encode()).digest())
    return f"{digest:064x}"


def partial_collection(actor: Actor) -> str:
    """Where a server finds those followers of a local actor who live there."""
    return f"{actor.uri}/followers_synchronization"


def write_header(told: Synchronization) -> str:
    """The value of the header."""
    return f'collectionId="{told.collection}", url="{told.url}", digest="{told.digest}"'


def read_header(text: str) -> Synchronization | None:
    """What a header says, None when it says nothing sound."""
    if len(text) > LONGEST_HEADER or PARAMETER.sub("", text).strip():
        return None
    found = {name.lower(): value for name, value in PARAMETER.findall(text)}
    told = Synchronization(
        found.get("collectionid", ""), found.get("url", ""), found.get("digest", "").lower()
    )
    return told if told.collection and told.url and DIGEST.fullmatch(told.digest) else None
