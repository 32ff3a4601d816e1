"""This is where a document that some server sent is brought before a whole server of ours.

Samples of others lie beside the repository, those that we wrote in tests/fixtures/samples. Both are
played in the same way: who acts is served and read by alice, what is undone or changed is done
first, and then it is seen what the document itself has changed.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.activitypub import values
from fedlearn.activitypub.keys import read_public_pem
from fedlearn.activitypub.uris import host_of, same_origin
from fedlearn.activitypub.vocabulary.actors import ACTOR_KINDS
from fedlearn.activitypub.vocabulary.notes import STATUS_KINDS
from fedlearn.db import actors as db_actors
from fedlearn.domain.actors import Actor
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import FedlearnError
from fedlearn.inbox.outcome import Ignored, Outcome
from fedlearn.inbox.process import process
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_actor
from fedlearn.services import follows, health
from fedlearn.services.drafts import PollDraft
from fedlearn.services.lookup import look_up
from fedlearn.worker import HANDLERS
from tests.federation.elsewhere import Elsewhere, objects_in
from tests.federation.network import Network
from tests.federation.peer import PUBLIC, Document
from tests.federation.server import Server, settle
from tests.federation.traces import counted, traces_of

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "tests" / "fixtures" / "samples"
SHARED = Path(os.environ.get("FEDLEARN_SHARED", ROOT.parent / "shared")) / "fixtures" / "peers"
SCENES = OWN / "scenes.toml"

HOST = "alpha.test"
ALICE = f"https://{HOST}/users/alice"
# How samples name what alice has written, whose addresses nobody knows before.
POST, POLL = f"https://{HOST}/alices-post", f"https://{HOST}/alices-poll"
ADDRESS = re.compile(r"https?://\S+")
# What those say who did not act before: they act by this.
ANSWERS = frozenset({"Accept", "Reject"})


@dataclass(frozen=True)
class Sample:
    """A document: by which software, in which file, and who in it stands for whom of ours."""

    software: str
    name: str
    path: Path
    ours: dict[str, str] = field(default_factory=dict)

    def read(self) -> Document:
        """The document, moved to where we can be spoken to: over https, without a port."""
        document: Document = moved(json.loads(self.path.read_text("utf-8")), self.ours)
        return document


def shared_samples() -> list[Sample]:
    """What other servers sent, where that lies beside the repository."""
    return _samples_in(SHARED) if SHARED.is_dir() else []


def own_samples() -> list[Sample]:
    """What we wrote down of what other servers send."""
    return _samples_in(OWN)


def _samples_in(folder: Path) -> list[Sample]:
    scenes = tomllib.loads(SCENES.read_text("utf-8"))
    names = {path: path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.json"))}
    return [
        Sample(name.partition("/")[0], name, path, scenes.get(name, {}))
        for path, name in names.items()
    ]


def moved(value: Any, ours: dict[str, str]) -> Any:
    """A value with its addresses changed, but for those of contexts."""
    if isinstance(value, dict):
        return {
            name: inner if name == "@context" else moved(inner, ours)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [moved(inner, ours) for inner in value]
    if isinstance(value, str) and value in ours:
        return ours[value]
    return _over_https(value) if isinstance(value, str) and host_of(value) else value


def _over_https(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.port is None:
        return address
    return parts._replace(scheme="https", netloc=parts.hostname or "").geturl()


def kind_of(document: Document) -> str:
    """What it is, such as `Announce of Create of Page`."""
    kinds = [values.kind(document)]
    inner = document.get("object")
    while isinstance(inner, dict) and len(kinds) < 4:
        kinds.append(values.kind(inner) or "an object")
        inner = inner.get("object")
    return " of ".join(kinds)


@dataclass
class Stage:
    """A server of ours with alice, and the servers of a sample."""

    server: Server
    elsewhere: Elsewhere
    outcomes: list[Outcome] = field(default_factory=list)

    async def spy(self, instance: Instance, payload: str) -> object:
        """Process an activity, and remember what came of it."""
        outcome = await process(instance, payload)
        self.outcomes.append(outcome)
        return outcome

    async def do(self, activity: Document) -> str | None:
        """Deliver an activity and see it through; why it was refused, if it was."""
        self.outcomes.clear()
        self.elsewhere.knows(activity)
        answer = await self.elsewhere.deliver(self.server, activity)
        assert answer.status_code < 500, answer.text
        if answer.status_code != 202:
            return f"{answer.status_code}: {answer.json()['error']}"
        await settle(self.server)
        if not self.outcomes:
            return "its id is not on the server of its actor"
        outcome = self.outcomes[-1]
        return outcome.reason if isinstance(outcome, Ignored) else None


async def play(sample: Sample, server: Server, network: Network, key: RSAPrivateKey) -> str:
    """What becomes of a sample, in words; `AssertionError` for a fault of ours."""
    elsewhere = Elsewhere(network, key, HOST)
    stage = Stage(server, elsewhere)
    post = await server.post("alice", "What do bees see?")
    poll = await server.post("alice", "Who?", poll=PollDraft(("bees", "wasps"), is_multiple=True))
    document = moved(sample.read(), {POST: post.status.uri, POLL: poll.status.uri})
    handlers = HANDLERS | {JobKind.PROCESS_ACTIVITY: stage.spy}
    with patch.dict(HANDLERS, handlers):
        words = await _play(stage, document)
        await settle(server)
    jobs = (await health.summary(server.instance))["jobs"]
    dead = {kind: states for kind, states in jobs.items() if states["dead"]}
    assert not dead, f"jobs have died: {dead}"
    return ADDRESS.sub("…", words)


async def _play(stage: Stage, document: Document) -> str:
    kind = values.kind(document)
    if kind in ACTOR_KINDS:
        stage.elsewhere.shows(document)
        return await _looked_up(stage, document)
    author = values.uri(_author(document))
    if "object" in document:
        return await _delivered(stage, document)
    if author and kind != "Tombstone":
        return await _delivered(stage, _created(document, author))
    stage.elsewhere.serve(document)
    return await _looked_up(stage, document)


async def _looked_up(stage: Stage, document: Document) -> str:
    """What somebody sees who pastes the address of a document."""
    alice = await stage.server.actor("alice")
    try:
        found = await look_up(stage.server.instance, alice, document["id"])
    except FedlearnError as error:
        return f"refused: {error}"
    assert isinstance(found, Actor)
    profile = found.profile
    parts = {
        "avatar": profile.avatar,
        "header": profile.header,
        "biography": profile.summary,
        counted(len(profile.fields), "field"): profile.fields,
        "asks before somebody follows": profile.is_locked,
    }
    shown = [part for part, value in parts.items() if value]
    shown.append(await _key_of(stage.server, found))
    return f"an account ({profile.kind}): {', '.join(shown)}"


async def _key_of(server: Server, actor: Actor) -> str:
    """Whether what an account signs can be checked."""
    async with server.instance.db.read() as connection:
        keys = await db_actors.keys_of_actor(connection, actor.id)
    usable = [read_public_pem(key.pem) for key in keys]
    return counted(len(usable), "key") if usable else "no key"


async def _delivered(stage: Stage, activity: Document) -> str:
    """What an activity changes, after all that must have been before it."""
    await _set_scene(stage, activity)
    for earlier in _before(stage, activity):
        refused = await stage.do(earlier)
        assert refused is None, f"what must come first is refused: {refused}"
    before = await traces_of(stage.server)
    refused = await stage.do(activity)
    changed = (await traces_of(stage.server)).since(before)
    if refused is not None:
        assert not changed, f"{refused}, and yet: {changed}"
        return f"dropped: {refused}"
    return "; ".join(changed) or "nothing changes"


async def _set_scene(stage: Stage, activity: Document) -> None:
    """Alice reads who acts, or has asked to."""
    stage.elsewhere.knows(activity)
    actor = values.uri(activity.get("actor"))
    if not actor or host_of(actor) == HOST:
        return
    _serve_what_is_named(stage, activity, actor)
    instance, alice = stage.server.instance, await stage.server.actor("alice")
    sender = await find_actor(instance, actor)
    follow = await follows.follow(instance, alice, sender)
    await settle(stage.server)
    if values.kind(activity) not in ANSWERS:
        embedded = {"type": "Follow", "id": follow.uri, "actor": ALICE, "object": actor}
        accept = {"type": "Accept", "id": f"{actor}#accept", "actor": actor, "object": embedded}
        assert await stage.do(accept) is None
    if values.kind(activity) == "Move":
        stage.elsewhere.moves(actor, values.uri(activity.get("target")) or "")


def _serve_what_is_named(stage: Stage, activity: Document, actor: str) -> None:
    """A post that an activity names by its address is there to be fetched."""
    about = activity.get("object")
    if isinstance(about, str) and values.kind(activity) in {"Announce", "Add", "Create"}:
        is_known = any(one.get("id") == about for one in objects_in(activity))
        if host_of(about) not in {"", HOST} and about != actor and not is_known:
            author = actor if same_origin(about, actor) else f"https://{host_of(about)}/users/ann"
            stage.elsewhere.person(author, {})
            stage.elsewhere.stub(about, author)


def _before(stage: Stage, activity: Document) -> Iterator[Document]:
    """What an activity takes back, changes or deletes must have been done."""
    kind, about, actor = values.kind(activity), activity.get("object"), activity.get("actor")
    uri = values.uri(about) or ""
    if kind == "Undo" and isinstance(about, dict) and _can_be_done(about):
        yield about
    is_own_post = same_origin(uri, str(actor)) and uri != actor
    if kind == "Delete" and is_own_post:
        yield _created(stage.elsewhere.stub(uri, str(actor)), str(actor))
    if kind == "Update" and isinstance(about, dict) and values.kind(about) in STATUS_KINDS:
        yield _created({**about, "updated": None, "content": "<p>before</p>"}, str(actor))
    if kind == "Remove" and is_own_post and _is_own(activity.get("target"), actor):
        yield {**activity, "type": "Add", "id": f"{activity['id']}#before"}


def _is_own(target: Any, actor: Any) -> bool:
    return isinstance(target, str) and target.startswith(str(actor))


def _can_be_done(activity: Document) -> bool:
    done = {"Follow", "Like", "Announce", "EmojiReact"}
    # A Block with a target is a ban from a group (Lemmy).
    return values.kind(activity) in done | ({"Block"} if "target" not in activity else set())


def _created(post: Document, author: str) -> Document:
    """The Create in which a post comes."""
    return {
        "id": f"{post['id']}#create",
        "type": "Create",
        "actor": author,
        "to": post.get("to", [PUBLIC]),
        "cc": post.get("cc", []),
        "object": post,
    }


def _author(document: Document) -> Any:
    """By whom a post is: a person before the group that they post in."""
    listed = list(values.items(document.get("attributedTo")))
    people = [one for one in listed if isinstance(one, dict) and one.get("type") == "Person"]
    return (people or listed or [None])[0]
