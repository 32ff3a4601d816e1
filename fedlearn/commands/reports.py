"""This is where an operator sees what was reported, and says that it was looked at."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from fedlearn.commands.terminal import AsJson, console, print_json, with_instance
from fedlearn.domain.reports import Report
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import casework, reports

app = typer.Typer(help="Accounts that somebody asks to look at.", no_args_is_help=True)


@app.command("list")
def list_reports(
    everything: Annotated[bool, typer.Option("--all", help="Also those resolved.")] = False,
    as_json: AsJson = False,
) -> None:
    """What was reported and not looked at yet, newest first."""
    found = [one for one in with_instance(reports.all_reports) if everything or not one.resolved_at]
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if not found:
        console.print("Nothing was reported." if everything else "No report waits.")
    for one in found:
        at = datetime.fromtimestamp(one.created_at / 1000, UTC)
        state = ", resolved" if one.resolved_at else ""
        console.print(
            f"{one.id}  {at:%Y-%m-%d %H:%M}  @{one.reporter.acct} reports @{one.target.acct}{state}"
        )
        for line in (*one.comment.splitlines(), *one.statuses):
            console.print(f"    {escape(line)}")


@app.command("resolve")
def resolve_report(
    number: Annotated[int, typer.Argument(help="Number of the report, as it is listed.")],
) -> None:
    """Say that a report was looked at."""
    with_instance(lambda one: reports.resolve(one, number, by=TERMINAL))
    console.print(f"Report {number} is resolved.")


@app.command("reopen")
def reopen_report(
    number: Annotated[int, typer.Argument(help="Number of the report, as it is listed.")],
) -> None:
    """Have a report looked at once more."""
    with_instance(lambda one: casework.reopen(one, TERMINAL, number))
    console.print(f"Report {number} is open.")


def _as_json(one: Report) -> dict[str, object]:
    return {
        "id": one.id,
        "reporter": one.reporter.acct,
        "target": one.target.acct,
        "comment": one.comment,
        "statuses": one.statuses,
        "forwarded": one.is_forwarded,
        "created_at": one.created_at,
        "resolved_at": one.resolved_at,
    }
