"""HTTP as the local services see it: one request in, one response or refusal out, no sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, whole."""

    method: str
    path: str
    """Path without the query, still percent-encoded."""
    query: str
    """Raw query string, without the question mark."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer. `close` drops the connection without any answer, as a dying server does."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    close: bool = False


class ApiError(Exception):
    """A refusal of an operation or of the gateway: HTTP status, code, text. Each service writes it in its own shape."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.headers = headers or {}
        self.status = status
        self.code = code
        self.message = message


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(
        status=status,
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
        headers={"content-type": "application/json; charset=utf-8", **(headers or {})},
    )
