"""How Function Compute turns what a handler returned or raised into bytes. Loaded by the worker by its path.

Bytes go out as they are, text as UTF-8, all else as JSON with `indent=4, sort_keys=True`; what JSON cannot
hold is an invocation error after the handler's effects took place. An error is `{"errorMessage",
"errorType", "stackTrace"}`.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import traceback
from typing import Any


def serialise(result: Any) -> bytes:
    """The answer's body. Raises TypeError or ValueError for what JSON cannot hold."""
    if isinstance(result, bytes):
        return result
    if isinstance(result, str):
        return result.encode()
    return json.dumps(result, indent=4, sort_keys=True, default=_plain).encode()


def describe(error: BaseException, *, kind: str | None = None, own_file: str = "") -> dict[str, Any]:
    """The error as the platform reports it; frames of `own_file` are left out."""
    frames = [
        [frame.filename, frame.lineno, frame.name, frame.line]
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != own_file
    ]
    return {"errorMessage": str(error), "errorType": kind or type(error).__name__, "stackTrace": frames}


def _plain(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if hasattr(value, "to_json"):
        return value.to_json()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
