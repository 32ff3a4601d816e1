"""This is where docs/reference/commands.md comes from: `python -m tests.commands_page` writes it.

The commands are read as they were given to typer: names, annotations and docstrings.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from fedlearn.cli import app
from fedlearn.domain.jobs import JobKind

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "commands.md"

INTRO = """\
# Commands

`fedlearn` reads its [settings](settings.md) from the environment and from `fedlearn.toml` in the
folder where you call it. Call it where, and as whom, you start the server, so that both mean the
same database and the same key. Any command may run beside a server that is running; those that
change something leave the sending to it. On SQLite every command that opens the database brings its
schema up to date first.

`fedlearn COMMAND --help` shows the same as this page, and `python -m fedlearn` is the same command.
"""

OUTRO = """\
## Exit codes

| code | meaning |
| --- | --- |
| 0 | It is done. |
| 1 | It could not be done: one line on standard error, beginning with `fedlearn:`, says why. For `fedlearn doctor`: something is wrong. |
| 2 | The command was not understood: standard error says which part. |
| 3 | `fedlearn serve` could not listen on its address, mostly because something else does. |

## What `fedlearn status --json` prints

Numbers of now, in this shape. `jobs` has an entry for each kind of job, also when there is none;
`dead` ones were given up and are kept for you to look at.

```json
{
  "users": 3,
  "statuses": {"local": 120, "remote": 431},
  "jobs": {
KINDS_OF_JOBS
  },
  "deliveries": {"waiting": 2, "dead": 0},
  "domains": 14,
  "hosts": [
    {
      "host": "social.example.net", "waiting": 2, "dead": 0, "failures": 6,
      "asked_again": 1763800000000
    }
  ],
  "media": {"files": 310, "bytes": 18874368}
}
```

| field | what is counted |
| --- | --- |
| `users` | accounts here |
| `statuses` | posts without boosts: `local` written here, `remote` elsewhere |
| `jobs` | background work by kind; one `clean_up` always waits for its time |
| `deliveries` | activities still to be sent, one for each inbox; `waiting` holds those under way, too |
| `domains` | other servers of which an account is known |
| `hosts` | what waits for which host, ten at most: those that fail come first, then those with the most; `failures` are those in a row, `asked_again` is when such a host is asked again (0 is at once) |
| `media` | files of other servers that are kept |

Times are milliseconds since 1970 in all JSON.

## What `fedlearn domain show --json` prints

```json
{
  "hosts": ["social.example.net"],
  "policy": null,
  "is_welcome": true,
  "actors": 12,
  "gone": 1,
  "statuses": 431,
  "followers": {"accepted": 3, "pending": 1},
  "following": {"accepted": 5, "pending": 2},
  "missing": 3,
  "deliveries": {
    "waiting": 2, "dead": 0, "next_try": 1763799400000,
    "last_error": "social.example.net answered 503"
  },
  "failures": {
    "failures": 6, "open_until": 1763800000000, "failing_days": 1, "last_failing_day": 20414
  },
  "jobs": {"process_activity": 1},
  "last_heard": 1763790000000
}
```

| field | what it is |
| --- | --- |
| `hosts` | the name that was asked for, and the hosts of handles under it where these are others |
| `policy` | `block`, `silence`, `allow` or null, also where it was said of a domain above |
| `is_welcome` | whether we talk with it at all |
| `actors`, `gone` | accounts known, and how many of these are deleted |
| `statuses` | posts and boosts kept |
| `followers` | follows of ours from there; `pending` ones wait for a yes here |
| `following` | follows from here; `pending` ones wait for an answer from there |
| `missing` | posts there that are answered here and are not kept |
| `deliveries` | what waits or was given up; `next_try` of the first that waits |
| `failures` | null while its inboxes answer; it is left alone until `open_until` |
| `jobs` | jobs that wait and in which an address there stands, by kind |
| `last_heard` | when the latest activity came from there, of the last 30 days |

## What the other lists print

`fedlearn jobs list --json` prints a list of `{"id", "kind", "state", "about", "attempts", "created_at",
"run_at", "dead_at", "last_error"}`, and `fedlearn deliveries list --json` one of `{"id", "inbox", "host",
"state", "about", "attempts", "run_at", "dead_at", "last_error"}`. `state` is `waiting`, `running` or `dead`,
`about` is what they are for. `fedlearn media show --json` prints `{"files", "bytes", "limit"}`.
`fedlearn user list --json` prints a list of `{"name", "email", "role", "approved"}`, and
`fedlearn domain list --json` one of `{"domain", "policy", "public_comment", "private_comment"}`.
`fedlearn report list --json` prints a list of `{"id", "reporter", "target", "comment", "statuses", "forwarded",
"created_at", "resolved_at"}`, and `fedlearn relay list --json` one of `{"inbox", "style", "state"}`; accounts are handles, statuses are addresses, and times are milliseconds since 1970.
""".replace(
    "KINDS_OF_JOBS",
    ",\n".join(f'    "{kind}": {{"waiting": 0, "running": 0, "dead": 0}}' for kind in JobKind),
)

HEAD = "| argument | default | what it is for |\n| --- | --- | --- |\n"


@dataclass(frozen=True)
class Parameter:
    """One argument or option of a command."""

    name: str
    kind: Any
    default: Any
    info: ArgumentInfo | OptionInfo

    @property
    def is_option(self) -> bool:
        """Whether it is named on the command line."""
        return isinstance(self.info, OptionInfo)

    @property
    def is_required(self) -> bool:
        """Whether the command cannot do without."""
        return self.default is inspect.Parameter.empty

    @property
    def written(self) -> str:
        """How it stands on the command line."""
        if not self.is_option:
            return self.name.upper()
        # In an annotation the first name is given where a default would stand.
        names = [self.info.default, *(self.info.param_decls or ())]
        given = [one for one in names if isinstance(one, str) and one.startswith("--")]
        flag = given[0] if given else "--" + self.name.replace("_", "-")
        return flag if self.kind is bool else f"{flag} {self._value}"

    @property
    def _value(self) -> str:
        is_choice = isinstance(self.kind, type) and issubclass(self.kind, StrEnum)
        return "|".join(self.kind) if is_choice else self.name.upper()

    def in_usage(self) -> str:
        """The same in the line that shows all."""
        return self.written if self.is_required else f"[{self.written}]"

    def row(self) -> str:
        """Its line in the table."""
        written = self.written.replace("|", r"\|")
        about = (self.info.help or "").replace("|", r"\|")
        if self.is_required:
            default = "must be given"
        elif self.kind is bool:
            default = "off"
        elif self.default is None:
            default = "none"
        else:
            default = f"`{self.default}`"
        return f"| `{written}` | {default} | {about} |\n"


def parameters(callback: Callable[..., Any]) -> list[Parameter]:
    """What a command takes: arguments in their order, then options."""
    hints = get_type_hints(callback, include_extras=True)
    found = []
    for name, one in inspect.signature(callback).parameters.items():
        hint = hints[name]
        if get_origin(hint) is not Annotated:
            raise TypeError(f"{callback.__name__}: {name} does not say what it is for")
        kind, *extras = get_args(hint)
        info = next(extra for extra in extras if isinstance(extra, ArgumentInfo | OptionInfo))
        found.append(Parameter(name, kind, one.default, info))
    return sorted(found, key=lambda parameter: parameter.is_option)


def commands(
    group: typer.Typer = app, prefix: str = ""
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command by the words that call it, in the order in which they were registered."""
    for command in group.registered_commands:
        if command.callback is not None:
            name = command.name or command.callback.__name__.replace("_", "-")
            yield f"{prefix}{name}", command.callback
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from commands(inner.typer_instance, f"{prefix}{inner.name} ")


def section(name: str, callback: Callable[..., Any]) -> str:
    """What the page says about one command."""
    taken = parameters(callback)
    usage = " ".join(["fedlearn", name, *(one.in_usage() for one in taken)])
    text = f"## fedlearn {name}\n\n{inspect.getdoc(callback)}\n\n```\n{usage}\n```\n"
    return text + (f"\n{HEAD}" + "".join(one.row() for one in taken) if taken else "")


def render() -> str:
    """The page in Markdown."""
    return "\n".join([INTRO, *(section(name, call) for name, call in commands()), OUTRO])


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")
