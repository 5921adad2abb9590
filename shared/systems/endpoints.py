"""Where calls go: default endpoints by region, and endpoints that a person wrote.

Sources: job-systems.md 3.7 and 5.6, that is the endpoint tables of
https://api.aliyun.com/product/EHPC and https://api.aliyun.com/product/schedulerx2.
"""

from __future__ import annotations

import re

from msgspec import Struct

_SCHEDULERX_OWN_HOST = frozenset({"cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen"})
"""Regions with a SchedulerX host of their own. All others share one (job-systems.md 5.6)."""

_ENDPOINT = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?/?",
    re.ASCII | re.IGNORECASE,
)
_PORTS = range(1, 65_536)


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
        ValueError: Another scheme, no host, a bad port, or more than these three. Shows no value.
    """
    shape = _ENDPOINT.fullmatch(written)
    if shape is None or int(shape["port"] or 1) not in _PORTS:
        raise ValueError("an endpoint is a host, or http(s)://host, with a port if needed and nothing else")
    host = shape["host"].lower()
    return Endpoint((shape["scheme"] or "https").lower(), f"{host}:{shape['port']}" if shape["port"] else host)
