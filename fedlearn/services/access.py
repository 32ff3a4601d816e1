"""This is where it is seen to that who keeps watching may still do so."""

from dataclasses import dataclass
from typing import Protocol

from fedlearn.domain.events import News
from fedlearn.domain.ids import UserId
from fedlearn.domain.oauth import TokenId
from fedlearn.instance import Instance
from fedlearn.services.oauth import caller_with
from fedlearn.services.signing_in import is_session_open


class Access(Protocol):
    """With what somebody was let in to watch."""

    def may_have_ended(self, news: News) -> bool:
        """Whether what happened gives reason to ask again."""

    async def holds(self) -> bool:
        """Whether they would still be let in."""


@dataclass(frozen=True, slots=True)
class SessionAccess:
    """The session of a browser, by its secret."""

    instance: Instance
    user_id: UserId
    secret: str

    def may_have_ended(self, news: News) -> bool:
        """A session of this person has ended."""
        return self.user_id in news.signed_out

    async def holds(self) -> bool:
        """The session is open."""
        return await is_session_open(self.instance, self.secret)


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """The token of an app, by its secret."""

    instance: Instance
    user_id: UserId
    token_id: TokenId
    secret: str

    def may_have_ended(self, news: News) -> bool:
        """This token was taken back, or the person was shut out altogether."""
        return self.token_id in news.ended_tokens or self.user_id in news.signed_out

    async def holds(self) -> bool:
        """The token counts."""
        return await caller_with(self.instance, self.secret) is not None
