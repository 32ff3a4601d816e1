"""This is where it is said what a list of people is."""

from dataclasses import dataclass

from fedlearn.domain.ids import ActorId, ListId


@dataclass(frozen=True, slots=True)
class PeopleList:
    """People whose posts somebody reads together, be they followed or not."""

    id: ListId
    owner_id: ActorId
    title: str
