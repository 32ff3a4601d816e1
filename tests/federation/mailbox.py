"""This is where mail of a test arrives: a real SMTP server on loopback that keeps what it takes."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "fedlearn", "mail password"
LINK = re.compile(r"https://\S+")


@dataclass
class Mailbox:
    """What arrived, and how the server answers: `answer` stands in for the usual 250."""

    port: int = 0
    answer: str = "250 OK"
    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Somebody is named to whom mail should go."""
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        """A letter has come."""
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        assert [letter["to"]] == envelope.rcpt_tos
        self.letters.append(letter)
        return "250 OK"

    def path(self) -> str:
        """Where the link in the newest letter leads."""
        return path_in(self.letters[-1])


def path_in(letter: EmailMessage) -> str:
    """Where the link in a letter leads."""
    found = LINK.search(letter.get_content())
    assert found
    return "/" + found[0].split("/", 3)[3]


@asynccontextmanager
async def open_mailbox(tls: ssl.SSLContext | None = None, **facts: Any) -> AsyncIterator[Mailbox]:
    """A mail server on a free port."""
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, hostname="mail.test", **facts), "127.0.0.1", 0, ssl=tls
    )
    async with server:
        mailbox.port = server.sockets[0].getsockname()[1]
        yield mailbox


def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> Any:
    """Whether the name and the password are those of the instance."""
    is_right = given == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)
