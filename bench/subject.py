"""This is where the server under test is started: `python -m bench.subject PORT`.

It is set up by its usual environment variables. The one difference to `fedlearn serve`: every name
leads to the world at PORT of this machine, so neither root nor /etc/hosts is needed.
"""

import logging
import os
import socket
import sys

from aiohttp.abc import AbstractResolver, ResolveResult

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


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    serve(make_app(load_settings(os.environ), resolver=WorldResolver(int(sys.argv[1]))))
