"""This is where answers for programs are written as JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

JSON = "application/json; charset=utf-8"
# Whatever an app gets is for the bearer of its token alone.
PRIVATE = {"cache-control": "private, no-store", "vary": "Authorization, Origin"}


def json(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON."""
    body = msgspec.json.encode(value)
    sent = {"content-type": JSON, **PRIVATE, **(headers or {})}
    return Response(body, status_code=status, headers=sent)
