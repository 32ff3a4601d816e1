"""This is where it is decided in which form a caller wants something: a document, or a page."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from fedlearn.activitypub.fetch import is_activity_json
from fedlearn.activitypub.jsonld import CONTENT_TYPE, LD_CONTENT_TYPE, Document, write_document
from fedlearn.activitypub.render.documents import with_context

ANY_OF_OURS = frozenset({"application/ld+json", "application/json"})


PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def wants_activity(request: HTTPConnection) -> bool:
    """Whether ActivityPub JSON is asked for at least as much as a page."""
    return preferred_type(request) is not None


def wants_page(request: HTTPConnection) -> bool:
    """Whether a page is asked for by name, as browsers do that open an address."""
    accept = request.headers.get("accept", "")
    return any(_is_page(_quality(part)[0]) for part in accept.split(","))


def preferred_type(request: HTTPConnection) -> str | None:
    """The Content-Type in which to answer with ActivityPub; None when a page is wanted."""
    page, best, wanted = 0.0, 0.0, None
    for part in request.headers.get("accept", "").split(","):
        kind, quality = _quality(part)
        if _is_page(kind):
            page = max(page, quality)
        elif quality > best and (is_activity_json(kind) or kind.strip() in ANY_OF_OURS):
            is_ld = "ld+json" in kind
            best, wanted = quality, LD_CONTENT_TYPE if is_ld else CONTENT_TYPE
    return wanted if best >= page else None


def _is_page(kind: str) -> bool:
    return kind.partition(";")[0].strip() in PAGE_TYPES


def _quality(part: str) -> tuple[str, float]:
    """One range of an Accept header without its weight, and the weight."""
    kind, *parameters = (piece.strip() for piece in part.lower().split(";"))
    weights = [one.removeprefix("q=") for one in parameters if one.startswith("q=")]
    others = [one for one in parameters if not one.startswith("q=")]
    try:
        weight = float(weights[0]) if weights else 1.0
    except ValueError:
        weight = 0.0
    return "; ".join([kind, *others]), weight


def activity_response(
    request: HTTPConnection,
    document: Document,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """An ActivityPub document that stands alone."""
    return Response(
        write_document(with_context(document)),
        status_code=status,
        headers={
            "content-type": preferred_type(request) or CONTENT_TYPE,
            "vary": "Accept, Signature",
            **(headers or {}),
        },
    )
