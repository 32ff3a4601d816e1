"""This is where the server under test is started: `python -m bench.subject PORT [WHEN COMMIT]`.

It is set up by its usual environment variables. The one difference to `fedlearn serve`: every name
leads to the world at PORT of this machine, so neither root nor /etc/hosts is needed. Where a COMMIT
is given, the server dies `before` or `after` that.
"""

import logging
import os
import socket
import sys

from aiohttp.abc import AbstractResolver, ResolveResult

from bench.mines import lay_mine
from bench.serving import serve
from bench.wire import LOOPBACK
from fedlearn.app import make_app
from fedlearn.settings import load_settings


class WorldResolver(AbstractResolver):
    """Every host of the world is one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The one address that there is, whatever is asked for."""
        del port, family
        return [
            ResolveResult(
                hostname=host,
                host=LOOPBACK,
                port=self._port,
                family=socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=0,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


def main(world_port: str, *mine: str) -> None:
    """Serve until the process is ended."""
    logging.basicConfig(level=logging.INFO)
    if mine:
        when, commit = mine
        lay_mine(when, int(commit))
    serve(make_app(load_settings(os.environ), resolver=WorldResolver(int(world_port))))


if __name__ == "__main__":
    main(*sys.argv[1:])
