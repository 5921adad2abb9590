"""Log Service bodies on the wire: sizes announced, compressed or not, within the documented limits.

Headers: https://www.alibabacloud.com/help/en/sls/developer-reference/common-request-headers.
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.sls import protobuf as sls_wire
from localcloud.sls.errors import SlsError
from localcloud.wire.http import Request, Response


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
    if int(size) > sls_wire.BODY_BYTES_MAX or len(request.body) > sls_wire.BODY_BYTES_MAX:
        raise SlsError(400, "PostBodyTooLarge", f"body is larger than {sls_wire.BODY_BYTES_MAX} bytes")
    packing = headers.get("x-log-compresstype", "")
    if packing not in ("", "lz4"):
        raise SlsError(400, "InvalidCompressType", "x-log-compresstype is unsupported.")
    if not packing:
        if len(request.body) != int(size):
            raise SlsError(400, "InvalidBodyRawSize", "x-log-bodyrawsize is not the size of the body.")
        return request.body
    try:
        return sls_wire.decompress(request.body, int(size))
    except sls_wire.WireError as error:
        raise SlsError(400, "PostBodyUncompressError", f"body cannot be inflated: {error}") from error


def packed(request: Request, raw: bytes, headers: Mapping[str, str]) -> Response:
    """An answer with that body, compressed if the client takes it."""
    lz4 = "lz4" in request.headers.get("accept-encoding", "")
    sizes = {"x-log-bodyrawsize": str(len(raw))} | ({"x-log-compresstype": "lz4"} if lz4 else {})
    return Response(200, sls_wire.compress(raw) if lz4 and raw else raw, {**headers, **sizes})
