"""Settings: what is read from where, what is refused and with which words, and that the docs agree."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from fedlearn.errors import SettingsError
from fedlearn.settings import Federation, Registration, Settings, load_settings
from tests import settings_page

Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads settings given as keywords (the environment) and as the text of a file."""

    def load(toml: str = "", **environ: str) -> Settings:
        """Settings from this file and these variables, named without `FEDLEARN_`."""
        path = tmp_path / "fedlearn.toml"
        path.write_text(toml, encoding="utf-8")
        variables = {f"FEDLEARN_{name.upper()}": value for name, value in environ.items()}
        return load_settings({"HOME": "/root", **variables}, path)

    return load


def test_defaults_need_neither_file_nor_environment(tmp_path: Path) -> None:
    """Without anything set, there are settings for trying it out, and nobody can sign up."""
    settings = load_settings({}, tmp_path / "no.toml")
    assert settings == Settings()
    assert settings.url == "http://localhost:8000"
    assert settings.registration is Registration.CLOSED
    assert settings.federation is Federation.OPEN
    assert settings.allow_private_addresses == ()
    assert settings.max_status_characters == 500


def test_defaults_pass_their_own_checks(load: Load) -> None:
    """Each default, written as the docs show it, is a value that can be set."""
    written = {one.name: settings_page.default(one).strip("`") for one in fields(Settings)}
    environ = {name: value for name, value in written.items() if value != "empty"}
    assert load(**environ) == Settings()


def test_settings_do_not_change(load: Load) -> None:
    """Settings are frozen: what was true at the start stays true."""
    settings: Any = load()
    with pytest.raises(FrozenInstanceError):
        settings.url = "https://elsewhere.example"


def test_file_beats_default_and_environment_beats_file(load: Load) -> None:
    """Each setting comes from the environment, else from the file, else it is the default."""
    settings = load('name = "from file"\nhome_entries = 7', name="from environment")
    assert settings.name == "from environment"
    assert settings.home_entries == 7
    assert settings.session_days == 90


def test_file_is_looked_for_where_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is fedlearn.toml in the current folder where no other is named."""
    (tmp_path / "fedlearn.toml").write_text('name = "here"', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).name == "here"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", "  Example College ", "Example College"),
        ("home_entries", "12", 12),
        ("read_timeout", "2.5", 2.5),
        ("rate_limits", "off", False),
        ("rate_limits", "No", False),
        ("rate_limits", "0", False),
        ("authorized_fetch", "TRUE", True),
        ("authorized_fetch", "yes", True),
        ("authorized_fetch", "1", True),
        ("data_dir", "/srv/data", Path("/srv/data")),
        ("ca_file", "/etc/ca.pem", Path("/etc/ca.pem")),
        ("ca_file", "", None),
        ("federation", "Allowlist", Federation.ALLOWLIST),
        ("registration", "invite", Registration.INVITE),
        ("trusted_proxies", "", ()),
        (
            "trusted_proxies",
            "10.0.0.0/8, fd00::/8,",
            (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")),
        ),
    ],
)
def test_environment_is_read_by_kind(load: Load, name: str, text: str, value: object) -> None:
    """Texts of the environment become values of the kind that the setting has."""
    assert getattr(load(**{name: text}), name) == value


def test_file_is_read_by_kind(load: Load) -> None:
    """The file may use the kinds that TOML has."""
    settings = load(
        'data_dir = "/srv"\nhome_entries = 12\nread_timeout = 2.5\nrate_limits = false\n'
        'federation = "closed"\nallow_private_addresses = ["127.0.0.0/8", "::1/128"]\n'
    )
    assert settings.data_dir == Path("/srv")
    assert settings.home_entries == 12
    assert settings.read_timeout == 2.5
    assert settings.rate_limits is False
    assert settings.federation is Federation.CLOSED
    assert [str(one) for one in settings.allow_private_addresses] == ["127.0.0.0/8", "::1/128"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("home_entries", "many"),
        ("home_entries", ""),
        ("home_entries", "1.5"),
        ("home_entries", "0"),
        ("home_entries", "-3"),
        ("read_timeout", "soon"),
        ("read_timeout", "0"),
        ("read_timeout", "3600"),
        ("read_timeout", "nan"),
        ("rate_limits", "perhaps"),
        ("rate_limits", ""),
        ("trusted_proxies", "localhost"),
        ("trusted_proxies", "10.0.0.0/33"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("federation", "some"),
        ("registration", ""),
        ("url", ""),
        ("url", "social.example.org"),
        ("url", "ftp://social.example.org"),
        ("url", "https://"),
        ("url", "https://social.example.org/"),
        ("url", "https://social.example.org/fedlearn"),
        ("url", "https://social.example.org?a=b"),
        ("url", "https://social.example.org#a"),
        ("url", "https://me@social.example.org"),
        ("url", "https://Social.Example.org"),
        ("url", "https://social.example.org:port"),
        ("handle_domain", "Example.org"),
        ("handle_domain", "https://example.org"),
        ("handle_domain", "example.org/"),
        ("s3_endpoint", "s3.example.org"),
        ("s3_endpoint", "ftp://s3.example.org"),
        ("s3_endpoint", "https://name:secret@s3.example.org"),
        ("s3_bucket", "pictures"),
        ("database", "mysql://localhost/fedlearn"),
    ],
)
def test_wrong_value_is_named_in_one_line(load: Load, name: str, text: str) -> None:
    """A value that cannot be used is an error of one line that begins with its variable."""
    with pytest.raises(SettingsError) as caught:
        load(**{name: text})
    assert re.fullmatch(f"FEDLEARN_{name.upper()}: .+", str(caught.value))


@pytest.mark.parametrize(
    ("name", "toml"),
    [
        ("name", "5"),
        ("data_dir", "5"),
        ("ca_file", "5"),
        ("home_entries", "true"),
        ("home_entries", "1.5"),
        ("read_timeout", "[1]"),
        ("rate_limits", '"perhaps"'),
        ("trusted_proxies", "5"),
        ("federation", "5"),
        ("url", '"example"'),
    ],
)
def test_wrong_value_in_file_is_named_with_the_file(load: Load, name: str, toml: str) -> None:
    """A value in the file that cannot be used is an error of one line with its name and file."""
    with pytest.raises(SettingsError, match=rf"\A{name} in \S*fedlearn\.toml: .+\Z"):
        load(f"{name} = {toml}")


def test_password_of_database_is_not_repeated(load: Load) -> None:
    """The error about a wrong database address does not show the password in it."""
    with pytest.raises(SettingsError) as caught:
        load(database="mysql://me:secret@localhost/fedlearn")
    assert "secret" not in str(caught.value)


def test_unknown_variable_is_refused(load: Load) -> None:
    """A variable with our prefix that is no setting is an error naming it; others are not ours."""
    with pytest.raises(SettingsError, match=r"\AFEDLEARN_NAMES: there is no such setting\Z"):
        load(names="x")


def test_unknown_name_in_file_is_refused(load: Load) -> None:
    """A name in the file that is no setting is an error naming it and the file."""
    with pytest.raises(SettingsError, match=r"fedlearn\.toml: there is no setting named 'names'\Z"):
        load('names = "x"')


@pytest.mark.parametrize("content", [b"name = ", b'name = "\xff"'])
def test_unreadable_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is not TOML in UTF-8 is an error of one line naming the file."""
    path = tmp_path / "fedlearn.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"\A\S*fedlearn\.toml cannot be read: .+\Z"):
        load_settings({}, path)


def test_folder_in_place_of_file_is_refused(tmp_path: Path) -> None:
    """Only a file that is not there is passed over, not one that cannot be read."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({}, tmp_path)


def test_domain_of_handles_is_the_host(load: Load) -> None:
    """Handles carry the host of the origin, with a port that is not the usual one."""
    assert load(url="https://social.example.org").domain == "social.example.org"
    settings = load(url="http://localhost:3000")
    assert settings.origin_host == "localhost:3000"
    assert settings.domain == "localhost:3000"


def test_domain_of_handles_may_differ_from_the_host(load: Load) -> None:
    """With a split domain, handles carry another domain than the host of the origin."""
    settings = load(url="https://social.example.org", handle_domain="example.org")
    assert settings.domain == "example.org"
    assert settings.origin_host == "social.example.org"


def test_https_is_known_from_the_origin(load: Load) -> None:
    """An origin with https is reached over TLS, and one with http is not."""
    assert load(url="https://social.example.org").is_https
    assert not load(url="http://localhost:8000").is_https


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_postgres_is_known_from_the_address(load: Load, scheme: str) -> None:
    """The database is PostgreSQL where its address says so."""
    assert load(database=f"{scheme}://me@localhost/fedlearn").is_postgres


def test_sqlite_is_the_other_database(load: Load) -> None:
    """Without an address the database is a file in `data_dir`, and a path is the file itself."""
    settings = load(data_dir="/srv/data")
    assert not settings.is_postgres
    assert settings.sqlite_path == Path("/srv/data/fedlearn.db")
    assert load(database="/srv/other.db").sqlite_path == Path("/srv/other.db")


def test_docs_list_every_setting() -> None:
    """The page in the docs has one row for each setting, with its variable and its default."""
    page = settings_page.PAGE.read_text(encoding="utf-8")
    for one in fields(Settings):
        start = f"| `FEDLEARN_{one.name.upper()}` | {settings_page.default(one)} | "
        assert page.count(f"\n{start}") == 1


def test_docs_are_up_to_date() -> None:
    """The page in the docs is what would be made from the settings of today."""
    page = settings_page.PAGE.read_text(encoding="utf-8")
    assert page == settings_page.render(), "run `python -m tests.settings_page`"


def test_example_in_docs_can_be_used(load: Load) -> None:
    """The file that the docs show is one that works."""
    example = re.search(r"```toml\n(.+?)```", settings_page.INTRO, re.DOTALL)
    assert example
    settings = load(example[1])
    assert settings.domain == "example.org"
    assert settings.is_postgres
