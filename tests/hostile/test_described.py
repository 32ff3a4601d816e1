"""The client API as people of Mastodon have described it for programs."""

import msgspec
import pytest

from tests.described import inquire
from tests.federation.samples import SHARED
from tests.hostile.searching import EXAMPLES

DESCRIPTION = SHARED.parent / "mastodon-openapi.json"
ABSENT = f"the description is not beside the repository, at {DESCRIPTION}"
QUICK = 3
MANY = 120


@pytest.mark.skipif(not DESCRIPTION.exists(), reason=ABSENT)
async def test_answers_are_as_described() -> None:
    """Each operation that is here answers in the described shape, or says in JSON what is wrong."""
    description = msgspec.json.decode(DESCRIPTION.read_bytes())
    inquiry = await inquire(description, EXAMPLES or QUICK, is_repeatable=not EXAMPLES)
    assert inquiry.faults == {}
    assert len(inquiry.answered) > MANY
