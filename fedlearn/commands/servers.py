"""This is where an operator says with which servers we talk, and looks at what they serve."""

from typing import Annotated

import typer

from fedlearn.commands.terminal import AsJson, console, print_json, with_instance
from fedlearn.domain.policies import Policy
from fedlearn.errors import Invalid
from fedlearn.services import lookup, moderation

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


def fetch(uri: Annotated[str, typer.Argument(help="Identity of a remote document.")]) -> None:
    """Print a remote document as JSON, with what is read in it; nothing is stored."""
    document, reading = with_instance(lambda one: lookup.read_remote(one, uri))
    print_json({"document": document, "read_as": {type(reading).__name__: reading}})
