"""This is where an operator says with which servers we talk, and looks at what they serve."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from fedlearn.commands.terminal import AsJson, console, moment, print_json, with_instance
from fedlearn.domain.policies import Policy
from fedlearn.errors import Invalid
from fedlearn.services import ledger, lookup, moderation
from fedlearn.services.ledger import Ledger

app = typer.Typer(help="Other servers, and whom we talk with.", no_args_is_help=True)

Domain = Annotated[str, typer.Argument(help="Such as social.example.org, with its subdomains.")]


@app.command("block")
def block_domain(domain: Domain) -> None:
    """Neither take from a domain nor send to it, and remove for good what came from there."""
    with_instance(lambda one: moderation.set_domain_policy(one, domain, Policy.BLOCK))
    console.print(f"{domain} is blocked.")


@app.command("silence")
def silence_domain(domain: Domain) -> None:
    """Show what comes from a domain only to followers and to those whom it names or answers."""
    with_instance(lambda one: moderation.set_domain_policy(one, domain, Policy.SILENCE))
    console.print(f"{domain} is silenced.")


@app.command("allow")
def allow_domain(domain: Domain) -> None:
    """Talk with a domain while `federation` is `allowlist`."""
    with_instance(lambda one: moderation.set_domain_policy(one, domain, Policy.ALLOW))
    console.print(f"{domain} is allowed.")


@app.command("unblock")
def unblock_domain(domain: Domain) -> None:
    """Have no opinion of a domain any more."""
    if not with_instance(lambda one: moderation.forget_domain_policy(one, domain)):
        raise Invalid(f"nothing was said of {domain}")
    console.print(f"{domain} is neither blocked, silenced nor allowed.")


@app.command("list")
def list_domains(as_json: AsJson = False) -> None:
    """Every domain that was blocked, silenced or allowed."""
    policies = with_instance(moderation.domain_policies)
    if as_json:
        print_json([{"domain": domain, "policy": policy} for domain, policy in policies])
        return
    for domain, policy in policies:
        console.print(f"{policy}  {domain}")


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
