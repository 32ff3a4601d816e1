"""This is where lists of domains are taken in and given out, in the shape that Mastodon has.

A list is a CSV file whose first line names the columns. Of a list without `#severity` each domain
is taken as whoever brings it says. What we cannot do is passed over, and reported.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

from fedlearn.db import hosts as db_hosts
from fedlearn.domain.policies import DomainPolicy, Policy
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.moderation import (
    LONGEST_COMMENT,
    Said,
    check_policy,
    set_domain_policies,
)
from fedlearn.services.permissions import require
from fedlearn.text.hosts import read_domain
from fedlearn.text.languages import _

COLUMNS = (
    "#domain",
    "#severity",
    "#reject_media",
    "#reject_reports",
    "#public_comment",
    "#obfuscate",
)
SEVERITIES = {"suspend": Policy.BLOCK, "silence": Policy.SILENCE, "limit": Policy.SILENCE}
NAMES = {Policy.BLOCK: "suspend", Policy.SILENCE: "silence"}
MOST_LINES = 20_000
LINES_NAMED = 20
SET_AT_ONCE = 200


@dataclass
class Imported:
    """What became of a list: how many domains were new, changed, and known just so."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)
    passed_over: int = 0

    def complain(self, line: int, problem: str) -> None:
        """A line was passed over, or a part of it; only some are named."""
        self.passed_over += 1
        if len(self.problems) < LINES_NAMED:
            self.problems.append(_("Line %(line)s: %(problem)s", line=line, problem=problem))


async def export_domains(instance: Instance, by: Steward) -> str:
    """Every domain that is blocked or silenced, as a list for other servers."""
    require(by, Permission.MANAGE_FEDERATION)
    async with instance.db.read() as connection:
        policies = await db_hosts.domain_policies(connection)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(one) for one in policies if one.policy in NAMES)
    return out.getvalue()


async def import_domains(
    instance: Instance, by: Steward, content: bytes, without_severity: Policy = Policy.BLOCK
) -> Imported:
    """Say of each domain on a list what the list says, and what came of it.

    What was said of a domain before is replaced. Each has a line of its own in the audit log.
    """
    require(by, Permission.MANAGE_FEDERATION)
    done = Imported()
    async with instance.db.read() as connection:
        known = {one.domain: one for one in await db_hosts.domain_policies(connection)}
    news: dict[str, Said] = {}
    for line, wanted in _read(content, without_severity, done):
        before = known.get(wanted.domain)
        said = Said(
            wanted.domain,
            wanted.policy,
            public_comment=wanted.public_comment,
            obfuscate=wanted.obfuscate,
        )
        try:
            check_policy(instance, said)
        except Invalid as error:
            done.complain(line, str(error))
            continue
        if before is not None and _says_the_same(before, wanted):
            done.unchanged += 1
            continue
        news[wanted.domain] = said
    done.changed = sum(domain in known for domain in news)
    done.added = len(news) - done.changed
    said_of_all = list(news.values())
    for start in range(0, len(said_of_all), SET_AT_ONCE):
        # Some at a time, so that nobody else waits long to write.
        await set_domain_policies(instance, said_of_all[start : start + SET_AT_ONCE], by=by)
    return done


def _row(one: DomainPolicy) -> tuple[str, ...]:
    # Nothing is taken from a blocked domain, its pictures and reports included.
    rejects = _flag(value=one.policy is Policy.BLOCK)
    return (
        one.domain,
        NAMES[one.policy],
        rejects,
        rejects,
        one.public_comment,
        _flag(value=one.obfuscate),
    )


def _read(
    content: bytes, without_severity: Policy, done: Imported
) -> Iterator[tuple[int, DomainPolicy]]:
    rows = csv.reader(StringIO(_decoded(content)))
    try:
        header = [name.strip().lower().removeprefix("#") for name in next(rows, [])]
        if "domain" not in header:
            message = _("The first line must name the columns, #domain among them.")
            raise Invalid(message, {"file": message})
        for row in rows:
            if rows.line_num > MOST_LINES:
                raise Invalid(_("At most %(most)s lines.", most=MOST_LINES))
            if any(cell.strip() for cell in row):
                cells = dict(zip(header, map(str.strip, row), strict=False))
                try:
                    yield rows.line_num, _policy_of(cells, without_severity)
                except Invalid as error:
                    done.complain(rows.line_num, str(error))
                    continue
                _complain_of_the_rest(cells, rows.line_num, done)
    except csv.Error as error:
        message = _("This is not a CSV file: %(problem)s", problem=error)
        raise Invalid(message, {"file": message}) from error


def _policy_of(cells: dict[str, str], without_severity: Policy) -> DomainPolicy:
    severity = cells.get("severity", "").lower()
    if severity and severity not in SEVERITIES:
        raise Invalid(_("the severity %(severity)s does nothing here", severity=severity))
    return DomainPolicy(
        domain=read_domain(cells.get("domain", "")),
        policy=SEVERITIES[severity] if severity else without_severity,
        public_comment=cells.get("public_comment", "")[:LONGEST_COMMENT],
        obfuscate=cells.get("obfuscate", "").lower() == "true",
    )


def _complain_of_the_rest(cells: dict[str, str], line: int, done: Imported) -> None:
    """Of a silenced domain pictures and reports are taken here, whatever the list wishes."""
    wishes = [name for name in ("reject_media", "reject_reports") if cells.get(name) == "True"]
    if wishes and cells.get("severity", "").lower() not in {"", "suspend"}:
        problem = _("%(wishes)s is passed over: only what is blocked is refused", wishes=wishes[0])
        done.complain(line, problem)


def _says_the_same(before: DomainPolicy, wanted: DomainPolicy) -> bool:
    return (before.policy, before.public_comment, before.obfuscate) == (
        wanted.policy,
        wanted.public_comment,
        wanted.obfuscate,
    )


def _flag(*, value: bool) -> str:
    return "True" if value else "False"


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("This is not a text file in UTF-8.")
        raise Invalid(message, {"file": message}) from error
