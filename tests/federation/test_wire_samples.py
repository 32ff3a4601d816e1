"""What other servers send, document by document: kept as the page says, or dropped with a reason."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests import wire_samples
from tests.federation import samples
from tests.federation.network import Network
from tests.federation.samples import Sample, own_samples, play, shared_samples
from tests.federation.server import Server

OWN, SHARED = own_samples(), shared_samples()
ABSENT = f"the samples of others are not beside the repository, at {samples.SHARED}"


def name_of(sample: Sample) -> str:
    """What a test of a sample is called."""
    return sample.name


@pytest.mark.parametrize("sample", OWN, ids=name_of)
async def test_own_sample_becomes_what_the_page_says(
    sample: Sample, alpha: Server, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """What we know that servers send takes effect, or is dropped with a reason, as is written."""
    await holds(sample, await play(sample, alpha, network, peer_keys[0]))


@pytest.mark.skipif(not SHARED, reason=ABSENT)
@pytest.mark.parametrize("sample", SHARED or [None], ids=str)
async def test_sample_of_others_becomes_what_the_page_says(
    sample: Sample, alpha: Server, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """What real servers sent takes effect, or is dropped with a reason, as is written."""
    await holds(sample, await play(sample, alpha, network, peer_keys[0]))


async def holds(sample: Sample, fate: str) -> None:
    """Whether the page says the same; a sample without any effect must at least have a reason."""
    page = wire_samples.PAGE.read_text(encoding="utf-8")
    assert wire_samples.row(sample, fate) in page.splitlines(), (
        f"{sample.name}: {fate}: run `python -m tests.wire_samples`"
    )
    assert fate != "nothing changes"


def test_page_speaks_of_what_there_is() -> None:
    """Each sample has its line on the page, and none is there of a sample that we gave up."""
    on_page = wire_samples.names_on(wire_samples.PAGE.read_text(encoding="utf-8"))
    known = {sample.name for sample in [*OWN, *SHARED]}
    assert known <= on_page
    assert not SHARED or known == on_page
    assert len(OWN) > 1


async def test_fault_of_ours_is_noticed(
    tmp_path: Path, alpha: Server, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """A sample whose job fails, or that must be preceded by something refused, fails its test."""
    undo = {
        "id": "https://peer.test/undo",
        "type": "Undo",
        "actor": "https://peer.test/users/bob",
        "object": {
            "id": "https://peer.test/like",
            "type": "Like",
            "actor": "https://peer.test/users/bob",
            "object": "https://alpha.test/users/alice/statuses/1",
        },
    }
    path = tmp_path / "undo.json"
    path.write_text(json.dumps(undo), encoding="utf-8")
    sample = Sample("x", "undo.json", path)
    with pytest.raises(AssertionError, match="what must come first is refused"):
        await play(sample, alpha, network, peer_keys[0])
