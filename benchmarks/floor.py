"""The floor: the least calls back to back, as bytes over one kept connection. Nothing signs, reads or decides."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection
from typing import Any

_KEPT: list[HTTPConnection] = []


def initialize(context: Any) -> None:
    """Dial."""
    del context
    _KEPT.append(HTTPConnection(os.environ["SAMPLE_ENDPOINT"].partition("://")[2]))


def handler(event: bytes, context: Any) -> dict[str, Any]:
    """As many calls as the event names."""
    del context
    calls = int(json.loads(event)["calls"])
    for _ in range(calls):
        _KEPT[0].request("GET", "/bench")
        _KEPT[0].getresponse().read()
    return {"counts": {"calls": calls}}
