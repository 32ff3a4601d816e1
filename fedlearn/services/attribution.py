"""This is where people say which websites may name them as the author of a page.

A page says whose it is in `<meta name="fediverse:creator">`, which anybody can write. So it counts
only where the author has named the page's website, or one that it belongs to.
"""

from collections.abc import Sequence

from fedlearn.activitypub.uris import in_ascii
from fedlearn.errors import Invalid
from fedlearn.text.hosts import read_domain
from fedlearn.text.languages import _

MOST_DOMAINS = 10  # as on Mastodon
LONGEST_DOMAIN = 253  # that DNS knows


def problems_of_domains(typed: Sequence[str]) -> dict[str, str]:
    """What is wrong with these websites, by the name that they have in a form."""
    try:
        found = make_domains(typed)
    except Invalid as error:
        return {"attribution_domains": str(error)}
    if len(found) > MOST_DOMAINS:
        return {"attribution_domains": _("At most %(most)s websites.", most=MOST_DOMAINS)}
    if any(len(one) > LONGEST_DOMAIN for one in found):
        return {"attribution_domains": _("At most %(most)s characters.", most=LONGEST_DOMAIN)}
    return {}


def make_domains(typed: Sequence[str]) -> tuple[str, ...]:
    """Websites as they are kept, each once; empty ones are left out, `Invalid` for what is none."""
    names = [_bare(one) for one in typed]
    return tuple(dict.fromkeys(read_domain(in_ascii(f"https://{name}")) for name in names if name))


def _bare(text: str) -> str:
    """Without what people and other servers write before a domain; what is below it counts too."""
    text = text.strip().lower()
    return text.removeprefix("http://").removeprefix("https://").removeprefix("*.")
