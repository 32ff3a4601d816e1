"""What must hold of those who look after the instance, read from the sources."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

import pytest

from fedlearn.domain.accounts import State
from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.policies import Policy
from fedlearn.domain.reports import ReportCategory
from fedlearn.domain.roles import PERMISSIONS, RANKS, Permission, may, outranks
from fedlearn.domain.trends import TrendKind
from fedlearn.domain.warnings import Consequence
from fedlearn.services.warnings import WHAT_WAS_DONE
from fedlearn.web.pages.moderation import words
from tests.unit.test_house_rules import PACKAGE, sources

TOUCHES_THE_LOG = re.compile(r"\b(UPDATE|DELETE FROM|TRUNCATE|DROP TABLE) audit_entry\b")


@pytest.mark.parametrize(
    ("table", "all_of"),
    [
        (words.ACTS, Act),
        (words.ROLES, Role),
        (words.STATES, State),
        (words.CATEGORIES, ReportCategory),
        (words.POLICIES, Policy),
        (words.SEVERITIES, Severity),
        (words.TRENDS, TrendKind),
        (WHAT_WAS_DONE, Consequence),
    ],
)
def test_pages_have_words_for_all(
    table: Mapping[StrEnum, str], all_of: Collection[StrEnum]
) -> None:
    """Whatever can stand in the database can be said on a page."""
    assert set(table) == set(all_of)


def test_nothing_leaves_the_audit_log() -> None:
    """No statement of the package changes or removes a line of it."""
    found = [
        path.name
        for path in sources(PACKAGE, suffixes={".py"})
        if TOUCHES_THE_LOG.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_act_is_done_somewhere() -> None:
    """Each word of the audit log is written by a service."""
    services = "".join(path.read_text(encoding="utf-8") for path in sources(PACKAGE / "services"))
    assert [act for act in Act if f"Act.{act.name}" not in services] == []


def test_ranks_and_permissions_fit() -> None:
    """Who stands above somebody may at least as much; nobody stands above themselves."""
    assert set(RANKS) == set(PERMISSIONS) == set(Role)
    for role in Role:
        assert not outranks(role, role)
        for other in Role:
            if outranks(role, other):
                assert PERMISSIONS[other] & ~PERMISSIONS[role] == Permission(0)
    assert not any(may(Role.USER, one) for one in Permission)
    assert all(may(Role.OWNER, one) for one in Permission)
