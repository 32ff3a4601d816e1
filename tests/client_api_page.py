"""This is where docs/reference/client-api.md comes from: `python -m tests.client_api_page` writes it.

The methods are read from the routes, and from its handler what each does and what it asks to be allowed;
what of Mastodon's is there, and what not, is said in mastodon_methods.toml.
"""

import ast
import inspect
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from starlette.routing import Route, WebSocketRoute

from fedlearn.domain.oauth import KNOWN
from fedlearn.web.api_routes import API, OAUTH

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "client-api.md"
OF_MASTODON = ROOT / "tests" / "mastodon_methods.toml"
CHOICE = re.compile(r"\{([^}]*)\}")

MEMBER = re.compile(r"<\w+\.\w+: '[^']*'>")

INTRO = """\
# What apps can ask

The client API of Mastodon, as far as it is there: for apps that people sign in to with their account
here, and for programs. Methods, parameters and answers are those of the
[Mastodon documentation](https://docs.joinmastodon.org/methods/); whatever a client could miss in an
answer is there, with the value that says "nothing". A post has `local_only` besides: such a post
never leaves the server, and an app may ask for it when it posts.

An app registers, leads people to `/oauth/authorize`, and fetches a token with the code that comes back
(PKCE with S256, several addresses to lead back to, also of their own schemes, or a code to copy). People
see in their settings which apps act for them, and take that back there.

What those may do who look after the instance stands in [how to moderate](../how-to/moderate.md#from-an-app).

`api_versions.mastodon` says 10. The pictures of a post that an app deletes wait for a day, so that who writes it
anew need not choose them again; with `delete_media=true` they are gone at once.

Each answer says in `X-RateLimit-Limit`, `-Remaining` and `-Reset` how much may be asked and is left: 300 times in
five minutes with one token, and 1,500 times for one person with all of their apps. Who asks without a token, or with
one that speaks for nobody, has 300 from one address. Uploads and deletions have 30 of their own in half an hour. The
answer tells of that of which least is left; more is answered 429.
"""

SCOPES = """\
Where several scopes stand, one of them is enough, or which it is depends on what is asked. A method without
one is for everybody, or for any app. A scope includes what is below it: `read` is `read:statuses`, too.\
"""


WHAT_OF_IT = """\
What is there of them, by what they are about; what stewards do from apps is
[in its own place](../how-to/moderate.md#from-an-app). What is there partly says what is missing.\
"""
TOLD_HEAD = ["| about | method | state | why |", "| --- | --- | --- | --- |"]


def methods() -> Iterator[tuple[str, str, str, str]]:
    """Each method with its address, the scopes one of which it takes, and what it does."""
    for route in [*OAUTH, *API]:
        if not isinstance(route, Route | WebSocketRoute):
            raise TypeError(f"{route} is no method")
        said = (inspect.getdoc(route.endpoint) or "").split("\n\n")[0].replace("\n", " ")
        scopes = ", ".join(f"`{scope}`" for scope in sorted(scopes_of(route.endpoint)))
        if isinstance(route, WebSocketRoute):
            yield "WebSocket", route.path, scopes, said
            continue
        for verb in sorted((route.methods or set()) - {"HEAD"}):
            yield verb, route.path, scopes, said


def scopes_of(endpoint: Callable[..., Any]) -> set[str]:
    """The scopes that are named in a handler, or in what it uses of its module."""
    handler = inspect.unwrap(endpoint)
    module = inspect.getmodule(handler)
    if module is None:
        raise TypeError(f"{handler} stands in no module")
    return _named(handler, module, set())


def _named(thing: object, module: ModuleType, seen: set[str]) -> set[str]:
    if not inspect.isfunction(thing):
        # A table of acts, or a scope by itself; members of enumerations are none.
        plain = MEMBER.sub("", repr(thing))
        return {scope for scope in KNOWN if f"'{scope}'" in plain}
    tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    found = {
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in KNOWN
    }
    for name in {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)} - seen:
        used = vars(module).get(name)
        is_ours = inspect.isfunction(used) and used.__module__ == module.__name__
        if is_ours or isinstance(used, str | dict | tuple):
            seen.add(name)
            found |= _named(used, module, seen)
    return found


def told_of_mastodon() -> Iterator[tuple[str, str, str, str]]:
    """What is said of each method of Mastodon: below which heading it stands, its state, and why."""
    pages: dict[str, dict[str, str]] = tomllib.loads(OF_MASTODON.read_text(encoding="utf-8"))
    for page, rows in pages.items():
        for named, said in rows.items():
            state, _, why = said.partition(": ")
            yield page, named, state, why


def unfolded(named: str) -> list[str]:
    """All methods that are meant by one in braces."""
    match = CHOICE.search(named)
    if match is None:
        return [named]
    before, after = named[: match.start()], named[match.end() :]
    return [one for word in match[1].split(",") for one in unfolded(f"{before}{word}{after}")]


def render() -> str:
    """The page."""
    told = [
        f"| {page} | `{named}` | {state} | {why} |"
        for page, named, state, why in told_of_mastodon()
    ]
    rows = [f"| {verb} | `{path}` | {scopes} | {said} |" for verb, path, scopes, said in methods()]
    head = ["| | address | scope | what it does |", "| --- | --- | --- | --- |"]
    lines = [INTRO, "## Methods", "", SCOPES, "", *head, *rows, "", "## Of Mastodon's methods", ""]
    return "\n".join([*lines, WHAT_OF_IT, "", *TOLD_HEAD, *told]) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")


if __name__ == "__main__":
    main()
