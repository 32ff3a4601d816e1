"""This is where an operator looks after people and acts in their names."""

import sys
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from fedlearn.commands.terminal import (
    AsJson,
    Handle,
    Name,
    Reason,
    console,
    print_json,
    with_instance,
)
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import (
    accounts,
    deletion,
    follows,
    invitations,
    lookup,
    moving,
    sign_ups,
    signing_in,
    statuses,
    stewardship,
)
from fedlearn.services.accounts import NewAccount
from fedlearn.services.drafts import Draft
from fedlearn.services.invitations import INVITATION_DAYS
from fedlearn.settings import Registration

app = typer.Typer(help="People who have an account here.", no_args_is_help=True)


@app.command("create")
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
        user = await accounts.create_account(instance, wanted, by=TERMINAL)
        return "" if password else await signing_in.make_sign_in_link(instance, user, by=TERMINAL)

    link = with_instance(work, begins=True)
    console.print(f"@{name} has an account now." + (f"\nTo sign in once: {link}" if link else ""))


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Everybody who has an account; of those who wait to be let in, why they want to join."""
    everybody = with_instance(accounts.everybody_here)
    found = [(one.user, one.invite_request) for one in everybody if one.user]
    if as_json:
        print_json(
            [
                {
                    "name": user.actor.profile.username,
                    "email": user.email,
                    "role": user.role,
                    "approved": user.approved_at is not None,
                    "reason": reason,
                }
                for user, reason in found
            ]
        )
        return
    table = Table("name", "e-mail", "role", "approved", "why they want to join")
    for user, reason in found:
        approved = "yes" if user.approved_at else "no"
        name = user.actor.profile.username
        # What somebody has written is no markup.
        table.add_row(name, user.email, user.role, approved, Text(reason))
    console.print(table)


@app.command("link")
def make_link(name: Name) -> None:
    """Print a link that signs this person in once."""

    async def work(instance: Instance) -> str:
        user = await accounts.find_user(instance, name)
        return await signing_in.make_sign_in_link(instance, user, by=TERMINAL)

    console.print(with_instance(work))


@app.command("delete")
def delete_user(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Needed: there is no way back.")] = False,
) -> None:
    """Erase somebody's account and posts, here and wherever they went; the name stays taken."""
    if not yes:
        raise Invalid(f"add --yes to erase all that @{name} has posted: there is no way back")

    async def work(instance: Instance) -> None:
        user = await accounts.find_user(instance, name)
        await deletion.delete_account(instance, user, by=TERMINAL)

    with_instance(work)
    console.print(f"@{name} is deleted; other servers are told.")


@app.command("approve")
def approve_user(name: Name) -> None:
    """Let somebody in who signed up and waits."""

    async def work(instance: Instance) -> None:
        await sign_ups.approve(instance, await accounts.find_user(instance, name), by=TERMINAL)

    with_instance(work)
    console.print(f"@{name} may sign in now.")


@app.command("reject")
def reject_user(name: Name, reason: Reason = "") -> None:
    """Do not let somebody in who signed up and waits: nothing is kept of them."""

    async def work(instance: Instance) -> None:
        await sign_ups.reject(
            instance, await accounts.find_user(instance, name), reason=reason, by=TERMINAL
        )

    with_instance(work)
    console.print(f"@{name} is not let in.")


@app.command("invite")
def invite_user(
    uses: Annotated[int, typer.Option(help="How many people may sign up with it.")] = 1,
    days: Annotated[int, typer.Option(help="Days for which it holds.")] = INVITATION_DAYS,
) -> None:
    """Print a link with which people may sign up, unless `registration` is `closed`."""

    async def work(instance: Instance) -> str:
        if instance.settings.registration is Registration.CLOSED:
            raise Invalid("nobody can sign up while FEDLEARN_REGISTRATION is closed")
        return await invitations.make_invitation(instance, max_uses=uses, days=days, by=TERMINAL)

    console.print(with_instance(work))


@app.command("role")
def change_role(
    name: Name, role: Annotated[Role, typer.Argument(help="What they may do from now on.")]
) -> None:
    """Let somebody look after the instance, or no more; there is always one owner."""

    async def work(instance: Instance) -> None:
        await stewardship.change_role(
            instance, await accounts.find_user(instance, name), role, by=TERMINAL
        )

    with_instance(work)
    console.print(f"@{name} is {role} now.")


@app.command("forget-second-step")
def forget_second_step(name: Name) -> None:
    """Let somebody sign in by password alone who has lost phone and recovery codes."""

    async def work(instance: Instance) -> None:
        user = await accounts.find_user(instance, name)
        await stewardship.forget_second_step(instance, user, by=TERMINAL)

    with_instance(work)
    console.print(f"@{name} signs in without a code now.")


@app.command("rotate-key")
def rotate_key(name: Name) -> None:
    """Give somebody another signing key, and tell their followers' servers."""

    async def work(instance: Instance) -> None:
        user = await accounts.find_user(instance, name)
        await accounts.rotate_key(instance, user.actor, by=TERMINAL)

    with_instance(work)
    console.print(f"@{name} signs with another key now.")


@app.command("alias")
def set_alias(
    name: Name,
    handle: Handle,
    remove: Annotated[bool, typer.Option("--remove", help="It is an alias no more.")] = False,
) -> None:
    """Say that somebody here has another account elsewhere: the first step of moving here."""

    async def work(instance: Instance) -> Actor:
        user = await accounts.find_user(instance, name)
        other = await moving.set_alias(instance, user.actor, handle, is_alias=not remove)
        await stewardship.acted_in_name(instance, user, f"{'no ' if remove else ''}alias {handle}")
        return other

    other = with_instance(work)
    console.print(f"@{other.acct} is {'no ' if remove else 'an '}alias of @{name}.")


@app.command("move")
def move_user(name: Name, handle: Handle) -> None:
    """Move somebody to another account, which must have theirs as an alias; followers follow."""

    async def work(instance: Instance) -> Actor:
        user = await accounts.find_user(instance, name)
        target = await moving.move(instance, user.actor, handle)
        await stewardship.acted_in_name(instance, user, f"move to {handle}")
        return target

    target = with_instance(work)
    console.print(f"@{name} moves to @{target.acct}; followers are told in half a minute.")


@app.command("follow")
def follow_handle(name: Name, handle: Handle) -> None:
    """Have somebody here follow somebody, here or elsewhere."""

    async def work(instance: Instance) -> str:
        user = await accounts.find_user(instance, name)
        found = await lookup.look_up(instance, user.actor, handle)
        if not isinstance(found, Actor):
            raise Invalid(f"{handle} is a post, not an account")
        made = await follows.follow(instance, user.actor, found)
        await stewardship.acted_in_name(instance, user, f"follow {handle}")
        return f"@{name} follows @{found.acct} ({made.state})."

    console.print(with_instance(work))


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
        posted = await statuses.post_status(instance, user.actor, draft)
        await stewardship.acted_in_name(instance, user, "post")
        return posted.status.url

    console.print(with_instance(work))
