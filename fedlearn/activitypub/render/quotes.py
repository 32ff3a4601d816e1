"""This is where quotes are written: what quotes what, who asks for it, who agrees (FEP-044f)."""

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import PUBLIC
from fedlearn.domain.ids import Uri
from fedlearn.domain.quotes import QuotePolicy, QuoteState
from fedlearn.domain.statuses import QuoteView, StatusView


def render_quote(quote: QuoteView) -> Document:
    """What a post quotes, under the names that FEP-044f, Misskey and Fedibird read."""
    uri = quote.quoted_uri
    document: Document = {"quote": uri, "_misskey_quote": uri, "quoteUri": uri}
    if quote.authorization_uri and quote.state is QuoteState.ACCEPTED:
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


def render_quote_request(
    uri: str, view: StatusView, quoted: StatusView, note: Document
) -> Document:
    """The author of a post asks that of another whether it may quote that one.

    The asked sees the whole post, where everybody may.
    """
    return {
        "id": uri,
        "type": "QuoteRequest",
        "actor": view.author.uri,
        "to": [quoted.author.uri],
        "cc": [],
        "object": quoted.status.uri,
        "instrument": note if view.status.reach.is_open else view.status.uri,
    }


def render_quote_answer(
    uri: str, request: Document, author: Uri, authorization: Uri | None
) -> Document:
    """Accept, with the authorization as its result, or without one Reject."""
    answer: Document = {
        "id": uri,
        "type": "Accept" if authorization else "Reject",
        "actor": author,
        "to": [request["actor"]],
        "cc": [],
        "object": request,
    }
    return answer | {"result": authorization} if authorization else answer


def render_authorization(uri: Uri, quoted: StatusView, quoting_uri: Uri) -> Document:
    """Our word that a post may quote one of ours. Neither of the two is embedded in it."""
    return {
        "id": uri,
        "type": "QuoteAuthorization",
        "attributedTo": quoted.author.uri,
        "interactingObject": quoting_uri,
        "interactionTarget": quoted.status.uri,
    }


def render_revocation(uri: Uri, quoted: StatusView, quoting_author: Uri) -> Document:
    """Our word is taken back; which post it was about, only those know who had it."""
    return {
        "id": f"{uri}#delete",
        "type": "Delete",
        "actor": quoted.author.uri,
        "to": [quoting_author],
        "cc": [f"{quoted.author.uri}/followers"],
        "object": {"id": uri, "type": "QuoteAuthorization"},
    }
