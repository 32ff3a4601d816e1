"""This is where the peer stands that fedlearn is held against: `python -m bench.bare FOLDER`.

It is the least that Starlette and uvicorn can do: one route with constant bytes, and one that reads
the body, verifies one RSA signature and answers 202. It stores nothing.
"""

import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.serving import serve
from bench.world import ACTIVITY_JSON, ACTOR_KEY

SIGNATURE = "bare.signature"
SIGNED_TEXT = b"(request-target): post /inbox"
DOCUMENT = b"x" * 1600  # about as long as an actor


def make_app(folder: Path) -> Starlette:
    """The application; the folder holds a public key and a signature of `SIGNED_TEXT`."""
    key = load_pem_public_key((folder / ACTOR_KEY).read_bytes())
    signature = (folder / SIGNATURE).read_bytes()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the key is not RSA")

    async def document(_request: Request) -> Response:
        return Response(DOCUMENT, media_type=ACTIVITY_JSON)

    async def inbox(request: Request) -> Response:
        await request.body()
        key.verify(signature, SIGNED_TEXT, PKCS1v15(), SHA256())
        return Response(status_code=202)

    return Starlette(
        routes=[Route("/document", document), Route("/inbox", inbox, methods=["POST"])]
    )


if __name__ == "__main__":
    serve(make_app(Path(sys.argv[1])))
