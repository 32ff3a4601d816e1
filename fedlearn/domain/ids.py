"""This is where numbers become ids that cannot be mixed up, and where new ones are made."""

import secrets
import time
from itertools import count
from typing import NewType

ActorId = NewType("ActorId", int)
StatusId = NewType("StatusId", int)
UserId = NewType("UserId", int)
FollowId = NewType("FollowId", int)
ListId = NewType("ListId", int)
CollectionId = NewType("CollectionId", int)
ItemId = NewType("ItemId", int)

Uri = NewType("Uri", str)
Millis = NewType("Millis", int)  # milliseconds since 1970, UTC

SEQUENCE_BITS = 16
SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
FRESH_MS = 15 * MINUTE_MS

# Begun anywhere, so that processes need not agree on who counts from where.
_sequence = count(secrets.randbits(SEQUENCE_BITS))


def now() -> Millis:
    """The time, as it is stored everywhere."""
    return Millis(time.time_ns() // 1_000_000)


def snowflake(at: Millis | None = None) -> int:
    """A new id in Mastodon's layout: milliseconds << 16, then 16 bits that tell neighbours apart.

    The low bits are counted: under load, chance would give one id to two posts of a millisecond now
    and then. An id made for a past moment sorts where that moment belongs, which keeps timelines in
    order by id alone.
    """
    counted = next(_sequence) % (1 << SEQUENCE_BITS)
    return ((now() if at is None else at) << SEQUENCE_BITS) | counted


def snowflake_of_arrival(published: Millis) -> int:
    """The id of something that was published elsewhere and comes in now.

    What is fresh sorts by arrival, so that it never slips in below what a reader has seen already;
    many servers tell the time only to the second. What is old sorts where it belongs.
    """
    if published > now() - FRESH_MS:
        return snowflake()
    # A whole second holds too many posts for the bits of one millisecond.
    is_whole_second = published % SECOND_MS == 0
    spread = secrets.randbelow(SECOND_MS) if is_whole_second else 0
    return snowflake(Millis(published + spread))


def snowflake_from(at: Millis) -> int:
    """Below every id that is made at this moment, and above those from before."""
    return (at << SEQUENCE_BITS) - 1


def moment_of(snowflake_id: int) -> Millis:
    """When the thing with this id was made."""
    return Millis(snowflake_id >> SEQUENCE_BITS)


def first_id_at(moment: Millis) -> int:
    """The smallest id that something made then can have; all that is older has a smaller one."""
    return moment << SEQUENCE_BITS
