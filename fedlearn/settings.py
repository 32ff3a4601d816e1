"""This is where an operator's choices become one typed, frozen value.

Each field of `Settings` is read from the environment (`FEDLEARN_` + its name in capitals), else
from `fedlearn.toml`, else it has the default given here. docs/reference/settings.md lists them all.
"""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fedlearn import spelling
from fedlearn.errors import SettingsError
from fedlearn.spelling import Network

PREFIX = "FEDLEARN_"


class Federation(StrEnum):
    """With whom the instance talks."""

    OPEN = "open"
    ALLOWLIST = "allowlist"
    CLOSED = "closed"


class Registration(StrEnum):
    """How people get an account."""

    OPEN = "open"
    APPROVAL = "approval"
    INVITE = "invite"
    CLOSED = "closed"


class MailSecurity(StrEnum):
    """How the way to the mail server is kept from being read."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


def setting(default: Any, about: str) -> Any:
    """A field of `Settings` with its default and the sentence that documents it."""
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Settings:
    """All that an operator can choose, and every limit of size and number."""

    url: str = setting(
        "http://localhost:8000",
        "Public origin: scheme, host and, where it is not the usual one, port. It is part of every "
        "id, so it cannot change once the instance has federated.",
    )
    handle_domain: str = setting(
        "",
        "Domain in handles (@name@domain) where it is not the host of `url`; that domain then "
        "redirects /.well-known/webfinger here.",
    )
    name: str = setting("fedlearn", "What the instance is called in its pages.")
    description: str = setting(
        "A place to learn from each other.", "One sentence about the instance."
    )
    accent: str = setting(
        "",
        "Colour such as #0f6b6b whose hue the pages take. How light and strong it is, they choose, "
        "so that all on it can be read.",
    )
    logo: Path | None = setting(
        None, "Picture that stands for the place on its pages: .svg, .png or .webp, at most 100 kB."
    )
    contact_email: str = setting("", "Where people reach the operator.")
    rules_file: Path | None = setting(
        None, "Markdown file with the rules of the place, for /rules; read when the server starts."
    )
    privacy_file: Path | None = setting(
        None, "Markdown file with the privacy policy, for /privacy; read when the server starts."
    )
    terms_dir: Path | None = setting(
        None,
        "Folder of Markdown files with terms of service, for /terms, each named by the day from "
        "which it holds (2026-10-01.md); read when the server starts.",
    )
    about_file: Path | None = setting(
        None,
        "Markdown file that says more of the place, for /about; read when the server starts.",
    )
    database: str = setting(
        "", "postgresql://user@host/name, or the path of an SQLite file (default: in `data_dir`)."
    )
    data_dir: Path = setting(Path("data"), "Folder for the SQLite file and what else is stored.")
    s3_bucket: str = setting(
        "",
        "Bucket that takes what people upload, in place of the folder `media` of `data_dir`; "
        "nothing else may lie in it. Files are shown by this server still, to who may see them.",
    )
    s3_endpoint: str = setting(
        "https://s3.amazonaws.com", "Address of the store with that bucket; it must speak S3."
    )
    s3_region: str = setting("us-east-1", "Region of the bucket, as its store calls it.")
    s3_access_key: str = setting("", "Name of the key that opens the bucket.")
    s3_secret_key: str = setting("", "The secret half of that key.")
    keys_dir: Path = setting(Path("keys"), "Folder of the instance's secret key.")
    federation: Federation = setting(
        Federation.OPEN,
        "open: with all but blocked domains; allowlist: with allowed domains only; closed: nobody.",
    )
    authorized_fetch: bool = setting(
        False, "Whether other servers must sign their requests to read public documents too."
    )
    allow_private_addresses: tuple[Network, ...] = setting(
        (),
        "Private networks that outgoing requests may reach, comma separated (127.0.0.0/8 in labs).",
    )
    ca_file: Path | None = setting(
        None, "A PEM file of certificates that outgoing TLS trusts besides the system's."
    )
    registration: Registration = setting(
        Registration.CLOSED,
        "open: anybody may sign up; approval: an operator lets each in; invite: with an invitation "
        "link; closed: accounts are made by the operator.",
    )
    min_age: int | None = setting(
        None,
        "How many years old somebody must be to make an account for themselves. They say when they "
        "were born; that is not kept. Without it nobody is asked.",
    )
    shows_domain_blocks: bool = setting(
        False, "Whether /about lists the domains that are blocked or silenced, and why."
    )
    mail_host: str = setting(
        "",
        "Server that takes mail from this instance (SMTP). Without it no mail is sent: addresses "
        "are not confirmed, and who forgot their password asks the operator.",
    )
    mail_security: MailSecurity = setting(
        MailSecurity.STARTTLS,
        "starttls: mail goes by TLS after a beginning without; tls: from the beginning; none: "
        "never, for a mail server on the same machine.",
    )
    mail_user: str = setting("", "Name at the mail server, where it wants one.")
    mail_password: str = setting("", "Password at the mail server.")
    mail_from: str = setting(
        "", "Address from which mail comes (default: `contact_email`, else fedlearn@ and the host)."
    )
    link_previews: bool = setting(
        True,
        "Whether the page is fetched that a public or unlisted post links first, written here or "
        "by who is followed here, so that readers see its title and picture. Only from servers "
        "with which `federation` lets us talk, and never for posts that stay inside.",
    )
    ffmpeg: str = setting(
        "ffmpeg",
        "Program that makes films and sounds ready, by name or path, with ffprobe beside it. Where "
        "it is not there, or this is empty, people upload pictures only.",
    )
    rate_limits: bool = setting(
        True, "Whether callers that ask too often are put off with 429; off for test programs only."
    )
    trusted_proxies: tuple[Network, ...] = setting(
        tuple(ipaddress.ip_network(text) for text in ("127.0.0.0/8", "::1/128")),
        "Networks of reverse proxies whose X-Forwarded-For is believed, comma separated.",
    )
    embedded_worker: bool = setting(
        True, "Whether `serve` also runs background jobs; false where `fedlearn worker` does."
    )

    mail_port: int = setting(587, "Port of the mail server; mostly 465 for tls, 25 for none.")
    max_status_characters: int = setting(
        500, "Longest post, in characters. An address counts as 23, a handle without its domain."
    )
    max_poll_options: int = setting(4, "Most answers in a poll.")
    max_poll_option_characters: int = setting(50, "Longest answer in a poll, in characters.")
    min_poll_minutes: int = setting(5, "Shortest time that a poll may take, in minutes.")
    max_poll_days: int = setting(31, "Longest time that a poll may take, in days.")
    max_display_name_characters: int = setting(30, "Longest display name of a local account.")
    max_bio_characters: int = setting(500, "Longest biography of a local account.")
    max_inbox_bytes: int = setting(1024 * 1024, "Largest activity accepted, in bytes.")
    max_form_bytes: int = setting(256 * 1024, "Largest form accepted, in bytes.")
    max_fetch_bytes: int = setting(1024 * 1024, "Largest remote document read, in bytes.")
    max_media_bytes: int = setting(
        16 * 1024 * 1024, "Largest picture, sound or film of another server shown, in bytes."
    )
    media_cache_bytes: int = setting(
        1024 * 1024 * 1024,
        "Bytes of such files kept; those that nobody has looked at for longest go first.",
    )
    media_cache_days: int = setting(14, "Days for which such a file is kept when nobody looks.")
    media_fetches_at_once: int = setting(16, "Such files fetched at once in one process.")
    media_fetches_per_host: int = setting(4, "Such files fetched at once from one host.")
    media_retry_minutes: int = setting(
        10, "Minutes after which a file that could not be had is asked for again."
    )
    max_image_bytes: int = setting(
        10 * 1024 * 1024, "Largest picture that people here may upload, in bytes."
    )
    max_image_megapixels: int = setting(
        50, "Most points of a picture that people here may upload, in millions."
    )
    max_video_bytes: int = setting(
        40 * 1024 * 1024, "Largest film, sound or moving picture that people here may upload."
    )
    max_video_seconds: int = setting(
        300, "Longest film or moving picture that people here may upload, in seconds."
    )
    max_audio_seconds: int = setting(3600, "Longest sound that people here may upload, in seconds.")
    max_upload_bytes: int = setting(
        1024 * 1024 * 1024,
        "Bytes of pictures, films and sounds that each person may have here, as they are kept: "
        "mostly smaller than they were sent. One that is not ready yet counts as it was sent.",
    )
    max_json_depth: int = setting(64, "Deepest nesting of an accepted or fetched document.")
    max_redirects: int = setting(3, "Redirects followed for one outgoing request.")
    connect_timeout: float = setting(5.0, "Seconds an outgoing connection may take to open.")
    read_timeout: float = setting(10.0, "Seconds an outgoing request may stay silent.")
    total_timeout: float = setting(30.0, "Seconds an outgoing request may take in all.")
    deliveries_at_once: int = setting(
        64,
        "Deliveries under way at once in one process; a quarter of them may go to hosts that "
        "failed or were slow lately.",
    )
    deliveries_per_host: int = setting(4, "Deliveries under way at once to one host.")
    jobs_at_once: int = setting(
        16,
        "Background jobs under way at once in one process. One that waits for another server for "
        "over two seconds makes room for more, up to eight times as many.",
    )
    max_job_attempts: int = setting(8, "Tries of a background job before it is put aside as dead.")
    password_grant: bool = setting(
        False,
        "Whether apps may get a token for a name and a password. Only for test programs: a person "
        "should type a password nowhere but on this server's own pages.",
    )
    confirm_email: bool = setting(
        True,
        "Whether who signs up has to show that an address is theirs, where mail is sent; off for "
        "test programs only.",
    )
    dev_pages: bool = setting(
        False, "Whether /dev/components shows each part of the pages in its states, for designers."
    )
    home_entries: int = setting(800, "Posts kept in each person's home timeline.")
    session_days: int = setting(90, "Days after which an unused browser session ends.")
    sign_in_link_minutes: int = setting(60, "Minutes for which a one-time sign-in link works.")
    password_link_minutes: int = setting(
        60, "Minutes for which a link in a mail lets somebody choose a new password."
    )
    confirmation_hours: int = setting(
        48, "Hours for which a link in a mail confirms that an address is somebody's."
    )

    @property
    def origin_host(self) -> str:
        """Host of `url`, with its port where that is not the scheme's own."""
        return urlsplit(self.url).netloc

    @property
    def domain(self) -> str:
        """Domain in the handles of local accounts."""
        return self.handle_domain or self.origin_host

    @property
    def sends_mail(self) -> bool:
        """Whether there is a server that takes mail from us."""
        return bool(self.mail_host)

    @property
    def confirms_email(self) -> bool:
        """Whether who signs up has to show that their address is theirs."""
        return self.sends_mail and self.confirm_email

    @property
    def sender_address(self) -> str:
        """Address from which mail comes."""
        host = self.origin_host.partition(":")[0]
        return self.mail_from or self.contact_email or f"fedlearn@{host}"

    @property
    def is_https(self) -> bool:
        """Whether the public origin is reached over TLS, and cookies must be too."""
        return self.url.startswith("https://")

    @property
    def is_postgres(self) -> bool:
        """Whether the database is a PostgreSQL server."""
        return self.database.startswith(("postgresql://", "postgres://"))

    @property
    def sqlite_path(self) -> Path:
        """Where the SQLite file is."""
        return Path(self.database) if self.database else self.data_dir / "fedlearn.db"


def load_settings(environ: Mapping[str, str], toml_path: Path = Path("fedlearn.toml")) -> Settings:
    """Settings from the environment and the file; `SettingsError` names the first wrong one."""
    given: dict[str, tuple[str, Any]] = {}
    known = {one.name: one for one in fields(Settings)}
    for name, value in _read_toml(toml_path).items():
        if name not in known:
            raise SettingsError(f"{toml_path}: there is no setting named {name!r}")
        given[name] = (f"{name} in {toml_path}", value)
    for variable, value in environ.items():
        if variable.startswith(PREFIX):
            name = variable.removeprefix(PREFIX).lower()
            if name not in known:
                raise SettingsError(f"{variable}: there is no such setting")
            given[name] = (variable, value)
    values = {name: _parse(known[name].type, source, raw) for name, (source, raw) in given.items()}
    return _checked(Settings(**values), given)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error


def _parse(kind: Any, source: str, raw: Any) -> Any:
    try:
        return PARSERS[kind](raw)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{source}: {error}") from error


PARSERS: dict[Any, Callable[[Any], Any]] = {
    str: spelling.text,
    int: spelling.number,
    int | None: lambda raw: spelling.number(raw) if str(raw).strip() else None,
    float: spelling.seconds,
    bool: spelling.switch,
    Path: spelling.path,
    Path | None: lambda raw: spelling.path(raw) if spelling.text(raw) else None,
    tuple[Network, ...]: spelling.networks,
    Federation: spelling.one_of(Federation),
    Registration: spelling.one_of(Registration),
    MailSecurity: spelling.one_of(MailSecurity),
}

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"{LABEL}(\.{LABEL})*(:[1-9][0-9]{{0,4}})?")
ORIGIN = re.compile(rf"https?://{DOMAIN.pattern}")
ADDRESS = re.compile(rf"{ORIGIN.pattern}(/[\w.~/-]*)?")


def _checked(settings: Settings, given: Mapping[str, tuple[str, Any]]) -> Settings:
    """What one field alone cannot tell: forms of the origin, of domains, of the database."""

    def source(name: str) -> str:
        return given[name][0] if name in given else name

    if not ORIGIN.fullmatch(settings.url):
        raise SettingsError(
            f"{source('url')}: {settings.url!r} is not an origin such as https://social.example.org"
            " (lower case, nothing after the host)"
        )
    if settings.url.endswith(":443" if settings.is_https else ":80"):
        raise SettingsError(f"{source('url')}: {settings.url!r} must leave out the usual port")
    if settings.handle_domain and not DOMAIN.fullmatch(settings.handle_domain):
        raise SettingsError(
            f"{source('handle_domain')}: {settings.handle_domain!r} is not a domain in lower case"
        )
    if settings.s3_bucket and not (settings.s3_access_key and settings.s3_secret_key):
        raise SettingsError(f"{source('s3_bucket')}: s3_access_key and s3_secret_key must be set")
    if not ADDRESS.fullmatch(settings.s3_endpoint):
        raise SettingsError(
            f"{source('s3_endpoint')}: {settings.s3_endpoint!r} is not an address such as"
            " https://s3.example.org"
        )
    if "://" in settings.database and not settings.is_postgres:
        raise SettingsError(
            f"{source('database')}: only postgresql:// addresses and file paths are understood"
        )
    return settings
