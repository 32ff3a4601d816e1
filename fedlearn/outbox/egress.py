"""This is where outgoing bytes are searched a last time for what must never leave.

The fifth lock of organisation-only posts: it finds a post that slipped past the other four.
"""

import hashlib

from cachetools import LRUCache

from fedlearn.activitypub.uris import Uris
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Database
from fedlearn.errors import FedlearnError

BODIES_REMEMBERED = 1024


class Leak(FedlearnError):
    """A body names a post that belongs inside the organisation; it was not sent."""


class EgressGuard:
    """Called with every body before it is sent; raises `Leak`."""

    def __init__(self, uris: Uris, db: Database) -> None:
        self._uris = uris
        self._db = db
        # One body goes to many inboxes, so it is searched once.
        self._cleared: LRUCache[bytes, bool] = LRUCache(BODIES_REMEMBERED)

    async def __call__(self, body: bytes) -> None:
        """Look for identities and pages of posts of scope `org`."""
        fingerprint = hashlib.sha256(body).digest()
        if fingerprint in self._cleared:
            return
        ids = self._uris.status_ids_in(body.decode(errors="replace"))
        async with self._db.read() as connection:
            if await db_statuses.any_kept_inside(connection, list(ids)):
                raise Leak("refused to send an activity that names an organisation-only post")
        self._cleared[fingerprint] = True
