"""This is where the `fedlearn` command reads its arguments; what it does lies below.

Exit codes: 0 done, 1 it could not be done (one line on standard error says why), 2 wrong usage.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network
from typing import Annotated, Any, TypeVar

import msgspec
import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from fedlearn.app import make_app, open_instance
from fedlearn.db.hosts import Policy
from fedlearn.db.opening import migrate as migrate_database
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.errors import FedlearnError, Invalid, StartError
from fedlearn.instance import VERSION, Instance
from fedlearn.services import accounts, follows, health, lookup, moderation, statuses
from fedlearn.services.accounts import NewAccount
from fedlearn.services.statuses import Draft
from fedlearn.settings import Settings, load_settings
from fedlearn.worker import Worker

app = typer.Typer(
    help="A microblog for learning, run by your organisation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
user_app = typer.Typer(help="People who have an account here.", no_args_is_help=True)
domain_app = typer.Typer(help="Other servers, and whom we talk with.", no_args_is_help=True)
app.add_typer(user_app, name="user")
app.add_typer(domain_app, name="domain")

console = Console(highlight=False, soft_wrap=True)
Answer = TypeVar("Answer")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Name = Annotated[str, typer.Argument(help="Name in the handle, without @.")]
Domain = Annotated[str, typer.Argument(help="Such as social.example.org, with its subdomains.")]

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def main() -> None:
    """Run the command; what goes wrong on purpose is one line on standard error."""
    try:
        app()
    except FedlearnError as error:
        sys.stderr.write(f"fedlearn: {' '.join(str(error).split())}\n")
        raise SystemExit(1) from None


def _settings() -> Settings:
    return load_settings(os.environ)


def _with_instance(
    work: Callable[[Instance], Awaitable[Answer]], settings: Settings | None = None
) -> Answer:
    async def run() -> Answer:
        async with open_instance(settings or _settings()) as instance:
            return await work(instance)

    return asyncio.run(run())


def _print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


# --- running -------------------------------------------------------------------------------------


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Web processes.")] = 1,
    first_run: Annotated[
        bool, typer.Option("--first-run", help="Make the owner and print a sign-in link.")
    ] = False,
) -> None:
    """Serve the instance; on SQLite the schema is brought up to date first."""
    settings = _settings()
    _refuse_taken_port(host, port)
    link = _with_instance(_owner_link if first_run else _nothing, settings)
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
    return await accounts.make_sign_in_link(instance, await accounts.ensure_owner(instance))


@app.command()
def worker() -> None:
    """Run background work only, beside `serve` processes on the same database."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)

    async def work(instance: Instance) -> None:
        running = asyncio.ensure_future(Worker(instance).run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.cancel)
        with suppress(asyncio.CancelledError):
            await running

    _with_instance(work)


@app.command()
def migrate() -> None:
    """Bring the database schema up to this version."""
    asyncio.run(migrate_database(_settings()))
    console.print("The database is up to date.")


@app.command()
def version() -> None:
    """Print the version."""
    console.print(VERSION)


# --- people --------------------------------------------------------------------------------------


@user_app.command("create")
def create_user(
    name: Name,
    email: Annotated[str, typer.Option(help="E-mail address.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    admin: Annotated[bool, typer.Option("--admin", help="May run the instance.")] = False,
) -> None:
    """Make an account; without a password a one-time sign-in link is printed."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    wanted = NewAccount(name, email, password, Role.ADMIN if admin else Role.USER)

    async def work(instance: Instance) -> str:
        user = await accounts.create_account(instance, wanted)
        return "" if password else await accounts.make_sign_in_link(instance, user)

    link = _with_instance(work)
    console.print(f"@{name} has an account now." + (f"\nTo sign in once: {link}" if link else ""))


@user_app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Everybody who has an account."""
    users = _with_instance(accounts.all_users)
    if as_json:
        _print_json(
            [
                {
                    "name": user.actor.profile.username,
                    "email": user.email,
                    "role": user.role,
                    "approved": user.approved_at is not None,
                }
                for user in users
            ]
        )
        return
    table = Table("name", "e-mail", "role", "approved")
    for user in users:
        approved = "yes" if user.approved_at else "no"
        table.add_row(user.actor.profile.username, user.email, user.role, approved)
    console.print(table)


@user_app.command("link")
def make_link(name: Name) -> None:
    """Print a link that signs this person in once."""

    async def work(instance: Instance) -> str:
        user = await accounts.find_user(instance, name)
        return await accounts.make_sign_in_link(instance, user)

    console.print(_with_instance(work))


@user_app.command("approve")
def approve_user(name: Name) -> None:
    """Let somebody in who signed up and waits."""

    async def work(instance: Instance) -> None:
        await accounts.approve(instance, await accounts.find_user(instance, name))

    _with_instance(work)
    console.print(f"@{name} may sign in now.")


@user_app.command("invite")
def invite_user() -> None:
    """Print a link with which one person may sign up, while `registration` is `invite`."""
    console.print(_with_instance(accounts.make_invitation))


@user_app.command("rotate-key")
def rotate_key(name: Name) -> None:
    """Give somebody another signing key, and tell their followers' servers."""

    async def work(instance: Instance) -> None:
        user = await accounts.find_user(instance, name)
        await accounts.rotate_key(instance, user.actor)

    _with_instance(work)
    console.print(f"@{name} signs with another key now.")


@user_app.command("follow")
def follow_handle(
    name: Name, handle: Annotated[str, typer.Argument(help="Such as @name@example.org.")]
) -> None:
    """Have somebody here follow somebody, here or elsewhere."""

    async def work(instance: Instance) -> str:
        user = await accounts.find_user(instance, name)
        found = await lookup.look_up(instance, user.actor, handle)
        if not isinstance(found, Actor):
            raise Invalid(f"{handle} is a post, not an account")
        made = await follows.follow(instance, user.actor, found)
        return f"@{name} follows @{found.acct} ({made.state})."

    console.print(_with_instance(work))


@app.command("post")
def post_status(
    name: Name,
    text: Annotated[str, typer.Argument(help="What to post.")],
    reach: Annotated[Reach, typer.Option(help="How far it reaches.")] = Reach.PUBLIC,
    scope: Annotated[Scope, typer.Option(help="org: it never leaves the server.")] = Scope.FED,
) -> None:
    """Post in somebody's name."""

    async def work(instance: Instance) -> str:
        user = await accounts.find_user(instance, name)
        draft = Draft(text, reach=reach, scope=scope)
        return (await statuses.post_status(instance, user.actor, draft)).status.url

    console.print(_with_instance(work))


# --- other servers -------------------------------------------------------------------------------


@domain_app.command("block")
def block_domain(domain: Domain) -> None:
    """Neither take from a domain nor send to it."""
    _with_instance(lambda one: moderation.set_domain_policy(one, domain, Policy.BLOCK))
    console.print(f"{domain} is blocked.")


@domain_app.command("allow")
def allow_domain(domain: Domain) -> None:
    """Talk with a domain while `federation` is `allowlist`."""
    _with_instance(lambda one: moderation.set_domain_policy(one, domain, Policy.ALLOW))
    console.print(f"{domain} is allowed.")


@domain_app.command("unblock")
def unblock_domain(domain: Domain) -> None:
    """Have no opinion of a domain any more."""
    if not _with_instance(lambda one: moderation.forget_domain_policy(one, domain)):
        raise Invalid(f"nothing was said of {domain}")
    console.print(f"{domain} is neither blocked nor allowed.")


@domain_app.command("list")
def list_domains(as_json: AsJson = False) -> None:
    """Every domain that was blocked or allowed."""
    policies = _with_instance(moderation.domain_policies)
    if as_json:
        _print_json([{"domain": domain, "policy": policy} for domain, policy in policies])
        return
    for domain, policy in policies:
        console.print(f"{policy}  {domain}")


@app.command()
def fetch(uri: Annotated[str, typer.Argument(help="Identity of a remote document.")]) -> None:
    """Print a remote document as JSON, with what is read in it; nothing is stored."""
    document, reading = _with_instance(lambda one: lookup.read_remote(one, uri))
    _print_json({"document": document, "read_as": {type(reading).__name__: reading}})


# --- health --------------------------------------------------------------------------------------


@app.command()
def status(as_json: AsJson = False) -> None:
    """What there is, and what waits to be done."""
    found = _with_instance(health.summary)
    if as_json:
        _print_json(found)
        return
    table = Table("", "waiting", "running", "dead")
    for kind, counts in found["jobs"].items():
        table.add_row(kind, *(str(counts[state]) for state in ("waiting", "running", "dead")))
    deliveries = found["deliveries"]
    table.add_row("deliveries", str(deliveries["waiting"]), "", str(deliveries["dead"]))
    local, remote = found["statuses"]["local"], found["statuses"]["remote"]
    console.print(f"People: {found['users']}. Posts from here: {local}, from elsewhere: {remote}.")
    console.print(f"Other servers known: {found['domains']}.")
    console.print(table)


@app.command()
def doctor() -> None:
    """Look at all that must be right; ends with 1 when something is not. The server must run."""
    # The doctor asks nobody but this instance, which may well be on a private address.
    settings = replace(_settings(), allow_private_addresses=EVERYWHERE)
    findings = _with_instance(health.examine, settings)
    for finding in findings:
        mark = "[red]wrong[/]" if finding.problem else "[green]fine [/]"
        console.print(
            f"{mark} {finding.about}" + (f": {finding.problem}" if finding.problem else "")
        )
    if any(finding.problem for finding in findings):
        raise SystemExit(1)
