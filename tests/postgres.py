"""This is where tests get a PostgreSQL server of their own, thrown away when they are done."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

INSTALLED = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "pg_ctl", "postgres")
SERVICE_USERS = ("postgres", "nobody")
START_ATTEMPTS = 5
PATIENCE = 60  # seconds that starting or stopping may take on a slow machine
# A database of its own for each test is some 300 files, which many a disk makes slowly.
MEMORY = Path("/dev/shm")
ROOM_NEEDED = 2 * 1024**3

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 50
timezone = 'UTC'
"""
# The data need not outlive the tests, so nothing waits for the disk. Nobody tidies up at a moment of
# their own: a plan would be another one before than after it.
CARELESS = """
shared_buffers = 16MB
autovacuum = off
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 128MB
"""


@contextmanager
def postgres_cluster(*, is_careful: bool = False) -> Iterator[str]:
    """A new, empty server, as long as the context lasts; gives `postgresql://user:word@host:port`.

    The URL names no database: `fresh_database` makes one and gives its URL. A careful server keeps
    its data on a disk and waits for it, as one does that is used.
    """
    programs = _newest_programs()
    user = _service_user()
    place = None if is_careful else _roomy_memory()
    folder = Path(tempfile.mkdtemp(prefix="fedlearn-postgres-", dir=place))
    cluster = _Cluster(programs, folder, user, CONFIGURATION + ("" if is_careful else CARELESS))
    # Anybody on this machine can reach the port, and a superuser of PostgreSQL can run programs.
    password = secrets.token_hex(16)
    try:
        cluster.initialise(password)
        port = cluster.start()
        yield f"postgresql://postgres:{password}@127.0.0.1:{port}"
    finally:
        try:
            cluster.stop()
        finally:
            shutil.rmtree(folder)


async def fresh_database(base_url: str, template: str | None = None) -> str:
    """Make a database that nobody else uses, and give its URL.

    With `template` (the URL or the name of another database) it is a copy of that one, to which
    nobody may be connected meanwhile.
    """
    name = f"test_{secrets.token_hex(8)}"
    source = "template1" if template is None else template.rpartition("/")[2]
    await _command(base_url, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return f"{base_url}/{name}"


async def drop_database(url: str) -> None:
    """Remove a database that `fresh_database` made, and end the connections to it."""
    base_url, _, name = url.rpartition("/")
    await _command(base_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _command(base_url: str, command: str) -> None:
    """Run a command that PostgreSQL allows only outside of transactions."""
    connection = await asyncpg.connect(f"{base_url}/postgres", ssl=False)
    try:
        await connection.execute(command)
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class _Cluster:
    """One server: whose programs it runs, in which folder, and as which user (None: ourselves)."""

    programs: Path
    folder: Path
    user: pwd.struct_passwd | None
    configuration: str

    @property
    def data(self) -> Path:
        """Where the server keeps its files."""
        return self.folder / "data"

    def initialise(self, password: str) -> None:
        """Make the files of a new server whose superuser `postgres` has this password."""
        password_file = self.folder / "password"
        password_file.write_text(password, encoding="ascii")
        for path in (self.folder, password_file):
            self._hand_over(path)
        options = ["--username=postgres", f"--pwfile={password_file}", "--auth=password"]
        # One locale everywhere, so that order and capitals do not depend on where tests run.
        options += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        done = self._run("initdb", f"--pgdata={self.data}", *options)
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{done.stdout}")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(self.configuration)

    def start(self) -> int:
        """Start the server and wait until it answers; gives its port."""
        said = ""
        for attempt in range(START_ATTEMPTS):
            port = _free_port()
            log = self.folder / f"log-{attempt}"
            done = self._control("start", f"--log={log}", f"--options=-p {port}")
            if done.returncode == 0:
                return port
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            said = f"{done.stdout}\n{said}"
            # Somebody may have taken the port since we looked; nothing else is cured by trying on.
            if "could not bind" not in said:
                break
        raise RuntimeError(f"PostgreSQL did not start:\n{said}")

    def stop(self) -> None:
        """End the server if it runs, without waiting for its connections or its disk."""
        if self._control("status").returncode != 0:
            return
        done = self._control("stop", "--mode=immediate")
        if done.returncode != 0:
            raise RuntimeError(f"PostgreSQL did not stop:\n{done.stdout}")

    def _control(self, action: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Ask pg_ctl for something and wait for the outcome."""
        waiting = () if action == "status" else ("--wait", f"--timeout={PATIENCE}")
        return self._run("pg_ctl", action, f"--pgdata={self.data}", *waiting, *options)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL, heedless of the PG... variables of whoever runs tests."""
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            user=None if self.user is None else self.user.pw_uid,
            group=None if self.user is None else self.user.pw_gid,
            extra_groups=None if self.user is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _hand_over(self, path: Path) -> None:
        """Make `path` belong to the user of the server."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)


def _roomy_memory() -> Path | None:
    """A folder that lives in memory and has room enough; None where there is no such thing."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM_NEEDED else None


def _newest_programs() -> Path:
    """The folder with the programs of the newest PostgreSQL on this machine."""
    versions = [
        folder
        for folder in INSTALLED.glob("[0-9]*/bin")
        if all((folder / name).is_file() for name in NEEDED)
    ]
    if not versions:
        raise RuntimeError(
            f"The tests need PostgreSQL, and there is none in {INSTALLED}: "
            "on Debian and Ubuntu, `apt-get install postgresql` brings it."
        )
    return max(versions, key=lambda folder: [int(part) for part in folder.parent.name.split(".")])


def _service_user() -> pwd.struct_passwd | None:
    """Who runs the server: we ourselves (None), or somebody else because it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in SERVICE_USERS:
        if name in known:
            return known[name]
    raise RuntimeError(
        f"PostgreSQL refuses to run as root, and there is no user {' or '.join(SERVICE_USERS)}."
    )


def _free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
