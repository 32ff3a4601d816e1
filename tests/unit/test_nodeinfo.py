"""What the instance says of itself to statistics and clients."""

import re

import pytest

from fedlearn.activitypub.nodeinfo import (
    VERSIONS,
    Usage,
    content_type,
    render_links,
    render_nodeinfo,
)
from fedlearn.activitypub.uris import Uris

OURS = Uris(origin="https://social.our.example", domain="our.example")
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
USAGE = Usage(users=5, active_month=3, active_half_year=4, local_posts=60)


def test_each_version_is_listed() -> None:
    """Both versions by absolute addresses on our host, and the instance actor beside them."""
    links = {link["rel"]: link["href"] for link in render_links(OURS)["links"]}
    assert links == {
        f"{SCHEMA}2.0": "https://social.our.example/nodeinfo/2.0",
        f"{SCHEMA}2.1": "https://social.our.example/nodeinfo/2.1",
        "https://www.w3.org/ns/activitystreams#Application": OURS.instance_actor,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_document_has_what_its_schema_has(version: str) -> None:
    """Every required key and no other; names in the form that the schema demands.

    Conformance: 23.
    """
    document = render_nodeinfo(
        version, software_version="1.2.3", name="Our place", usage=USAGE, open_registrations=True
    )
    assert set(document) == {
        "version",
        "software",
        "protocols",
        "services",
        "openRegistrations",
        "usage",
        "metadata",
    }
    assert document["version"] == version
    assert set(document["software"]) == {"name", "version"}
    assert re.fullmatch(r"[a-z0-9-]+", document["software"]["name"])
    assert document["software"]["version"] == "1.2.3"
    assert "activitypub" in document["protocols"]
    assert document["services"] == {"inbound": [], "outbound": []}
    assert document["openRegistrations"] is True
    assert document["usage"] == {
        "users": {"total": 5, "activeMonth": 3, "activeHalfyear": 4},
        "localPosts": 60,
    }
    assert document["metadata"]["nodeName"] == "Our place"
    assert content_type(version) == f'application/json; profile="{SCHEMA}{version}#"'
