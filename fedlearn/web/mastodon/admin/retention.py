"""Methods of how long people stay (https://docs.joinmastodon.org/methods/admin/retention/).

Of each person it is kept on which day they were here last; they count for all days before as well.
"""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.days import stays
from fedlearn.domain.cohorts import Cohort, cohorts
from fedlearn.domain.roles import Permission
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.admin.periods import midnight, read_days, read_months
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.parameters import Parameters, read_parameters


async def get_retention(request: Request) -> Response:
    """Of those who came on each day or in each month: how many were here then, and later still."""
    await steward_of(request, "admin:read", Permission.VIEW_DASHBOARD)
    parameters = await read_parameters(request)
    frequency = "month" if parameters.text("frequency") == "month" else "day"
    *starts, end = _bounds(parameters, frequency)
    async with instance_of(request).db.read() as connection:
        known = await stays(connection, range(starts[0], end))
    return json([_cohort(one, frequency) for one in cohorts(known, starts, end)])


def _bounds(parameters: Parameters, frequency: str) -> list[int]:
    """On which days the periods begin, and on which the last of them is over."""
    if frequency == "month":
        return read_months(parameters)
    days = read_days(parameters)
    return [*days, days.stop]


def _cohort(cohort: Cohort, frequency: str) -> Entity:
    """Admin::Cohort."""
    data = [
        {"date": midnight(day), "rate": people / max(cohort.people, 1), "value": str(people)}
        for day, people in cohort.stayed
    ]
    return {"period": midnight(cohort.start), "frequency": frequency, "data": data}
