"""This is where pictures that not everybody sees get addresses that show them for a while.

Apps load pictures without saying who asks. So whoever may see a post is given addresses that hold
an end and a proof that only we can make: they show this picture to anybody until then. Whoever
uploaded it is given others, which show it also while it stands in no post.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

from fedlearn.domain.ids import DAY_MS, now

PROOF_BYTES = 18


class Lent(StrEnum):
    """Whose address it is."""

    READER = ""  # of a post
    OWNER = " owner"


@dataclass(frozen=True, slots=True)
class LentPictures:
    """Makes such addresses, and knows them again."""

    key: bytes = field(repr=False)

    @property
    def end(self) -> int:
        """Until when what is lent now is shown: the same all day, so that apps keep it."""
        return (now() // DAY_MS + 2) * DAY_MS

    def query_of(self, token: str, whose: Lent = Lent.READER) -> str:
        """What stands behind the address of a picture."""
        until = self.end
        return urlencode({"until": until, "proof": self._proof(token, str(until), whose)})

    def lent_to(self, token: str, until: str, proof: str) -> Lent | None:
        """For whom we have made this, if we have, and its time is not over."""
        if not until.isdecimal():
            # In a proof the end stands before the word for whose it is: neither passes for both.
            return None
        for whose in Lent:
            made = self._proof(token, until, whose)
            if hmac.compare_digest(proof.encode(), made.encode()) and int(until) > now():
                return whose
        return None

    def _proof(self, token: str, until: str, whose: Lent) -> str:
        digest = hmac.digest(self.key, f"{token} {until}{whose}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:PROOF_BYTES]).decode().rstrip("=")
