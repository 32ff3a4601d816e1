"""This is where others find out who lives here: WebFinger, host-meta, NodeInfo. Open to all."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.activitypub.jsonld import Document, write_document
from fedlearn.activitypub.nodeinfo import (
    VERSIONS,
    Usage,
    content_type,
    render_links,
    render_nodeinfo,
)
from fedlearn.activitypub.uris import host_of
from fedlearn.activitypub.webfinger import (
    JRD_CONTENT_TYPE,
    read_handle,
    render_host_meta,
    render_jrd,
)
from fedlearn.db import actors as db_actors
from fedlearn.db import figures as db_figures
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.errors import NotFound
from fedlearn.instance import VERSION, Instance
from fedlearn.settings import Registration
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.documents import CachedDocument, send
from fedlearn.web.errors import answer

MONTH_MS, HALF_YEAR_MS = 30 * DAY_MS, 180 * DAY_MS
LONGEST_RESOURCE = 2048
HALF_HOUR = {"cache-control": "public, max-age=1800"}


async def get_webfinger(request: Request) -> Response:
    """Which actor a handle or an address means (RFC 7033)."""
    resource = request.query_params.get("resource", "")
    instance = instance_of(request)
    is_address = resource.startswith(("https://", "http://"))
    if (not is_address and read_handle(resource) is None) or len(resource) > LONGEST_RESOURCE:
        message = "resource must be acct:name@domain or the address of an account"
        return await answer(request, 400, message)
    username = _username(instance, resource)
    if username is None:
        raise NotFound("There is no such account here.")
    async with instance.db.read() as connection:
        actor = await db_actors.local_actor(connection, username)
    if actor is not None and actor.gone_at is not None:
        return await answer(request, 410, "This account was deleted.")
    if actor is None or not actor.is_active:
        raise NotFound("There is no such account here.")
    document = render_jrd(instance.uris, actor.profile.username)
    return Response(
        write_document(document), headers={"content-type": JRD_CONTENT_TYPE, **HALF_HOUR}
    )


def _username(instance: Instance, resource: str) -> str | None:
    """Name of the local account that a resource means, under either of our domains."""
    uris = instance.uris
    handle = read_handle(resource)
    if handle is None:
        return uris.username_of(resource)
    own_host = host_of(uris.origin)
    if handle.domain not in {uris.domain, own_host}:
        return None
    # acct:domain@domain is the instance itself (FEP-d556).
    return uris.domain if handle.name.lower() in {uris.domain, own_host} else handle.name


async def get_host_meta(request: Request) -> Response:
    """Where WebFinger is (RFC 6415)."""
    body = render_host_meta(instance_of(request).uris)
    return Response(body, headers={"content-type": "application/xrd+xml", **HALF_HOUR})


async def get_host_meta_json(request: Request) -> Response:
    """The same as JSON."""
    template = instance_of(request).uris.webfinger_template
    return _json({"links": [{"rel": "lrdd", "template": template}]}, "application/json")


async def get_nodeinfo_links(request: Request) -> Response:
    """Where NodeInfo is."""
    return _json(render_links(instance_of(request).uris), JRD_CONTENT_TYPE)


async def get_nodeinfo(request: Request) -> Response:
    """What the instance is and how it is used."""
    version = request.path_params["version"]
    if version not in VERSIONS:
        raise NotFound("There is no such version.")
    instance = instance_of(request)

    async def make() -> CachedDocument:
        document = render_nodeinfo(
            version,
            software_version=VERSION,
            name=instance.settings.name,
            usage=await _usage(instance),
            open_registrations=instance.settings.registration is Registration.OPEN,
        )
        return CachedDocument.of(write_document(document), content_type(version))

    document = await parts_of(request).documents.get(f"nodeinfo {version}", make)
    return send(request, document, HALF_HOUR)


async def _usage(instance: Instance) -> Usage:
    async with instance.db.read() as connection:
        figures = await db_figures.figures(connection)
        month = await db_figures.active_users(connection, Millis(now() - MONTH_MS))
        half_year = await db_figures.active_users(connection, Millis(now() - HALF_YEAR_MS))
        posts = await db_figures.open_web_posts(connection)
    return Usage(figures.users, month, half_year, posts)


def _json(document: Document, kind: str) -> Response:
    return Response(write_document(document), headers={"content-type": kind, **HALF_HOUR})
