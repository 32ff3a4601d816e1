"""This is where it is described what is not shown as lively, however many take it up."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.ids import Millis


class TrendKind(StrEnum):
    """What can be lively."""

    HASHTAG = "hashtag"
    LINK = "link"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something that stewards do not want shown: a hashtag by name, a page by url, a post by id."""

    kind: TrendKind
    subject: str
    rejected_at: Millis
