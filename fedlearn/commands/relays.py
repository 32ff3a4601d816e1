"""This is where an operator says in which relays the instance takes part."""

from typing import Annotated

import typer

from fedlearn.commands.terminal import AsJson, console, print_json, with_instance
from fedlearn.services import relays

app = typer.Typer(help="Relays, which pass public posts on to many servers.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(help="Its inbox (…/inbox), or its actor.")]


@app.command("add")
def add_relay(url: Address) -> None:
    """Ask a relay to pass our public posts on, and to send us those of others."""
    relay = with_instance(lambda one: relays.add_relay(one, url))
    console.print(f"{relay.inbox} is asked, in the way of {relay.style}.")


@app.command("list")
def list_relays(as_json: AsJson = False) -> None:
    """Every relay that was asked, and what it answered."""
    found = with_instance(relays.all_relays)
    if as_json:
        print_json([{"inbox": one.inbox, "style": one.style, "state": one.state} for one in found])
        return
    if not found:
        console.print("No relay was asked.")
    for one in found:
        console.print(f"{one.state}  {one.style}  {one.inbox}")


@app.command("remove")
def remove_relay(url: Address) -> None:
    """Take part in a relay no more."""
    with_instance(lambda one: relays.remove_relay(one, url))
    console.print(f"{url} is told that we take part no more.")
