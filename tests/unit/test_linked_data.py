"""Documents read as graphs: what they state, within bounds, and nothing besides."""

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedlearn.activitypub.jsonld import AS, READING, expand
from fedlearn.activitypub.linked_data import MOST_IN_A_LIST, read_graph, says_the_same
from fedlearn.errors import RefusedDocument
from tests.unit.strategies import json_values

PUBLIC = f"{AS}#Public"
NOTE = {
    "id": "https://far.example/notes/1",
    "type": "Note",
    "attributedTo": "https://far.example/users/robin",
    "content": "<p>hello</p>",
    "contentMap": {"en": "<p>hello</p>"},
    "summary": None,
    "published": "2026-01-01T10:00:00Z",
    "to": [PUBLIC],
    "cc": ["https://far.example/users/robin/followers", "https://our.example/users/alice"],
    "tag": [
        {"type": "Mention", "href": "https://our.example/users/alice", "name": "@alice"},
        {"type": "Mention", "href": "https://our.example/users/ben", "name": "@ben"},
    ],
    "attachment": [],
    "replies": {
        "id": "https://far.example/notes/1/replies",
        "type": "Collection",
        "first": {"type": "CollectionPage", "items": ["https://far.example/notes/2"]},
    },
}
CREATE = {
    "@context": AS,
    "id": "https://far.example/notes/1/activity",
    "type": "Create",
    "actor": "https://far.example/users/robin",
    "to": [PUBLIC],
    "object": NOTE,
}
BOUND = 10.0  # seconds; what is meant takes less than one


def without_empty(value: Any) -> Any:
    """A value without null and empty lists, and one-element lists as their element."""
    if isinstance(value, dict):
        pairs = {name: without_empty(one) for name, one in value.items() if name != "@context"}
        return {name: one for name, one in pairs.items() if one not in (None, [])}
    if isinstance(value, list):
        kept = [without_empty(one) for one in value]
        return kept[0] if len(kept) == 1 else kept
    return "as:Public" if value == PUBLIC else value


def test_plain_document_is_read_as_it_stands() -> None:
    """What is in the usual words comes out with the same values, lists in their order."""
    graph = read_graph(CREATE)
    assert without_empty(graph.document) == without_empty(CREATE)
    assert graph.document["@context"] == AS
    assert says_the_same(CREATE, graph.document)


def test_other_words_mean_the_same() -> None:
    """Aliases, full IRIs and other prefixes give the same text, and are read in our words."""
    other = {
        "@context": {"v": f"{AS}#", "name of": "@type", "to": {"@id": "v:to", "@type": "@id"}},
        "@id": CREATE["id"],
        "name of": "v:Create",
        f"{AS}#actor": {"@id": CREATE["actor"]},
        "to": "v:Public",
        "v:object": {"@id": NOTE["id"]},
    }
    plain = {**CREATE, "object": NOTE["id"]}
    assert read_graph(other) == read_graph(plain)
    assert not says_the_same(other, read_graph(other).document)


def test_extensions_of_others_are_read() -> None:
    """Terms that we never send come out under the names that we read."""
    context = [AS, {"q": "https://w3id.org/fep/044f#", "mi": "https://misskey-hub.net/ns#"}]
    document = {
        **CREATE,
        "@context": context,
        "q:quote": {"id": "https://far.example/notes/9"},
        "mi:_misskey_content": "**hello**",
    }
    read = read_graph(document).document
    assert read["quote"] == "https://far.example/notes/9"
    assert read["_misskey_content"] == "**hello**"


def test_every_term_that_we_read_is_one_of_its_own() -> None:
    """No two names stand for the same thing, or a document could come out under either."""
    names = [name for name in READING[-1] if not name.startswith("@")]
    document = {"@context": READING, **dict.fromkeys(names, "https://far.example/")}
    meanings = [name for name in expand(document)[0] if not name.startswith("@")]
    assert len(meanings) == len(set(meanings))


# --- shape ---------------------------------------------------------------------------------------


def test_parts_of_one_thing_are_brought_together() -> None:
    """However the statements about a node are spread over a document, it is read whole."""
    first, second = {"id": NOTE["id"], "type": "Note"}, {"id": NOTE["id"], "summary": "careful"}
    for document in (
        {**CREATE, "object": [first, second]},
        {**CREATE, "object": [second, first]},
        {**CREATE, "object": {**first, "undefined": second}},
    ):
        read = read_graph(document).document["object"]
        assert read == {"id": NOTE["id"], "type": "Note", "summary": "careful"}
        assert not says_the_same(document, read_graph(document).document)


def test_object_stands_below_the_activity() -> None:
    """An object that is named elsewhere as well is in full where it belongs."""
    document = {**CREATE, "instrument": NOTE, "object": NOTE["id"]}
    read = read_graph(document).document
    assert read["object"]["type"] == "Note"
    assert read["instrument"] == NOTE["id"]


def test_circle_ends() -> None:
    """Things that refer to each other are each shown once."""
    document = {**CREATE, "object": {**NOTE, "context": {"id": CREATE["id"], "name": "again"}}}
    read = read_graph(document).document
    assert read["name"] == "again"
    assert read["object"]["context"] == CREATE["id"]


def test_what_states_nothing_is_dropped() -> None:
    """Types and terms that nobody has defined, and a proof, are not read."""
    document = {
        **CREATE,
        "@context": [AS, "https://w3id.org/security/data-integrity/v1"],
        "type": ["Create", "Invention"],
        "invention": "x",
        "proof": {"type": "DataIntegrityProof", "created": "2026-01-01T10:00:00Z"},
    }
    read = read_graph(document).document
    assert read["type"] == "Create"
    assert not {"invention", "_:invention", "proof"} & read.keys()
    assert "https://w3id.org/security#proof" in read_graph(document).text


@pytest.mark.parametrize(
    "change",
    [
        {"@graph": [NOTE]},
        {"@included": [NOTE]},
        {"object": {**NOTE, "@reverse": {"replies": {"id": "https://far.example/x"}}}},
        {"@context": [AS, {"x": "@included"}]},
        {"@context": [AS, {"x": {"@reverse": "as:replies"}}]},
        {"@context": [AS, {"x": {"@id": "as:x", "@container": ["@graph", "@id"]}}]},
        {"@context": [AS, {"x": {"@id": "as:x", "@context": {"y": "@graph"}}}]},
        {"@context": [AS, "https://far.example/context"]},
        {"@context": [AS, {"@import": "https://far.example/context"}]},
        {"@context": 5},
        {"id": None},
        {"id": "notes/1"},
        {"id": "_:b0"},
        {"object": {"id": "_:b0", "type": "Note"}},
        {"object": "//far.example/notes/1"},
        {"object": "https://far.example/notes/1> <https://far.example/"},
        {"object": "https://far.example/notes/1\n"},
        {"object": {**NOTE, "contentMap": {"en .\n<https://far.example/notes/1> <x:y> <z": "x"}}},
        {"name": {"@value": "x", "@language": "en\n"}},
        {"name": {"@value": "x", "@type": "https://far.example/>x"}},
        {"name": {"@value": "x", "@direction": "rtl", "@language": "ar"}},
        {"name": {"@value": {"a": 1}, "@type": "@json"}},
        {"name": {"@value": "x", "@index": "unsigned"}},
        {"https://far.example/p>q": "x"},
        {"@type": "https://far.example/T\n"},
    ],
)
def test_unclear_documents_are_refused(change: dict[str, Any]) -> None:
    """What could be read in two ways, or needs what we do not have, is read in none."""
    with pytest.raises(RefusedDocument):
        read_graph({**copy.deepcopy(CREATE), **change})


# --- bounds --------------------------------------------------------------------------------------


def tree(width: int, depth: int) -> dict[str, Any]:
    """A nameless note with nameless notes in it, all alike."""
    if not depth:
        return {"type": "Note"}
    return {"type": "Note", "tag": [tree(width, depth - 1) for _ in range(width)]}


def poison(*names: str) -> dict[str, Any]:
    """Alike nodes, woven into each other as far as a tree of JSON allows."""
    return {"type": "Note", **{name: tree(4, 3) for name in names}}


LONG = {"a0": "https://far.example/" + "x" * 200}
LONG |= {f"a{n}": f"a{n - 1}:{'x' * 200}" for n in range(1, 480)}


@pytest.mark.parametrize(
    "document",
    [
        {**CREATE, "object": tree(4, 4)},
        {**CREATE, "object": tree(2, 7)},
        {**CREATE, "object": poison("tag", "icon", "image")},
        {**CREATE, "@context": [AS, {"l": {"@id": "as:l", "@container": "@list"}}], "l": [0] * 200},
        {**CREATE, "to": [f"https://far.example/{n}" for n in range(MOST_IN_A_LIST + 1)]},
        {**CREATE, "to": [f"https://far.example/{n}" for n in range(100_000)]},
        {**CREATE, "object": [[{}] * 150] * 20},
        {**CREATE, "content": "x" * 1_000_000},
        {**CREATE, "@context": [AS, {f"t{n}": "as:x" for n in range(900)}]},
        {**CREATE, "tag": [{"@context": AS, "type": "Note"} for _ in range(40)]},
    ],
)
def test_costly_documents_are_refused_quickly(document: dict[str, Any]) -> None:
    """What would take minutes or hours to put in order takes a moment to refuse."""
    started = time.thread_time()
    with pytest.raises(RefusedDocument):
        read_graph(document)
    assert time.thread_time() - started < BOUND


@pytest.mark.parametrize(
    "document",
    [
        {
            **CREATE,
            **{
                name: [f"https://far.example/{name}/{n}" for n in range(180)]
                for name in ("to", "cc", "bto", "bcc", "tag", "url", "icon", "image")
            },
        },
        {**CREATE, "tag": [{"name": str(n)} for n in range(180)]},
        {**CREATE, "tag": [{"name": "the same"} for n in range(180)]},
        {**CREATE, "object": tree(150, 1)},
        {**CREATE, "@context": [AS, LONG], "a479:x": 1},
    ],
)
def test_large_documents_are_read_in_bounded_time(document: dict[str, Any]) -> None:
    """What is just within the limits is read within seconds."""
    started = time.thread_time()
    read_graph(document)
    assert time.thread_time() - started < BOUND


@settings(max_examples=60, deadline=None)
@given(json_values, st.sampled_from(["object", "tag", "@type", "@context", "content", "to"]))
def test_no_document_breaks_the_reader(value: Any, place: str) -> None:
    """Whatever stands in a document, it is read or refused."""
    document = {**CREATE, place: [AS, value] if place == "@context" else value}
    try:
        graph = read_graph(document)
    except RefusedDocument as error:
        assert str(error)  # noqa: PT017 - either is fine
    else:
        assert graph.document["id"] == CREATE["id"]


# --- said the same -------------------------------------------------------------------------------


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """What our document states, changed."""
    statements = copy.deepcopy(read_graph(CREATE).document)
    change(statements)
    return statements


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(type="Update"),
        lambda one: one["object"].pop("content"),
        lambda one: one["object"].update(content="<p>other</p>"),
        lambda one: one["object"].update(summary="added"),
        lambda one: one["object"]["tag"].pop(),
        lambda one: one["object"]["tag"].reverse(),
        lambda one: one["object"].update(to=None),
        lambda one: one.update(object=NOTE["id"]),
    ],
)
def test_any_difference_is_noticed(change: Callable[[dict[str, Any]], object]) -> None:
    """A document that says anything else than it states is not passed on."""
    assert says_the_same(CREATE, changed(lambda _: None))
    assert not says_the_same(CREATE, changed(change))
