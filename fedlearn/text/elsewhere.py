"""This is where it is said to people what went wrong with another server, by kind.

The exact words of such an error are for logs, for programs and for the command line.
"""

from fedlearn.errors import FetchError, Gone, Missing, RefusedDocument, Unreachable, Unwelcome
from fedlearn.text.languages import N_, _

FarError = FetchError | RefusedDocument

SAID: dict[type, str] = {
    Gone: N_("It was deleted there."),
    Missing: N_("There is nothing under this name or address."),
    Unreachable: N_("The other server does not answer just now. Try again later."),
    Unwelcome: N_("This server does not talk with that one."),
    FetchError: N_("The other server does not hand it out."),
    RefusedDocument: N_("What the other server has there is nothing that can be shown here."),
}


def in_words(error: FarError) -> str:
    """What went wrong, in a sentence for people."""
    return _(next(SAID[kind] for kind in type(error).__mro__ if kind in SAID))
