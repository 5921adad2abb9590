"""What the OpenAPI SDK is spared when it signs is what it would have worked out itself."""

from __future__ import annotations

import hashlib
import sys
import time
from datetime import datetime, timezone
from importlib.util import find_spec, module_from_spec
from typing import Any
from urllib.parse import quote

import pytest
from alibabacloud_tea_openapi import utils
from darabonba.request import DaraRequest

from shared.systems.openapi import _sdk, _signing

HEADERS: list[dict[str, Any]] = [
    {},
    {"host": "ehpc.cn-hangzhou.aliyuncs.com", "x-acs-action": "RerunJobs", "Accept": " application/json "},
    {"B": "2", "a": "1", "C-D": ""},
    {"Twice": "1", "twice": "0", "other": "x"},
    {"a": None, "b": "x"},
    {"a": b"bytes", "n": 7, "中": "文"},
]
QUERIES: list[dict[str, Any] | None] = [None, {}, {"B": "b c", "A": "~/*'", "Gone": None}, {"Id": "12[3].s", "a": "中"}]


@pytest.fixture(scope="module", name="untouched")
def _untouched() -> Any:
    """The SDK's module once more, as it comes; the one that is in use has ours in it."""
    assert vars(_sdk)["_signing"] is _signing
    spec = find_spec("alibabacloud_tea_openapi.utils")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_are_signed_in_the_sdks_order(headers: dict[str, Any], untouched: Any) -> None:
    """The first time and again, with other values, and where two names are one."""
    for number in range(2):
        told = {name: f"{value}{number}" if isinstance(value, str) else value for name, value in headers.items()}
        assert _signing._headers(told) == untouched.get_canonicalized_headers(told)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_signed_as_the_sdk_writes_it(query: dict[str, Any] | None, untouched: Any) -> None:
    """What is asked for none is left out."""
    assert _signing._query(query) == untouched.get_canonical_query_string(query)


@pytest.mark.parametrize("headers", [one for one in HEADERS if one.get("a") != b"bytes"])
@pytest.mark.parametrize("query", QUERIES[1:])
def test_a_whole_signature_is_the_same(headers: dict[str, Any], query: dict[str, Any], untouched: Any) -> None:
    """By the SDK's own function, which asks what stands in the place of its others."""
    request = DaraRequest()
    request.method, request.pathname, request.query, request.headers = "POST", "/", query, headers
    told = (request, "ACS3-HMAC-SHA256", hashlib.sha256(b"").hexdigest(), "key", "secret")
    assert utils.Utils.get_authorization(*told) == untouched.Utils.get_authorization(*told)


@pytest.mark.parametrize(
    "told",
    [
        ("a b/é",), ("a b/é", "~"), ("é" * 65, "/", "latin-1"), ("é" * 65, "/", "ascii", "ignore"),
        (b"a b",), (bytearray(b"a b"),), ("a b~", bytearray(b"~")),
    ],
)  # fmt: skip
def test_names_and_values_are_quoted_as_ever(told: Any) -> None:
    """Also what cannot be kept, and text in another encoding."""
    assert _signing._quoted(*told) == quote(*told)


def test_the_time_is_the_one_of_this_second(monkeypatch: pytest.MonkeyPatch, untouched: Any) -> None:
    """A second later it is another; what the SDK says of the moment is the same."""
    told = []
    for moment in (1_767_578_400.0, 1_767_578_400.9, 1_767_578_401.0):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        told.append(utils.Utils.get_timestamp())
        asked = datetime.fromtimestamp(int(moment), timezone.utc)
        assert told[-1] == asked.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told == ["2026-01-05T02:00:00Z", "2026-01-05T02:00:00Z", "2026-01-05T02:00:01Z"]
    monkeypatch.undo()
    while (now := untouched.Utils.get_timestamp()) != untouched.Utils.get_timestamp():
        pass
    assert utils.Utils.get_timestamp() >= now


def test_no_two_calls_have_one_nonce(untouched: Any) -> None:
    """As long as the SDK's own, and of the same signs."""
    told = {utils.Utils.get_nonce() for _ in range(1_000)}
    assert len(told) == 1_000
    assert {len(nonce) for nonce in told} == {len(untouched.Utils.get_nonce())} == {32}
    assert set("".join(told)) == set("0123456789abcdef")


def test_who_calls_is_told_as_ever(untouched: Any) -> None:
    """The same each time."""
    assert utils.Utils.get_user_agent("second-wind") == untouched.Utils.get_user_agent("second-wind")
    assert sys.modules["alibabacloud_tea_openapi.utils"] is utils


@pytest.mark.parametrize("raw", [b"", b"a body", bytearray(b"")])
@pytest.mark.parametrize("sign_type", ["ACS3-HMAC-SHA256", "ACS3-RSA-SHA256", "ACS3-HMAC-SM3", "none"])
def test_a_body_is_hashed_as_the_sdk_hashes_it(raw: bytes, sign_type: str, untouched: Any) -> None:
    """Twice: a hash that was begun is not gone on with."""
    assert utils.Utils.hash is _signing._hash
    assert [utils.Utils.hash(raw, sign_type) for _ in range(2)] == [untouched.Utils.hash(raw, sign_type)] * 2


def test_a_request_has_what_is_left_out_of_it_as_ever() -> None:
    """Each with a value, without one, and with a name that the SDK does not know."""
    values: tuple[Any, ...] = (None, "", {}, 0, "x", {"a": "b"}, 8080)
    for name in (*DaraRequest._PROPERTY_DEFAULT_MAP, "other"):
        for value in values:
            ours, usual = DaraRequest(), DaraRequest()
            setattr(ours, name, value)
            _signing._usual_set(usual, name, value)
            assert vars(ours) == vars(usual), (name, value)
