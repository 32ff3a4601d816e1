"""This is where events are packed for other processes, in parcels that NOTIFY can carry."""

from collections.abc import Iterator, Sequence

import msgspec

from fedlearn.domain.events import Anything, Event

# PostgreSQL takes payloads of less than 8,000 bytes.
LARGEST_PARCEL = 7_900
MOST_PARCELS = 16

_Parcel = tuple[str, list[Event]]


def parcels_of(sender: str, events: Sequence[Event]) -> list[str]:
    """These events in few parcels; where they would need many, only that something happened."""
    packed = list(_pack(sender, [msgspec.json.encode(event) for event in events]))
    return packed if len(packed) <= MOST_PARCELS else parcels_of(sender, [Anything()])


def read_parcel(payload: str) -> tuple[str, list[Event]]:
    """Who sent a parcel, and what is in it; of one from another version, that it came."""
    try:
        sender, events = msgspec.json.decode(payload, type=_Parcel)
    except msgspec.DecodeError:
        return "", [Anything()]
    return sender, events


def _pack(sender: str, written: Sequence[bytes]) -> Iterator[str]:
    room = LARGEST_PARCEL - len(f'["{sender}",[]]')
    part: list[bytes] = []
    size = 0
    for one in written:
        if part and size + len(one) > room:
            yield _parcel(sender, part)
            part, size = [], 0
        part.append(one)
        size += len(one) + 1
    if part:
        yield _parcel(sender, part)


def _parcel(sender: str, part: Sequence[bytes]) -> str:
    return f'["{sender}",[{b",".join(part).decode()}]]'
