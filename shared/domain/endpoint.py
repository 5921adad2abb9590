"""Where a service listens: scheme, host and port, and nothing else."""

from __future__ import annotations

import re

from msgspec import Struct

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ENDPOINT = re.compile(
    rf"(?:(?P<scheme>https?)://)?(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[0-9]{{1,5}}))?/?\Z",
    re.IGNORECASE,
)
_MAX_HOST_CHARS = 253
_DEFAULT_PORTS = {"https": 443, "http": 80}
WANTED = "wants a host or a URL with scheme and port, without path, user or query"


class Endpoint(Struct, frozen=True):
    """One service's address."""

    scheme: str
    """`https`, or `http` where that was written out."""
    host: str
    """Lower case, a DNS name or an IPv4 address."""
    port: int

    @property
    def netloc(self) -> str:
        """`host`, or `host:port` where the port is not the scheme's own."""
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """`scheme://host[:port]`, without a slash at the end."""
        return f"{self.scheme}://{self.netloc}"


def parse_endpoint(text: str) -> Endpoint:
    """A host, `host:port` or URL; no IPv6. Raises ValueError, whose text does not repeat the value."""
    found = _ENDPOINT.match(text)
    if found is None or len(found["host"]) > _MAX_HOST_CHARS:
        raise ValueError(WANTED)
    scheme = (found["scheme"] or "https").lower()
    port = int(found["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 1 << 16:
        raise ValueError(f"{WANTED}; a port is 1 to 65535")
    return Endpoint(scheme, found["host"].lower(), port)
