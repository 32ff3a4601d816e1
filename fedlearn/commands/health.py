"""This is where an operator sees how the instance is."""

from dataclasses import replace
from ipaddress import ip_network

from rich.table import Table

from fedlearn.commands.terminal import (
    AsJson,
    console,
    current_settings,
    moment,
    print_json,
    with_instance,
)
from fedlearn.db.queues import Queued
from fedlearn.services import health

EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def status(as_json: AsJson = False) -> None:
    """What there is, and what waits to be done."""
    found = with_instance(health.summary)
    if as_json:
        print_json(found)
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
    if found["hosts"]:
        console.print(_queues(found["hosts"]))


def _queues(hosts: list[Queued]) -> Table:
    """What waits for which host; those that fail come first."""
    table = Table("deliveries to", "waiting", "dead", "failures in a row", "asked again")
    for one in hosts:
        again = moment(one.asked_again) if one.asked_again else ""
        table.add_row(one.host, str(one.waiting), str(one.dead), str(one.failures), again)
    return table


def doctor() -> None:
    """Look at all that must be right; ends with 1 when something is not. The server must run."""
    # The doctor asks nobody but this instance, which may well be on a private address.
    settings = replace(current_settings(), allow_private_addresses=EVERYWHERE)
    findings = with_instance(health.examine, settings)
    for finding in findings:
        mark = "[red]wrong[/]" if finding.problem else "[green]fine [/]"
        word = finding.problem or finding.note
        console.print(f"{mark} {finding.about}" + (f": {word}" if word else ""))
    if any(finding.problem for finding in findings):
        raise SystemExit(1)
