"""What is kept of a request's spelling is what the SDK itself would write."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from alibabacloud_tea_openapi import utils
from darabonba.core import DaraCore
from darabonba.request import DaraRequest

from shared.systems.openapi import _sdk

ODD = ["", "all", "12[3].scheduler", "a b+c/~=&?", "中文", '[{"Id":"1.s"}]', "x" * 65, "&?" * 40, "/~" * 40]


@pytest.mark.parametrize("host", ["ehpc.cn-hangzhou.aliyuncs.com", "127.0.0.1:8080", "[::1]:80", "http://odd.example/"])
@pytest.mark.parametrize(
    "query", [{}, {"Left": None}, {"Id": ODD[2], "Number": 1, "Gone": None}, dict.fromkeys(ODD, "1")]
)
def test_a_url_is_the_one_that_the_sdk_composes(host: str, query: dict[str, object]) -> None:
    """Of plain hosts and of those that are left to it, as are ports, with whatever is asked."""
    request = DaraRequest()
    request.protocol, request.pathname = "HTTPS", "/"
    request.headers, request.query = {"host": host}, query
    assert _sdk._url_of(request) == DaraCore.compose_url(request)
    request.port = 8443
    assert _sdk._url_of(request) == DaraCore.compose_url(request)


@pytest.mark.parametrize("value", ODD)
def test_what_is_signed_is_quoted_as_ever(value: str) -> None:
    """The first time and again."""
    for _ in range(2):
        assert utils.quote(value, safe="~", encoding="utf-8") == quote(value, safe="~", encoding="utf-8")
        assert utils.get_canonical_query_string({"Name": value}) == f"Name={quote(value, safe='~')}"


def test_short_names_and_values_are_quoted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster's id and an operation's parameters come with each call; what is long is not kept."""
    request = DaraRequest()
    request.protocol, request.pathname = "HTTPS", "/"
    request.headers, request.query = {"host": "h"}, {"ClusterId": "ehpc-once", "Jobs": "j" * 65}
    _sdk._url_of(request)
    asked: list[str] = []

    def noted(text: str) -> str:
        asked.append(text)
        return text

    monkeypatch.setattr(_sdk, "quote_plus", noted)
    assert _sdk._url_of(request).startswith("https://h/?ClusterId=ehpc-once&Jobs=")
    assert asked == ["j" * 65]
