"""This is where HTTP signatures get a second opinion: the library that PeerTube uses."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from tests.peers.node import PEERS, node_binary

ANSWER_WITHIN_SECONDS = 30


def verify_cavage(
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    public_key_pem: str,
) -> bool:
    """Tell whether PeerTube's library takes the Signature header for one made with the key."""
    answer = _ask(
        mode="verify",
        method=method,
        path=path,
        headers=dict(headers),
        publicKeyPem=public_key_pem,
    )
    return bool(answer["verified"])


def sign_cavage(
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    private_key_pem: str,
    key_id: str,
) -> str:
    """Return the Signature header that PeerTube's library makes over the target and headers."""
    answer = _ask(
        mode="sign",
        method=method,
        path=path,
        headers=dict(headers),
        privateKeyPem=private_key_pem,
        keyId=key_id,
    )
    return str(answer["signature"])


def _ask(**question: Any) -> dict[str, Any]:
    """Put one question to signature_cli.mjs and return its answer."""
    ran = subprocess.run(
        [node_binary(), PEERS / "signature_cli.mjs"],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=ANSWER_WITHIN_SECONDS,
        check=False,
    )
    if ran.returncode != 0:
        raise RuntimeError(f"signature_cli.mjs failed:\n{ran.stderr}")
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer
