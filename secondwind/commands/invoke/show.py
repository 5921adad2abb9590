"""What came of an invocation, for a terminal."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from secondwind.compute.call import Call, FunctionAnswer


def taken(call: Call, told: Mapping[str, Any]) -> str:
    """Of an asynchronous call: what is known of it by now, as a JSON object."""
    named = {"task_id": call.task_id} if call.task_id else {}
    return json.dumps({"function": call.function, **told, **named}, indent=2)


def log_tail(answer: FunctionAnswer) -> str:
    """The end of the function's log; empty if there is none."""
    try:
        return base64.b64decode(answer.headers.get("x-fc-log-result", "")).decode("utf-8", "replace")
    except ValueError:
        return ""


def body_shown(body: bytes) -> str:
    """A function's answer: JSON over several lines, anything else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
