"""This is where it is said how much is done for a figure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of everything, how often the whole is repeated, and on which database."""

    rounds: int = 3
    notes: int = 3_000
    documents: int = 10_000
    followers: int = 2_000
    strangers: int = 2_000
    connections: int = 32
    kills: int = 100
    people: int = 3_000
    posts: tuple[int, ...] = (100_000, 1_000_000)
    posts_for_apps: tuple[int, ...] = (10_000, 1_000_000)
    timelines: int = 2_000
    sockets: int = 1_000
    looks: int = 60  # how often each page is looked at in a round
    postgres: str | None = None  # the address of a PostgreSQL server, where it is not SQLite


QUICK = Scale(
    rounds=1,
    notes=300,
    documents=1_000,
    followers=200,
    strangers=100,
    kills=10,
    people=500,
    posts=(5_000, 10_000),
    posts_for_apps=(2_000, 5_000),
    timelines=200,
    sockets=100,
    looks=10,
)
