"""This is where links are found in what is not JSON: web pages, and host-meta."""

from html.parser import HTMLParser

MOST_READ = 256 * 1024


def links_in(body: bytes) -> list[dict[str, str]]:
    """The attributes of each `<link>` of an HTML page or an XRD.

    One parser reads both: that of HTML forgives everything, and expands no entities.
    """
    parser = _Links()
    try:
        parser.feed(body[:MOST_READ].decode(errors="replace"))
    except AssertionError:
        # Python 3.11 gives up at declarations such as "<![x"; what was found before them counts.
        return parser.found
    return parser.found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "link":
            self.found.append({name: value or "" for name, value in attrs})
