"""What operators type about people who leave or move, and about reports.

These run in this process, which is quicker than one for each command.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fedlearn import cli
from fedlearn.errors import FedlearnError, Invalid, NotFound


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which ada and ben get an account."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("ada", "ben"):
        run("user", "create", name, "--email", f"{name}@example.org")
    return tmp_path


def run(*arguments: str) -> str:
    """What a command prints."""
    done = CliRunner().invoke(cli.app, arguments)
    if isinstance(done.exception, FedlearnError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_people_are_deleted_for_good() -> None:
    """Nobody is deleted by a slip, who is deleted is gone, and their name stays taken."""
    with pytest.raises(Invalid, match="add --yes"):
        run("user", "delete", "ada")
    assert "ada" in run("user", "list")
    run("user", "delete", "ada", "--yes")
    assert "ada" not in run("user", "list")
    with pytest.raises(NotFound):
        run("user", "delete", "ada", "--yes")
    with pytest.raises(Invalid, match="Somebody has this name already"):
        run("user", "create", "ada", "--email", "ada@example.org")


def test_people_move_within_a_server() -> None:
    """An account moves to one that has it as an alias, and to no other."""
    with pytest.raises(Invalid, match="must say first"):
        run("user", "move", "ada", "ben")
    assert run("user", "alias", "ben", "ada") == "@ada is an alias of @ben.\n"
    run("user", "move", "ada", "ben")
    with pytest.raises(Invalid, match="cannot be followed"):
        run("user", "follow", "ben", "ada")
    assert run("user", "alias", "ben", "ada", "--remove") == "@ada is no alias of @ben.\n"


def test_reports_are_listed_and_resolved(home: Path) -> None:
    """What was reported is listed until it is resolved, and with --all after; words stay words."""
    assert (run("report", "list"), run("report", "list", "--json")) == ("", "[]\n")
    with closing(sqlite3.connect(home / "data" / "fedlearn.db")) as database, database:
        database.execute(
            """
            INSERT INTO report (uri, reporter_id, target_id, comment, is_forwarded, created_at)
            SELECT 'x', a.id, b.id, '[red]look[/red]', 0, 0 FROM actor a, actor b
            WHERE a.username = 'ada' AND b.username = 'ben'
            """
        )
    assert '"target": "ben"' in run("report", "list", "--json")
    line = "1  1970-01-01 00:00  @ada reports @ben"
    assert run("report", "list") == f"{line}\n    [red]look[/red]\n"
    assert run("report", "resolve", "1") == "Report 1 is resolved.\n"
    assert run("report", "list") == ""
    assert f"{line}, resolved\n" in run("report", "list", "--all")
    with pytest.raises(NotFound, match="no open report 1"):
        run("report", "resolve", "1")
