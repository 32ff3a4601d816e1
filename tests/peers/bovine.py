"""This is where tests start a foreign server on bovine-herd, with the actor dave."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers.control import Peer, from_anywhere, run_server, trust_in
from tests.peers.node import PEERS

PYTHON = PEERS / ".venv" / "bin" / "python"


class BovinePeer(Peer):
    """A running bovine-herd server. Its actor is dave, under a uri that says nothing of him."""


@asynccontextmanager
async def run_bovine(
    *,
    origin_host: str,
    certificate: Path,
    key: Path,
    ca: Path,
    hosts: Mapping[str, int] | None = None,
) -> AsyncIterator[BovinePeer]:
    """Run a bovine-herd server on a free loopback port while the block runs."""
    if not PYTHON.exists():
        raise RuntimeError(
            f"{PYTHON} is missing: the packages of tests/peers/herd/requirements.txt are not "
            "installed. Run `make test`. If it could not install them, PyPI could not be reached.",
        )
    environment = {
        "HOST": origin_host,
        "CERT": from_anywhere(certificate),
        "KEY": from_anywhere(key),
        "SSL_CERT_FILE": from_anywhere(ca),
        "HOSTS": json.dumps(dict(hosts or {})),
    }
    command = [PYTHON, PEERS / "herd" / "server.py"]
    async with run_server(command, environment) as started:
        yield BovinePeer(
            host=origin_host,
            port=started.ready["listening"],
            actor=started.ready["actor"],
            handle=f"@dave@{origin_host}",
            _tls=trust_in(ca),
            _stderr=started.stderr,
        )
