"""What operators type, and what they are told."""

import re
import sqlite3
from pathlib import Path

import pytest

from fedlearn.domain.jobs import JobKind
from tests.commands.fedlearn import Here, Operator, free_port


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator in an empty folder."""
    return Operator(tmp_path)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    """The same, with commands that run in this process."""
    return Here(tmp_path)


def one_line(text: str) -> str:
    """The only line of an error; a traceback has more."""
    assert text.count("\n") == 1, text
    return text.strip()


def test_first_commands_of_an_operator(operator: Operator) -> None:
    """People are made and listed, follow each other and post; the status counts it all."""
    made = operator.run("user", "create", "ada", "--email", "ada@example.org", "--admin")
    assert made.returncode == 0, made.stderr
    assert "http://localhost:8000/sign-in/" in made.stdout
    given = ("user", "create", "ben", "--email", "ben@example.org", "--password-stdin")
    assert (
        operator.run(*given, stdin="correct horse battery\n").stdout == "@ben has an account now.\n"
    )
    people = operator.json("user", "list")
    assert [(one["name"], one["role"]) for one in people] == [("ada", "admin"), ("ben", "user")]
    assert operator.run("user", "follow", "ben", "ada").stdout == "@ben follows @ada (accepted).\n"
    posted = operator.run("post", "ada", "Hello, all", "--reach", "unlisted")
    assert re.fullmatch(r"http://localhost:8000/@ada/\d+\n", posted.stdout)
    assert operator.run("post", "ada", "Only us", "--scope", "org").returncode == 0
    nothing = {"waiting": 0, "running": 0, "dead": 0}
    assert operator.json("status") == {
        "users": 2,
        "statuses": {"local": 2, "remote": 0},
        "jobs": dict.fromkeys(JobKind, nothing),
        "deliveries": {"waiting": 0, "dead": 0},
        "domains": 0,
        "hosts": [],
        "media": {"files": 0, "bytes": 0},
    }
    assert "People: 2. Posts from here: 2, from elsewhere: 0." in operator.run("status").stdout


def test_what_cannot_be_done_is_said_in_one_line(here: Here) -> None:
    """A wrong name, address, reach or person ends with 1 or 2 and a line, and makes nothing."""
    wrong = here.run("user", "create", "a b", "--email", "nowhere")
    assert wrong.returncode == 1
    assert "Letters, digits and _ only" in one_line(wrong.stderr)
    assert "not an e-mail address" in wrong.stderr
    assert here.json("user", "list") == []
    nobody = here.run("post", "nobody", "hello")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert one_line(nobody.stderr) == "fedlearn: there is nobody called nobody here"
    assert here.run("post", "ada", "hello", "--reach", "everywhere").returncode == 2
    assert here.run("serve", "--workers", "0").returncode == 2


def test_domains_are_blocked_and_forgotten(here: Here) -> None:
    """A domain is silenced, blocked, listed, unblocked; once only can a word be taken back."""
    assert here.run("migrate").returncode == 0
    assert here.run("domain", "list").stdout == "No domain is blocked, silenced or allowed.\n"
    assert here.run("domain", "silence", "spam.example").returncode == 0
    assert here.run("domain", "list").stdout == "silence  spam.example\n"
    assert here.run("domain", "block", "Spam.Example").returncode == 0
    assert here.json("domain", "list") == [
        {
            "domain": "spam.example",
            "policy": "block",
            "public_comment": "",
            "private_comment": "",
        }
    ]
    assert here.run("domain", "unblock", "spam.example").returncode == 0
    assert here.json("domain", "list") == []
    again = here.run("domain", "unblock", "spam.example")
    assert again.returncode == 1
    assert one_line(again.stderr) == "fedlearn: nothing was said of spam.example"
    assert here.run("domain", "block", "not a domain").returncode == 1


def test_relays_are_asked_and_left(here: Here) -> None:
    """A relay is asked once, waits for its answer, and is left; what is none cannot be asked."""
    url = "https://relay.example.org/inbox"
    assert here.run("migrate").returncode == 0
    assert here.run("relay", "list").stdout == "No relay was asked.\n"
    assert here.run("relay", "add", url).stdout == f"{url} is asked, in the way of mastodon.\n"
    assert here.run("relay", "list").stdout == f"pending  mastodon  {url}\n"
    assert here.json("relay", "list") == [{"inbox": url, "style": "mastodon", "state": "pending"}]
    assert here.json("status")["deliveries"]["waiting"] == 1
    again = here.run("relay", "add", url)
    assert again.returncode == 1
    assert one_line(again.stderr) == f"fedlearn: {url} was asked before"
    assert here.run("relay", "add", "relay.example.org").returncode == 1
    assert here.run("relay", "remove", url).returncode == 0
    assert here.json("relay", "list") == []
    assert here.run("relay", "remove", url).returncode == 1


def test_a_wrong_setting_stops_everything_with_one_line(here: Here) -> None:
    """A setting that cannot be used is named with its value; nothing is made."""
    refused = here.run("serve", FEDLEARN_FEDERATION="maybe")
    assert refused.returncode == 1
    assert one_line(refused.stderr) == (
        "fedlearn: FEDLEARN_FEDERATION: 'maybe' is not one of open, allowlist, closed"
    )
    assert list(here.home.iterdir()) == []
    no_certificates = here.run("serve", "--port", str(free_port()), FEDLEARN_CA_FILE="nowhere.pem")
    assert no_certificates.returncode == 1
    assert "nowhere.pem holds no certificates" in one_line(no_certificates.stderr)


def test_wrong_folder_stays_as_it_is(here: Here) -> None:
    """Where there is no instance, commands say so in one line and make nothing."""
    for command in (("user", "list"), ("status",), ("post", "ada", "hello")):
        lost = here.run(*command)
        assert (lost.returncode, lost.stdout) == (1, "")
        assert one_line(lost.stderr).startswith("fedlearn: there is no instance here: no data/")
    assert list(here.home.iterdir()) == []


def test_missing_key_file_stops_the_start(operator: Operator) -> None:
    """Without its secret the server refuses to start, and makes no new one; with it, it starts."""
    assert operator.run("user", "create", "ada", "--email", "a@example.org").returncode == 0
    secret = operator.home / "keys" / "instance.key"
    assert secret.stat().st_mode & 0o777 == 0o600
    with operator.serving():
        assert operator.run("doctor").returncode == 0
    kept = secret.read_text()
    secret.unlink()
    refused = operator.run("serve", "--port", "1")
    assert refused.returncode == 1
    assert "instance.key is missing" in one_line(refused.stderr)
    assert not secret.exists()
    secret.write_text("b3RoZXI" + kept[7:])
    assert "does not open the keys" in one_line(operator.run("status").stderr)
    secret.write_text(kept)
    assert operator.json("status")["users"] == 1


def test_database_from_a_newer_version_is_left_alone(here: Here) -> None:
    """A schema that this version does not know stops the start, and stays as it is."""
    assert here.run("migrate").returncode == 0
    path = here.home / "data" / "fedlearn.db"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_future'")
    database.close()
    refused = here.run("status")
    assert refused.returncode == 1
    assert "newer version of fedlearn (schema 9999_future" in one_line(refused.stderr)


def test_doctor_says_what_is_wrong(operator: Operator) -> None:
    """The doctor is content while the server runs, and names what fails when it does not."""
    with operator.serving() as url:
        well = operator.run("doctor")
        assert (well.returncode, well.stdout.count("fine")) == (0, 12), well.stdout + well.stderr
        assert "fine  mail: none is sent" in well.stdout
        fetched = operator.run(
            "fetch", f"{url}/actor", FEDLEARN_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8,::1/128"
        )
        assert fetched.returncode == 0, fetched.stderr
        assert '"ActorDocument"' in fetched.stdout
        port = url.rpartition(":")[2]
        taken = operator.run("serve", "--port", port)
        assert taken.returncode == 1
        assert f"cannot listen on 127.0.0.1 port {port}" in one_line(taken.stderr)
        guarded = operator.run("fetch", f"{url}/actor")
        assert guarded.returncode == 1
        assert "no public address" in one_line(guarded.stderr)
    ill = operator.run("doctor")
    assert ill.returncode == 1
    assert "wrong actor under the public URL" in ill.stdout
    assert "fine  database" in ill.stdout


def test_first_run_makes_the_owner_once(operator: Operator) -> None:
    """`serve --first-run` makes the owner; a second time it makes nobody else."""
    for _ in range(2):
        with operator.serving("--first-run"):
            assert [one["role"] for one in operator.json("user", "list")] == ["owner"]
