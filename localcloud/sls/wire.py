"""Requests of Log Service taken apart: which operation on which project, Logstore and shard.

Pages: https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-overview.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from localcloud.wire.http import Request


@dataclass(frozen=True, slots=True)
class Call:
    """One request, taken apart."""

    operation: str
    project: str
    segments: tuple[str, ...]
    """Path, decoded and cut at the slashes."""
    query: Mapping[str, str]
    request: Request
    now: float
    region: str
    pull_bytes_max: int

    @property
    def logstore(self) -> str:
        """Name in the path, or empty."""
        return self.segments[1] if len(self.segments) > 1 else ""


Routes = tuple[tuple[str, str, str, str], ...]
_ROUTES: Routes = (
    # method, path with * for one segment, `type` in the query, operation
    ("POST", "", "", "CreateProject"),
    ("GET", "", "", "GetProject"),
    ("POST", "logstores", "", "CreateLogStore"),
    ("GET", "logstores", "", "ListLogStores"),
    ("GET", "logstores/*", "", "GetLogStore"),
    ("POST", "logstores/*/index", "", "CreateIndex"),
    ("PUT", "logstores/*/index", "", "UpdateIndex"),
    ("GET", "logstores/*/index", "", "GetIndex"),
    ("POST", "logstores/*/logs", "", "GetLogs"),
    ("GET", "logstores/*/shards", "", "ListShards"),
    ("POST", "logstores/*/shards/lb", "", "PutLogs"),
    ("POST", "logstores/*/shards/route", "", "PutLogs"),
    ("GET", "logstores/*/shards/*", "log", "PullLogs"),
    ("GET", "logstores/*/shards/*", "logs", "PullLogs"),
    ("GET", "logstores/*/shards/*", "cursor", "GetCursor"),
    ("GET", "logstores/*/shards/*", "cursor_time", "GetCursorTime"),
)


def parse_call(request: Request, *, now: float, region: str, pull_bytes_max: int, more: Routes = ()) -> Call:
    """What the request asks for; the operation is empty if there is none of that shape. `more` are further routes."""
    path = request.path.strip("/")
    segments = tuple(unquote(part) for part in path.split("/")) if path else ()
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    host = request.headers.get("host", "")
    operation = ""
    for method, shape, kind, name in (*_ROUTES, *more):
        wanted = tuple(shape.split("/")) if shape else ()
        fits = len(wanted) == len(segments) and all(w in ("*", s) for w, s in zip(wanted, segments, strict=True))
        if fits and method == request.method and kind == query.get("type", ""):
            operation = name
            break
    return Call(operation, host.split(".", 1)[0], segments, query, request, now, region, pull_bytes_max)
