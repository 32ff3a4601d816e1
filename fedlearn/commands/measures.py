"""This is where an operator takes a measure about somebody, and takes it back."""

from collections.abc import Awaitable
from typing import Annotated, Protocol

import typer

from fedlearn.commands.terminal import Reason, console, with_instance
from fedlearn.domain.actors import Actor
from fedlearn.domain.roles import TERMINAL, Steward
from fedlearn.instance import Instance
from fedlearn.services import measures, stewardship

Who = Annotated[str, typer.Argument(help="A name here, or a handle such as @name@example.org.")]


class Measure(Protocol):
    """What can be done to somebody, and undone."""

    def __call__(
        self, instance: Instance, by: Steward, actor: Actor, *, reason: str
    ) -> Awaitable[None]:
        """Do it."""


def disable(who: Who, reason: Reason = "") -> None:
    """Keep somebody here out of their account, of which the profile stays as it is."""
    console.print(f"@{_do(measures.disable, who, reason)} cannot sign in any more.")


def enable(who: Who, reason: Reason = "") -> None:
    """Let somebody sign in again who was kept out."""
    console.print(f"@{_do(measures.enable, who, reason)} can sign in again.")


def sensitize(who: Who, reason: Reason = "") -> None:
    """Mark all attachments of somebody as sensitive, those that are there already as well."""
    console.print(f"All attachments of @{_do(measures.sensitize, who, reason)} are marked.")


def unsensitize(who: Who, reason: Reason = "") -> None:
    """Leave it to somebody again which of their attachments are sensitive."""
    console.print(
        f"Attachments of @{_do(measures.unsensitize, who, reason)} are as they were posted."
    )


def silence(who: Who, reason: Reason = "") -> None:
    """Show what somebody posts only to followers and to those whom they name or answer."""
    console.print(f"@{_do(measures.silence, who, reason)} is silenced.")


def unsilence(who: Who, reason: Reason = "") -> None:
    """Show everybody again what somebody posts."""
    console.print(f"@{_do(measures.unsilence, who, reason)} is not silenced any more.")


def suspend(who: Who, reason: Reason = "") -> None:
    """Let somebody take part no more; who is here can come back for thirty days."""
    console.print(f"@{_do(measures.suspend, who, reason)} is suspended.")


def unsuspend(who: Who, reason: Reason = "") -> None:
    """Let somebody take part again who was suspended."""
    console.print(f"@{_do(measures.unsuspend, who, reason)} takes part again.")


def _do(measure: Measure, who: str, reason: str) -> str:
    async def work(instance: Instance) -> str:
        actor = await stewardship.find_actor(instance, who)
        await measure(instance, TERMINAL, actor, reason=reason)
        return actor.acct

    return with_instance(work)
