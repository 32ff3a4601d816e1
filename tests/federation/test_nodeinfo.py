"""Statistics and clients ask what runs here: NodeInfo, as asked over the wire."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.settings import Registration, Settings
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.server import Server, run_server

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS = ("2.0", "2.1")
Document = dict[str, Any]


def validator(version: str) -> jsonschema.protocols.Validator:
    """What holds a document against the schema of a version."""
    schema = json.loads((FIXTURES / f"nodeinfo-{version}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


async def nodeinfo(server: Server, version: str) -> Document:
    """The document of a version."""
    answer = await server.http.get(f"/nodeinfo/{version}")
    assert answer.status_code == 200
    document: Document = answer.json()
    return document


async def test_where_nodeinfo_is(alpha: Server) -> None:
    """The well-known address lists both versions by absolute addresses here, and they are there.

    Conformance: 21.
    """
    answer = await alpha.http.get("/.well-known/nodeinfo")
    assert answer.status_code == 200
    links = {link["rel"]: link["href"] for link in answer.json()["links"]}
    for version in VERSIONS:
        href = links[f"{SCHEMA}{version}"]
        assert href.startswith("https://alpha.test/"), version
        document = (await alpha.http.get(href)).json()
        assert document["version"] == version
    # The instance actor is found this way too (FEP-2677).
    actor = await alpha.get(links["https://www.w3.org/ns/activitystreams#Application"])
    assert actor.json()["type"] == "Application"
    assert (await alpha.http.get("/nodeinfo/2.2")).status_code == 404


@pytest.mark.parametrize("version", VERSIONS)
async def test_documents_are_valid(alpha: Server, version: str) -> None:
    """Each document is valid by its schema, and its Content-Type names the profile.

    Conformance: 22, 23.
    """
    await alpha.user("alice")
    await alpha.post("alice", "One more post")
    answer = await alpha.http.get(f"/nodeinfo/{version}")
    expected = f'application/json; profile="{SCHEMA}{version}#"'
    assert answer.headers["content-type"] == expected
    document = answer.json()
    assert list(validator(version).iter_errors(document)) == []
    assert re.fullmatch(r"[a-z0-9-]+", document["software"]["name"])
    assert "activitypub" in document["protocols"]
    assert set(document) == {
        "version",
        "software",
        "protocols",
        "services",
        "openRegistrations",
        "usage",
        "metadata",
    }


async def test_schema_notices_faults(alpha: Server) -> None:
    """Our document with one thing wrong in it, or one too many, is not valid."""
    faults: list[tuple[str, object]] = [
        ("version", "3.0"),
        ("software name", "Fed Learn"),
        ("software codename", "bee"),
        ("protocols", []),
        ("protocols", ["carrier-pigeon"]),
        ("services", {"inbound": []}),
        ("openRegistrations", "no"),
        ("usage", {}),
        ("usage localPosts", -1),
        ("usage users total", 1.5),
        ("metadata", []),
        ("staff", ["alice"]),
    ]
    for version in VERSIONS:
        for path, value in faults:
            document = inner = await nodeinfo(alpha, version)
            *parents, last = path.split()
            for name in parents:
                inner = inner[name]
            inner[last] = value
            assert not validator(version).is_valid(document), (version, path)


async def test_each_key_is_needed(alpha: Server) -> None:
    """A document that lacks one of its keys is not valid."""
    for version in VERSIONS:
        document = await nodeinfo(alpha, version)
        for name in document:
            less = {key: value for key, value in document.items() if key != name}
            assert not validator(version).is_valid(less), name


async def test_only_open_posts_are_counted(alpha: Server) -> None:
    """The figures count people, and posts that anybody may read; nothing tells of the others."""
    await sign_in(alpha, "alice")
    await alpha.user("bob")
    for reach in Reach:
        await alpha.post("alice", "A post", reach=reach)
    await alpha.post("alice", "Only for us", scope=Scope.ORG)
    usage = (await nodeinfo(alpha, "2.1"))["usage"]
    assert usage["localPosts"] == 2
    assert usage["users"] == {"total": 2, "activeMonth": 1, "activeHalfyear": 1}


@pytest.mark.parametrize(
    ("mode", "is_open"), [(Registration.OPEN, True), (Registration.INVITE, False)]
)
async def test_who_may_sign_up(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    mode: Registration,
    is_open: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Registrations are open only where anybody may sign up."""
    async with run_server(settings_of("delta.test", registration=mode), network) as delta:
        assert (await nodeinfo(delta, "2.1"))["openRegistrations"] is is_open
