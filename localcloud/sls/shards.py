"""Shards split and merged: what was written stays where it is, readonly, and what comes goes to new shards.

A split cuts a shard's range of hash keys at a key, or into equal parts; a merge joins a shard and its right neighbour.
Both answer with the shards that took part and those that came of it
(https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-splitshard,
https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-mergeshard). That a readonly shard can
be neither, and one without a right neighbour not be merged, is told as `invalid shard id`: the pages only say that the
states must be readwrite. Readonly shards never expire here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from localcloud.sls.errors import parameter_invalid
from localcloud.sls.models import Logstore, Shard
from localcloud.sls.wire import Call
from localcloud.wire.http import Response, json_response

PARTS_MAX = 10
"""Most new shards of one split; no page has a number."""
_KEY = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
ROUTES: tuple[tuple[str, str, str, str], ...] = (
    ("POST", "logstores/*/shards/*", "split", "SplitShard"),
    ("POST", "logstores/*/shards/*", "merge", "MergeShards"),
)
"""Method, path, `action` in the query, operation."""


def named_shard(call: Call, logstore: Logstore) -> Shard:
    """The shard in the path. Raises SlsError."""
    number = call.segments[3]
    if not (number.isascii() and number.isdigit() and len(number) < 10):  # noqa: PLR2004 - shard ids are small
        raise parameter_invalid("shard id is not valid")
    return logstore.shard(int(number))


def _split(call: Call, logstore: Logstore) -> Response:
    shard = _open(named_shard(call, logstore))
    made = logstore.replace([shard], _bounds(call, shard), call.now)
    return json_response([one.describe() for one in (shard, *made)])


def _merge(call: Call, logstore: Logstore) -> Response:
    left = _open(named_shard(call, logstore))
    right = next((one for one in logstore.open_shards if one.first_key == left.last_key), None)
    if right is None:
        raise parameter_invalid("invalid shard id")
    made = logstore.replace([left, right], [left.first_key, right.last_key], call.now)
    return json_response([one.describe() for one in (*made, left, right)])


OPERATIONS: dict[str, Callable[[Call, Logstore], Response]] = {"SplitShard": _split, "MergeShards": _merge}


def _open(shard: Shard) -> Shard:
    if shard.readonly:
        raise parameter_invalid("invalid shard id")
    return shard


def _bounds(call: Call, shard: Shard) -> list[int]:
    """Where the new shards begin, and the last one's end. Raises SlsError."""
    key, parts = call.query.get("key", ""), call.query.get("shardCount", "2")
    if not key:
        if not (parts.isascii() and parts.isdigit() and len(parts) < 3 and 2 <= int(parts) <= PARTS_MAX):  # noqa: PLR2004 - two digits hold the largest
            raise parameter_invalid("invalid shard count")
        width, count = shard.last_key - shard.first_key, int(parts)
        return [shard.first_key + width * at // count for at in range(count + 1)]
    middle = int(key, 16) if _KEY.fullmatch(key) else -1
    if not shard.first_key < middle < shard.last_key:
        raise parameter_invalid("invalid mid hash")
    return [shard.first_key, middle, shard.last_key]
