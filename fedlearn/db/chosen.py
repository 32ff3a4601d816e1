"""This is where it is decided which posts of a timeline a reader asks for.

Timelines of which only a part may be asked for have `chosen()` in them besides `VISIBLE`, and give
the parameters of `wants()`. Hashtags are given in lower case.
"""

from dataclasses import dataclass
from typing import Any

# It answers nobody but its own author.
# As one value, since PostgreSQL would rather read all posts once than look up a few by EXISTS.
BY_ITSELF = """(s.in_reply_to_uri IS NULL OR s.actor_id = (
    SELECT sp.actor_id FROM status sp WHERE sp.id = s.in_reply_to_id))"""

# Counted, for the same reason.
CHOSEN = f"""(
    (NOT :only_media OR (SELECT count(*) FROM attachment ca WHERE ca.status_id = s.id) > 0)
    AND (NOT :without_boosts OR s.boost_of_id IS NULL)
    AND (NOT :without_answers OR {BY_ITSELF})
    AND (NOT :only_local OR s.is_local)
    AND (NOT :only_remote OR NOT s.is_local)
    AND (:names_wanted = 0 OR :names_wanted = (
        SELECT count(*) FROM hashtag ch WHERE ch.status_id = s.id AND ch.name IN :with_all))
    AND (:names_unwanted = 0 OR 0 = (
        SELECT count(*) FROM hashtag cn WHERE cn.status_id = s.id AND cn.name IN :with_none))
) IS TRUE"""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which posts somebody asks for: all, but for what is said here."""

    only_media: bool = False
    without_boosts: bool = False
    without_answers: bool = False
    only_local: bool = False
    only_remote: bool = False
    with_all: frozenset[str] = frozenset()
    with_none: frozenset[str] = frozenset()


ALL = Choice()


def chosen(choice: Choice) -> str:
    """What holds of posts that are asked for. Who asks for all of them pays nothing for that."""
    return "TRUE" if choice == ALL else CHOSEN


def wants(choice: Choice) -> dict[str, Any]:
    """The parameters that it needs."""
    if choice == ALL:
        return {}
    return {
        "only_media": choice.only_media,
        "without_boosts": choice.without_boosts,
        "without_answers": choice.without_answers,
        "only_local": choice.only_local,
        "only_remote": choice.only_remote,
        "with_all": sorted(choice.with_all),
        "with_none": sorted(choice.with_none),
        "names_wanted": len(choice.with_all),
        "names_unwanted": len(choice.with_none),
    }
