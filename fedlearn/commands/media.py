"""This is where an operator sees what is kept of other servers' files, and has it forgotten."""

from typing import Annotated

import typer

from fedlearn.commands.terminal import AsJson, console, print_json, with_instance
from fedlearn.services import media

app = typer.Typer(
    help="Pictures, sounds and films of other servers that are kept here.", no_args_is_help=True
)

MIB = 1024 * 1024


@app.command("show")
def show_media(as_json: AsJson = False) -> None:
    """How much is kept."""
    found = with_instance(media.figures)
    if as_json:
        print_json(found)
        return
    console.print(
        f"{found.files} files, {found.bytes / MIB:.1f} of {found.limit / MIB:.0f} MiB allowed."
    )


@app.command("purge")
def purge_media(
    host: Annotated[
        str | None, typer.Option(help="Only what this domain serves, or one below it.")
    ] = None,
    older_than: Annotated[
        int, typer.Option(min=0, help="Only what nobody has looked at for so many days.")
    ] = 0,
) -> None:
    """Forget files; those that somebody looks at again are fetched again."""
    forgotten = with_instance(lambda one: media.purge(one, domain=host, unused_days=older_than))
    console.print(f"{forgotten} files are forgotten.")
