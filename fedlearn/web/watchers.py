"""This is where it is seen to that who keeps watching may still come in from where they call."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from fedlearn.domain.events import News
from fedlearn.domain.ip_blocks import Severity
from fedlearn.services.access import Access
from fedlearn.web.context import severity_of


@dataclass(frozen=True, slots=True)
class AccessFromThere:
    """With what somebody was let in, as long as nothing is said of their IP address."""

    request: HTTPConnection
    access: Access

    def may_have_ended(self, news: News) -> bool:
        """What concerns who they are; what is said of addresses is told to everybody."""
        return self.access.may_have_ended(news)

    async def holds(self) -> bool:
        """They would be let in from there."""
        is_shut_out = await severity_of(self.request) is Severity.NO_ACCESS
        return not is_shut_out and await self.access.holds()
