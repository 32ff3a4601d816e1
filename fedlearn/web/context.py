"""This is where a handler finds the parts of the running server."""

from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network

from starlette.requests import HTTPConnection

from fedlearn.activitypub.claims import RequestHead
from fedlearn.domain.ip_blocks import Severity
from fedlearn.inbox.intake import Intake
from fedlearn.instance import Instance
from fedlearn.remote.media import MediaCache
from fedlearn.web.assets import Assets
from fedlearn.web.documents import DocumentCache
from fedlearn.web.entity_cache import SharedEntities
from fedlearn.web.figures import FigureCache
from fedlearn.web.ip_blocks import IpBlockCache
from fedlearn.web.lent import LentPictures
from fedlearn.web.limits import Limits
from fedlearn.web.lively import LivelyCache
from fedlearn.web.places import Places
from fedlearn.web.proxied import ProxiedPaths
from fedlearn.web.texts import Texts

NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Parts:
    """What app.py has put together for the handlers."""

    instance: Instance
    intake: Intake
    documents: DocumentCache
    limits: Limits
    media: MediaCache
    proxied: ProxiedPaths
    lent: LentPictures
    shared: SharedEntities
    texts: Texts
    assets: Assets
    figures: FigureCache
    lively: LivelyCache
    ip_blocks: IpBlockCache
    places: Places


def parts_of(request: HTTPConnection) -> Parts:
    """The parts of the server that this request came to."""
    parts: Parts = request.app.state.parts
    return parts


def instance_of(request: HTTPConnection) -> Instance:
    """The instance that this request came to."""
    return parts_of(request).instance


def host_of(request: HTTPConnection) -> str:
    """The IP address of who calls; "" where nobody can say."""
    return request.client.host if request.client else ""


def address_of(request: HTTPConnection) -> str:
    """From where somebody calls; "" where nobody can say.

    Of IPv6 it is the network: whoever has one such address has all that begin like it.
    """
    host = host_of(request)
    return _network_of(host) if ":" in host else host


def _network_of(host: str) -> str:
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed, NETWORK_BITS), strict=False))


async def severity_of(request: HTTPConnection) -> Severity | None:
    """What was said of the IP address from where somebody calls."""
    blocks = parts_of(request).ip_blocks
    return await blocks.severity_of(instance_of(request).db, host_of(request))


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
