"""This is where the names are read under which apps subscribe to what goes on.

The names are those of https://docs.joinmastodon.org/methods/streaming/#streams. One name may stand
for two timelines of ours, and several names for the same timeline.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fedlearn.domain.oauth import Scopes, grants
from fedlearn.domain.statuses import StatusView
from fedlearn.domain.streams import Stream, StreamKind, read_stream
from fedlearn.errors import Forbidden, Invalid

HOME = Stream(StreamKind.HOME)
CONVERSATIONS = Stream(StreamKind.CONVERSATIONS)
NOTIFICATIONS = Stream(StreamKind.NOTIFICATIONS)
PLAIN = {
    "user": StreamKind.HOME,
    "user:notification": StreamKind.NOTIFICATIONS,
    "public": StreamKind.FEDERATED,
    "public:local": StreamKind.PUBLIC,
    "public:remote": StreamKind.REMOTE,
    "direct": StreamKind.CONVERSATIONS,
}
HASHTAG = "hashtag"
MEDIA = ":media"
LOCAL = ":local"


@dataclass(frozen=True, slots=True)
class Channel:
    """What an app subscribes to; `name` is what its events say where they come from."""

    name: tuple[str, ...]
    streams: tuple[Stream, ...]
    only_media: bool = False
    only_local: bool = False

    @property
    def timeline(self) -> Stream | None:
        """Whose posts it carries, if it does."""
        return next((one for one in self.streams if one != NOTIFICATIONS), None)

    def wants(self, view: StatusView) -> bool:
        """Whether a post of its timeline is for this channel."""
        has_media = bool(view.attachments) or not self.only_media
        return has_media and (view.author.is_local or not self.only_local)


def read_channel(asked: Mapping[str, object], scopes: Scopes) -> Channel:
    """What is asked for; `Invalid` for what there is not, `Forbidden` for what is not granted."""
    name = _text(asked, "stream")
    _refuse_missing_scope(name, scopes)
    if name in {HASHTAG, HASHTAG + LOCAL}:
        return _channel_of(
            StreamKind.HASHTAG, name, _text(asked, "tag"), only_local=name != HASHTAG
        )
    if name == "list":
        return _channel_of(StreamKind.LIST, name, _text(asked, "list"))
    is_public = name.startswith("public")
    kind = PLAIN.get(name.removesuffix(MEDIA) if is_public else name)
    if kind is None:
        raise Invalid("Unknown stream type")
    streams = [Stream(kind)]
    if name == "user" and grants(scopes, "read:notifications"):
        streams.append(NOTIFICATIONS)
    return Channel((name,), tuple(streams), only_media=is_public and name.endswith(MEDIA))


def _channel_of(kind: StreamKind, name: str, of: str, *, only_local: bool = False) -> Channel:
    if not of:
        raise Invalid(f"Missing {kind} name parameter")
    stream = read_stream(f"{kind}:{of.lower()}")
    if stream is None:
        raise Invalid(f"Unknown {kind}")
    return Channel((name, of), (stream,), only_local=only_local)


def _refuse_missing_scope(name: str, scopes: Scopes) -> None:
    needed = "read:notifications" if name == "user:notification" else "read:statuses"
    if not grants(scopes, needed):
        raise Forbidden("This action is outside the authorized scopes")


def _text(asked: Mapping[str, object], name: str) -> str:
    value = asked.get(name)
    return str(value) if isinstance(value, str | int) else ""
