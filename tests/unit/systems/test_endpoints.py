"""Where calls go by default, and which endpoints a person may write."""

from __future__ import annotations

import pytest

from shared.systems.endpoints import Endpoint, ehpc_endpoint, parse_endpoint, schedulerx_endpoint


def test_ehpc_has_a_host_in_every_region() -> None:
    """The rule of the documents, no map."""
    assert ehpc_endpoint("me-east-1") == "https://ehpc.me-east-1.aliyuncs.com"


@pytest.mark.parametrize("region", ["cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen"])
def test_four_regions_have_a_schedulerx_of_their_own(region: str) -> None:
    """As the official SDK maps them."""
    assert schedulerx_endpoint(region) == f"https://schedulerx.{region}.aliyuncs.com"


@pytest.mark.parametrize("region", ["ap-southeast-1", "eu-central-1", "me-east-1", "cn-shanghai-finance-1"])
def test_the_others_share_one(region: str) -> None:
    """Never `schedulerx2.<region>`, which the official SDK would make up."""
    assert schedulerx_endpoint(region) == "https://schedulerx.aliyuncs.com"


@pytest.mark.parametrize(
    ("written", "endpoint"),
    [
        ("ehpc.cn-hangzhou.aliyuncs.com", Endpoint("https", "ehpc.cn-hangzhou.aliyuncs.com")),
        ("https://ehpc.cn-hangzhou.aliyuncs.com/", Endpoint("https", "ehpc.cn-hangzhou.aliyuncs.com")),
        ("http://127.0.0.1:8080", Endpoint("http", "127.0.0.1:8080")),
        ("localhost:8080", Endpoint("https", "localhost:8080")),
        ("HTTP://Local.Host:80", Endpoint("http", "local.host:80")),
        ("http://[::1]:8080", Endpoint("http", "[::1]:8080")),
    ],
)
def test_an_endpoint_is_split_into_protocol_and_host(written: str, endpoint: Endpoint) -> None:
    """HTTPS unless http is written out; the host is what gets signed."""
    assert parse_endpoint(written) == endpoint


@pytest.mark.parametrize(
    "written",
    [
        "",
        "https://",
        "ftp://a.b",
        "https://user@a.b",
        "a.b:99999",
        "a.b:x",
        "a.b/path",
        "a.b?q=1",
        "a.b#f",
        "https:// a.b",
        "a b",
        "a.b:0",
        "a.b:65536",
        "a.b\nc",
        "a.b\\c",
    ],
)
def test_anything_else_is_refused_without_being_shown(written: str) -> None:
    """The error may stand in a log, so it names what is wanted and not what was written."""
    with pytest.raises(ValueError, match="an endpoint is") as caught:
        parse_endpoint(written)
    assert not written or written not in str(caught.value)
