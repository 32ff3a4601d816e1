"""This is where mail goes to the operator's mail server (SMTP), the one way out besides HTTP."""

import ssl
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid

import aiosmtplib

from fedlearn.errors import Invalid, Unavailable
from fedlearn.settings import MailSecurity, Settings

REFUSED_FOR_GOOD = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address, in plain text."""

    to: str
    subject: str
    text: str


async def send(settings: Settings, letter: Letter) -> None:
    """Hand a letter to the mail server.

    Raises `Invalid` when the address is none or is refused for good, `Unavailable` when a later try
    may work.
    """
    message = _message(settings, letter)
    try:
        async with _client(settings) as client:
            await client.send_message(message, sender=settings.sender_address, recipients=letter.to)
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [one.code for one in error.recipients]
        if min(codes) >= REFUSED_FOR_GOOD:
            raise Invalid(f"the mail server refused the address {letter.to}") from error
        raise Unavailable(f"the mail server does not take mail to {letter.to} now") from error
    except aiosmtplib.SMTPNotSupported as error:
        raise Invalid(f"the mail server cannot write to {letter.to}: {error}") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(f"{settings.mail_host}: {error}") from error


async def greet(settings: Settings) -> None:
    """See whether the mail server lets us in; `Unavailable` when not."""
    try:
        async with _client(settings) as client:
            await client.noop()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(f"{settings.mail_host}: {error}") from error


def _client(settings: Settings) -> aiosmtplib.SMTP:
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    return aiosmtplib.SMTP(
        hostname=settings.mail_host,
        port=settings.mail_port,
        username=settings.mail_user or None,
        password=settings.mail_password or None,
        use_tls=settings.mail_security is MailSecurity.TLS,
        start_tls=settings.mail_security is MailSecurity.STARTTLS,
        tls_context=context,
        timeout=settings.read_timeout,
    )


def _message(settings: Settings, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    try:
        # Read as one address: a comma in what somebody typed makes no second one.
        message["To"] = Address(addr_spec=letter.to)
    except (ValueError, HeaderParseError) as error:
        raise Invalid(f"{letter.to} is not an e-mail address") from error
    sender = Address(settings.name, addr_spec=settings.sender_address)
    message["From"] = sender
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=sender.domain)
    # Says to machines that nobody waits for an answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
