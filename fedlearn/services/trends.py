"""This is where stewards say what is not shown as lively, however many take it up."""

from fedlearn.db import trends as db_trends
from fedlearn.domain.audit import Act
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.trends import Rejection, TrendKind
from fedlearn.instance import Instance
from fedlearn.services.permissions import require, write_down


async def reject(instance: Instance, by: Steward, kind: TrendKind, subject: str) -> None:
    """Show a hashtag, a page or a post no more among what is lively; all else stays as it is."""
    require(by, Permission.MANAGE_TAXONOMIES)
    async with instance.db.write() as connection:
        if await db_trends.insert_rejection(connection, kind, subject):
            await write_down(connection, by, Act.REJECT_TREND, subject, kind=kind.value)


async def approve(instance: Instance, by: Steward, kind: TrendKind, subject: str) -> None:
    """Show it again once several take it up."""
    require(by, Permission.MANAGE_TAXONOMIES)
    async with instance.db.write() as connection:
        if await db_trends.delete_rejection(connection, kind, subject):
            await write_down(connection, by, Act.APPROVE_TREND, subject, kind=kind.value)


async def rejections(instance: Instance, by: Steward) -> list[Rejection]:
    """What is not shown, the latest first."""
    require(by, Permission.MANAGE_TAXONOMIES)
    async with instance.db.read() as connection:
        return await db_trends.rejections(connection)
