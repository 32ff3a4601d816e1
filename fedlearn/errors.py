"""This is where the errors that cross module borders are named.

The tree, each class saying what the reader of the answer should know:

    FedlearnError
        SettingsError            a setting is wrong: one line, and the start stops
        StartError               the surroundings are wrong: no key, no database, a newer schema
        NotFound                 not there, or not for this reader: both look the same
            Deleted              it was there, and anybody may know so
        Forbidden                known and refused
        Invalid                  a form or command that cannot be carried out, by field
        RefusedGrant             an app is not allowed what it asks for, with the word of RFC 6749
        Unavailable              try again later: the disk, the database or a far host is busy
        RefusedDocument          a remote document that we will not believe or store
        FetchError               a remote document that we could not get
            Gone                 the remote server said 410
            Missing              the remote server said 404
            Unreachable          no answer in time, a broken connection, a 5xx
            Unwelcome            it was not asked: we do not talk with it
        RefusedActivity          an activity that the inbox answers with a status and a reason
            Malformed, TooLarge, WrongContentType, BadSignature, Blocked, KeyUnreachable
"""

from collections.abc import Mapping


class FedlearnError(Exception):
    """Any error that fedlearn raises on purpose; its text is fit to be shown."""


class SettingsError(FedlearnError):
    """A setting has a value that cannot be used."""


class StartError(FedlearnError):
    """The server cannot start as things stand, and says what to do about it."""


class NotFound(FedlearnError):
    """What was asked for does not exist, or not for this reader."""


class Deleted(NotFound):
    """What was asked for existed, which was no secret, and is no more."""


class Forbidden(FedlearnError):
    """The reader is known, and may not do this."""


class Invalid(FedlearnError):
    """What was asked cannot be done as it was put.

    `fields` maps the name of a form field to what is wrong with it.
    """

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class RefusedGrant(FedlearnError):
    """An app is not given access; `error` is the word for it (RFC 6749, section 5.2)."""

    def __init__(self, error: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.error = error
        self.status = status


class Unavailable(FedlearnError):
    """It would work, but not now. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int = 30) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedDocument(FedlearnError):
    """A remote document is malformed, or claims what its origin may not claim."""


class FetchError(FedlearnError):
    """A remote document could not be had."""


class Gone(FetchError):
    """The remote server says that this existed and is no more (410)."""


class Missing(FetchError):
    """The remote server says that there is no such thing (404)."""


class Unreachable(FetchError):
    """The remote server did not answer properly; a later try may work."""


class Unwelcome(FetchError):
    """We do not talk with that server, so it was not asked."""


class RefusedActivity(FedlearnError):
    """The inbox says no. `status` is the HTTP answer; the text says why.

    Source: the table of inbox answers in FEDERATION.md.
    """

    status = 400


class Malformed(RefusedActivity):
    """The body is not a JSON object that can be read."""


class TooLarge(RefusedActivity):
    """The body is over the limit."""

    status = 413


class WrongContentType(RefusedActivity):
    """The body is not declared as ActivityPub JSON."""

    status = 415


class BadSignature(RefusedActivity):
    """The signature is missing, stale, made with the wrong key, or covers too little."""

    status = 401


class MalformedSignature(BadSignature):
    """The signature headers cannot be parsed at all."""

    status = 400


class Blocked(RefusedActivity):
    """The sender's domain is not welcome here."""

    status = 403


class KeyUnreachable(RefusedActivity):
    """The sender's key could not be fetched just now; the sender should try again."""

    status = 503
