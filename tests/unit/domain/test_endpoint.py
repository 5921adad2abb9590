"""Addresses of services: scheme, host and port, and nothing that could lead elsewhere."""

from __future__ import annotations

import pytest

from shared.domain.endpoint import parse_endpoint


@pytest.mark.parametrize(
    ("told", "netloc", "url"),
    [
        ("EHPC.cn-hangzhou.aliyuncs.com", "ehpc.cn-hangzhou.aliyuncs.com", "https://ehpc.cn-hangzhou.aliyuncs.com"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://a.example:80", "a.example", "http://a.example"),
        ("a.example:8443", "a.example:8443", "https://a.example:8443"),
    ],
)
def test_what_is_one_is_written_one_way(told: str, netloc: str, url: str) -> None:
    """HTTPS unless `http://` is written out; the scheme's own port is left out."""
    found = parse_endpoint(told)
    assert (found.netloc, found.url) == (netloc, url)


@pytest.mark.parametrize(
    "told", ["", "http://u@a.example", "a.example/x", "a..b", "ftp://a", "a" * 64, "a." * 130 + "b"]
)
def test_what_is_none_is_refused_without_its_text(told: str) -> None:
    """No user, path, empty or overlong label."""
    with pytest.raises(ValueError, match="wants a host") as refused:
        parse_endpoint(told)
    assert not told or told not in str(refused.value)


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_has_bounds(port: str) -> None:
    """1 to 65535."""
    with pytest.raises(ValueError, match="1 to 65535"):
        parse_endpoint(f"a.example:{port}")


@pytest.mark.parametrize("port", [1, 65535])
def test_the_first_and_the_last_port_are_ports(port: int) -> None:
    """Somebody may listen there."""
    assert parse_endpoint(f"a.example:{port}").port == port


def test_a_host_is_as_long_as_dns_allows() -> None:
    """253 characters, in labels of 63."""
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert parse_endpoint(longest).host == longest
    with pytest.raises(ValueError, match="wants a host"):
        parse_endpoint(f"{longest}a")
    with pytest.raises(ValueError, match="wants a host"):
        parse_endpoint("a" * 64)
