"""This is where an operator looks at jobs and deliveries, has them tried again, or drops them."""

from typing import Annotated

import typer
from rich.table import Table

from fedlearn.commands.terminal import AsJson, console, moment, print_json, with_instance
from fedlearn.db.queues import WaitingDelivery, WaitingJob
from fedlearn.domain.jobs import JobKind
from fedlearn.services import queues
from fedlearn.services.queues import Which

jobs = typer.Typer(help="Background work that waits, runs or is dead.", no_args_is_help=True)
deliveries = typer.Typer(
    help="Activities on their way to other servers, one for each inbox.", no_args_is_help=True
)

Number = Annotated[int | None, typer.Argument(help="Its id in the list.")]
OfHost = Annotated[str | None, typer.Option("--host", help="Those that concern this host.")]
ToHost = Annotated[str | None, typer.Option("--host", help="Those that go to this host.")]
OnlyDead = Annotated[bool, typer.Option("--dead", help="Only those that were given up.")]
AllDead = Annotated[bool, typer.Option("--all", help="All that were given up.")]
AllDeadOnes = Annotated[bool, typer.Option("--all-dead", help="All that were given up.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]


@jobs.command("list")
def list_jobs(
    kind: Annotated[JobKind | None, typer.Option(help="Only those of one kind.")] = None,
    host: OfHost = None,
    only_dead: OnlyDead = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """What waits, runs or is dead, in the order in which it was asked for."""
    found = with_instance(
        lambda one: queues.list_jobs(one, kind=kind, host=host, only_dead=only_dead, limit=limit)
    )
    if as_json:
        print_json(found)
        return
    table = Table("id", "kind", "state", "tries", "when", "about", "last error")
    for job in found:
        table.add_row(str(job.id), job.kind, *_how(job), job.about, job.last_error or "")
    console.print(table)


@jobs.command("retry")
def retry_jobs(number: Number = None, host: OfHost = None, everything: AllDead = False) -> None:
    """Try one, those of a host, or all dead ones at once, as if for the first time."""
    which = Which(number, host, everything)
    console.print(f"{with_instance(lambda one: queues.retry_jobs(one, which))} are tried again.")


@jobs.command("drop")
def drop_jobs(number: Number = None, host: OfHost = None, everything: AllDeadOnes = False) -> None:
    """Forget one, those of a host, or all dead ones; what they were for does not happen."""
    which = Which(number, host, everything)
    console.print(f"{with_instance(lambda one: queues.drop_jobs(one, which))} are dropped.")


@deliveries.command("list")
def list_deliveries(
    host: ToHost = None, only_dead: OnlyDead = False, limit: Limit = 100, as_json: AsJson = False
) -> None:
    """What waits, is under way or is dead, in the order in which it was written."""
    found = with_instance(
        lambda one: queues.list_deliveries(one, host=host, only_dead=only_dead, limit=limit)
    )
    if as_json:
        print_json(found)
        return
    table = Table("id", "inbox", "state", "tries", "when", "about", "last error")
    for one in found:
        table.add_row(str(one.id), one.inbox, *_how(one), one.about, one.last_error or "")
    console.print(table)


@deliveries.command("retry")
def retry_deliveries(
    number: Number = None, host: ToHost = None, everything: AllDead = False
) -> None:
    """Try one, those to a host, or all dead ones at once, as if for the first time.

    The host of the first two is no longer left alone for its failures.
    """
    which = Which(number, host, everything)
    done = with_instance(lambda one: queues.retry_deliveries(one, which))
    console.print(f"{done} are tried again.")


@deliveries.command("drop")
def drop_deliveries(
    number: Number = None, host: ToHost = None, everything: AllDeadOnes = False
) -> None:
    """Forget one, those to a host, or all dead ones; they never arrive."""
    which = Which(number, host, everything)
    console.print(f"{with_instance(lambda one: queues.drop_deliveries(one, which))} are dropped.")


def _how(one: WaitingJob | WaitingDelivery) -> tuple[str, str, str]:
    """State, tries, and when it died or is next tried."""
    return one.state, str(one.attempts), moment(one.dead_at or one.run_at)
