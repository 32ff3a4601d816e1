"""This is where a received document becomes an activity.

Readers are forgiving about form and strict about identity. Texts come out as they were sent:
whoever stores them sanitises them first.
"""

from dataclasses import dataclass
from itertools import islice

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.domain.ids import Millis, Uri
from fedlearn.errors import RefusedDocument

MOST_ADDRESSEES = 1000
MOST_OBJECTS = 500
LONGEST_CONTENT = 5000


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that an actor says it does. `object` is there when it came embedded.

    `delivered_to` is the actor of ours whose own inbox it came to, None for the shared one.
    """

    uri: Uri | None
    kind: str
    actor: Uri
    object_uri: Uri | None
    object: Document | None
    objects: tuple[Document, ...]
    target: Uri | None
    to: tuple[Uri, ...]
    cc: tuple[Uri, ...]
    published: Millis | None
    content: str
    document: Document
    delivered_to: Uri | None = None

    @property
    def object_kind(self) -> str:
        """Type of the embedded object, "" when there is only its identity."""
        return values.kind(self.object) if self.object else ""


def read_activity(document: Document, delivered_to: Uri | None = None) -> Activity:
    """An activity; `RefusedDocument` when it has no type or no actor."""
    kind, actor = values.kind(document), values.uri(document.get("actor"))
    if not kind or not actor:
        raise RefusedDocument("the activity lacks a type or an actor")
    # Of several objects the first counts, with its identity or without one.
    about = next(values.items(document.get("object")), None)
    return Activity(
        uri=values.uri(document),
        kind=kind,
        actor=actor,
        object_uri=values.uri(about),
        object=about if isinstance(about, dict) else None,
        objects=tuple(islice(values.objects(document.get("object")), MOST_OBJECTS)),
        target=values.uri(document.get("target")),
        to=values.uris(document.get("to"), MOST_ADDRESSEES),
        cc=values.uris(document.get("cc"), MOST_ADDRESSEES),
        published=values.moment(document.get("published")),
        content=values.natural_text(document, "content", LONGEST_CONTENT)[0],
        document=document,
        delivered_to=delivered_to,
    )
