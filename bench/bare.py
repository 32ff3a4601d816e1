"""This is where the peer stands that fedlearn is held against: `python -m bench.bare FOLDER`.

It is the least that Starlette and uvicorn can do: one route with constant bytes, one with a page of
as many bytes as are asked for, made by Jinja of forty pieces, one that reads the body, verifies one
RSA signature and answers 202, and sockets, to all of which as many bytes are sent as are asked for.
It stores nothing.
"""

import sys
from pathlib import Path

import jinja2
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from bench.serving import serve
from bench.world import ACTIVITY_JSON, ACTOR_KEY

SIGNATURE = "bare.signature"
SIGNED_TEXT = b"(request-target): post /inbox"
DOCUMENT = b"x" * 1600  # about as long as an actor
PIECES = 40
PAGE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><title>Bare</title>{% for text in pieces %}<p>{{ text }}</p>{% endfor %}"
)


def make_app(folder: Path) -> Starlette:
    """The application; the folder holds a public key and a signature of `SIGNED_TEXT`."""
    key = load_pem_public_key((folder / ACTOR_KEY).read_bytes())
    signature = (folder / SIGNATURE).read_bytes()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the key is not RSA")

    async def document(request: Request) -> Response:
        size = request.query_params.get("bytes")
        body = DOCUMENT if size is None else b"x" * int(size)
        return Response(body, media_type=ACTIVITY_JSON)

    async def page(request: Request) -> Response:
        text = "x" * (int(request.query_params["bytes"]) // PIECES)
        return HTMLResponse(PAGE.render(pieces=[text] * PIECES))

    async def inbox(request: Request) -> Response:
        await request.body()
        key.verify(signature, SIGNED_TEXT, PKCS1v15(), SHA256())
        return Response(status_code=202)

    sockets: set[WebSocket] = set()

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        sockets.add(websocket)
        while (await websocket.receive())["type"] == "websocket.receive":
            pass
        sockets.discard(websocket)

    async def tell(request: Request) -> Response:
        text = "x" * int(request.query_params["bytes"])
        for one in list(sockets):
            await one.send_text(text)
        return Response(status_code=202)

    return Starlette(
        routes=[
            WebSocketRoute("/socket", socket),
            Route("/tell", tell, methods=["POST"]),
            Route("/document", document),
            Route("/page", page),
            Route("/inbox", inbox, methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    serve(make_app(Path(sys.argv[1])))
