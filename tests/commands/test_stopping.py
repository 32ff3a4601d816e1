"""A server that is told to stop does so at once, however many pages are open."""

import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.commands.fedlearn import PATIENCE, Operator

STOPS_WITHIN = 5.0  # seconds


@pytest.mark.parametrize("workers", ["1", "2"])
def test_open_pages_do_not_keep_a_server_alive(tmp_path: Path, workers: str) -> None:
    """A page hears what a command does to the same file; told to stop, the server ends its stream."""
    operator = Operator(tmp_path)
    with ExitStack() as pages:
        with operator.serving("--workers", workers) as url:
            operator.run("user", "create", "ann", "--email", "ann@example.org")
            [link] = operator.run("user", "link", "ann").stdout.split()[-1:]
            browser = pages.enter_context(httpx.Client(base_url=url))
            assert browser.post(link).status_code == 303
            stream = browser.stream("GET", "/live?stream=home", timeout=PATIENCE)
            lines = pages.enter_context(stream).iter_lines()
            assert "event: begun" in (next(lines), next(lines))
            operator.run("post", "ann", "By another process")
            assert "event: arrived" in lines
            told_to_stop = time.monotonic()
        assert time.monotonic() - told_to_stop < STOPS_WITHIN
        # Nothing tells the browser to stay away, so it comes back by itself.
        assert "event: signed-out" not in list(lines)
        assert "ERROR" not in operator.log
        assert "Traceback" not in operator.log
