"""Headers about signatures and digests, made by the grammar of their standards and against it.

Whoever sends them gets a reason in the four hundreds, in a time that grows with their length only.
"""

import time
from collections.abc import Callable
from email.utils import formatdate

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fedlearn.activitypub.claims import RequestHead
from fedlearn.activitypub.signatures import read_claim
from fedlearn.domain.ids import now
from fedlearn.errors import BadSignature
from tests.federation.peer import ACTIVITY_JSON, Person, digest_of, signed_headers
from tests.federation.scenes import refusal
from tests.federation.server import Server
from tests.hostile.searching import grows_no_faster_than_its_input, search
from tests.hostile.strategies import as_bytes

BODY = b"{}"
WORDS = ["keyId", "algorithm", "headers", "signature", "created", "expires", "opaque", "KEYID", ""]
NAMES = [
    "(request-target)",
    "(created)",
    "(expires)",
    "host",
    "date",
    "digest",
    "Date",
    "x",
    "@method",
]
COMPONENTS = ['"@method"', '"@target-uri"', '"content-digest"', '"date"', '"@query-param";name="a"']
TEXTS = [
    "",
    "https://peer.test/users/bob#main-key",
    "https://peer.test/" + "a" * 4000,
    "https://[",
    "acct:bob@peer.test",
    "rsa-sha256",
    "hs2019",
    "none",
    "AAAA",
    "=" * 100,
    "1e400",
    "-1",
    "nan",
    "9" * 400,
    "\xb2\xb3",
    '\\"',
    "\x00",
    "\xff",
]

texts = st.sampled_from(TEXTS) | st.text(st.characters(max_codepoint=255), max_size=12)
coverage = st.lists(st.sampled_from(NAMES), max_size=9).map(" ".join)
parameters = st.one_of(
    st.builds('{}="{}"'.format, st.sampled_from(WORDS), texts | coverage),
    st.builds("{}={}".format, st.sampled_from(WORDS), texts),
)
cavage = st.lists(parameters, max_size=7).map(",".join)
bytes_ = st.sampled_from([":AAAA:", ":=:", "::", ":AAAA", "1", '"x"', "?1", "@1700000000"])
items = st.sampled_from(
    ["1", "-999999999999999", "1.5", '"a"', "tok", ":AA==:", "?0", "?1", "@1", '%"f%c3%bc"', "%"]
)
tails = st.lists(
    st.builds(";{}={}".format, st.sampled_from(["created", "keyid", "alg", "expires", "x"]), items),
    max_size=6,
).map("".join)
inputs = st.builds(
    "{}=({}){}".format,
    st.sampled_from(["sig1", "sig2", "*", "SIG", ""]),
    st.lists(st.sampled_from(COMPONENTS) | items, max_size=5).map(" ".join),
    tails,
)
structured = st.lists(inputs | st.builds("sig1={}".format, bytes_), max_size=3).map(", ".join)
anything = st.text(st.characters(max_codepoint=255), max_size=60)
digests = st.sampled_from(
    [f"SHA-256={digest_of(BODY)}", "SHA-256=", "sha-256=,SHA-256", f"sha-256=:{digest_of(BODY)}:"]
)
dates = st.sampled_from(
    [
        formatdate(usegmt=True),
        "0",
        "Thu, 01 Jan 0000 00:00:00 GMT",
        "Thu, 99 Jan 2026",
        "-1",
        "\xff",
    ]
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "signature": cavage | structured | anything,
        "signature-input": structured | anything,
        "digest": digests | anything,
        "content-digest": digests | structured | anything,
        "date": dates | anything,
        "host": st.sampled_from(["alpha.test", "ALPHA.test:443", "evil.test", "[", ""]),
    },
)


@search(150)
@given(sent=headers)
async def test_made_up_headers(sent: dict[str, str], alpha: Server) -> None:
    """Nothing that somebody without a key can write is taken for a signature, or breaks a reader."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    given_headers = [(b"content-type", ACTIVITY_JSON.encode()), *raw]
    answer = await alpha.http.post("/inbox", content=BODY, headers=given_headers)
    assert answer.status_code in {400, 401}, answer.text
    refusal(answer)
    # A document that is open to all is shown, whatever a caller claims to be.
    shown = await alpha.http.get("/actor", headers=raw)
    assert shown.status_code == 200


@search(100)
@given(data=st.data())
async def test_true_signature_with_one_header_changed(
    data: st.DataObject, alpha: Server, bob: Person
) -> None:
    """A signature holds for the headers that it covers, each as it was sent."""
    body = as_bytes(bob.activity("Like", "x"))
    signed = signed_headers(bob.key, bob.key_id, host=alpha.host, target="/inbox", body=body)
    name = data.draw(st.sampled_from(["date", "digest", "host", "signature", "content-type"]))
    value = data.draw(anything | cavage | dates | digests)
    assume(value != signed[name])
    raw = [(one.encode(), text.encode("latin-1")) for one, text in {**signed, name: value}.items()]
    answer = await alpha.http.post("/inbox", content=body, headers=raw)
    assert answer.status_code in {400, 401, 415}, answer.text
    assert (await alpha.http.post("/inbox", content=body, headers=signed)).status_code == 202


def read(**sent: str) -> None:
    """Read a claim from headers; what is wrong with it does not matter here."""
    names = {name.replace("_", "-"): value for name, value in sent.items()}
    head = RequestHead("POST", "/inbox", {"host": "alpha.test", **names}, "https://alpha.test")
    with pytest.raises(BadSignature):
        read_claim(head, BODY, now())


LONG: dict[str, Callable[[int], None]] = {
    "parameters": lambda size: read(signature='keyId="a",' * size),
    "names of parameters": lambda size: read(signature="a" * size + "="),
    "white space": lambda size: read(signature=" " * size),
    "quotes": lambda size: read(signature='a="' + '"' * size),
    "covered names": lambda size: read(
        signature=f'keyId="a",signature="AAAA",headers="{"x " * size}"', x="y"
    ),
    "digests": lambda size: read(
        signature='keyId="a",signature="AAAA",headers="(request-target) host date digest"',
        date=formatdate(usegmt=True),
        digest="a=b," * size,
    ),
    "dates": lambda size: read(
        signature='keyId="a",signature="AAAA",headers="(request-target) host date digest"',
        date="1 " * size,
        digest=f"SHA-256={digest_of(BODY)}",
    ),
    "labels": lambda size: read(signature_input="a=()," * size, signature="a=:AA==:"),
    "components": lambda size: read(signature_input="a=(" + '"x" ' * size + ")"),
    "parameters of a component": lambda size: read(signature_input='a=("x"' + ";a" * size + ")"),
    "brackets": lambda size: read(signature_input="a=" + "(" * size),
    "numbers": lambda size: read(signature_input="a=" + "1" * size),
    "strings": lambda size: read(signature_input='a="' + "\\\\" * size),
}


@pytest.mark.parametrize("what", LONG)
def test_time_grows_with_the_header(what: str) -> None:
    """Eight times as long a header takes about eight times as long to refuse, not the square."""
    assert grows_no_faster_than_its_input(LONG[what], 500)


def test_covered_names_do_not_multiply() -> None:
    """A long header that is covered a thousand times over is refused before a text is made of it."""
    parameters = (
        f'keyId="a",signature="AAAA",headers="(request-target) host date digest{" x" * 3000}"'
    )
    started = time.perf_counter()
    read(
        signature=parameters,
        date=formatdate(usegmt=True),
        digest=f"SHA-256={digest_of(BODY)}",
        x="y" * 60_000,
    )
    components = " ".join(['"x"'] * 1500)
    read(
        signature_input=f'a=({components});created=1;keyid="k"',
        signature="a=:AA==:",
        x="y" * 60_000,
    )
    # 180 megabytes of text would take longer.
    assert time.perf_counter() - started < 0.1


def test_one_name_covered_twice_is_refused() -> None:
    """Each thing is covered once, in both schemes (RFC 9421, section 2)."""
    date, digest = formatdate(usegmt=True), f"SHA-256={digest_of(BODY)}"
    for covered in ("(request-target) host date digest", "(request-target) host date digest host"):
        signature = f'keyId="a",signature="AAAA",headers="{covered}"'
        head = RequestHead(
            "POST",
            "/inbox",
            {"host": "alpha.test", "date": date, "digest": digest, "signature": signature},
            "https://alpha.test",
        )
        if covered.endswith("digest"):
            assert read_claim(head, BODY, now()).key_id == "a"
        else:
            with pytest.raises(BadSignature, match="twice"):
                read_claim(head, BODY, now())
