"""This is where a handler finds the parts of the running server."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from fedlearn.activitypub.claims import RequestHead
from fedlearn.inbox.intake import Intake
from fedlearn.instance import Instance
from fedlearn.remote.media import MediaCache
from fedlearn.web.documents import DocumentCache
from fedlearn.web.limits import Limits
from fedlearn.web.proxied import ProxiedPaths
from fedlearn.web.texts import Texts


@dataclass(frozen=True, slots=True)
class Parts:
    """What app.py has put together for the handlers."""

    instance: Instance
    intake: Intake
    documents: DocumentCache
    limits: Limits
    media: MediaCache
    proxied: ProxiedPaths
    texts: Texts


def parts_of(request: HTTPConnection) -> Parts:
    """The parts of the server that this request came to."""
    parts: Parts = request.app.state.parts
    return parts


def instance_of(request: HTTPConnection) -> Instance:
    """The instance that this request came to."""
    return parts_of(request).instance


def head_of(request: HTTPConnection, method: str) -> RequestHead:
    """The request as signatures see it: path and query as sent, our public origin."""
    raw_path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    target = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        # A header that comes several times is one list (RFC 9110, section 5.3).
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    origin = instance_of(request).uris.origin
    return RequestHead(method, target.decode("latin-1"), headers, origin)
