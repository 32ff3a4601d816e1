"""This is where it is measured what this machine can do at best: RSA operations of one core."""

import asyncio
import shutil
from dataclasses import dataclass

TRIES = 3
SECONDS_EACH = 1


@dataclass(frozen=True, slots=True)
class RsaLimit:
    """RSA-2048 operations a second on one core."""

    signatures: float
    verifications: float


async def rsa_limit() -> RsaLimit:
    """What `openssl speed` reaches; the best of a few tries, since others may use the core, too."""
    tries = [await _openssl_speed() for _ in range(TRIES)]
    return RsaLimit(max(one.signatures for one in tries), max(one.verifications for one in tries))


async def _openssl_speed() -> RsaLimit:
    program = shutil.which("openssl")
    if program is None:
        raise RuntimeError("the program openssl is needed: it says what this machine can do")
    process = await asyncio.create_subprocess_exec(
        program,
        *("speed", "-seconds", str(SECONDS_EACH), "rsa2048"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    # rsa 2048 bits 0.000304s 0.000020s   3289.1  50123.4
    line = next(one for one in output.decode().splitlines() if one.startswith("rsa"))
    rates = [float(word) for word in line.split("bits")[1].split() if not word.endswith("s")]
    return RsaLimit(signatures=rates[0], verifications=rates[1])
