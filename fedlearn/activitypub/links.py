"""This is where links are found in what is not JSON: web pages, and host-meta."""

from collections.abc import Collection
from html.parser import HTMLParser

MOST_READ = 256 * 1024


def links_in(body: bytes, tags: Collection[str] = ("link",)) -> list[dict[str, str]]:
    """The attributes of each `<link>` of an HTML page or an XRD, or of each of these elements.

    One parser reads both: that of HTML forgives everything, and expands no entities.
    """
    parser = _Links(tags)
    try:
        parser.feed(body[:MOST_READ].decode(errors="replace"))
    except AssertionError:
        # Python 3.11 gives up at declarations such as "<![x"; what was found before them counts.
        return parser.found
    return parser.found


def own_links_in(body: bytes) -> list[str]:
    """Where a page says that its author is to be found, too: its links with `rel="me"`."""
    links = links_in(body, ("a", "link"))
    return [
        link["href"]
        for link in links
        if "me" in link.get("rel", "").lower().split() and link.get("href")
    ]


class _Links(HTMLParser):
    def __init__(self, tags: Collection[str]) -> None:
        super().__init__()
        self._tags = tags
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._tags:
            self.found.append({name: value or "" for name, value in attrs})
