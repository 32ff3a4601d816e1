"""This is where it is said what an id is in paths and texts; who has routes imports it first."""

from starlette.convertors import IntegerConvertor, register_url_convertor

LARGEST = 2**63 - 1  # what columns hold


class IdConvertor(IntegerConvertor):
    """An id in a path; what no column could hold is no address of ours."""

    regex = "[0-9]{1,18}"


register_url_convertor("id", IdConvertor())


def number_in(text: str) -> int | None:
    """An id or another number as it stands in a form or an address; None for what is none."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))
    return int(text) if is_one and int(text) <= LARGEST else None
