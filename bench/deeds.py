"""This is where the world thinks of things to ask of a server, each different from all before.

Notes name the reader and carry a hashtag and a picture, so that half of one could be told.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

from bench import world
from bench.activities import PUBLIC, form_request, signed
from bench.ledger import Deed, Kind, Ledger
from bench.stage import AUTHOR, FOLLOWER, ORIGIN, READER, SENDER, SENDERS, Scene
from fedlearn.app import open_instance
from fedlearn.services import accounts, statuses
from fedlearn.services.drafts import Draft
from fedlearn.settings import load_settings

ADMIRER, STRANGER = "admirer", "stranger"
# How often each course of events is chosen.
COURSES = {Kind.NOTE: 6, Kind.DELETION: 2, Kind.LIKE: 2, Kind.FOLLOW: 2}


@dataclass(frozen=True, slots=True)
class Step:
    """A deed and the request that asks for it."""

    deed: Deed
    request: bytes


class Author:
    """Thinks of what to ask; `liked` is the identity of a post that everybody likes."""

    def __init__(self, scene: Scene, dice: random.Random, liked: str) -> None:
        self._scene = scene
        self._dice = dice
        self._liked = liked
        self._numbers = count()

    def next_steps(self) -> Iterator[Step]:
        """What somebody elsewhere does next, each step only after the one before was answered."""
        number = next(self._numbers)
        match self._dice.choices(list(COURSES), list(COURSES.values()))[0]:
            case Kind.NOTE:
                yield self._note(number)
            case Kind.DELETION:
                yield self._note(number)
                yield self._deletion(number)
            case Kind.LIKE:
                yield self._like(number)
            case Kind.FOLLOW:
                yield self._follow(number)

    def post(self, csrf: str) -> Step:
        """What somebody at home posts next."""
        text = post_text(next(self._numbers))
        form = urlencode({"csrf": csrf, "text": text, "audience": "public"}).encode()
        request = form_request("/statuses", self._scene.author.cookie, form)
        return Step(Deed(Kind.POST, text), request)

    def _note(self, number: int) -> Step:
        actor, uri = _note_names(number)
        reader = f"{ORIGIN}/users/{READER}"
        audience = {"to": [PUBLIC], "cc": [f"{actor}/followers", reader]}
        note = audience | {
            "id": uri,
            "type": "Note",
            "attributedTo": actor,
            "content": f"<p>Note {number}</p>",
            "tag": [
                {"type": "Mention", "href": reader, "name": f"@{READER}"},
                {"type": "Hashtag", "href": f"{uri}/tag", "name": "#whole"},
            ],
            "attachment": [{"type": "Document", "mediaType": "image/png", "url": f"{uri}.png"}],
        }
        create = audience | {"type": "Create", "actor": actor, "object": note}
        return self._step(Deed(Kind.NOTE, uri), create)

    def _deletion(self, number: int) -> Step:
        actor, uri = _note_names(number)
        delete = {"type": "Delete", "actor": actor, "object": uri, "to": [PUBLIC]}
        return self._step(Deed(Kind.DELETION, uri), delete)

    def _like(self, number: int) -> Step:
        actor = world.actor_uri(ADMIRER, number)
        like = {"type": "Like", "actor": actor, "object": self._liked}
        return self._step(Deed(Kind.LIKE, actor), like)

    def _follow(self, number: int) -> Step:
        actor = world.actor_uri(STRANGER, number)
        follow = {"type": "Follow", "actor": actor, "object": f"{ORIGIN}/users/{READER}"}
        return self._step(Deed(Kind.FOLLOW, actor), follow)

    def _step(self, deed: Deed, activity: dict[str, Any]) -> Step:
        identity = f"{deed.name}#{activity['type']}"
        return Step(deed, signed(self._scene, "/inbox", {"id": identity, **activity}))


async def first_post(scene: Scene, ledger: Ledger) -> str:
    """Have somebody at home post what everybody will like; its identity."""
    text = post_text("0th")
    async with open_instance(load_settings(scene.environment)) as instance:
        user = await accounts.find_user(instance, AUTHOR)
        view = await statuses.post_status(instance, user.actor, Draft(text))
    ledger.ask(Deed(Kind.POST, text))
    ledger.answer(Deed(Kind.POST, text))
    return view.status.uri


def post_text(number: int | str) -> str:
    """A post that names a follower and has a hashtag."""
    follower = world.actor_uri(FOLLOWER, 0).removeprefix("https://")
    host, _, name = follower.partition("/u/")
    return f"Post {number} for @{name}@{host} #whole"


def _note_names(number: int) -> tuple[str, str]:
    actor = world.actor_uri(SENDER, number % SENDERS)
    return actor, f"{actor}/notes/{number}"
