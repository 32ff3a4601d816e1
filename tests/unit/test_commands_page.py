"""The page of commands says what the commands are, and what they print."""

import json
import re
from pathlib import Path
from typing import Any

from fedlearn.app import open_instance
from fedlearn.services import health
from fedlearn.settings import Settings
from tests import commands_page


def test_page_is_what_the_commands_are_now() -> None:
    """The page in the tree is what would be made from the commands of today."""
    in_tree = commands_page.PAGE.read_text(encoding="utf-8")
    assert in_tree == commands_page.render(), "run `python -m tests.commands_page`"


def test_commands_are_found_at_every_level() -> None:
    """A command of the top and one inside a group are both among them."""
    names = [name for name, _ in commands_page.commands()]
    assert {"serve", "user create", "domain block"} <= set(names)
    assert len(names) == len(set(names))


def test_arguments_are_written_as_they_are_typed() -> None:
    """Arguments stand by their place, choices are listed, and switches take no value."""
    post = dict(commands_page.commands())["post"]
    assert [one.in_usage() for one in commands_page.parameters(post)] == [
        "NAME",
        "TEXT",
        "[--reach public|unlisted|followers|direct]",
        "[--scope fed|org]",
    ]
    create = dict(commands_page.commands())["user create"]
    assert [one.in_usage() for one in commands_page.parameters(create)] == [
        "NAME",
        "--email EMAIL",
        "[--password-stdin]",
        "[--admin]",
    ]
    status = dict(commands_page.commands())["status"]
    assert [one.in_usage() for one in commands_page.parameters(status)] == ["[--json]"]


async def test_status_has_the_shape_on_the_page(tmp_path: Path) -> None:
    """The JSON on the page has the fields that `fedlearn status --json` prints."""
    example = re.search(r"```json\n(.+?)```", commands_page.OUTRO, re.DOTALL)
    assert example
    settings = Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys")
    async with open_instance(settings) as instance:
        printed = await health.summary(instance)
    assert shape(json.loads(example[1])) == shape(printed)


def shape(value: Any) -> Any:
    """The names of the fields, and the types of what is in them."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value).__name__
