"""This is where tests run the `fedlearn` command as an operator does."""

import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from fedlearn import cli
from fedlearn.commands.terminal import console

PATIENCE = 30
WIDTH = "200"  # of the terminal, in columns


@dataclass
class Operator:
    """Somebody who runs an instance in a folder; each command is a process of its own."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = (sys.executable, "-m", "fedlearn")
    log: str = ""  # what the server said that was the last to run

    def run(
        self, *arguments: str, stdin: str = "", **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end."""
        return subprocess.run(  # noqa: PLW1510 - tests look at the exit code
            [*self.command, *arguments],
            cwd=self.home,
            env=self._environment(settings),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[str]:
        """The server running on a free port; the public URL."""
        port = free_port()
        url = f"http://localhost:{port}"
        self.settings["FEDLEARN_URL"] = url
        process = subprocess.Popen(
            [*self.command, "serve", "--port", str(port), *arguments],
            cwd=self.home,
            env=self._environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait_for(f"{url}/nodeinfo/2.1", process)
            yield url
        finally:
            process.terminate()
            self.log, _ = process.communicate(timeout=PATIENCE)

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("FEDLEARN_")}
        return {**inherited, **self.settings, **settings, "COLUMNS": WIDTH}


class Here(Operator):
    """An operator whose commands run in this process, which is much quicker than one for each."""

    def run(
        self, *arguments: str, stdin: str = "", **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end."""
        # Which is read from the environment only once for a process.
        console.width = int(WIDTH)
        with (
            chdir(self.home),
            mock.patch.dict(os.environ, self._environment(settings), clear=True),
            mock.patch.object(sys, "argv", ["fedlearn", *arguments]),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            redirect_stdout(io.StringIO()) as said,
            redirect_stderr(io.StringIO()) as complained,
        ):
            status = ended(cli.main)
        return subprocess.CompletedProcess(
            arguments, status, said.getvalue(), complained.getvalue()
        )


def ended(command: Callable[[], None]) -> int:
    """With which status a command ends."""
    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def wait_for(url: str, process: "subprocess.Popen[str]") -> None:
    """Until the address answers; fails with what the process printed."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    process.terminate()
    raise AssertionError(f"{url} does not answer: {process.communicate()[0]}")


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
