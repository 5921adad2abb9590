"""Where calls go: default endpoints by region, and endpoints that a person wrote.

Sources: job-systems.md 3.7 and 5.6, that is the endpoint tables of
https://api.aliyun.com/product/EHPC and https://api.aliyun.com/product/schedulerx2.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

_SCHEDULERX_OWN_HOST = frozenset({"cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen"})
"""Regions with a SchedulerX host of their own. All others share one; no document names `schedulerx2.<region>`."""


class Endpoint(Struct, frozen=True):
    """A place that takes calls."""

    protocol: str
    """`https` or `http`."""
    host: str
    """Host, with `:port` if it was written; never a scheme, as it is signed as the `host` header."""

    def __str__(self) -> str:
        return f"{self.protocol}://{self.host}"


def ehpc_endpoint(region: str) -> str:
    """Default E-HPC endpoint of a region that has been validated."""
    return f"https://ehpc.{region}.aliyuncs.com"


def schedulerx_endpoint(region: str) -> str:
    """Default SchedulerX endpoint of a region that has been validated."""
    part = f"{region}." if region in _SCHEDULERX_OWN_HOST else ""
    return f"https://schedulerx.{part}aliyuncs.com"


def parse_endpoint(written: str) -> Endpoint:
    """Split a host, or a URL with scheme and port; HTTPS unless `http://` is written out.

    Raises:
        ValueError: Another scheme, no host, a bad port, or more than scheme, host, port. Shows no value.
    """
    parts = urlsplit(written if "://" in written else f"https://{written}")
    port = parts.port  # raises ValueError if it is no port
    if parts.scheme not in {"http", "https"}:
        raise ValueError("the scheme of an endpoint is http or https")
    if not parts.hostname or parts.netloc != parts.netloc.strip() or "@" in parts.netloc:
        raise ValueError("an endpoint is a host, with a port if needed, and nothing before it")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("an endpoint has no path, query or fragment")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Endpoint(parts.scheme, host if port is None else f"{host}:{port}")
