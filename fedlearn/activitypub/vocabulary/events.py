"""This is where it is read when and where a received Event takes place (FEP-8a8e)."""

from collections.abc import Iterator
from dataclasses import dataclass

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document

LONGEST_PLACE = 300
PARTS_OF_ADDRESS = (
    "streetAddress",
    "postalCode",
    "addressLocality",
    "addressRegion",
    "addressCountry",
)


@dataclass(frozen=True, slots=True)
class Happening:
    """When an event begins and ends, as its server writes the time, and where it takes place."""

    begins: str
    ends: str
    place: str


def read_happening(document: Document) -> Happening | None:
    """When and where; None for what is no event, or does not say when."""
    begins = _time(document, "startTime")
    if values.kind(document) != "Event" or not begins:
        return None
    return Happening(begins, _time(document, "endTime"), _place(document))


def _time(document: Document, name: str) -> str:
    """To the minute, in the offset in which it was written: people there read it so."""
    at = values.date_time(document.get(name))
    return at.strftime("%Y-%m-%d %H:%M %Z") if at else ""


def _place(document: Document) -> str:
    for place in values.objects(document.get("location")):
        found = ", ".join(filter(None, [values.text(place.get("name")), *_address(place)]))
        if found:
            return found[:LONGEST_PLACE]
    return values.text(document.get("location"), LONGEST_PLACE)


def _address(place: Document) -> Iterator[str]:
    address = place.get("address")
    yield values.text(address) if not isinstance(address, dict) else ""
    for one in values.objects(address):
        yield from (values.text(one.get(part)) for part in PARTS_OF_ADDRESS)
