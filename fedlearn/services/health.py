"""This is where the instance looks at itself, for its operators: what waits, and what is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fedlearn.activitypub import values
from fedlearn.activitypub.claims import RequestHead
from fedlearn.activitypub.fetch import ACCEPT
from fedlearn.activitypub.keys import read_public_pem
from fedlearn.activitypub.signatures import Scheme, read_claim, sign
from fedlearn.activitypub.webfinger import Handle
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import figures as db_figures
from fedlearn.db import hosts as db_hosts
from fedlearn.db import jobs as db_jobs
from fedlearn.db import media as db_media
from fedlearn.db import queues as db_queues
from fedlearn.db.opening import known_versions, schema_version
from fedlearn.domain.ids import MINUTE_MS, moment_of, now
from fedlearn.errors import FedlearnError, Invalid
from fedlearn.instance import Instance
from fedlearn.outbox.breaker import after_failure
from fedlearn.services import mail

# A grey point, and a moment of silence.
GIF = "474946383961020002008000008080800000002c00000000020002000002028451003b"
WAV = "524946466400000057415645666d74201000000001000100401f0000401f0000010008006461746140000000"
SAMPLES = {"GIF": bytes.fromhex(GIF), "WAV": bytes.fromhex(WAV) + b"\x80" * 64}
HOSTS_SHOWN = 10
NOBODY = "nobody.invalid"

# What comes back is worth a word though nothing is wrong.
Check = Callable[[Instance], Awaitable[str | None]]


async def summary(instance: Instance) -> dict[str, Any]:
    """What there is and what waits: the shape of `fedlearn status --json`."""
    async with instance.db.read() as connection:
        figures = await db_figures.figures(connection)
        jobs = await db_jobs.count_jobs(connection)
        deliveries = await db_deliveries.count_deliveries(connection)
        queues = await db_queues.queues_by_host(connection, HOSTS_SHOWN)
        files, size = await db_media.cache_size(connection)
    return {
        "users": figures.users,
        "statuses": {"local": figures.local_statuses, "remote": figures.remote_statuses},
        "jobs": {kind.value: counts for kind, counts in jobs.items()},
        "deliveries": deliveries,
        "domains": figures.domains,
        "hosts": queues,
        "media": {"files": files, "bytes": size},
    }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what is wrong with it, if anything; or a word on it."""

    about: str
    problem: str | None
    note: str | None = None


class Unwell(FedlearnError):
    """Something that the doctor looked at is not as it should be."""


async def examine(instance: Instance) -> list[Finding]:
    """Look at everything that must be right for the instance to work."""
    return [await _look(about, check, instance) for about, check in CHECKS.items()]


async def _look(about: str, check: Check, instance: Instance) -> Finding:
    try:
        return Finding(about, None, await check(instance))
    except FedlearnError as error:
        return Finding(about, str(error))


async def _database(instance: Instance) -> None:
    version = await schema_version(instance.db)
    if version != known_versions()[-1]:
        raise Unwell(f"its schema is {version}, not {known_versions()[-1]}")
    async with instance.db.write() as connection:
        # Written and removed again: a full disk refuses the first.
        await db_hosts.store_health(connection, NOBODY, after_failure(None, now()))
        await db_hosts.host_is_well(connection, [NOBODY])


async def _clock(instance: Instance) -> None:
    async with instance.db.read() as connection:
        newest = await db_figures.newest_status_id(connection)
    if newest and moment_of(newest) > now() + MINUTE_MS:
        raise Unwell("it is behind what is stored: posts from the future are in the database")
    answer = await instance.client.get(instance.uris.instance_actor, accept=ACCEPT, signer=None)
    if answer.date:
        difference = abs(parsedate_to_datetime(answer.date).timestamp() * 1000 - now())
        if difference > MINUTE_MS:
            raise Unwell(f"it differs by {difference / 1000:.0f} s from that of {answer.url}")


async def _keys(instance: Instance) -> None:
    signer = await instance.own_signing_key()
    public = await instance.keys.public_key(instance.actor)
    key = read_public_pem(public.pem)
    if not key.verifies(signer.sign(b"fedlearn"), b"fedlearn"):
        raise Unwell("the public half does not fit the private one")


async def _webfinger(instance: Instance) -> None:
    domain = instance.uris.domain
    resource = await instance.webfinger.look_up(Handle(domain, domain))
    if resource.actor != instance.uris.instance_actor:
        raise Unwell(f"@{resource.handle} leads to {resource.actor}")


async def _actor(instance: Instance) -> None:
    document = await instance.fetcher.fetch(
        instance.uris.instance_actor, await instance.own_signing_key()
    )
    shown = next(values.objects(document.get("publicKey")), {})
    public = await instance.keys.public_key(instance.actor)
    if shown.get("publicKeyPem") != public.pem:
        raise Unwell("the server under the public URL shows another key than ours")


async def _signature(instance: Instance) -> None:
    """Sign a delivery to ourselves both ways, and read it as it would be read when it came in."""
    signer, body = await instance.own_signing_key(), b"{}"
    public = read_public_pem((await instance.keys.public_key(instance.actor)).pem)
    for scheme in Scheme:
        headers = sign(
            scheme, signer, method="POST", url=instance.uris.shared_inbox, at=now(), body=body
        )
        head = RequestHead("POST", "/inbox", headers, instance.uris.origin)
        if not read_claim(head, body, now()).is_proven_by(public):
            raise Unwell(f"a {scheme} signature of ours does not verify")


async def _uploads(instance: Instance) -> None:
    """Write something where uploads lie, read it, and remove it again."""
    path, content = f"doctor/{now()}", b"fedlearn"
    await instance.uploads.put(path, content)
    if await instance.uploads.get(path) != content:
        raise Unwell("what was written there is not what is read")
    await instance.uploads.remove([path])


async def _films(instance: Instance) -> str | None:
    if instance.ffmpeg is None:
        return "only pictures are taken, there is no ffmpeg"
    for name, content in SAMPLES.items():
        with TemporaryDirectory(prefix="fedlearn-") as folder:
            source = Path(folder) / name
            await instance.aside.run(partial(source.write_bytes, content))
            try:
                await instance.ffmpeg.record(source)
            except Invalid as error:
                raise Unwell(f"ffmpeg makes nothing of a small {name} file") from error
    return None


async def _mail(instance: Instance) -> str | None:
    if not instance.settings.sends_mail:
        return "none is sent, FEDLEARN_MAIL_HOST is not set"
    await mail.greet(instance.settings)
    return None


async def _rates(instance: Instance) -> str | None:
    if instance.settings.rate_limits:
        return None
    return "nobody who asks too often is put off, FEDLEARN_RATE_LIMITS is off: for tests only"


async def _passwords_of_apps(instance: Instance) -> str | None:
    if not instance.settings.password_grant:
        return None
    return "apps may ask for passwords, FEDLEARN_PASSWORD_GRANT is on: for tests only"


async def _addresses(instance: Instance) -> str | None:
    if instance.settings.confirm_email:
        return None
    return "who signs up may name any address, FEDLEARN_CONFIRM_EMAIL is off: for tests only"


CHECKS: dict[str, Check] = {
    "database": _database,
    "uploads": _uploads,
    "films and sounds": _films,
    "keys": _keys,
    "signature round trip": _signature,
    "actor under the public URL": _actor,
    "WebFinger under the handle domain": _webfinger,
    "clock": _clock,
    "mail": _mail,
    "rate limits": _rates,
    "passwords": _passwords_of_apps,
    "e-mail addresses": _addresses,
}
