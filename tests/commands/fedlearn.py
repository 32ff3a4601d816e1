"""This is where tests run the `fedlearn` command as an operator does: a process of its own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 30


@dataclass
class Operator:
    """Somebody who runs an instance in a folder."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = (sys.executable, "-m", "fedlearn")

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
            process.communicate(timeout=PATIENCE)

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("FEDLEARN_")}
        return {**inherited, **self.settings, **settings, "COLUMNS": "200"}


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
