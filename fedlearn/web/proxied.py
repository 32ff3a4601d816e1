"""This is where files of other servers get addresses on ours.

Such an address holds the other one, and a token that only we can make: nobody can have us fetch
what we do not show anyway.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from fedlearn.activitypub.uris import Uris

PROXY = "/media/proxy"
TOKEN_BYTES = 18


@dataclass(frozen=True, slots=True)
class ProxiedPaths:
    """Makes such addresses, and reads them back."""

    uris: Uris
    key: bytes = field(repr=False)

    def path_of(self, url: str) -> str:
        """Where our pages find a file: on this server, whoever it belongs to."""
        if self.uris.is_ours(url):
            return url
        return f"{PROXY}/{self._token(url)}/{_in_a_path(url.encode())}"

    def url_of(self, token: str, address: str) -> str | None:
        """The address of the file behind a path of ours; None when we did not make the path."""
        try:
            url = base64.urlsafe_b64decode(address + "=" * (-len(address) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        is_ours = hmac.compare_digest(token.encode(), self._token(url).encode())
        return url if is_ours else None

    def _token(self, url: str) -> str:
        return _in_a_path(hmac.digest(self.key, url.encode(), hashlib.sha256)[:TOKEN_BYTES])


def _in_a_path(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
