"""This is where tests find Node and the packages that run on it."""

from pathlib import Path

PEERS = Path(__file__).parent


def node_binary() -> Path:
    """Return the Node that came with the packages, or say how to get it."""
    node = PEERS / "node_modules" / ".bin" / "node"
    if not node.exists():
        raise RuntimeError(
            f"{node} is missing: the packages of tests/peers/package.json are not installed. "
            "Run `make test`. If that could not install them, the npm registry could not be "
            "reached, or it has no Node for this kind of machine.",
        )
    return node
