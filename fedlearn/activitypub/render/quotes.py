"""This is where it is written what a status of ours quotes, and who may quote it (FEP-044f)."""

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import PUBLIC
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.domain.statuses import QuoteView, StatusView


def render_quote(quote: QuoteView) -> Document:
    """What a post quotes, under the names that FEP-044f, Misskey and Fedibird read."""
    uri = quote.quoted_uri
    document: Document = {"quote": uri, "_misskey_quote": uri, "quoteUri": uri}
    if quote.authorization_uri:
        document["quoteAuthorization"] = quote.authorization_uri
    return document


def render_quote_policy(view: StatusView) -> Document:
    """Whom we let quote without being asked; the author may always."""
    approved = {
        QuotePolicy.PUBLIC: PUBLIC,
        QuotePolicy.FOLLOWERS: f"{view.author.uri}/followers",
        QuotePolicy.NOBODY: view.author.uri,
    }[policy_of(view)]
    return {"interactionPolicy": {"canQuote": {"automaticApproval": [approved]}}}


def policy_of(view: StatusView) -> QuotePolicy:
    """Who may quote a post; what is not open to all is quoted by its author alone."""
    return view.status.quote_policy if view.status.reach.is_open else QuotePolicy.NOBODY
