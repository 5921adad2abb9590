"""What the Tablestore SDK is spared is what it would have worked out itself, and what it refuses it refuses."""

from __future__ import annotations

import base64
import hashlib
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from shared.ledger._tablestore_link import sdk
from shared.ledger._tablestore_signing import plainly_right, spare
from tests.unit.ledger.as_it_comes import anew

BODY = b"the rows"
FORMAT = "%Y-%m-%dT%H:%M:%S"


@pytest.fixture(name="usual")
def _usual() -> Any:
    """The SDK as it comes."""
    sdk()
    from tablestore import auth, protocol  # type: ignore[import-untyped]
    from tablestore.plainbuffer import plain_buffer_builder  # type: ignore[import-untyped]

    built = SimpleNamespace(plain_buffer_builder=anew(plain_buffer_builder))
    return SimpleNamespace(auth=anew(auth), protocol=anew(protocol), plainbuffer=built)


@pytest.fixture(name="spared")
def _spared() -> Any:
    """The same with ours in it."""
    made = _usual.__wrapped__()  # type: ignore[attr-defined] # what the fixture makes
    spare(made)
    return made


def headers(*, late_s: float = 0.0) -> dict[str, str]:
    """Of an answer with that body."""
    date = datetime.now(timezone.utc) + timedelta(seconds=late_s)
    return {
        "x-ots-contentmd5": base64.b64encode(hashlib.md5(BODY).digest()).decode(),  # noqa: S324 - as the service does
        "x-ots-requestid": "0005",
        "x-ots-date": f"{date.strftime(FORMAT)}.000Z",
        "x-ots-contenttype": "protocol buffer",
    }


@pytest.mark.parametrize("query", ["/BatchGetRow", "/GetRange", "/A?b=2&a=1%20c"])
@pytest.mark.parametrize("secret", ["secret", "s" * 100])
def test_requests_and_answers_have_the_sdks_signature(query: str, secret: str, usual: Any, spared: Any) -> None:
    """Twice, with other headers, by each version of the signature."""
    for number in range(2):
        told = {"x-ots-date": f"{number}", "x-ots-apiversion": " 2015-12-31 ", "User-Agent": "any"}
        texts = []
        for one in (usual, spared):
            signer = one.auth.SignV2("utf-8")
            text = signer._get_request_signature_string(query, told)
            answers = signer.make_response_signature(query, told, secret)
            by_v4 = one.auth.call_signature_method_sha256(secret, text, "utf-8")
            texts.append((text, answers, by_v4, one.auth.calculate_hmac(b"key", text, hashlib.md5, "utf-8")))
        assert texts[0] == texts[1]


@pytest.mark.parametrize("key", [[("key", "ehpc/cn/1")], [("key", "中")], [("key", 7)], [("a", "1"), ("b", "2")], []])
def test_a_rows_key_is_written_as_ever(key: list[tuple[str, Any]], usual: Any, spared: Any) -> None:
    """The first time and again; what is no single text is left to the SDK."""
    wanted = bytes(usual.plainbuffer.plain_buffer_builder.PlainBufferBuilder.serialize_primary_key(key))
    for _ in range(2):
        assert bytes(spared.plainbuffer.plain_buffer_builder.PlainBufferBuilder.serialize_primary_key(key)) == wanted


def refusal(one: Any, told: Mapping[str, str], status: int) -> str:
    """What the SDK says against an answer; empty if nothing."""
    protocol = object.__new__(one.protocol.OTSProtocol)
    protocol.encoding = "utf-8"
    try:
        protocol._check_headers(told, BODY, status=status)
    except one.protocol.OTSClientError as error:
        return str(error.get_error_message())
    return ""


def test_the_sdk_works_out_once_what_is_the_same_and_nothing_that_is_plain(usual: Any) -> None:
    """A path's part of the signature and a row's key once each; no hash of ours, and no answer that is right."""
    builder = usual.plainbuffer.plain_buffer_builder.PlainBufferBuilder
    asked = Counter[str]()

    def note(owner: Any, name: str, kind: Any = lambda told: told) -> None:
        was = getattr(owner, name)

        def noted(*told: Any, **more: Any) -> Any:
            asked[name] += 1
            return was(*told, **more)

        setattr(owner, name, kind(noted))

    note(usual.auth, "calculate_hmac")
    note(usual.auth, "urlparse")
    note(usual.auth.SignBase, "_get_request_signature_string")
    note(usual.protocol.OTSProtocol, "_check_headers")
    note(builder, "serialize_primary_key", staticmethod)
    spare(usual)
    for _ in range(2):
        text = usual.auth.SignV2("utf-8")._get_request_signature_string("/GetRow", {"x-ots-date": "d"})
        for kind in (hashlib.sha1, hashlib.sha256):
            usual.auth.calculate_hmac("secret", text, kind, "utf-8")
        builder.serialize_primary_key([("key", "a")])
        assert refusal(usual, headers(), 200) == ""
    assert asked == {"_get_request_signature_string": 1, "urlparse": 1, "serialize_primary_key": 1}
    for odd in ([("key", 7)], [("a", "1"), ("b", "2")]):
        builder.serialize_primary_key(odd)
        builder.serialize_primary_key(odd)
    for key, text, kind in ((b"k", "t", hashlib.sha1), ("k", b"t", hashlib.sha256), ("k", "t", hashlib.md5)):
        usual.auth.calculate_hmac(key, text, kind, "utf-8")
    refusal(usual, headers(), 503)
    assert asked == {
        "_get_request_signature_string": 1, "urlparse": 1, "serialize_primary_key": 5, "calculate_hmac": 3,
        "_check_headers": 1,
    }  # fmt: skip


@pytest.mark.parametrize("late_s", [0.0, 830.0, -830.0, 880.0, -880.0, 930.0, -930.0, 86_400.0])
def test_an_answers_date_may_be_as_far_off_as_ever(late_s: float, usual: Any, spared: Any) -> None:
    """A quarter of an hour; near that it is the SDK that says so."""
    told = headers(late_s=late_s)
    assert plainly_right(told, BODY, 200) == (abs(late_s) < 840)
    assert refusal(spared, told, 200) == refusal(usual, told, 200)
    assert bool(refusal(spared, told, 200)) == (abs(late_s) > 900)


@pytest.mark.parametrize("off_s", [840.0, 840.5, -840.0, -840.5])
def test_what_is_near_enough_is_so_to_the_last_moment(monkeypatch: pytest.MonkeyPatch, off_s: float) -> None:
    """Before and after."""
    told = headers() | {"x-ots-date": "2026-01-05T02:10:11.000Z"}
    dated = datetime(2026, 1, 5, 2, 10, 11, tzinfo=timezone.utc).timestamp()
    monkeypatch.setattr("shared.ledger._tablestore_signing.time", SimpleNamespace(time=lambda: dated + off_s))
    assert plainly_right(told, BODY, 200) is (abs(off_s) <= 840)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contentmd5", "AAAA"),
        ("date", "yesterday"),
        ("date", "2026-02-30T00:00:00.000Z"),
        ("date", f"{time.strftime('%Y-%m-%dT%H:%M', time.gmtime())}:61.000Z"),
        ("date", f"{time.strftime('%Y-%m-%dT%H:%M', time.gmtime())}:00Z"),
    ],
)
def test_an_answer_that_is_not_right_is_refused_as_ever(name: str, value: str, usual: Any, spared: Any) -> None:
    """In the SDK's own words."""
    told = headers() | {f"x-ots-{name}": value}
    assert not plainly_right(told, BODY, 200)
    assert refusal(spared, told, 200) == refusal(usual, told, 200) != ""


@pytest.mark.parametrize("name", ["contentmd5", "requestid", "date", "contenttype"])
def test_an_answer_without_a_header_is_refused_as_ever(name: str, usual: Any, spared: Any) -> None:
    """Where it says that all went well; an error need not have them."""
    told = headers()
    del told[f"x-ots-{name}"]
    assert refusal(spared, told, 200) == refusal(usual, told, 200) != ""
    assert refusal(spared, told, 503) == refusal(usual, told, 503) == ""


def test_an_error_answer_is_the_sdks_to_judge() -> None:
    """Whatever it has."""
    assert not plainly_right(headers(), BODY, 400)
    assert not plainly_right(headers(), BODY, None)
    assert not plainly_right(headers(), BODY, 199)
    assert plainly_right(headers(), BODY, 299)
    assert not plainly_right(headers(), BODY, 300)
