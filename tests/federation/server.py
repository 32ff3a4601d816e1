"""This is where a whole fedlearn server is started for a test, and spoken to as people would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette

from fedlearn.activitypub.webfinger import read_handle
from fedlearn.app import make_app
from fedlearn.db import actors as db_actors
from fedlearn.db import notifications as db_notifications
from fedlearn.db import timelines as db_timelines
from fedlearn.db.direct_posts import conversations_page
from fedlearn.db.status_views import status_view_by_uri, status_views
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.conversations import ConversationView
from fedlearn.domain.notifications import NotificationView
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_handle
from fedlearn.services import accounts, deletion, follows, statuses
from fedlearn.services.accounts import NewAccount
from fedlearn.services.drafts import Draft
from fedlearn.settings import Settings
from fedlearn.worker import Worker
from tests.federation.network import Network

ACTIVITY_JSON = "application/activity+json"
PASSWORD = "correct horse battery"


@dataclass
class Server:
    """A running server with the handles that tests need."""

    host: str
    app: Starlette
    instance: Instance
    worker: Worker
    http: httpx.AsyncClient  # asks the server as anybody on the network could

    async def user(self, name: str) -> User:
        """A person with an account; made when they are not there yet."""
        try:
            return await accounts.find_user(self.instance, name)
        except NotFound:
            host = self.host.partition(":")[0]
            wanted = NewAccount(name, f"{name}@{host}", PASSWORD)
            return await accounts.create_account(self.instance, wanted)

    async def actor(self, name: str) -> Actor:
        """The actor of a person here."""
        return (await self.user(name)).actor

    async def remove(self, name: str) -> None:
        """The account of a person here is deleted."""
        await deletion.delete_account(self.instance, await self.user(name))

    async def known(self, uri: str) -> Actor | None:
        """Anybody by identity, as the server remembers them; nothing is fetched."""
        async with self.instance.db.read() as connection:
            return await db_actors.actor_by_uri(connection, uri)

    async def find(self, handle: str) -> Actor:
        """Anybody, by handle."""
        read = read_handle(handle)
        assert read is not None
        return await find_handle(self.instance, read)

    async def follow(self, name: str, handle: str) -> None:
        """A person here follows somebody."""
        await follows.follow(self.instance, await self.actor(name), await self.find(handle))

    async def unfollow(self, name: str, handle: str) -> None:
        """A person here follows somebody no more."""
        await follows.unfollow(self.instance, await self.actor(name), await self.find(handle))

    async def post(self, name: str, text: str, **facts: Any) -> StatusView:
        """A person here posts."""
        return await statuses.post_status(
            self.instance, await self.actor(name), Draft(text, **facts)
        )

    async def reply(self, name: str, to: str, text: str, **facts: Any) -> StatusView:
        """A person here answers a post, given by its identity."""
        parent = await self.seen_by(name, to)
        assert parent is not None, f"{name} does not see {to}"
        return await self.post(name, text, in_reply_to_id=parent.id, **facts)

    async def seen_by(self, name: str, uri: str) -> StatusView | None:
        """A post by its identity, as a person here sees it."""
        viewer = (await self.actor(name)).viewer
        async with self.instance.db.read() as connection:
            return await status_view_by_uri(connection, viewer, uri)

    async def home(self, name: str) -> list[StatusView]:
        """What stands on a person's home timeline, newest first."""
        viewer = (await self.actor(name)).viewer
        async with self.instance.db.read() as connection:
            ids = await db_timelines.home_page(connection, viewer, before=None, limit=40)
            return await status_views(connection, viewer, ids)

    async def conversations(self, name: str) -> list[ConversationView]:
        """A person's conversations of direct posts, the latest first."""
        viewer = (await self.actor(name)).viewer
        async with self.instance.db.read() as connection:
            return await conversations_page(connection, viewer, before=None, limit=40)

    async def notifications(self, name: str) -> list[NotificationView]:
        """What a person is told, newest first."""
        viewer = (await self.actor(name)).viewer
        async with self.instance.db.read() as connection:
            return await db_notifications.notifications_page(
                connection, viewer, before=None, limit=40
            )

    async def get(self, path: str, accept: str = ACTIVITY_JSON, **headers: str) -> httpx.Response:
        """Ask the server for something, unsigned."""
        return await self.http.get(path, headers={"accept": accept, **headers})


@asynccontextmanager
async def run_server(
    settings: Settings, network: Network | None, **parts: Any
) -> AsyncIterator[Server]:
    """A server on the network (or, without one, with a real client) until the test is over."""
    app = make_app(settings, transport=network, **parts)
    async with app.router.lifespan_context(app):
        instance: Instance = app.state.parts.instance
        if network is not None:
            network.connect_app(settings.origin_host, app)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=settings.url) as http:
            yield Server(settings.origin_host, app, instance, Worker(instance), http)


async def settle(*servers: Server) -> None:
    """Let everything that waits be done, on all servers, until nothing waits any more."""
    for _ in range(50):
        done = [await server.worker.run_until_idle() for server in servers]
        if not any(done):
            return
    raise AssertionError("the servers never come to rest")


async def make_due(server: Server) -> None:
    """Pretend that the time of every retry has come."""
    async with server.instance.db.write() as connection:
        await connection.execute("UPDATE delivery SET run_at = 0, locked_until = 0")
        await connection.execute(
            "UPDATE job SET run_at = 0, locked_until = 0 WHERE kind <> 'clean_up'"
        )
        await connection.execute("UPDATE host SET open_until = 0")
        connection.announce_work()


async def patiently(check: Any, seconds: float = 10.0) -> Any:
    """The first true answer of a coroutine function, asked again for a while."""
    async with asyncio.timeout(seconds):
        while not (answer := await check()):  # noqa: ASYNC110 - the answer is in a database
            await asyncio.sleep(0.05)
    return answer
