"""This is where stewards see what waits for them, and admins how the instance fares."""

import asyncio
import shutil
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import accounts as db_accounts
from fedlearn.db import reports as db_reports
from fedlearn.domain.roles import Permission
from fedlearn.instance import Instance
from fedlearn.services import health
from fedlearn.web.context import instance_of
from fedlearn.web.pages.moderation.gate import render_desk, steward_of


async def home_page(request: Request) -> Response:
    """What waits."""
    by, instance = await steward_of(request, Permission.VIEW_DASHBOARD), instance_of(request)
    async with instance.db.read() as connection:
        open_reports = await db_reports.count_open(connection)
        pending = await db_accounts.count_pending(connection)
    runs_it = by.may(Permission.MANAGE_FEDERATION)
    return await render_desk(
        request,
        by,
        "home.html",
        open_reports=open_reports,
        pending=pending,
        figures=await _figures(instance) if runs_it else None,
    )


async def _figures(instance: Instance) -> dict[str, Any]:
    """How the instance fares, in a few numbers."""
    summary = await health.summary(instance)
    disk = await asyncio.to_thread(shutil.disk_usage, instance.settings.data_dir)
    jobs = summary["jobs"].values()
    return {
        "users": summary["users"],
        "domains": summary["domains"],
        "jobs_waiting": sum(one["waiting"] + one["running"] for one in jobs),
        "jobs_dead": sum(one["dead"] for one in jobs),
        "deliveries_waiting": summary["deliveries"]["waiting"],
        "deliveries_dead": summary["deliveries"]["dead"],
        "free": disk.free,
        "free_percent": round(100 * disk.free / disk.total),
    }
