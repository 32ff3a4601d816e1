"""This is where an operator says with which servers we talk, and looks at what they serve."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fedlearn.commands.terminal import AsJson, console, moment, print_json, with_instance
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import domain_lists, ledger, lookup, moderation
from fedlearn.services.ledger import Ledger

app = typer.Typer(help="Other servers, and whom we talk with.", no_args_is_help=True)

Domain = Annotated[str, typer.Argument(help="Such as social.example.org, with its subdomains.")]
Public = Annotated[str | None, typer.Option("--public-comment", help="Why, for everybody.")]
Private = Annotated[str | None, typer.Option("--private-comment", help="Why, among stewards.")]


@app.command("block")
def block_domain(
    domain: Domain, public_comment: Public = None, private_comment: Private = None
) -> None:
    """Neither take from a domain nor send to it, and remove for good what came from there."""
    _set(domain, Policy.BLOCK, public_comment, private_comment)
    console.print(f"{domain} is blocked.")


@app.command("silence")
def silence_domain(
    domain: Domain, public_comment: Public = None, private_comment: Private = None
) -> None:
    """Show what comes from a domain only to followers and to those whom it names or answers."""
    _set(domain, Policy.SILENCE, public_comment, private_comment)
    console.print(f"{domain} is silenced.")


@app.command("allow")
def allow_domain(
    domain: Domain, public_comment: Public = None, private_comment: Private = None
) -> None:
    """Talk with a domain while `federation` is `allowlist`."""
    _set(domain, Policy.ALLOW, public_comment, private_comment)
    console.print(f"{domain} is allowed.")


@app.command("unblock")
def unblock_domain(domain: Domain) -> None:
    """Have no opinion of a domain any more."""
    if not with_instance(lambda one: moderation.forget_domain_policy(one, domain, by=TERMINAL)):
        raise Invalid(f"nothing was said of {domain}")
    console.print(f"{domain} is neither blocked, silenced nor allowed.")


def _set(
    domain: str, policy: Policy, public_comment: str | None, private_comment: str | None
) -> None:
    async def work(instance: Instance) -> None:
        await moderation.set_domain_policy(
            instance,
            domain,
            policy,
            public_comment=public_comment,
            private_comment=private_comment,
            by=TERMINAL,
        )

    with_instance(work)


@app.command("import")
def import_domains(
    file: Annotated[Path, typer.Argument(help="A CSV file in the shape that Mastodon has.")],
    policy: Annotated[
        Policy, typer.Option(help="What holds for domains of which it says nothing more.")
    ] = Policy.BLOCK,
) -> None:
    """Say of each domain on a list what the list says, and print what came of it."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error}") from error
    done = with_instance(lambda one: domain_lists.import_domains(one, TERMINAL, content, policy))
    console.print(f"{done.added} new, {done.changed} changed, {done.unchanged} as before.")
    for problem in done.problems:
        console.print(escape(problem))


@app.command("export")
def export_domains() -> None:
    """Print the blocked and silenced domains as a CSV file for other servers."""
    sys.stdout.write(with_instance(lambda one: domain_lists.export_domains(one, TERMINAL)))


@app.command("list")
def list_domains(as_json: AsJson = False) -> None:
    """Every domain that was blocked, silenced or allowed."""
    policies = with_instance(moderation.domain_policies)
    if as_json:
        print_json(
            [
                {
                    "domain": one.domain,
                    "policy": one.policy,
                    "public_comment": one.public_comment,
                    "private_comment": one.private_comment,
                }
                for one in policies
            ]
        )
        return
    if not policies:
        console.print("No domain is blocked, silenced or allowed.")
    for one in policies:
        console.print(f"{one.policy}  {one.domain}")


@app.command("show")
def show_domain(
    host: Annotated[str, typer.Argument(help="Such as social.example.org.")],
    as_json: AsJson = False,
) -> None:
    """What another server and we owe each other, counted from what is stored; nothing is asked."""
    found = with_instance(lambda one: ledger.ledger_of(one, host))
    if as_json:
        print_json(found)
        return
    table = Table.grid(padding=(0, 2))
    for name, value in _lines(found):
        table.add_row(name, value)
    console.print(table)


def _lines(found: Ledger) -> Iterator[tuple[str, str]]:
    to_send, failures = found.deliveries, found.failures
    spoken_with = "" if found.is_welcome else ", and we do not talk with it"
    yield "server", ", ".join(found.hosts)
    yield "policy", (found.policy or "none") + spoken_with
    yield "accounts known", f"{found.actors}, {found.gone} of them gone"
    yield "posts kept", str(found.statuses)
    yield "last heard of", moment(found.last_heard) if found.last_heard else "not lately"
    yield "they follow here", str(found.followers.accepted)
    yield "followed there", str(found.following.accepted)
    yield (
        "they owe us",
        (f"answers to {found.following.pending} follows, {found.missing} posts answered here"),
    )
    yield (
        "we owe them",
        f"answers to {found.followers.pending} follows, {to_send.waiting} deliveries",
    )
    if to_send.next_try is not None:
        yield "next try", moment(to_send.next_try)
    yield "given up", f"{to_send.dead} deliveries"
    if to_send.last_error:
        yield "last error", to_send.last_error
    if failures is not None:
        yield "silent", f"{failures.failures} times in a row, on {failures.failing_days} days"
        yield "asked again", moment(failures.open_until)
    yield "jobs", ", ".join(f"{n} {kind}" for kind, n in found.jobs.items()) or "none"


def fetch(uri: Annotated[str, typer.Argument(help="Identity of a remote document.")]) -> None:
    """Print a remote document as JSON, with what is read in it; nothing is stored."""
    document, reading = with_instance(lambda one: lookup.read_remote(one, uri))
    print_json({"document": document, "read_as": {type(reading).__name__: reading}})
