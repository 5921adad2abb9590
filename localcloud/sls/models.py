"""What a Log Service keeps: projects, Logstores, shards of log groups, logs, and cursors into a shard.

A cursor is the Base64 of a decimal, one number a log group, counted up from the shard's birth in nanoseconds:
`[begin, end)` of a shard is a slice, and a cursor of another Logstore is usually out of bounds and refused.
Cursor rules: https://www.alibabacloud.com/help/en/sls/developer-reference/api-getcursor.
"""

from __future__ import annotations

import base64
import binascii
import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from localcloud.sls.errors import SlsError, parameter_invalid

_KEYS = 1 << 128  # hash keys of a Logstore's shards are cut from the range of MD5
_CURSOR_CHARS_MAX = 64


@dataclass(frozen=True, slots=True)
class Log:
    """One log. A value is bytes, because collectors send values that are no UTF-8."""

    time: int
    """Unix seconds, as the sender says."""
    contents: tuple[tuple[str, bytes], ...]
    time_ns: int | None = None
    """Nanoseconds within the second."""


@dataclass(frozen=True, slots=True)
class LogGroup:
    """What one PutLogs call writes, to one shard."""

    logs: tuple[Log, ...]
    topic: str = ""
    source: str = ""
    tags: tuple[tuple[str, str], ...] = ()


def log(time: int, fields: Mapping[str, str]) -> Log:
    """One log from text fields."""
    return Log(time, tuple((key, value.encode()) for key, value in fields.items()))


@dataclass(frozen=True, slots=True)
class Stored:
    """A log group as it came."""

    group: LogGroup
    raw: bytes
    """Its protobuf, byte for byte."""
    received_at: float
    """Unix seconds, the service's clock."""


@dataclass(slots=True)
class Shard:
    """One shard: log groups in the order received."""

    number: int
    born_ns: int
    first_key: int
    last_key: int
    """Exclusive."""
    stored: list[Stored] = field(default_factory=list)
    readonly: bool = False
    """Split or merged: what is in it can be read, and nothing comes to it any more."""

    def cursor(self, position: int) -> str:
        """The cursor of that place in the shard."""
        return base64.b64encode(str(self.born_ns + position).encode()).decode()

    def position(self, cursor: str) -> int:
        """The place a cursor names. Raises InvalidCursor."""
        try:
            text = base64.b64decode(cursor, validate=True) if len(cursor) <= _CURSOR_CHARS_MAX else b""
        except (binascii.Error, ValueError):
            text = b""
        place = int(text) - self.born_ns if text.isdigit() else -1
        if not 0 <= place <= len(self.stored):
            raise SlsError(400, "InvalidCursor", f"Cursor {cursor[:_CURSOR_CHARS_MAX]} is invalid.")
        return place

    def position_at(self, moment: str) -> int:
        """The place for `begin`, `end`, or the first group received at or after that unix second."""
        if moment == "begin":
            return 0
        if moment == "end":
            return len(self.stored)
        if not (moment.isascii() and moment.isdigit()):
            raise parameter_invalid("Parameter From is not valid")
        return bisect.bisect_left([int(item.received_at) for item in self.stored], int(moment))

    def cursor_time(self, cursor: str, now: float) -> int:
        """Unix seconds at which the cursor's group was received; now for the end."""
        place = self.position(cursor)
        return int(self.stored[place].received_at if place < len(self.stored) else now)

    def page(self, begin: int, end: int, count: int, bytes_max: int) -> list[Stored]:
        """At most `count` groups of `[begin, end)` and that many raw bytes, yet at least one group."""
        picked: list[Stored] = []
        size = 0
        for item in self.stored[begin : min(end, begin + count)]:
            size += len(item.raw)
            if picked and size > bytes_max:
                break
            picked.append(item)
        return picked

    def describe(self) -> dict[str, Any]:
        """As ListShards shows it."""
        return {
            "shardID": self.number,
            "status": "readonly" if self.readonly else "readwrite",
            "inclusiveBeginKey": f"{self.first_key:032x}",
            "exclusiveEndKey": f"{min(self.last_key, _KEYS - 1):032x}",
            "createTime": self.born_ns // 10**9,
        }


@dataclass(slots=True)
class Logstore:
    """One Logstore. `settings` are those of CreateLogStore, as sent."""

    name: str
    created_at: float
    settings: dict[str, Any]
    shards: list[Shard]
    index: dict[str, Any] | None = None
    next_shard: int = 0
    last_found: tuple[object, list[dict[str, str]]] = (None, [])
    """What was searched for last, in how many log groups, with all that was found: the next page of it is at hand."""

    def shard(self, number: int) -> Shard:
        """That shard. Raises ShardNotExist."""
        if not 0 <= number < len(self.shards):
            raise SlsError(400, "ShardNotExist", f"Shard {number} does not exist.")
        return self.shards[number]

    @property
    def open_shards(self) -> list[Shard]:
        """Those that logs can be written to."""
        return [shard for shard in self.shards if not shard.readonly]

    def replace(self, old: Sequence[Shard], bounds: Sequence[int], now: float) -> list[Shard]:
        """Close these shards; new ones, numbered on, whose ranges are cut at the bounds."""
        first = len(self.shards)
        made = [Shard(first + place, int(now * 1e9), begin, end) for place, (begin, end) in enumerate(pairwise(bounds))]
        for shard in old:
            shard.readonly = True
        self.shards += made
        return made

    def balanced(self) -> Shard:
        """The shard that the next PutLogs without a hash key goes to: in turn, so that runs repeat."""
        shard = self.open_shards[self.next_shard % len(self.open_shards)]
        self.next_shard += 1
        return shard

    def routed(self, key: str) -> Shard:
        """The shard whose range holds a hash key (hexadecimal, 128 bits)."""
        try:
            number = int(key, 16) if 0 < len(key) <= 32 else -1  # noqa: PLR2004 - 128 bits in hexadecimal
        except ValueError:
            number = -1
        for shard in self.open_shards:
            if shard.first_key <= number < shard.last_key:
                return shard
        raise parameter_invalid("invalid hash key")


@dataclass(slots=True)
class Project:
    """One project."""

    name: str
    description: str
    created_at: float
    logstores: dict[str, Logstore] = field(default_factory=dict)
    entities: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Saved searches, dashboards and alert rules by kind and name (`entities`)."""

    def logstore(self, name: str) -> Logstore:
        """That Logstore. Raises LogStoreNotExist."""
        found = self.logstores.get(name)
        if found is None:
            raise SlsError(404, "LogStoreNotExist", f"logstore {name[:128]} does not exist")
        return found


def new_logstore(name: str, shards: int, now: float, settings: dict[str, Any]) -> Logstore:
    """A Logstore with evenly cut shards, empty."""
    born_ns = int(now * 1e9)
    bounds = [_KEYS * at // shards for at in range(shards + 1)]
    cut = [Shard(at, born_ns, bounds[at], bounds[at + 1]) for at in range(shards)]
    return Logstore(name, now, settings, cut)
