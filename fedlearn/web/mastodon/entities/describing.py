"""This is where it stands what every entity needs: our addresses, and what numbers people have.

Entities are those of https://docs.joinmastodon.org/entities/. Whatever a client could miss is
there, with the value that says "nothing": some clients stop at the first field that is absent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fedlearn.db.account_figures import AccountFigures
from fedlearn.domain.audience import Reach, Viewer
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.filters import Filter
from fedlearn.domain.ids import ActorId, Millis
from fedlearn.instance import Instance
from fedlearn.web.entity_cache import SharedEntities, Written
from fedlearn.web.lent import LentPictures
from fedlearn.web.proxied import ProxiedPaths

VISIBILITIES = {
    Reach.PUBLIC: "public",
    Reach.UNLISTED: "unlisted",
    Reach.FOLLOWERS: "private",
    Reach.DIRECT: "direct",
}

Entity = dict[str, object]
NOTHING_COUNTED = AccountFigures()


@dataclass(frozen=True, slots=True)
class Describing:
    """What entities of one answer are made with.

    For whom, with the filters that count there, and the figures of those who occur.
    """

    instance: Instance
    proxied: ProxiedPaths
    lent: LentPictures
    shared: SharedEntities
    viewer: Viewer
    figures: Mapping[ActorId, AccountFigures] = field(default_factory=dict)
    filters: Sequence[Filter] = ()
    accounts: dict[ActorId, Written] = field(default_factory=dict)  # as written in this answer
    sort_of_reader: tuple[bool, bool, int] = field(init=False)

    def __post_init__(self) -> None:
        """To whom entities say the same, as far as they did not write or are named in them."""
        sort = self.viewer.is_local, self.viewer.actor_id is None, self.lent.end
        object.__setattr__(self, "sort_of_reader", sort)

    def url(self, path: str) -> str:
        """A path of ours as an address."""
        return f"{self.instance.uris.origin}{path}"

    def media(self, url: str) -> str:
        """Where an app finds a file: always on this server."""
        path = self.proxied.path_of(url)
        return path if path.startswith("http") else self.url(path)

    def figures_of(self, actor_id: ActorId) -> AccountFigures:
        """How many follow somebody, and what else is counted."""
        return self.figures.get(actor_id, NOTHING_COUNTED)


def moment(at: Millis) -> str:
    """A moment as clients parse it: three decimals, and Z."""
    return f"{datetime.fromtimestamp(at // 1000, UTC).isoformat()[:19]}.{at % 1000:03}Z"


def end_of(at: Millis | None) -> str | None:
    """The moment at which something ends, if it does."""
    return None if at is None else moment(at)


def day(at: Millis) -> str:
    """A day."""
    return datetime.fromtimestamp(at // 1000, UTC).isoformat()[:10]


def emoji_entity(of: Describing, emoji: Emoji) -> Entity:
    """A custom emoji."""
    url = of.media(emoji.url)
    return {
        "shortcode": emoji.name,
        "url": url,
        "static_url": url,
        "visible_in_picker": True,
        "category": None,
    }
