"""What came of an invocation, for a terminal."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, TextIO

from secondwind.compute.call import Call, FunctionAnswer
from secondwind.process import writes_unicode
from secondwind.terminal import shown

NOT_UNDERSTOOD = 5
"""Exit status of an answer that has an `invalid` outcome."""
_STARTED = "FC Initialize End"
_WARNED = re.compile(r"\[(?:WARNING|ERROR|CRITICAL)\] (.*)")
MAX_WARNING_BYTES = 500


def status_of(body: bytes) -> int:
    """What a function's answer means for the exit status; an answer of another form is only passed on."""
    try:
        counts = json.loads(body)["counts"]
        return NOT_UNDERSTOOD if int(counts.get("invalid", 0)) > 0 else 0
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return 0


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


def warnings_in(log: str) -> list[str]:
    """What a function on this machine warned of during its call; what it says of its place at its start is left out."""
    return [shown(one, MAX_WARNING_BYTES) for one in _WARNED.findall(log.rpartition(_STARTED)[2])]


def body_shown(body: bytes, out: TextIO) -> str:
    """A function's answer for that stream: JSON over several lines, anything else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=not writes_unicode(out))
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
