"""This is where the client API is held against its description: `python -m tests.described FILE`.

The description is the OpenAPI document that people of Mastodon keep; it is no part of this
repository. Each operation of it that is there is asked with whatever its description allows, about
things that are there and about others. A server error is a fault, and so is an answer that has not
the shape that it should have.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err, Result
from schemathesis.specs.openapi.checks import response_schema_conformance
from starlette.routing import Route

from fedlearn.db.opening import migrate
from fedlearn.settings import Settings
from fedlearn.web.api_routes import API, OAUTH
from tests.api.apps import all_allowed
from tests.browser.every_page import set_scene
from tests.browser.running import serve
from tests.federation.canary import Secret, gaps_of
from tests.federation.server import Server

GAP = re.compile(r"\{(\w+)\}")
# A stream has no end, a page is for people, and a token that was given back lets nobody in any more.
LEFT_OUT = re.compile(r"/api/v1/streaming/|/oauth/(authorize|revoke)")
ORDER = ("get", "patch", "put", "post", "delete")  # what is there is read before it is changed
# Where the description says something else than the documentation from which it was made.
MISREAD = {
    "GET /api/v1/filters": "it is a list of them",
    "GET /api/v1/instance/extended_description": "without a text there is no time of it either",
}
ASKED = {"requestBody", "parameters"}  # what is asked stays as it is described
STRICTER = {"uri", "email"}  # the documentation has empty texts in their place
# What names something that may be there, outside of paths.
NAMED = {"account_id": "actor_id", "status_id": "status_id", "acct": "username"}
Gaps = Mapping[str, Sequence[str]]
Operation = APIOperation[Any, Any, Any, Any]


@dataclass
class Inquiry:
    """A server that is asked, by whom, and what was wrong with its answers."""

    origin: str
    token: str
    gaps: Gaps
    examples: int
    is_repeatable: bool = False  # the same examples each time
    faults: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)

    def ask(self, operation: Operation) -> None:
        """Ask so many examples of an operation; every other one about something that is there."""
        route, turns = gaps_in(operation.path, operation.method.upper()), count()

        @settings(
            max_examples=self.examples,
            derandomize=self.is_repeatable,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def each(case: Case[Any]) -> None:
            turn, is_about_something_else = divmod(next(turns), 2)
            if not is_about_something_else:
                self._fill(case.path_parameters, route or {}, turn)
                self._fill(case.query, NAMED, turn)
                self._fill(case.body, NAMED, turn)
            self._judge(case)

        each()

    def _fill(self, asked: object, names: Mapping[str, str], turn: int) -> None:
        """Name something that is there, in each turn something else."""
        for name, ours in names.items():
            if isinstance(asked, dict) and name in asked and self.gaps.get(ours):
                asked[name] = self.gaps[ours][turn % len(self.gaps[ours])]

    def _judge(self, case: Case[Any]) -> None:
        headers = {"authorization": f"Bearer {self.token}"}
        answer = case.call(base_url=self.origin, headers=headers, allow_redirects=False)
        name = f"{case.method} {case.operation.path}"
        (self.refused if answer.status_code >= 400 else self.answered).add(name)
        if answer.status_code < 400 and name not in MISREAD:
            self._compare(case, answer, name)
        elif answer.status_code >= 400 and not is_refusal(answer):
            fault = f"{name}: {answer.status_code} {answer.content[:200]!r}"
            self.faults.setdefault(fault, case.as_curl_command())

    def _compare(self, case: Case[Any], answer: Response, name: str) -> None:
        try:
            case.validate_response(answer, checks=[response_schema_conformance])
        except FailureGroup as group:
            for fault in group.exceptions:
                said = str(fault).partition("Validated against")[0].strip()
                self.faults.setdefault(f"{name}: {said}", case.as_curl_command())


def is_refusal(answer: Response) -> bool:
    """Whether an error says in JSON what is wrong, and that nothing broke."""
    try:
        said = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return False
    return answer.status_code < 500 and isinstance(said, dict) and bool(said.get("error"))


def add_forgotten(description: dict[str, Any]) -> None:
    """What came with collections stands among the kinds of notifications, but not of their groups."""
    schemas = description["components"]["schemas"]
    schemas["NotificationGroupTypeEnum"] = schemas["NotificationTypeEnum"]


def as_documented(description: Any) -> Any:
    """A description without what it has made up: of several shapes one is enough."""
    if isinstance(description, list):
        return [as_documented(one) for one in description]
    if not isinstance(description, dict):
        return description
    named = {"oneOf": "anyOf"}
    return {
        named.get(name, name): value if name in ASKED else as_documented(value)
        for name, value in description.items()
        if not (name == "format" and value in STRICTER)
    }


def gaps_in(path: str, method: str) -> dict[str, str] | None:
    """What we call each gap of a described path; None when nothing of ours is asked so."""
    numbers = {name: str(900 + place) for place, name in enumerate(GAP.findall(path))}
    asked = GAP.sub(lambda gap: numbers[gap[1]], path)
    for route in (*OAUTH, *API):
        found = route.path_regex.match(asked) if isinstance(route, Route) else None
        if found and isinstance(route, Route) and method in (route.methods or ()):
            ours = {number: name for name, number in found.groupdict().items()}
            return {name: ours[number] for name, number in numbers.items() if number in ours}
    return None


def operations(description: dict[str, Any]) -> Iterator[Operation]:
    """The operations that are described and are there, what only reads first."""
    schema = schemathesis.openapi.from_dict(as_documented(description), config=SchemathesisConfig())
    known = [_read(result) for result in schema.get_all_operations()]
    for operation in sorted(known, key=lambda one: ORDER.index(one.method.lower())):
        is_there = gaps_in(operation.path, operation.method.upper()) is not None
        if is_there and not LEFT_OUT.match(operation.path):
            yield operation


def _read(result: Result[Operation, InvalidSchema]) -> Operation:
    if isinstance(result, Err):
        raise result.err()
    return result.ok()


async def there(server: Server) -> Gaps:
    """What stands in the gaps of addresses, after a day with something of every kind."""
    scene = await set_scene(server, "ada")
    posts = Secret(ids={str(view.id) for view in await server.home("ada")})
    known = await gaps_of(server, posts)
    return {
        name: list(dict.fromkeys([*scene.gaps.get(name, "").split(), *known.get(name, [])]))
        for name in {*known, *scene.gaps}
    }


async def inquire(
    description: dict[str, Any], examples: int, *, is_repeatable: bool = False
) -> Inquiry:
    """All operations are asked, of a server of their own."""
    add_forgotten(description)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "data").mkdir()
        await migrate(Settings(database=str(home / "data" / "fedlearn.db")))
        async with serve(home, embedded_worker=False) as server:
            gaps = await there(server)
            token = await all_allowed(server, "ada")
            inquiry = Inquiry(server.instance.uris.origin, token, gaps, examples, is_repeatable)
            for operation in operations(description):
                await asyncio.to_thread(inquiry.ask, operation)
    return inquiry


def main() -> None:
    """Print what is wrong, and what was never answered but refused; ends with 1 on faults."""
    parser = argparse.ArgumentParser(prog="python -m tests.described", description=__doc__)
    parser.add_argument("file", type=Path, help="the description, as JSON")
    parser.add_argument("--examples", type=int, default=20, help="how many for each operation")
    asked = parser.parse_args()
    description = msgspec.json.decode(asked.file.read_bytes())
    inquiry = asyncio.run(inquire(description, asked.examples))
    for fault, how in inquiry.faults.items():
        sys.stdout.write(f"{fault}\n    {how}\n")
    for name in sorted(inquiry.refused - inquiry.answered):
        sys.stdout.write(f"always refused: {name}\n")
    sys.stdout.write(f"{len(inquiry.answered)} answered, {len(inquiry.faults)} faults\n")
    sys.exit(1 if inquiry.faults else 0)


if __name__ == "__main__":
    main()
