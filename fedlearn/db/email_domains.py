"""This is where it is remembered of which domains no e-mail address is taken."""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import Millis, now, snowflake
from fedlearn.domain.policies import EmailDomain

MOST_SHOWN = 1000


async def insert_email_domain(connection: Connection, domain: str) -> bool:
    """Take no address of a domain any more; False when none was taken before."""
    added = await connection.execute(
        """
        INSERT INTO email_domain_block (id, domain, created_at) VALUES (:id, :domain, :at)
        ON CONFLICT (domain) DO NOTHING
        """,
        id=snowflake(),
        domain=domain,
        at=now(),
    )
    return added > 0


async def delete_email_domain(connection: Connection, domain: str) -> bool:
    """Take them again; False when they were taken."""
    deleted = await connection.execute(
        "DELETE FROM email_domain_block WHERE domain = :domain", domain=domain
    )
    return deleted > 0


async def email_domains(connection: Connection) -> list[EmailDomain]:
    """The domains of which none is taken, the latest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM email_domain_block ORDER BY id DESC LIMIT :most", most=MOST_SHOWN
    )
    return [_domain_of(row) for row in rows]


async def email_domain(connection: Connection, number: int) -> EmailDomain | None:
    """The one of this number."""
    row = await connection.fetch_one("SELECT * FROM email_domain_block WHERE id = :id", id=number)
    return _domain_of(row) if row else None


async def any_blocked(connection: Connection, domains: Sequence[str]) -> bool:
    """Whether one of these is among them."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM email_domain_block WHERE domain IN :domains LIMIT 1", domains=domains
    )
    return row is not None


def _domain_of(row: Row) -> EmailDomain:
    return EmailDomain(int(row["id"]), row["domain"], Millis(row["created_at"]))
