"""This is where a command reaches the instance and prints, and what several take as arguments."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from rich.console import Console

from fedlearn.app import open_instance
from fedlearn.domain.ids import Millis
from fedlearn.errors import StartError
from fedlearn.instance import Instance
from fedlearn.settings import Settings, load_settings

console = Console(highlight=False, soft_wrap=True)
Answer = TypeVar("Answer")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Name = Annotated[str, typer.Argument(help="Name in the handle, without @.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the audit log.")]
Handle = Annotated[str, typer.Argument(help="Such as @name@example.org.")]


def current_settings() -> Settings:
    """What the operator chose in the environment and in `fedlearn.toml`."""
    return load_settings(os.environ)


def with_instance(
    work: Callable[[Instance], Awaitable[Answer]],
    settings: Settings | None = None,
    *,
    begins: bool = False,
) -> Answer:
    """Do some work with the instance opened around it; only what `begins` makes one."""
    settings = settings or current_settings()
    if not begins:
        _refuse_empty_folder(settings)

    async def run() -> Answer:
        async with open_instance(settings) as instance:
            return await work(instance)

    return asyncio.run(run())


def _refuse_empty_folder(settings: Settings) -> None:
    """In a wrong folder nothing is made, and nothing is said of an instance that is not meant."""
    if not settings.is_postgres and not settings.sqlite_path.exists():
        raise StartError(
            f"there is no instance here: no {settings.sqlite_path}. Go to its folder, set "
            "FEDLEARN_DATA_DIR, or make one by `fedlearn serve --first-run`"
        )


def print_json(value: Any) -> None:
    """Print for a program to read."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def moment(at: Millis) -> str:
    """A moment for people to read."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
