"""Shards that are split and merged, through the official SDK as it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.sls.service import LogService
from tests.localcloud.sls.test_sdk import L, P, put, refused

Connect = Callable[..., Any]
ZERO, QUARTER, MIDDLE, END = "0" * 32, "4" + "0" * 31, "8" + "0" * 31, "f" * 32


def shown(answer: Any) -> list[tuple[int, str, str, str]]:
    """Of each shard in an answer its number, state and range."""
    return [
        (one["shardID"], one["status"], one["inclusiveBeginKey"], one["exclusiveEndKey"])
        for one in answer.get_shards_info()
    ]


def numbers(client: Any, shard: int) -> list[str]:
    """What stands in a shard."""
    cursor = client.get_cursor(P, L, shard, "begin").get_cursor()
    return [row["n"] for row in client.pull_logs(P, L, shard, cursor).get_flatten_logs_json()]


def test_a_split_closes_a_shard_and_opens_two(connect: Connect) -> None:
    """What was in it stays there and can be read; what comes goes to the others, by its hash key as well."""
    client = connect()
    client.put_logs(put_of("1", ZERO))
    parts = shown(client.split_shard(P, L, 0, QUARTER))
    assert parts == [
        (0, "readonly", ZERO, MIDDLE),
        (2, "readwrite", ZERO, QUARTER),
        (3, "readwrite", QUARTER, MIDDLE),
    ]
    assert shown(client.list_shards(P, L)) == [parts[0], (1, "readwrite", MIDDLE, END), *parts[1:]]
    for number, key in (("2", ZERO), ("3", QUARTER), ("4", END[:-1] + "e")):
        client.put_logs(put_of(number, key))
    assert [numbers(client, shard) for shard in range(4)] == [["1"], ["4"], ["2"], ["3"]]
    for _ in range(6):
        put(client, [{"n": "more"}])
    assert [len(numbers(client, shard)) for shard in range(4)] == [1, 3, 3, 3]
    end = client.get_cursor(P, L, 0, "end").get_cursor()
    assert client.pull_logs(P, L, 0, end).get_log_count() == 0
    assert client.get_logstore(P, L).get_shard_count() == 3


def test_a_merge_closes_a_shard_and_its_right_neighbour_and_opens_one(connect: Connect) -> None:
    """Whatever their numbers."""
    client = connect()
    client.split_shard(P, L, 0, QUARTER)
    whole = (4, "readwrite", QUARTER, END)
    assert shown(client.merge_shard(P, L, 3)) == [
        whole,
        (3, "readonly", QUARTER, MIDDLE),
        (1, "readonly", MIDDLE, END),
    ]
    client.put_logs(put_of("1", END[:-1] + "e"))
    assert numbers(client, 4) == ["1"]
    assert shown(client.merge_shard(P, L, 2))[0] == (5, "readwrite", ZERO, END)


@pytest.mark.parametrize("key", ["", ZERO, MIDDLE, "9", "g" * 32, "1_" * 16, "0x" + "9" * 30, "3" * 33])
def test_a_shard_is_split_within_its_range(connect: Connect, key: str) -> None:
    """At a key in hexadecimal; without one it is halved."""
    client = connect()
    if key:
        assert refused(lambda: client.split_shard(P, L, 0, key)) == (400, "ParameterInvalid")
        assert len(client.list_shards(P, L).get_shards_info()) == 2
    else:
        assert [begin for _, _, begin, _ in shown(client.split_shard(P, L, 0, key))] == [ZERO, ZERO, QUARTER]


def test_only_open_shards_are_split_or_merged(connect: Connect) -> None:
    """Nor one that is not there, nor the last one with nothing right of it."""
    client = connect()
    client.split_shard(P, L, 0, QUARTER)
    for ask in (
        lambda: client.split_shard(P, L, 0, "1" + "0" * 31),
        lambda: client.merge_shard(P, L, 0),
        lambda: client.merge_shard(P, L, 1),
    ):
        assert refused(ask) == (400, "ParameterInvalid")
    assert refused(lambda: client.split_shard(P, L, 9, QUARTER)) == (400, "ShardNotExist")
    assert refused(lambda: client.merge_shard(P, "nothing", 1)) == (404, "LogStoreNotExist")


@pytest.mark.parametrize(("count", "made"), [("3", 3), ("10", 10), ("1", 0), ("11", 0), ("x", 0)])
def test_a_shard_is_split_into_so_many(connect: Connect, service: LogService, count: str, made: int) -> None:
    """The SDK does not name a count, but the operation has it."""
    client = connect()

    def split() -> Any:
        return client._send("POST", P, None, f"/logstores/{L}/shards/0", {"action": "split", "shardCount": count}, {})

    if not made:
        assert refused(split) == (400, "ParameterInvalid")
        return
    split()
    assert service.shards(P, L) == list(range(2 + made))


def put_of(number: str, key: str) -> Any:
    """A log that goes by its hash key."""
    from aliyun.log import LogItem, PutLogsRequest

    item = LogItem(timestamp=1_767_600_000, contents=[("n", number)])
    return PutLogsRequest(P, L, "", "test", [item], hashKey=key)
