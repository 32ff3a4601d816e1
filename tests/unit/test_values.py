"""The many shapes of one value, and that no shape breaks a reader."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import AS
from tests.unit.strategies import json_values

URI = "https://far.example/1"


@pytest.mark.parametrize(
    ("value", "items"),
    [
        (None, []),
        ("a", ["a"]),
        ({"id": URI}, [{"id": URI}]),
        (["a", None, {"id": URI}], ["a", {"id": URI}]),
        ([], []),
        (False, [False]),
        ("", [""]),
    ],
)
def test_single_value_is_a_list_of_one(value: Any, items: list[Any]) -> None:
    """Whether a list was written or not makes no difference; null is nothing."""
    assert list(values.items(value)) == items
    assert list(values.objects(value)) == [item for item in items if isinstance(item, dict)]


@pytest.mark.parametrize(
    "value",
    [
        URI,
        {"id": URI},
        {"@id": URI, "type": "Note"},
        [URI],
        [None, {"id": URI}, "https://far.example/2"],
        [{"type": "Note"}, URI],
        ["", URI],
    ],
)
def test_identity_is_found(value: Any) -> None:
    """A string, an object with an id, or the first of a list that has one."""
    assert values.uri(value) == URI


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        5,
        True,
        [],
        {},
        {"id": None},
        {"id": 5},
        {"id": {"id": URI}},
        {"@value": URI},
        [[]],
        f"https://far.example/{'x' * 2048}",
        "https://far.example/\x00",
        "https://far\n.example/",
        "https://far.example/\x7f",
    ],
)
def test_what_has_no_identity_has_none(value: Any) -> None:
    """Numbers, empty strings, addresses without end and such as a database would not take."""
    assert values.uri(value) is None


def test_identities_of_a_list_are_kept_in_order() -> None:
    """What has no identity is left out, and what is beyond the limit."""
    listed = [{"id": URI}, None, "b", {}, 5, "c", "d"]
    assert values.uris(listed, 3) == (URI, "b", "c")
    assert values.uris(URI, 3) == (URI,)
    assert values.uris(None, 3) == ()
    assert len(values.uris([URI] * 100_000, 1000)) == 1000


PAGE = {"type": "Link", "mediaType": "text/html", "href": URI}


@pytest.mark.parametrize(
    "value",
    [
        URI,
        {"type": "Link", "href": URI},
        {"type": "Image", "url": URI},
        PAGE,
        [PAGE, "https://far.example/2"],
        [{"href": "threads://post/1", "mediaType": "application/x-threads"}, PAGE],
        ["javascript:alert(1)", "data:text/html,x", "/relative", 5, None, URI],
        [{"href": None, "url": URI}],
    ],
)
def test_web_address_is_found(value: Any) -> None:
    """A string, a Link or a list of them; other schemes are passed over."""
    assert values.web_url(value) == URI


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:image/png;base64,AAAA",
        "//far.example/1",
        "https://user:secret@far.example/",
        "https://far.example/\x00",
        f"https://far.example/{'x' * 2048}",
        {"href": {"href": URI}},
        {"id": URI},
        [[URI]],
        5,
    ],
)
def test_unsound_web_address_is_none(value: Any) -> None:
    """Scripts, embedded data, relative addresses and addresses without end."""
    assert values.web_url(value) is None


def test_web_address_of_a_type() -> None:
    """Asked for a type, only Links that say so count, by the name that either kind of server uses."""
    video = {"type": "Link", "mediaType": "video/mp4", "href": "https://far.example/1.mp4"}
    assert values.web_url([video, PAGE], "text/html") == URI
    assert values.web_url([video, {**PAGE, "mediaType": None}], "text/html") is None
    assert values.web_url({"mimeType": "text/html", "href": URI}, "text/html") == URI
    assert values.web_url(URI, "text/html") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("hello", "hello"),
        ({"@value": "hello"}, "hello"),
        ({"@value": "hello", "@language": "en"}, "hello"),
        ("hello world", "hello"),
        (5, ""),
        (None, ""),
        (["hello"], ""),
        ({"value": "hello"}, ""),
    ],
)
def test_text_is_cut_to_its_limit(value: Any, text: str) -> None:
    """Strings come out cut, and nothing else comes out."""
    assert values.text(value, 5) == text


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"content": "hi", "contentMap": {"en": "hi"}}, ("hi", "en")),
        ({"contentMap": {"de": "hallo", "en": "hi"}}, ("hallo", "de")),
        ({"content": None, "contentMap": {"de": "hallo"}}, ("hallo", "de")),
        ({"content": "hi", "contentMap": {"zh-Hant-TW": "hi"}}, ("hi", "zh-Hant-TW")),
        ({"content": "hi"}, ("hi", None)),
        ({"content": "hi", "contentMap": "en"}, ("hi", None)),
        ({"content": "hi", "contentMap": {}}, ("hi", None)),
        ({"content": "hi", "contentMap": {"": "hi"}}, ("hi", None)),
        ({"content": "hi", "contentMap": {"x" * 1000: "hi"}}, ("hi", None)),
        ({"content": "hi", "contentMap": {"en\x00": "hi"}}, ("hi", None)),
        ({"contentMap": {"en": 5}}, ("", "en")),
        ({}, ("", None)),
    ],
)
def test_text_and_its_language(document: dict[str, Any], found: tuple[str, str | None]) -> None:
    """The text itself, else the first of its map; the language is the key there, if it is one."""
    assert values.natural_text(document, "content", 100) == found


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"type": "Note"}, "Note"),
        ({"@type": "Note"}, "Note"),
        ({"type": "as:Note"}, "Note"),
        ({"type": f"{AS}#Note"}, "Note"),
        ({"type": ["Note", "https://far.example/Thing"]}, "Note"),
        ({"type": ["x:Thing", "Note"]}, "Note"),
        ({"type": ["x:Thing"]}, "x:Thing"),
        ({"type": [None, 5, "Note"]}, "Note"),
        ({"type": None}, ""),
        ({"type": {"id": "Note"}}, ""),
        ({}, ""),
    ],
)
def test_type_is_told_by_its_short_name(document: dict[str, Any], kind: str) -> None:
    """Prefixed, spelled out or in a list, a type is the same type."""
    assert values.kind(document) == kind


@pytest.mark.parametrize("value", [True, {"@value": True}])
def test_true_is_true(value: Any) -> None:
    """Plain or wrapped."""
    assert values.flag(value) is True


@pytest.mark.parametrize("value", [False, None, 1, "true", [True], {"@value": 1}, {}])
def test_all_else_is_false(value: Any) -> None:
    """What is only like true is not."""
    assert values.flag(value) is False


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (0, 0),
        ({"type": "xsd:nonNegativeInteger", "@value": 5}, 5),
        (2**31 - 1, 2**31 - 1),
        (2**31, None),
        (-(2**31), None),
        (10**4000, None),
        (True, None),
        (5.0, None),
        ("5", None),
        (None, None),
    ],
)
def test_number_is_whole_and_fits(value: Any, number: int | None) -> None:
    """Whole numbers that a database column takes, and nothing that is only like one."""
    assert values.number(value) == number


NOON = 1_767_268_800_000  # 2026-01-01T12:00:00Z


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T12:00:00Z",
        "2026-01-01T12:00:00.000Z",
        "2026-01-01T12:00:00.000000000Z",
        "2026-01-01T12:00:00+00:00",
        "2026-01-01T12:00:00+0000",
        "2026-01-01T14:00:00+0200",
        "2026-01-01T07:00:00-05:00",
        "2026-01-01T12:00:00",
        "2026-01-01 12:00:00Z",
    ],
)
def test_moment_is_read_in_each_form(text: str) -> None:
    """With `Z`, with an offset in either form, and without one, which means UTC."""
    assert values.moment(text) == NOON
    assert values.moment({"type": "xsd:dateTime", "@value": text}) == NOON


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "yesterday",
        "10000-01-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:00+9999",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59 ",
        "2026-01-01T12:00:00Z" * 10,
        "\u0662026-01-01T12:00:00Z",
        NOON,
        ["2026-01-01T12:00:00Z"],
    ],
)
def test_insane_moment_is_none(value: Any) -> None:
    """What is no date, or one that nobody could have posted at."""
    assert values.moment(value) is None


@given(
    json_values
    | st.dictionaries(st.sampled_from(["id", "@id", "href", "url", "@value", "type"]), json_values)
)
@example([[[[]]]])
@example({"@value": {"@value": "x"}})
@example({"id": ["x"]})
def test_no_value_breaks_a_reader(value: Any) -> None:
    """Whatever JSON stands somewhere, each reader answers with a sound value or none."""
    assert isinstance(values.text(value, 10), str)
    assert len(values.text(value, 10)) <= 10
    assert isinstance(values.flag(value), bool)
    uri, page = values.uri(value), values.web_url(value)
    assert uri is None or (0 < len(uri) <= values.LONGEST_ID and not values.CONTROLS.search(uri))
    assert page is None or page.startswith(("http", "HTTP", "Http"))
    assert values.web_url(value, "text/html") in {page, None} or isinstance(value, list)
    assert len(values.uris(value, 2)) <= 2
    number, moment = values.number(value), values.moment(value)
    assert number is None or abs(number) < 2**31
    assert moment is None or moment > -86_400_000


@given(st.dictionaries(st.sampled_from(["type", "@type", "name", "nameMap"]), json_values))
def test_no_document_breaks_a_reader(document: dict[str, Any]) -> None:
    """The same for what looks at a whole document."""
    assert isinstance(values.kind(document), str)
    text, language = values.natural_text(document, "name", 10)
    assert len(text) <= 10
    assert language is None or language.isascii()


@given(
    st.text()
    | st.datetimes().map(lambda at: at.isoformat())
    | st.from_regex(r"\d{4}-\d\d-\d\dT[\d:.]*([+-]\d{2}:?\d{2}|Z)?")
)
def test_no_text_breaks_the_reader_of_moments(text: str) -> None:
    """Whatever stands for a time, the answer is one or none."""
    moment = values.moment(text)
    assert moment is None or isinstance(moment, int)
