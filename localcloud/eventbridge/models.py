"""A CloudEvent as EventBridge takes it and as it hands it on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

EVENT_BYTES_MAX = 64 * 1024
"""Largest event (https://help.aliyun.com/en/eventbridge/putevents)."""

_REQUIRED = ("id", "source", "type")
_ATTRIBUTE_CHARS_MAX = 1024
_CHINA = timezone(timedelta(hours=8))

Event = dict[str, Any]


class EventError(Exception):
    """An event that is not taken, with the code of its PutEvents entry."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def check_event(event: Mapping[str, Any]) -> None:
    """Raises EventError for an event without its attributes, that is no JSON, or that is too large."""
    for name in _REQUIRED:
        value = event.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _ATTRIBUTE_CHARS_MAX:
            raise EventError("InvalidArgument", f"The attribute {name} is missing or not valid.")
    if event.get("specversion") != "1.0":
        raise EventError("InvalidArgument", "The attribute specversion must be 1.0.")
    try:
        size = len(json_bytes(event))
    except (TypeError, ValueError, RecursionError) as error:
        raise EventError("InvalidArgument", "The event is no JSON.") from error
    if size > EVENT_BYTES_MAX:
        raise EventError("EntityTooLarge", f"An event has at most {EVENT_BYTES_MAX} bytes.")


def published(event: Mapping[str, Any], *, bus: str, region: str, account_id: str, now: float) -> Event:
    """The event with the platform's own attributes."""
    return {
        **event,
        "aliyunaccountid": account_id,
        "aliyunpublishtime": _publish_time(now),
        "aliyuneventbusname": bus,
        "aliyunregionid": region,
        "aliyunpublishaddr": "127.0.0.1",
    }


def json_bytes(value: Any) -> bytes:
    """Compact UTF-8 JSON. Raises TypeError, ValueError or RecursionError for what JSON cannot hold."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _publish_time(now: float) -> str:
    """As the default bus writes it: China's time with `PRC` behind it, which is no RFC 3339."""
    return datetime.fromtimestamp(now, _CHINA).isoformat(timespec="milliseconds")[:-6] + "PRC"
