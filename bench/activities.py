"""This is where the world says something to the server: signed activities, as bytes to be sent."""

import html
import re
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from bench import world
from bench.stage import AUTHOR, HOST, ORIGIN, SENDER, SENDERS, Scene
from bench.wire import request_bytes
from fedlearn.activitypub.signatures import Scheme, sign
from fedlearn.domain.ids import now

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
SPAN_SECONDS = 60
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def notes(scene: Scene, number: int, mark: str) -> list[bytes]:
    """Create activities with a new public note each, by senders whom the reader follows."""
    return [signed(scene, "/inbox", _create(number, index, mark)) for index in range(number)]


def follows(scene: Scene, number: int, mark: str) -> list[bytes]:
    """Follow activities by actors of whom the server has never heard."""
    inbox = f"/users/{AUTHOR}/inbox"
    uris = [world.actor_uri(mark, index) for index in range(number)]
    return [signed(scene, inbox, _follow(uri)) for uri in uris]


def _create(number: int, index: int, mark: str) -> dict[str, Any]:
    actor = world.actor_uri(SENDER, index % SENDERS)
    uri = f"{actor}/notes/{mark}-{index}"
    # Written over the last minute, in the order in which they are sent.
    written = time.gmtime(time.time() - SPAN_SECONDS * (number - index) / number)
    facts = {
        "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", written),
        "to": [PUBLIC],
        "cc": [f"{actor}/followers"],
    }
    note = {
        "id": uri,
        "type": "Note",
        "attributedTo": actor,
        "url": uri,
        "sensitive": False,
        "content": f"<p>{mark}-{index}: the quick brown fox jumps over the lazy dog.</p>",
        "tag": [],
        "attachment": [],
    }
    create = {"id": f"{uri}/activity", "type": "Create", "actor": actor, "object": note | facts}
    return create | facts


def _follow(uri: str) -> dict[str, Any]:
    author = f"{ORIGIN}/users/{AUTHOR}"
    follow = {"id": f"{uri}/follows/1", "type": "Follow", "actor": uri, "object": author}
    return follow | {"to": [author]}


def signed(scene: Scene, inbox: str, activity: Mapping[str, Any]) -> bytes:
    """A delivery of an activity, signed by its actor."""
    context = {"@context": "https://www.w3.org/ns/activitystreams"}
    body = msgspec.json.encode({**context, **activity})
    headers = sign(
        Scheme.CAVAGE,
        scene.key_of(activity["actor"]),
        method="POST",
        url=f"{ORIGIN}{inbox}",
        at=now(),
        body=body,
    )
    return request_bytes("POST", inbox, headers | {"x-forwarded-proto": "https"}, body)


def page_request(target: str, cookie: str) -> bytes:
    """A request for a page by somebody who has signed in."""
    return request_bytes("GET", target, _browser(cookie))


def form_request(target: str, cookie: str, form: bytes) -> bytes:
    """A form sent by somebody who has signed in."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return request_bytes("POST", target, _browser(cookie) | kind, form)


def app_request(
    method: str,
    target: str,
    token: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    """A request of an app that acts for somebody."""
    sent = {"authorization": f"Bearer {token}", "x-forwarded-proto": "https", **(headers or {})}
    return request_bytes(method, target, sent, body)


def csrf_in(page: bytes) -> str:
    """The token that forms on this page carry; "" when there is none."""
    found = CSRF.search(page.decode())
    return html.unescape(found[1]) if found else ""


def document_request(target: str) -> bytes:
    """A request for an ActivityPub document."""
    return request_bytes("GET", target, {"host": HOST, "accept": world.ACTIVITY_JSON})


def _browser(cookie: str) -> dict[str, str]:
    return {"host": HOST, "cookie": cookie, "x-forwarded-proto": "https", "origin": ORIGIN}
