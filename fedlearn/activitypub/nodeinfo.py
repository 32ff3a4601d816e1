"""This is where the instance describes itself to statistics and clients (NodeInfo 2.0 and 2.1)."""

from dataclasses import dataclass

from fedlearn.activitypub.jsonld import AS, Document
from fedlearn.activitypub.uris import Uris

VERSIONS = ("2.0", "2.1")
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/{version}"


@dataclass(frozen=True, slots=True)
class Usage:
    """How the instance is used. Posts are those that anybody may read."""

    users: int
    active_month: int
    active_half_year: int
    local_posts: int


def render_links(uris: Uris) -> Document:
    """Where each version is, and the instance actor (FEP-2677)."""
    links = [
        {"rel": SCHEMA.format(version=version), "href": f"{uris.origin}/nodeinfo/{version}"}
        for version in VERSIONS
    ]
    links.append({"rel": f"{AS}#Application", "href": uris.instance_actor})
    return {"links": links}


def content_type(version: str) -> str:
    """The media type with its profile."""
    return f'application/json; profile="{SCHEMA.format(version=version)}#"'


def render_nodeinfo(
    version: str, *, software_version: str, name: str, usage: Usage, open_registrations: bool
) -> Document:
    """One version of the document; no key beyond what its schema knows."""
    return {
        "version": version,
        "software": {"name": "fedlearn", "version": software_version},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": open_registrations,
        "usage": {
            "users": {
                "total": usage.users,
                "activeMonth": usage.active_month,
                "activeHalfyear": usage.active_half_year,
            },
            "localPosts": usage.local_posts,
        },
        "metadata": {"nodeName": name, "upstream": {"name": "mastodon"}},
    }
