"""This is where the server is put together: settings, database, client, and the web application."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.middleware import Middleware

from fedlearn.activitypub.client import FederationClient, Transport
from fedlearn.activitypub.fetch import Fetcher
from fedlearn.activitypub.guard import Resolver
from fedlearn.activitypub.uris import Uris
from fedlearn.activitypub.webfinger import WebFinger
from fedlearn.db.opening import open_current_database
from fedlearn.db.welcome import Welcome
from fedlearn.inbox.intake import Intake
from fedlearn.instance import VERSION, Instance, KeyRing, KnownKeys, open_vault
from fedlearn.outbox.egress import EgressGuard
from fedlearn.remote.media import MediaCache
from fedlearn.services.accounts import ensure_instance_actor
from fedlearn.settings import Settings, load_settings
from fedlearn.web.context import Parts
from fedlearn.web.documents import DocumentCache
from fedlearn.web.errors import EXCEPTION_HANDLERS
from fedlearn.web.limits import Limits
from fedlearn.web.middleware import CommonHeaders
from fedlearn.web.proxied import ProxiedPaths
from fedlearn.web.routes import all_routes
from fedlearn.web.texts import read_texts
from fedlearn.worker import Worker

log = logging.getLogger(__name__)

# How many new objects Python waits for before it looks which of them are garbage in circles. Under
# load there are many that only live a moment; with its own 700 that took a fifth of a delivery.
OBJECTS_BETWEEN_LOOKS = 10_000


@asynccontextmanager
async def open_instance(
    settings: Settings,
    *,
    transport: Transport | None = None,
    resolver: Resolver | None = None,
) -> AsyncIterator[Instance]:
    """A ready instance: database up to date, keys open, client connected. `StartError` if not.

    `transport` and `resolver` replace the way to other servers, for tests and labs.
    """
    async with AsyncExitStack() as stack:
        db = await open_current_database(settings)
        stack.push_async_callback(db.close)
        vault = await open_vault(settings, db)
        uris = Uris(origin=settings.url, domain=settings.domain)
        welcome = Welcome(db, settings.federation)
        client = FederationClient(
            settings,
            user_agent=f"fedlearn/{VERSION} (+{settings.url}/about)",
            egress_guard=EgressGuard(uris, db),
            host_guard=welcome.guard,
            transport=transport,
            resolver=resolver,
        )
        stack.push_async_callback(client.close)
        instance = Instance(
            settings=settings,
            uris=uris,
            db=db,
            keys=KeyRing(db, vault),
            known_keys=KnownKeys(),
            welcome=welcome,
            client=client,
            fetcher=Fetcher(client, settings),
            webfinger=WebFinger(client, settings),
            actor=await ensure_instance_actor(db, uris, settings),
        )
        stack.callback(instance.aside.close)
        yield instance


def make_app(
    settings: Settings,
    *,
    transport: Transport | None = None,
    resolver: Resolver | None = None,
) -> Starlette:
    """The web application; its lifespan opens the instance and, if so set, runs the worker."""
    texts = read_texts(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        look_for_garbage_seldom()
        async with open_instance(settings, transport=transport, resolver=resolver) as instance:
            media = MediaCache(instance)
            app.state.parts = Parts(
                instance=instance,
                intake=Intake(instance.db),
                documents=DocumentCache(),
                limits=Limits(is_on=settings.rate_limits),
                media=media,
                proxied=ProxiedPaths(instance.uris, instance.keys.secret_for("media proxy")),
                texts=texts,
            )
            async with _working(instance), AsyncExitStack() as stack:
                stack.push_async_callback(media.close)
                yield

    return Starlette(
        routes=all_routes(),
        middleware=[Middleware(CommonHeaders)],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )


def create_app() -> Starlette:
    """The application with settings from the environment: what `uvicorn --factory` calls."""
    return make_app(load_settings(os.environ))


def look_for_garbage_seldom() -> None:
    """For processes that serve or work: they make much that is gone again at once."""
    _, *others = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *others)


@asynccontextmanager
async def _working(instance: Instance) -> AsyncIterator[None]:
    """With the background work running in this process, where the settings say so."""
    if not instance.settings.embedded_worker:
        yield
        return
    task = asyncio.create_task(Worker(instance).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
