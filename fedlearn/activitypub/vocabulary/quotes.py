"""This is where it is read what a received document quotes, and who may quote it (FEP-044f)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fedlearn.activitypub import values
from fedlearn.activitypub.audience import SPELLINGS_OF_PUBLIC
from fedlearn.activitypub.fetch import is_activity_json
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import origin_of
from fedlearn.domain.ids import Uri
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.errors import RefusedDocument

MOST_APPROVED = 100
# What Fedibird, Misskey and others send, who know of no authorizations.
LEGACY_PROPERTIES = ("quoteUri", "quoteUrl", "_misskey_quote")
MISSKEY_QUOTE = "https://misskey-hub.net/ns#_misskey_quote"


@dataclass(frozen=True, slots=True)
class QuoteClaim:
    """That a post quotes another, and where its author says that this is allowed.

    A legacy one comes from a server that cannot ask for an authorization.
    """

    uri: Uri
    authorization: Uri | None
    is_legacy: bool


@dataclass(frozen=True, slots=True)
class Authorization:
    """A QuoteAuthorization: whose word it is, which post may quote, and what."""

    uri: Uri
    attributed_to: Uri
    interacting_object: Uri
    interaction_target: Uri


def read_quote(document: Document, tags: Iterable[Document]) -> QuoteClaim | None:
    """What a post quotes, by whichever of its properties says so (FEP-e232 links included)."""
    quoted = values.uri(document.get("quote"))
    legacy = [*(values.uri(document.get(one)) for one in LEGACY_PROPERTIES), *map(_linked, tags)]
    uri = quoted or next(filter(None, legacy), None)
    # It is shown as a link where it may not be shown itself.
    if uri is None or origin_of(uri) is None:
        return None
    authorization = values.uri(document.get("quoteAuthorization"))
    return QuoteClaim(uri, authorization, is_legacy=quoted is None)


def _linked(tag: Document) -> Uri | None:
    is_quote = is_activity_json(values.text(tag.get("mediaType"))) or MISSKEY_QUOTE in [
        *values.items(tag.get("rel"))
    ]
    return values.uri(tag.get("href")) if values.kind(tag) == "Link" and is_quote else None


def read_quote_approval(document: Document) -> tuple[Uri, ...]:
    """Whom the author lets quote without being asked: actors, collections, or Public."""
    interaction = next(values.objects(document.get("interactionPolicy")), {})
    can_quote = next(values.objects(interaction.get("canQuote")), {})
    return values.uris(can_quote.get("automaticApproval"), MOST_APPROVED)


def quote_policy_of(approved: Collection[str], followers: str | None) -> QuotePolicy:
    """The same as a choice of ours; where nothing is said, nobody may."""
    if SPELLINGS_OF_PUBLIC.intersection(approved):
        return QuotePolicy.PUBLIC
    return QuotePolicy.FOLLOWERS if followers in approved else QuotePolicy.NOBODY


def read_authorization(document: Document) -> Authorization:
    """A QuoteAuthorization; `RefusedDocument` when something is missing in it."""
    parts = [
        values.uri(document.get(name))
        for name in ("id", "attributedTo", "interactingObject", "interactionTarget")
    ]
    found = [one for one in parts if one is not None]
    if values.kind(document) != "QuoteAuthorization" or len(found) != len(parts):
        raise RefusedDocument("this is no whole QuoteAuthorization")
    return Authorization(*found)
