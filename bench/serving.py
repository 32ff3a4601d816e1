"""This is where applications to be measured are served, all on the settings of `fedlearn serve`."""

import socket

import uvicorn
from starlette.types import ASGIApp

from bench.wire import LOOPBACK


def serve(app: ASGIApp) -> None:
    """Serve on a free port, which is printed, until the process is ended."""
    # Bound but not listening yet: nobody gets through before the application has started.
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app,
        proxy_headers=True,
        forwarded_allow_ips=[LOOPBACK],
        server_header=False,
        access_log=False,
    )
    uvicorn.Server(config).run(sockets=[listener])
