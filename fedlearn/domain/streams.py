"""This is where it is said what somebody can watch: a timeline, by its kind and what it is of."""

from dataclasses import dataclass
from enum import StrEnum


class StreamKind(StrEnum):
    """The timelines that go on while somebody looks."""

    HOME = "home"
    PUBLIC = "public"
    REMOTE = "remote"
    FEDERATED = "all"
    LIST = "list"
    HASHTAG = "tag"
    SEARCH = "search"
    PROFILE = "profile"
    THREAD = "thread"
    CONVERSATION = "conversation"
    CONVERSATIONS = "conversations"
    NOTIFICATIONS = "notifications"
    BOOKMARKS = "bookmarks"


# Of which it must be said what they are of: the id of a list, actor or post, a name, or words.
OF_A_NUMBER = frozenset(
    {StreamKind.LIST, StreamKind.PROFILE, StreamKind.THREAD, StreamKind.CONVERSATION}
)
OF_A_TEXT = frozenset({StreamKind.HASHTAG, StreamKind.SEARCH})
KINDS = frozenset(StreamKind)
LONGEST_TEXT = 500
LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Stream:
    """One timeline that somebody watches."""

    kind: StreamKind
    of: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.of}" if self.of else self.kind.value

    @property
    def number(self) -> int:
        """The id of what it is of."""
        return int(self.of)


def read_stream(text: str) -> Stream | None:
    """A stream as pages write it, such as `home` or `list:5`; None for what is none."""
    name, _, of = text.partition(":")
    if name not in KINDS:
        return None
    stream = Stream(StreamKind(name), of.strip())
    return stream if _is_whole(stream) else None


def _is_whole(stream: Stream) -> bool:
    if stream.kind in OF_A_NUMBER:
        return stream.of.isdecimal() and stream.of.isascii() and len(stream.of) <= LONGEST_NUMBER
    if stream.kind in OF_A_TEXT:
        return 0 < len(stream.of) <= LONGEST_TEXT
    return not stream.of
