"""This is where docs/reference/settings.md comes from: `python -m tests.settings_page` writes it."""

import sys
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from fedlearn.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "settings.md"

INTRO = """\
# Settings

You can try fedlearn out without setting anything: it is then at home on http://localhost:8000.
Before you invite people, set at least `FEDLEARN_URL`.

## Where settings come from

Each setting is looked for in three places, and the first one that has it wins:

1. the environment, under the name in the tables below;
2. the file `fedlearn.toml` in the folder where you start the server, under the same name in small
   letters and without `FEDLEARN_`;
3. the default.

So a file like this is enough for most instances, and a variable such as
`FEDLEARN_REGISTRATION=closed` still overrides it for one start:

```toml
url = "https://social.example.org"
handle_domain = "example.org"
name = "Example College"
contact_email = "help@example.org"
database = "postgresql://fedlearn@localhost/fedlearn"
registration = "approval"
trusted_proxies = ["10.0.0.0/8"]
max_status_characters = 1000
```

Switches are `true` or `false` (`on`, `off`, `yes`, `no`, `1` and `0` will do, too). A list has
commas between its entries in the environment, and is an array in the file. A name that does not
exist, or a value that cannot be used, stops the start with one line that says which it is, so a
slip of the pen does not go unnoticed.
"""

CHOICES = """\
## Choices

What your instance is, and with whom it talks.
"""

LIMITS = """\
## Limits

Sizes, times and numbers. The defaults suit a small server; there is rarely a reason to change them.
"""

HEAD = "| variable | default | what it is for |\n| --- | --- | --- |\n"


def variable(setting: Field[Any]) -> str:
    """The name of a setting in the environment."""
    return PREFIX + setting.name.upper()


def default(setting: Field[Any]) -> str:
    """The default of a setting, as one would write it in the environment."""
    match setting.default:
        case bool() as switch:
            text = str(switch).lower()
        case tuple() as entries:
            text = ", ".join(str(entry) for entry in entries)
        case None:
            text = ""
        case other:
            text = str(other)
    return f"`{text}`" if text else "empty"


def row(setting: Field[Any]) -> str:
    """The line of a setting in its table."""
    about = setting.metadata["about"].replace("|", r"\|")
    return f"| `{variable(setting)}` | {default(setting)} | {about} |\n"


def is_limit(setting: Field[Any]) -> bool:
    """Whether a setting is a size, a time or a number."""
    return setting.type in {int, float}


def render() -> str:
    """The page in Markdown."""
    known = fields(Settings)
    choices = "".join(row(one) for one in known if not is_limit(one))
    limits = "".join(row(one) for one in known if is_limit(one))
    return "\n".join([INTRO, CHOICES, HEAD + choices, LIMITS, HEAD + limits])


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")
