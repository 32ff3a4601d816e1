"""What operators type about people who leave or move, and about reports.

These run in this process, which is quicker than one for each command.
"""

import json
import re
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
    """An account moves to one that has it as an alias, and to no other; what was done is written."""
    with pytest.raises(Invalid, match="must say first"):
        run("user", "move", "ada", "ben")
    assert run("user", "alias", "ben", "ada") == "@ada is an alias of @ben.\n"
    run("user", "move", "ada", "ben")
    with pytest.raises(Invalid, match="cannot be followed"):
        run("user", "follow", "ben", "ada")
    assert run("user", "alias", "ben", "ada", "--remove") == "@ada is no alias of @ben.\n"
    with closing(sqlite3.connect("data/fedlearn.db")) as database:
        rows = database.execute(
            "SELECT target, details FROM audit_entry WHERE act = 'act_in_name' ORDER BY id"
        )
        done = [(target, details) for target, details in rows]
    assert done == [
        ("@ben", '{"doing":"alias ada"}'),
        ("@ada", '{"doing":"move to ben"}'),
        ("@ben", '{"doing":"no alias ada"}'),
    ]


def test_reports_are_listed_and_resolved(home: Path) -> None:
    """What was reported is listed until it is resolved, and with --all after; words stay words."""
    assert (run("report", "list"), run("report", "list", "--json")) == (
        "No report waits.\n",
        "[]\n",
    )
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
    assert run("report", "list") == "No report waits.\n"
    assert f"{line}, resolved\n" in run("report", "list", "--all")
    with pytest.raises(NotFound, match="no open report 1"):
        run("report", "resolve", "1")


def test_who_waits_says_why(home: Path) -> None:
    """Who asked for an account stands in the list with what they said; once let in, without it."""
    with closing(sqlite3.connect(home / "data" / "fedlearn.db")) as database, database:
        database.execute(
            """
            UPDATE local_user SET approved_at = NULL, invite_request = '[red]I teach here.[/red]'
            WHERE email = 'ben@example.org'
            """
        )
    (line,) = [one for one in run("user", "list").splitlines() if "ben" in one]
    assert re.search(r"\bno\b.*\[red\]I teach here\.\[/red\]", line)
    told = {one["name"]: one["reason"] for one in json.loads(run("user", "list", "--json"))}
    assert told == {"ada": "", "ben": "[red]I teach here.[/red]"}
    assert run("user", "approve", "ben") == "@ben may sign in now.\n"
    assert "I teach here." not in run("user", "list")


def test_people_are_silenced_suspended_and_given_roles(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command says what it did, a line is written down for it, and the owner stays one."""
    assert run("user", "role", "ada", "owner") == "@ada is owner now.\n"
    with pytest.raises(Invalid, match="last owner"):
        run("user", "role", "ada", "user")
    assert run("user", "silence", "ben", "--reason", "spam") == "@ben is silenced.\n"
    with pytest.raises(Invalid, match="already"):
        run("user", "silence", "@ben")
    assert run("user", "unsilence", "ben") == "@ben is not silenced any more.\n"
    assert run("user", "disable", "ben") == "@ben cannot sign in any more.\n"
    assert run("user", "enable", "ben") == "@ben can sign in again.\n"
    assert run("user", "sensitize", "ben") == "All attachments of @ben are marked.\n"
    assert run("user", "unsensitize", "ben") == "Attachments of @ben are as they were posted.\n"
    assert run("user", "suspend", "ben") == "@ben is suspended.\n"
    assert run("user", "unsuspend", "ben") == "@ben takes part again.\n"
    with pytest.raises(NotFound, match="nobody called @ben"):
        run("user", "suspend", "@ben@far.example")
    with pytest.raises(Invalid, match="does not wait"):
        run("user", "reject", "ben")
    with pytest.raises(Invalid, match="REGISTRATION is closed"):
        run("user", "invite")
    monkeypatch.setenv("FEDLEARN_REGISTRATION", "invite")
    assert "/sign-up?invitation=" in run("user", "invite", "--uses", "3", "--days", "2")
    with closing(sqlite3.connect(home / "data" / "fedlearn.db")) as database:
        rows = database.execute("SELECT agent, act, target, reason FROM audit_entry ORDER BY id")
        done = [(agent, act, target, reason) for agent, act, target, reason in rows]
    assert ("terminal", "silence", "@ben", "spam") in done
    acts = [act for _, act, _, _ in done if "sign_in_link" not in act]
    assert acts == [
        "create_account",
        "create_account",
        "change_role",
        "silence",
        "unsilence",
        "disable",
        "enable",
        "sensitize",
        "unsensitize",
        "suspend",
        "unsuspend",
        "invite",
    ]


def test_lists_of_domains_are_taken_in_and_given_out(home: Path) -> None:
    """What a list says holds from then on, with the comment that an operator gives it."""
    (home / "list.csv").write_text("#domain,#severity\nbad.example,suspend\nodd.example,noop\n")
    said = run("domain", "import", "list.csv")
    assert said == ("1 new, 0 changed, 0 as before.\nLine 3: the severity noop does nothing here\n")
    run("domain", "silence", "bad.example", "--public-comment", "loud", "--private-comment", "x")
    assert "bad.example,silence,False,False,loud,False\n" in run("domain", "export")
    assert '"private_comment": "x"' in run("domain", "list", "--json")
    with pytest.raises(Invalid, match="cannot be read"):
        run("domain", "import", "nowhere.csv")
    with pytest.raises(NotFound):
        run("report", "reopen", "1")


def test_programs_are_let_in(home: Path) -> None:
    """A token is printed for a program; a file brings an instance into a known state."""
    token = run("user", "token", "ada", "--scopes", "read write").strip()
    assert len(token) > 20
    with pytest.raises(NotFound):
        run("user", "token", "nobody")
    with pytest.raises(Invalid, match="no such scopes: dance"):
        run("user", "token", "ada", "--scopes", "dance")
    seed = home / "seed.json"
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        run("seed", str(seed))
    seed.write_text('{"users": [{"name": "cem", "email": "cem@example.org"}]}', encoding="utf-8")
    assert run("seed", str(seed)).strip() == "People: 1. Apps: 0. Posts: 0."
    assert "cem" in run("user", "list")
    seed.write_text("{", encoding="utf-8")
    with pytest.raises(Invalid, match="the file cannot be read"):
        run("seed", str(seed))
