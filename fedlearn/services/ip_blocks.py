"""This is where it is said who is shut out, or asked more, by the IP address they come from."""

from dataclasses import dataclass, replace

from fedlearn.db import ip_blocks as db_ip_blocks
from fedlearn.db.database import Connection
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import Millis, now, snowflake
from fedlearn.domain.ip_blocks import IpBlock, Network, Severity, read_address, read_network
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.permissions import require, write_down
from fedlearn.text.languages import _

LONGEST_COMMENT = 1000
LONGEST_SECONDS = 100 * 365 * 24 * 3600
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What is to hold for a range as it was typed, and until when; None is for good."""

    range: str
    severity: Severity
    comment: str = ""
    expires_at: Millis | None = None


async def ip_blocks(
    instance: Instance,
    by: Steward,
    *,
    before: int | None = None,
    after: int | None = None,
    is_upward: bool = False,
    limit: int = MOST_SHOWN,
) -> list[IpBlock]:
    """What holds for which ranges, the latest first."""
    require(by, Permission.MANAGE_BLOCKS)
    async with instance.db.read() as connection:
        return await db_ip_blocks.ip_blocks_page(
            connection, before=before, after=after, is_upward=is_upward, limit=limit
        )


async def block(instance: Instance, by: Steward, said: Said, *, own_address: str) -> IpBlock:
    """Something holds for a range from now on; nobody shuts out the address they come from."""
    require(by, Permission.MANAGE_BLOCKS)
    network, at = read_range(said.range), now()
    wanted = IpBlock(snowflake(), network, said.severity, said.comment, at, said.expires_at)
    _check(wanted, own_address)
    async with instance.db.write() as connection:
        await db_ip_blocks.forget_expired_ip_blocks(connection)
        if not await db_ip_blocks.insert_ip_block(connection, wanted):
            raise _taken()
        await _write_down(connection, by, Act.BLOCK_IP, wanted)
    return wanted


async def change(
    instance: Instance, by: Steward, block_id: int, said: Said, *, own_address: str
) -> IpBlock:
    """Something else holds for a range, or the same for another."""
    require(by, Permission.MANAGE_BLOCKS)
    async with instance.db.write() as connection:
        wanted = replace(
            await _find(connection, block_id),
            network=read_range(said.range),
            severity=said.severity,
            comment=said.comment,
            expires_at=said.expires_at,
        )
        _check(wanted, own_address)
        if not await db_ip_blocks.update_ip_block(connection, wanted):
            raise _taken()
        await _write_down(connection, by, Act.CHANGE_IP_BLOCK, wanted)
    return wanted


async def lift(instance: Instance, by: Steward, block_id: int) -> None:
    """Nothing special holds for a range any more."""
    require(by, Permission.MANAGE_BLOCKS)
    async with instance.db.write() as connection:
        known = await _find(connection, block_id)
        await db_ip_blocks.delete_ip_block(connection, block_id)
        await _write_down(connection, by, Act.LIFT_IP_BLOCK, known)


def read_range(text: str) -> Network:
    """A range as it is stored, or one address as the range of it; `Invalid` for neither."""
    try:
        return read_network(text.strip())
    except ValueError:
        message = _('"%(range)s" is not a range such as 192.0.2.0/24.', range=text.strip())
        raise Invalid(message, {"ip": message}) from None


def end_of(seconds: int) -> Millis:
    """When something ends that holds for so long."""
    if not 0 < seconds <= LONGEST_SECONDS:
        message = _("It can hold for a time from now on, or for good.")
        raise Invalid(message, {"expires_in": message})
    return Millis(now() + seconds * 1000)


def _check(block: IpBlock, own_address: str) -> None:
    own = read_address(own_address)
    if block.severity is Severity.NO_ACCESS and own is not None and own in block.network:
        message = _("This is the address from which you come: you would shut yourself out.")
        raise Invalid(message, {"ip": message})
    if len(block.comment) > LONGEST_COMMENT:
        message = _("At most %(most)s characters.", most=LONGEST_COMMENT)
        raise Invalid(message, {"comment": message})


def _taken() -> Invalid:
    message = _("This range is in the list already.")
    return Invalid(message, {"ip": message})


async def _find(connection: Connection, block_id: int) -> IpBlock:
    found = await db_ip_blocks.ip_block(connection, block_id)
    if found is None:
        raise NotFound(_("This range is not in the list."))
    return found


async def _write_down(connection: Connection, by: Steward, act: Act, block: IpBlock) -> None:
    severity = block.severity.value
    target = str(block.network)
    await write_down(connection, by, act, target, reason=block.comment, severity=severity)
