"""This is where the server is put together: settings, database, client, and the web application."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from fedlearn.activitypub.client import FederationClient, Transport
from fedlearn.activitypub.fetch import Fetcher
from fedlearn.activitypub.guard import Resolver
from fedlearn.activitypub.uris import Uris
from fedlearn.activitypub.webfinger import WebFinger
from fedlearn.db.opening import open_current_database
from fedlearn.db.welcome import Welcome
from fedlearn.ffmpeg import find_ffmpeg
from fedlearn.inbox.intake import Intake
from fedlearn.instance import VERSION, Instance, KeyRing, KnownKeys, open_vault
from fedlearn.outbox.egress import EgressGuard
from fedlearn.remote.media import MediaCache
from fedlearn.services.accounts import ensure_instance_actor
from fedlearn.services.rates import Counts
from fedlearn.settings import Settings, load_settings
from fedlearn.storage import storage_of
from fedlearn.web.assets import assets
from fedlearn.web.barrier import Barrier
from fedlearn.web.context import Parts
from fedlearn.web.cors import CrossOrigin
from fedlearn.web.documents import DocumentCache
from fedlearn.web.entity_cache import SharedEntities
from fedlearn.web.errors import EXCEPTION_HANDLERS
from fedlearn.web.figures import FigureCache
from fedlearn.web.ip_blocks import IpBlockCache
from fedlearn.web.lent import LentPictures
from fedlearn.web.limits import Limits
from fedlearn.web.lively import LivelyCache
from fedlearn.web.middleware import CommonHeaders
from fedlearn.web.pages.coming_back import bring_back, keep_what_was_written
from fedlearn.web.pages.proof import ask_for_proof
from fedlearn.web.places import Places
from fedlearn.web.proxied import ProxiedPaths
from fedlearn.web.routes import all_routes
from fedlearn.web.sessions import OtherSession, ProofNeeded, SessionLost
from fedlearn.web.signpost import Signpost
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
            uploads=storage_of(settings),
            ffmpeg=find_ffmpeg(settings),
            actor=await ensure_instance_actor(db, uris, settings),
        )
        stack.callback(instance.uploads.close)
        stack.callback(instance.aside.close)
        stack.callback(instance.hashing.close)
        yield instance


def make_app(
    settings: Settings,
    *,
    transport: Transport | None = None,
    resolver: Resolver | None = None,
) -> Starlette:
    """The web application; its lifespan opens the instance and, if so set, runs the worker."""
    texts, own_assets = read_texts(settings), assets(settings.accent, settings.logo)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        look_for_garbage_seldom()
        async with open_instance(settings, transport=transport, resolver=resolver) as instance:
            media = MediaCache(instance)
            counts = Counts(instance.db, instance.keys.secret_for("rates"))
            app.state.parts = Parts(
                instance=instance,
                intake=Intake(instance.db),
                documents=DocumentCache(),
                limits=Limits(counts, is_on=settings.rate_limits),
                media=media,
                proxied=ProxiedPaths(instance.uris, instance.keys.secret_for("media proxy")),
                lent=LentPictures(instance.keys.secret_for("lent pictures")),
                shared=SharedEntities(),
                texts=texts,
                assets=own_assets,
                figures=FigureCache(),
                lively=LivelyCache(),
                ip_blocks=IpBlockCache(),
                places=Places(),
            )
            async with AsyncExitStack() as stack:
                if settings.embedded_worker:
                    await stack.enter_async_context(_meanwhile(Worker(instance).run()))
                if settings.rate_limits:
                    await stack.enter_async_context(_meanwhile(counts.run()))
                stack.push_async_callback(media.close)
                yield

    return Starlette(
        routes=[Signpost(all_routes())],
        middleware=[Middleware(CommonHeaders), Middleware(Barrier), Middleware(CrossOrigin)],
        exception_handlers={
            **EXCEPTION_HANDLERS,
            ProofNeeded: ask_for_proof,
            SessionLost: keep_what_was_written,
            OtherSession: bring_back,
        },
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
async def _meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """With something that goes on in this process, until it is cancelled."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
