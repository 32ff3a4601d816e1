"""What operators type about what waits, and about what is kept of others."""

import sqlite3
from contextlib import closing

import pytest

from tests.commands.fedlearn import Here, Operator

FILL = """
    INSERT INTO job (kind, payload, order_key, run_at, attempts, locked_until, created_at, dead_at,
        last_error)
    VALUES ('fetch_parent', '{}', 'parent https://far.example/1', 1, 8, 0, 1, 2, 'far.example broke'),
        ('refresh_actor', 'https://far.example/2', 'refresh https://far.example/2', 1, 1, 0, 1, NULL, NULL),
        ('refresh_actor', 'https://b.example/3', 'refresh https://b.example/3', 1, 8, 0, 1, 2, 'gone');
    INSERT INTO outgoing_activity (id, sender_id, order_key, body, created_at)
        SELECT 1, id, 'https://our.example/1', x'7b7d', 1 FROM actor;
    INSERT INTO delivery (activity_id, inbox, host, order_key, run_at, attempts, locked_until, dead_at,
        last_error)
    VALUES (1, 'https://far.example/inbox', 'far.example', 'https://our.example/1', 1, 9, 0, 2, 'silence'),
        (1, 'https://b.example/inbox', 'b.example', 'https://our.example/1', 1, 0, 0, NULL, NULL);
    INSERT INTO host VALUES ('far.example', 6, 1763800000000, 1, 20414);
    INSERT INTO cached_media (url, path, media_type, bytes, fetched_at, used_at, host)
    VALUES ('https://far.example/1.png', 'aa/1', 'image/png', 1048576, 1, 1, 'far.example'),
        ('https://b.example/1.png', 'bb/1', 'image/png', 1048576, 1, 1, 'b.example');
"""


@pytest.fixture
def operator(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator of an instance for which something waits, with no server running."""
    operator = Here(tmp_path_factory.mktemp("home"))
    assert operator.run("migrate").returncode == 0
    assert operator.run("status").returncode == 0
    path = operator.home / "data" / "fedlearn.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(FILL)
    return operator


def test_jobs_and_deliveries(operator: Operator) -> None:
    """They are listed with the reason, tried again and dropped; ids of each are counted apart."""
    of_kind = operator.run("jobs", "list", "--kind", "refresh_actor", "--host", "b.example").stdout
    assert "refresh https://b.example/3" in of_kind
    assert "gone" in of_kind
    assert "far.example" not in of_kind
    assert operator.run("jobs", "retry", "1").stdout == "1 are tried again.\n"
    assert operator.run("jobs", "drop", "--all-dead").stdout == "1 are dropped.\n"
    left = [(one["id"], one["state"]) for one in operator.json("jobs", "list")]
    assert left == [(1, "waiting"), (2, "waiting")]
    shown = operator.run("deliveries", "list", "--dead").stdout
    assert "https://far.example/inbox" in shown
    assert "silence" in shown
    assert operator.run("deliveries", "retry", "--host", "far.example").returncode == 0
    assert operator.run("deliveries", "drop", "2").returncode == 0
    [again] = operator.json("deliveries", "list")
    assert (again["id"], again["state"], again["attempts"]) == (1, "waiting", 0)


def test_what_is_meant_must_be_said(operator: Operator) -> None:
    """What is not there, or not one thing, is said in one line and changes nothing."""
    for arguments, reason in (
        (("deliveries", "retry", "17"), "there is no delivery 17, or it is under way"),
        (("jobs", "drop"), "say which: one by its id, those of a host, or all that are dead"),
        (("domain", "show", "new.example"), "nothing is known of new.example"),
    ):
        done = operator.run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"fedlearn: {reason}\n"
    assert operator.run("jobs", "list", "--kind", "dreams").returncode == 2


def test_servers_are_shown(operator: Operator) -> None:
    """One with all there is between it and us, and in the status those that fail come first."""
    found = operator.json("domain", "show", "far.example")
    assert found["deliveries"] == {
        "waiting": 0,
        "dead": 1,
        "next_try": None,
        "last_error": "silence",
    }
    assert found["jobs"] == {"refresh_actor": 1}
    assert found["failures"]["failures"] == 6
    words = operator.run("domain", "show", "far.example").stdout
    assert "6 times in a row, on 1 days" in words
    assert "2025-11-22 08:26:40" in words
    hosts = operator.json("status")["hosts"]
    assert [(one["host"], one["waiting"], one["failures"]) for one in hosts] == [
        ("far.example", 0, 6),
        ("b.example", 1, 0),
    ]
    assert "far.example" in operator.run("status").stdout


def test_kept_files(operator: Operator) -> None:
    """How much is kept is shown, and what is purged is no longer there."""
    lines = operator.run("media", "show").stdout
    assert lines == "2 files, 2.0 of 1024 MiB allowed.\n"
    purged = operator.run("media", "purge", "--host", "far.example", "--older-than", "1")
    assert purged.stdout == "1 files are forgotten.\n"
    assert operator.json("status")["media"] == {"files": 1, "bytes": 1048576}
    assert operator.run("media", "purge").stdout == "1 files are forgotten.\n"
    assert operator.json("media", "show") == {"files": 0, "bytes": 0, "limit": 1024**3}
