"""This is where it is read what an app asks: query, form, multipart or JSON, in all spellings.

Apps write lists as `id[]=1&id[]=2` or `id=1`, nested values as `poll[options][]=a`, rows as
`fields_attributes[0][name]=x`, and the same again in JSON. Here all of them become one tree of
dicts, lists, texts and bytes of files; what a handler does not ask for is passed over.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from fedlearn.errors import Invalid
from fedlearn.web.body import counted_request, form_request, text_in
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import LARGEST, number_in

MOST_FIELDS = 1000
MOST_FILES = 4
DEEPEST = 6
LONGEST_NUMBER = 9
PART = re.compile(r"\[([^\[\]]*)\]")
KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
TRUE = {"true", "1", "on", "t", "yes"}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Parameters:
    """What an app has sent. Each getter gives None (or an empty list) for what was left out.

    Raises `Invalid` for a value that is not of the kind that is asked for.
    """

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._tree = tree

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def text(self, name: str) -> str | None:
        """A text; numbers and truth values as they are written in JSON."""
        value = self._tree.get(name)
        if isinstance(value, list):
            value = value[-1] if value else None
        if value is None or isinstance(value, bytes | dict):
            return None
        return str(value).lower() if isinstance(value, bool) else text_in(str(value))

    def boolean(self, name: str) -> bool | None:
        """A truth value, in any of the ways in which clients write one."""
        text = self.text(name)
        return None if text is None else text.lower() in TRUE

    def integer(self, name: str) -> int | None:
        """A whole number."""
        text = self.text(name)
        if text is None or not text.strip():
            return None
        try:
            value = int(float(text)) if "." in text else int(text)
        except (ValueError, OverflowError):
            raise Invalid(f"{name} is not a number") from None
        return max(-LARGEST, min(LARGEST, value))

    def id(self, name: str) -> int | None:
        """An id, which no client makes up; 0, which nothing has, for what cannot be one."""
        text = self.text(name)
        return None if text is None else number_in(text) or 0

    def ids(self, name: str) -> list[int]:
        """Ids, from `name[]`, `name` or several of it; without what cannot be one."""
        return [found for found in map(number_in, self.texts(name)) if found]

    def texts(self, name: str) -> list[str]:
        """A list of texts; a single one is a list of one."""
        value = self._tree.get(name)
        items = value if isinstance(value, list) else _rows(value)
        return [
            text_in(str(item))
            for item in items
            if item is not None and not isinstance(item, dict | list)
        ]

    def rows(self, name: str) -> "list[Parameters]":
        """A list of nested values, from a list or from rows that are numbered."""
        value = self._tree.get(name)
        items = value if isinstance(value, list) else _rows(value)
        return [Parameters(item) for item in items if isinstance(item, dict)]

    def nested(self, name: str) -> "Parameters | None":
        """Values below a name."""
        value = self._tree.get(name)
        return Parameters(value) if isinstance(value, dict) else None

    def file(self, name: str) -> bytes | None:
        """What is in an uploaded file; nothing else that is said of it can be relied on."""
        value = self._tree.get(name)
        return value if isinstance(value, bytes) else None


async def read_parameters(request: Request, *, most_file_bytes: int = 0) -> Parameters:
    """What an app has sent with a request; what stands in the body comes before the query.

    Raises `Invalid` for a body that cannot be read, `TooLarge` for one over its limit in bytes.
    """
    asked = nest(request.query_params.multi_items())
    if request.method in {"GET", "HEAD"}:
        return Parameters(asked)
    limit = instance_of(request).settings.max_form_bytes + most_file_bytes
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.startswith(FORMS):
        form = await _form(request, limit, MOST_FILES if most_file_bytes else 0)
        return Parameters(asked | nest(await _items(form)))
    body = await counted_request(request, limit).body()
    return Parameters(asked | read_json(body, media_type))


def read_json(body: bytes, media_type: str = "application/json") -> dict[str, Any]:
    """A JSON object; a body of another kind says nothing."""
    if not body.strip() or not media_type.endswith("json"):
        return {}
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The body is not JSON.") from None
    named = value.items() if isinstance(value, dict) else ()
    return {name.removesuffix("[]"): item for name, item in named}


def nest(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The tree that names such as `a[b][]` describe."""
    tree: dict[str, Any] = {}
    for name, value in items:
        if path := _path(name):
            _put(tree, path, value)
    return tree


async def _form(request: Request, limit: int, most_files: int) -> FormData:
    counted, most = form_request(request, limit), instance_of(request).settings.max_form_bytes
    if "multipart/" not in request.headers.get("content-type", "").lower():
        return await counted.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=most)
    parser = PartsOfApps(
        request.headers,
        counted.stream(),
        max_files=most_files,
        max_fields=MOST_FIELDS,
        max_part_size=most,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise Invalid("This form cannot be read.") from error


class PartsOfApps(MultiPartParser):
    """Takes for a file also what has no name as such: some apps send none."""

    def on_headers_finished(self) -> None:
        """A part begins."""
        part = self._current_part
        kinds = [value for name, value in part.item_headers if name == b"content-type"]
        disposition = part.content_disposition or b""
        if kinds and not kinds[0].startswith(b"text/") and b"filename" not in disposition:
            part.content_disposition = disposition + b'; filename="file"'
        super().on_headers_finished()


async def _items(form: FormData) -> list[tuple[str, Any]]:
    """What is in a form, files as what is in them; afterwards it is closed."""
    try:
        return [
            (name, await value.read() if isinstance(value, UploadFile) else value)
            for name, value in form.multi_items()
        ]
    finally:
        await form.close()


def _path(name: str) -> list[str]:
    """The parts of a name; none for what cannot be read."""
    match = KEY.fullmatch(name)
    if match is None:
        return []
    path = [match.group(1), *PART.findall(match.group(2))]
    return path if len(path) <= DEEPEST else []


def _put(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    name, rest = path[0], path[1:]
    if not rest:
        tree[name] = value
        return
    if rest[0] == "":
        _add(tree, name, rest[1:], value)
        return
    below = tree.get(name)
    if not isinstance(below, dict):
        below = tree[name] = {}
    _put(below, rest, value)


def _add(tree: dict[str, Any], name: str, rest: Sequence[str], value: Any) -> None:
    """One more of a list. A row ends where one of its names comes again, as in Rails."""
    items = tree.get(name)
    if not isinstance(items, list):
        items = tree[name] = []
    if not rest:
        items.append(value)
        return
    if not items or not isinstance(items[-1], dict) or rest[0] in items[-1]:
        items.append({})
    _put(items[-1], rest, value)


def _rows(value: Any) -> list[Any]:
    """What stands under numbers (`a[0]`, `a[1]`), in order; a single value is a list of one."""
    if value is None:
        return []
    if not isinstance(value, dict):
        return [value]
    numbered = [key for key in value if key.isdecimal() and len(key) <= LONGEST_NUMBER]
    return [value[key] for key in sorted(numbered, key=int)] if numbered else [value]
