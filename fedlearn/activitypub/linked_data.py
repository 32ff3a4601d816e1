"""This is where a document is read as a graph: what it states, and nothing that it only seems to.

A Linked Data signature covers statements, not bytes. Whoever passes a document on may put the same
statements in other words and another shape, and may add what states nothing. So a signed document
is never read as it stands: all statements about a node are brought together, the rest is dropped,
and what is left is written in our own words (CVE-2022-24307, CVE-2024-32983).

Source: JSON-LD 1.1; RDF Dataset Canonicalization; FEDERATION.md, "Signed documents".
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import AS, Document, canonical, compact, expand, flatten
from fedlearn.errors import RefusedDocument

# These say where statements belong; with them a document can be given another head
# (CVE-2026-46349, CVE-2026-42462). An alias for one has to name it as well.
RESHAPING = frozenset({"@graph", "@included", "@reverse"})
# What pyld spends grows with these, with the length of lists even by its square. An honest post has
# a tenth of each.
MOST_VALUES = 2_000
MOST_IN_A_LIST = 200
MOST_TEXT = 128 * 1024
MOST_CONTEXTS = 8
MOST_TERMS = 500

# Stricter than pyld: what ends an IRI or a language too early could swallow the next statement.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
BLANK = "_:"

PROOF = "https://w3id.org/security#proof"
OBJECT = f"{AS}#object"


@dataclass(frozen=True, slots=True)
class Graph:
    """What a document states: as text that can be signed, and as a document in our words."""

    text: str
    document: Document


def read_graph(document: Document) -> Graph:
    """What a document states; `RefusedDocument` when that is unclear, or would cost too much."""
    expanded = _expanded(document)
    head = expanded[0].get("@id")
    if head is None:
        raise RefusedDocument("the document has no id")
    nodes = {node["@id"]: _statements(node) for node in flatten(expanded)}
    compacted = compact(_tree(nodes, head))
    # The words of others are ours now; their definitions need not be kept with every document.
    return Graph(canonical(expanded), {**compacted, "@context": AS})


def canonical_text(document: Document) -> str:
    """What a document without an identity states, such as the options of a signature."""
    return canonical(_expanded(document))


def _expanded(document: Document) -> list[Document]:
    _refuse_unsuitable(document)
    expanded = expand(document)
    if len(expanded) != 1:
        raise RefusedDocument("the document is not about one thing")
    _check_node(expanded[0])
    return expanded


# --- before it is expanded -----------------------------------------------------------------------


def _refuse_unsuitable(document: Document) -> None:
    everything = list(islice(_inside(document), MOST_VALUES + 1))
    if len(everything) > MOST_VALUES:
        raise RefusedDocument(f"the document holds more than {MOST_VALUES} values")
    if any(isinstance(value, list) and len(value) > MOST_IN_A_LIST for value in everything):
        raise RefusedDocument(f"the document has a list of more than {MOST_IN_A_LIST}")
    texts = [value for value in everything if isinstance(value, str)]
    if sum(map(len, texts)) > MOST_TEXT:
        raise RefusedDocument(f"the document has more than {MOST_TEXT} characters")
    if not RESHAPING.isdisjoint(texts):
        raise RefusedDocument("the document uses @graph, @included or @reverse")
    contexts = [one["@context"] for one in values.objects(everything) if "@context" in one]
    terms = sum(len(one) for context in contexts for one in values.objects(context))
    if len(contexts) > MOST_CONTEXTS or terms > MOST_TERMS:
        raise RefusedDocument("the document defines too many terms of its own")


def _inside(value: Any) -> Iterator[Any]:
    """The value and all within it, names of properties as well."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        yield value
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value


# --- once it is expanded -------------------------------------------------------------------------


def _check_node(node: Document) -> None:
    """Refuse what does not become statements as it stands."""
    for name, value in node.items():
        match name:
            case "@id":
                # A name for a blank node is none: it could tie the nodes into a knot.
                _check_iri(values.text(value))
            case "@type":
                for kind in value:
                    _check_term(values.text(kind))
            case _ if name == PROOF:
                # A proof stands in a graph of its own; it is signed along, and never read.
                for inner in [one for proof in value for one in proof.get("@graph", [proof])]:
                    _check_node(inner)
            case _ if name.startswith("@"):
                raise RefusedDocument(f"the document uses {name}")
            case _:
                _check_term(name)
                for one in value:
                    _check_value(one)


def _check_value(value: Document) -> None:
    if "@list" in value:
        for one in value["@list"]:
            _check_value(one)
    elif "@value" in value:
        _check_literal(value)
    else:
        _check_node(value)


def _check_literal(value: Document) -> None:
    if not set(value) <= {"@value", "@type", "@language"}:
        raise RefusedDocument("the document marks a text with more than type and language")
    if "@type" in value:
        _check_iri(values.text(value["@type"]))
    if "@language" in value and not LANGUAGE.fullmatch(values.text(value["@language"])):
        raise RefusedDocument(f"{value['@language']!r} is not a language")


def _check_term(name: str) -> None:
    """A type or property; those that no context defines are blank (`@vocab` of ActivityStreams)."""
    _check_iri(f"blank:{name.removeprefix(BLANK)}" if name.startswith(BLANK) else name)


def _check_iri(text: str) -> None:
    if not IRI.fullmatch(text):
        raise RefusedDocument(f"{text!r} is not an absolute IRI")


def _statements(node: Document) -> Document:
    """A flattened node without what states nothing: terms without a meaning, and proofs."""
    kept = {
        name: value
        for name, value in node.items()
        if name not in {PROOF, "@graph"} and not name.startswith(BLANK)
    }
    if "@type" in kept:
        kept["@type"] = [kind for kind in kept["@type"] if not kind.startswith(BLANK)]
    return kept


def _tree(nodes: dict[str, Document], head: str) -> Document:
    """The nodes as one document again: each in full where it is nearest to the head."""
    tree: Document = {}
    placed, waiting = {head}, deque([(head, tree)])
    while waiting:
        identity, place = waiting.popleft()
        # What an activity is about belongs right below it, wherever else it is named.
        for name, value in sorted(nodes[identity].items(), key=lambda pair: pair[0] != OBJECT):
            if name.startswith("@"):
                place[name] = value
                continue
            place[name] = [_placed(one, nodes, placed, waiting) for one in value]
        if identity.startswith(BLANK):
            del place["@id"]
    return tree


def _placed(
    value: Document,
    nodes: dict[str, Document],
    placed: set[str],
    waiting: deque[tuple[str, Document]],
) -> Document:
    if "@list" in value:
        return {"@list": [_placed(one, nodes, placed, waiting) for one in value["@list"]]}
    identity = value.get("@id")
    if identity is None or identity in placed or identity not in nodes:
        return value
    placed.add(identity)
    place: Document = {}
    waiting.append((identity, place))
    return place


# --- compared with how it was put ----------------------------------------------------------------


def says_the_same(document: Any, statements: Any) -> bool:
    """Whether somebody who reads a document as plain JSON understands what it states.

    Only then may it be passed on as it is: not everybody reads the statements.
    """
    if not isinstance(document, dict) or not isinstance(statements, dict):
        return bool(_plain(document) == _plain(statements))
    names = (document.keys() | statements.keys()) - {"@context"}
    return all(_all_the_same(document.get(name), statements.get(name)) for name in names)


def _all_the_same(value: Any, statements: Any) -> bool:
    ours, theirs = list(values.items(value)), list(values.items(statements))
    return len(ours) == len(theirs) and all(map(says_the_same, ours, theirs))


def _plain(value: Any) -> Any:
    """A reference by its identity, the public collection by its full name."""
    if isinstance(value, dict) and value.keys() == {"id"}:
        value = value["id"]
    if isinstance(value, str) and value.startswith("as:"):
        return f"{AS}#{value.removeprefix('as:')}"
    return value
