"""Requests of Log Service taken apart, and bodies on the wire: compressed or not, within the documented limits.

Paths: https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-overview. Headers:
https://www.alibabacloud.com/help/en/sls/developer-reference/common-request-headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from localcloud.sls import protobuf
from localcloud.sls.errors import SlsError
from localcloud.wire.http import Request, Response


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
    # method, path with * for one segment, `type` or `action` in the query, operation
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
        if fits and method == request.method and kind == query.get("type", query.get("action", "")):
            operation = name
            break
    return Call(operation, host.split(".", 1)[0], segments, query, request, now, region, pull_bytes_max)


def unpacked(request: Request) -> bytes:
    """The protobuf in a PutLogs body. Raises SlsError for headers or a body that do not fit."""
    headers = request.headers
    kind = headers.get("content-type")
    if kind != "application/x-protobuf":
        if kind is None:
            raise SlsError(400, "MissingContentType", "Content-Type does not exist in http header.")
        raise SlsError(415, "InvalidContentType", "Content-Type is unsupported.")
    size = headers.get("x-log-bodyrawsize")
    if size is None:
        raise SlsError(400, "MissingBodyRawSize", "x-log-bodyrawsize does not exist in http header.")
    if not (size.isascii() and size.isdigit() and len(size) <= 10):  # noqa: PLR2004 - far above the largest body
        raise SlsError(400, "InvalidBodyRawSize", "x-log-bodyrawsize is invalid.")
    if int(size) > protobuf.BODY_BYTES_MAX or len(request.body) > protobuf.BODY_BYTES_MAX:
        raise SlsError(400, "PostBodyTooLarge", f"body is larger than {protobuf.BODY_BYTES_MAX} bytes")
    packing = headers.get("x-log-compresstype", "")
    if packing not in ("", "lz4"):
        raise SlsError(400, "InvalidCompressType", "x-log-compresstype is unsupported.")
    if not packing:
        if len(request.body) != int(size):
            raise SlsError(400, "InvalidBodyRawSize", "x-log-bodyrawsize is not the size of the body.")
        return request.body
    try:
        return protobuf.decompress(request.body, int(size))
    except protobuf.WireError as error:
        raise SlsError(400, "PostBodyUncompressError", f"body cannot be inflated: {error}") from error


def packed(request: Request, raw: bytes, headers: Mapping[str, str]) -> Response:
    """An answer with that body, compressed if the client takes it."""
    lz4 = "lz4" in request.headers.get("accept-encoding", "")
    sizes = {"x-log-bodyrawsize": str(len(raw))} | ({"x-log-compresstype": "lz4"} if lz4 else {})
    return Response(200, protobuf.compress(raw) if lz4 and raw else raw, {**headers, **sizes})
