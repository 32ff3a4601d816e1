"""This is where the server and its worker are started, and the schema is brought up to date."""

import asyncio
import logging
import signal
import socket
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from fedlearn.app import look_for_garbage_seldom, make_app
from fedlearn.commands.terminal import console, current_settings, with_instance
from fedlearn.db.opening import migrate as migrate_database
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import StartError
from fedlearn.instance import VERSION, Instance
from fedlearn.services import accounts, signing_in
from fedlearn.worker import Worker

# What apps say over a socket is short; who answers no ping within this time is gone.
LARGEST_FRAME = 64 * 1024
PING = 30.0  # seconds
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Web processes.")] = 1,
    first_run: Annotated[
        bool,
        typer.Option(
            "--first-run", help="Make the owner, and print a sign-in link until they have used one."
        ),
    ] = False,
) -> None:
    """Serve the instance; on SQLite the schema is brought up to date first."""
    settings = current_settings()
    _refuse_taken_port(host, port)
    link = with_instance(_owner_link if first_run else _nothing, settings, begins=True)
    if settings.url.startswith("http://localhost:") and not settings.url.endswith(f":{port}"):
        console.print(f"FEDLEARN_URL says {settings.url}, but this listens on port {port}.")
    if link:
        console.print(f"\nSign in as the owner, once, within an hour:\n\n  {link}\n")
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    uvicorn.run(
        "fedlearn.app:create_app" if workers > 1 else make_app(settings),
        factory=workers > 1,
        host=host,
        port=port,
        workers=workers,
        proxy_headers=True,
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
        server_header=False,
        access_log=False,
        ws_max_size=LARGEST_FRAME,
        ws_ping_interval=PING,
        ws_ping_timeout=PING,
    )


def _refuse_taken_port(host: str, port: int) -> None:
    """Say so in one line before anything is begun; port 0 lets the system choose."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise StartError(f"cannot listen on {host} port {port}: {error.strerror}") from error


async def _nothing(_instance: Instance) -> str:
    return ""


async def _owner_link(instance: Instance) -> str:
    owner = await accounts.expected_owner(instance)
    if owner is None:
        return ""
    return await signing_in.make_sign_in_link(instance, owner, by=TERMINAL)


def worker() -> None:
    """Run background work only, beside `serve` processes on the same database."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)

    async def work(instance: Instance) -> None:
        look_for_garbage_seldom()
        running = asyncio.ensure_future(Worker(instance).run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.cancel)
        with suppress(asyncio.CancelledError):
            await running

    with_instance(work, begins=True)


def migrate() -> None:
    """Bring the database schema up to this version."""
    asyncio.run(migrate_database(current_settings()))
    console.print("The database is up to date.")


def version() -> None:
    """Print the version."""
    console.print(VERSION)
