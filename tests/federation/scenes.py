"""This is where tests set their scene between a server and a peer, and look at what became of it."""

from typing import Any

import httpx

from fedlearn.db import statuses as db_statuses
from fedlearn.domain.notifications import NotificationKind
from tests.federation.peer import Document, Person
from tests.federation.server import Server, settle


async def reads(server: Server, name: str, person: Person) -> None:
    """Somebody on the server follows a person of the peer, who has accepted."""
    await server.follow(name, person.handle)
    await settle(server)
    follow = person.peer.got("Follow")[-1]
    assert (await person.deliver(server, person.activity("Accept", follow))).status_code == 202
    await settle(server)


async def is_read_by(server: Server, name: str, person: Person) -> Document:
    """A person of the peer follows somebody on the server, who has accepted; the Follow."""
    follow = person.activity("Follow", (await server.actor(name)).uri)
    assert (await person.deliver(server, follow)).status_code == 202
    await settle(server)
    assert person.peer.got("Accept"), f"{name} did not accept"
    return follow


async def takes(server: Server, person: Person, activity: Document, **how: Any) -> None:
    """The server answers an activity with 202, and does what there is to do."""
    answer = await person.deliver(server, activity, **how)
    assert answer.status_code == 202, answer.text
    await settle(server)


async def is_stored(server: Server, uri: str) -> bool:
    """Whether a post is kept at all, whoever may see it."""
    async with server.instance.db.read() as connection:
        return await db_statuses.status_by_uri(connection, uri) is not None


async def count(server: Server, path: str) -> int:
    """How many items a collection says that it has."""
    answer = await server.get(path)
    assert answer.status_code == 200, answer.text
    total: int = answer.json()["totalItems"]
    return total


async def told(server: Server, name: str) -> list[tuple[NotificationKind, str]]:
    """What a person is told, newest first: what happened, and who did it."""
    return [(one.kind, one.sender.acct) for one in await server.notifications(name)]


def refusal(answer: httpx.Response) -> str:
    """Why a request was refused: the body of every refusal is JSON that says so."""
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["error"]
    assert isinstance(body["error"], str)
    assert body["error"]
    reason: str = body["error"]
    return reason
