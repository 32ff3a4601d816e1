"""This is where an operator lets programs in: with a token, or by a state they are tried from."""

from pathlib import Path
from typing import Annotated

import typer

from fedlearn.commands.terminal import Name, console, with_instance
from fedlearn.domain.oauth import read_scopes
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import accounts, oauth, seeding

File = Annotated[Path, typer.Argument(help="A JSON file: apps, users, follows, posts.")]
Scopes = Annotated[str, typer.Option(help="What the program may do.")]


def make_token(name: Name, scopes: Scopes = "read") -> None:
    """Print a token with which a program acts for this person, until they take that back."""

    async def work(instance: Instance) -> str:
        user = await accounts.find_user(instance, name)
        return await oauth.make_token(instance, user, read_scopes(scopes), by=TERMINAL)

    console.print(with_instance(work))


def seed(file: File) -> None:
    """Bring a new instance into a known state, on which programs are tried: never a real one."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}") from error
    wanted = seeding.read_seed(text)

    async def work(instance: Instance) -> None:
        await seeding.plant(instance, wanted)

    with_instance(work, begins=True)
    people, apps, posts = len(wanted.users), len(wanted.apps), len(wanted.posts)
    console.print(f"People: {people}. Apps: {apps}. Posts: {posts}.")
