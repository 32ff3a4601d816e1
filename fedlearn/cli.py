"""This is where the `fedlearn` command finds its commands, and ends when one fails.

Exit codes: 0 done, 1 it could not be done (one line on standard error says why), 2 wrong usage.
"""

import sys

import typer

from fedlearn.commands import (
    health,
    measures,
    media,
    people,
    programs,
    queues,
    relays,
    reports,
    running,
    servers,
)
from fedlearn.errors import FedlearnError

app = typer.Typer(
    help="A microblog for learning, run by your organisation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(running.serve)
app.command()(running.worker)
app.command()(running.migrate)
app.command()(running.version)
app.command("post")(people.post_status)
app.command()(servers.fetch)
app.command()(health.status)
app.command()(health.doctor)
app.command()(programs.seed)
people.app.command("token")(programs.make_token)
for measure in (
    measures.disable,
    measures.enable,
    measures.sensitize,
    measures.unsensitize,
    measures.silence,
    measures.unsilence,
    measures.suspend,
    measures.unsuspend,
):
    people.app.command()(measure)
app.add_typer(people.app, name="user")
app.add_typer(servers.app, name="domain")
app.add_typer(reports.app, name="report")
app.add_typer(queues.jobs, name="jobs")
app.add_typer(queues.deliveries, name="deliveries")
app.add_typer(media.app, name="media")
app.add_typer(relays.app, name="relay")


def main() -> None:
    """Run the command; what goes wrong on purpose is one line on standard error."""
    try:
        app()
    except FedlearnError as error:
        sys.stderr.write(f"fedlearn: {' '.join(str(error).split())}\n")
        raise SystemExit(1) from None
