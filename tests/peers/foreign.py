"""This is where tests start a foreign server on Fedify, with the actor carol."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers.control import Peer, from_anywhere, run_server, trust_in
from tests.peers.node import PEERS, node_binary

RFC9421 = "rfc9421"
CAVAGE = "draft-cavage-http-signatures-12"


class FedifyPeer(Peer):
    """A running Fedify server. Its actor is carol."""

    async def reset(self) -> None:
        """Let the peer forget all but its keys, also what it cached about others."""
        await self._call("POST", "reset")

    async def unfollow(self, acct: str) -> str:
        """Let carol undo her follow; return the uri of the Undo."""
        return await self._act("unfollow", acct=acct)

    async def update(self, uri: str, text: str) -> str:
        """Let carol change her note; return its uri."""
        return await self._act("update", id=uri, text=text)

    async def delete(self, uri: str) -> str:
        """Let carol delete her note; return its uri."""
        return await self._act("delete", id=uri)

    async def like(self, uri: str) -> str:
        """Let carol like an object; return the uri of the Like."""
        return await self._act("like", uri=uri)

    async def unlike(self, uri: str) -> str:
        """Let carol undo her like; return the uri of the Undo."""
        return await self._act("unlike", uri=uri)

    async def boost(self, uri: str) -> str:
        """Let carol boost an object; return the uri of the Announce."""
        return await self._act("boost", uri=uri)

    async def unboost(self, uri: str) -> str:
        """Let carol undo her boost; return the uri of the Undo."""
        return await self._act("unboost", uri=uri)


@asynccontextmanager
async def run_fedify(
    *,
    origin_host: str,
    certificate: Path,
    key: Path,
    ca: Path,
    first_knock: str = RFC9421,
    refuse_cavage: bool = False,
    authorized_fetch: bool = False,
    hosts: Mapping[str, int] | None = None,
) -> AsyncIterator[FedifyPeer]:
    """Run a Fedify server on a free loopback port while the block runs."""
    environment = {
        "ORIGIN": f"https://{origin_host}",
        "LISTEN": "127.0.0.1:0",
        "CERT": from_anywhere(certificate),
        "KEY": from_anywhere(key),
        "NODE_EXTRA_CA_CERTS": from_anywhere(ca),
        "FIRSTKNOCK": first_knock,
        "REFUSE_CAVAGE": str(int(refuse_cavage)),
        "AUTHORIZED_FETCH": str(int(authorized_fetch)),
        "HOSTS": json.dumps(dict(hosts or {})),
    }
    command = [node_binary(), PEERS / "fedify" / "server.mjs"]
    async with run_server(command, environment) as started:
        yield FedifyPeer(
            host=origin_host,
            port=started.ready["listening"],
            actor=f"https://{origin_host}/users/carol",
            handle=f"@carol@{origin_host}",
            _tls=trust_in(ca),
            _stderr=started.stderr,
        )
