"""This is where one delivery is tried, and where it is decided what the outcome means.

Source: FEDERATION.md, "Delivery": 2xx is done; 5xx, 408, 429 and silence are tried again; 401 a few
times, since a peer's key cache may heal; any other 4xx, and 501, is final.
"""

import random
import time
from dataclasses import dataclass, replace

from fedlearn.activitypub.client import Receipt
from fedlearn.activitypub.keys import SigningKey
from fedlearn.db import actors as db_actors
from fedlearn.domain.ids import DAY_MS, HOUR_MS, MINUTE_MS, Millis, now
from fedlearn.domain.jobs import Delivery
from fedlearn.errors import FetchError
from fedlearn.instance import Instance
from fedlearn.outbox.egress import Leak
from fedlearn.outbox.synchronization import synchronization

RETRY_AFTER = (
    *(minutes * MINUTE_MS for minutes in (1, 5, 30)),
    *(hours * HOUR_MS for hours in (2, 6, 12, 24, 48)),
)
LONGEST_RETRY_AFTER_MS = DAY_MS
JITTER = 0.2
# However often it was tried, because its host seemed to be well again: nothing is given up sooner.
TRIED_FOR_MS = int(sum(RETRY_AFTER) * (1 - JITTER))
# Whoever keeps us waiting for so long is slow.
SLOW_SECONDS = 5.0
# A peer that could not fetch our key once may not ask for it again for ten minutes (Fedify). The
# fourth try comes after half an hour.
TRIES_AFTER_401 = 4
RETRIED_STATUSES = frozenset({408, 429})
TOO_MANY_REQUESTS = 429
NOT_IMPLEMENTED = 501
GONE = 410


@dataclass(frozen=True, slots=True)
class Delivered:
    """The inbox took it; `is_slow` when that was a long time coming."""

    is_slow: bool = False


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It failed and may work later. `host_failed` counts against it; who is busy is left alone."""

    run_at: Millis
    reason: str
    host_failed: bool
    leave_host_until: Millis | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It failed for good. `host_failed` counts against the host; a gone inbox gets nothing more."""

    reason: str
    host_failed: bool
    inbox_gone: bool = False


Outcome = Delivered | TryAgain | GivenUp


async def deliver(instance: Instance, delivery: Delivery) -> Outcome:
    """Try one delivery, signed with the sender's key and the time of now."""
    signer = await _signer_of(instance, delivery)
    if signer is None:
        return GivenUp("its sender is no more", host_failed=False)
    also = await _digest_for(instance, delivery) if delivery.syncs_followers else {}
    begun = time.monotonic()
    try:
        receipt = await instance.client.post_activity(
            delivery.inbox, delivery.body, signer=signer, also=also
        )
    except Leak as leak:
        return GivenUp(str(leak), host_failed=False)
    except FetchError as error:
        return _later(delivery, str(error), host_failed=True)
    outcome = judge(receipt, delivery)
    if outcome == Delivered() and time.monotonic() - begun > SLOW_SECONDS:
        return Delivered(is_slow=True)
    return outcome


async def _signer_of(instance: Instance, delivery: Delivery) -> SigningKey | None:
    """The key to sign with; None when there is no sender any more."""
    if delivery.key is not None:
        return instance.keys.open(delivery.key)
    async with instance.db.read() as connection:
        sender = await db_actors.actor_by_id(connection, delivery.sender_id)
    return await instance.keys.signing_key(sender) if sender else None


async def _digest_for(instance: Instance, delivery: Delivery) -> dict[str, str]:
    """The header that tells a host which of its people we count among the followers (FEP-8fcf)."""
    async with instance.db.read() as connection:
        sender = await db_actors.actor_by_id(connection, delivery.sender_id)
        return await synchronization(connection, sender, delivery.host) if sender else {}


def judge(receipt: Receipt, delivery: Delivery) -> Outcome:
    """What an inbox's answer means for a delivery."""
    status = receipt.status
    reason = f"{delivery.host} answered {status}: {receipt.detail}".strip()
    if 200 <= status < 300:
        return Delivered()
    if status in RETRIED_STATUSES or (status >= 500 and status != NOT_IMPLEMENTED):
        # A host that says how long to wait is alive, only busy.
        if receipt.retry_after is not None or status == TOO_MANY_REQUESTS:
            return _when_asked_to(delivery, reason, receipt.retry_after or 0)
        return _later(delivery, reason, host_failed=status >= 500)
    if status == 401 and delivery.attempts < TRIES_AFTER_401:
        return _later(delivery, reason, host_failed=False)
    return GivenUp(reason, host_failed=False, inbox_gone=status == GONE)


def _when_asked_to(delivery: Delivery, reason: str, seconds: int) -> Outcome:
    """Later, as by its own times, and not before the host wants to hear of us at all."""
    outcome = _later(delivery, reason, host_failed=False)
    if isinstance(outcome, GivenUp):
        return outcome
    asked = min(seconds * 1000, LONGEST_RETRY_AFTER_MS)
    until = Millis(now() + max(asked, MINUTE_MS))
    return replace(
        outcome, run_at=Millis(max(outcome.run_at, now() + asked)), leave_host_until=until
    )


def _later(delivery: Delivery, reason: str, *, host_failed: bool) -> TryAgain | GivenUp:
    if delivery.attempts > len(RETRY_AFTER) and now() - delivery.created_at >= TRIED_FOR_MS:
        return GivenUp(reason, host_failed=host_failed)
    usual = RETRY_AFTER[min(delivery.attempts, len(RETRY_AFTER)) - 1]
    wait = usual * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    return TryAgain(Millis(now() + int(wait)), reason, host_failed)
