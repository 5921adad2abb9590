"""Log Service bodies: the hand-made coding agrees with the SDK's protobuf, and hostile bytes are refused."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.sls.models import Log, LogGroup
from localcloud.sls.protobuf import WireError, compress, decode_group, decompress, encode_group, encode_group_list

TEXT = st.text(max_size=20)
GROUPS = st.builds(
    LogGroup,
    logs=st.lists(
        st.builds(
            Log,
            time=st.integers(0, 2**32 - 1),
            contents=st.lists(st.tuples(TEXT, TEXT.map(str.encode)), max_size=3).map(tuple),
            time_ns=st.none() | st.integers(0, 999_999_999),
        ),
        max_size=3,
    ).map(tuple),
    topic=TEXT,
    source=TEXT,
    tags=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
)


def official(group: LogGroup) -> Any:
    """The same group as the SDK's message."""
    from aliyun.log.proto import LogGroup as Official

    message: Any = Official()
    message.Topic, message.Source = group.topic, group.source
    for log in group.logs:
        made = message.Logs.add()
        made.Time = log.time
        if log.time_ns is not None:
            made.Time_ns = log.time_ns
        for key, value in log.contents:
            content = made.Contents.add()
            content.Key, content.Value = key, value.decode()
    for key, tag in group.tags:
        made = message.LogTags.add()
        made.Key, made.Value = key, tag
    return message


@settings(deadline=None)
@given(GROUPS)
def test_coding_agrees_with_the_official_one(group: LogGroup) -> None:
    """What we encode the SDK reads as the same message, and what it encodes we read as the same group."""
    from aliyun.log.proto import LogGroup as Official

    read: Any = Official()
    read.ParseFromString(encode_group(group))
    assert read == official(group)
    assert decode_group(official(group).SerializeToString()) == group


@settings(deadline=None)
@given(GROUPS, GROUPS)
def test_list_keeps_groups_as_they_came(first: LogGroup, second: LogGroup) -> None:
    """The SDK reads a list of groups in order."""
    from aliyun.log.proto import LogGroupList

    read: Any = LogGroupList()
    read.ParseFromString(encode_group_list([encode_group(first), encode_group(second)]))
    assert list(read.LogGroups) == [official(first), official(second)]


def test_unknown_fields_are_skipped() -> None:
    """Fields of every wire type that the messages do not have change nothing."""
    group = LogGroup((Log(5, (("a", b"\xff"),)),), "t")
    extra = b"\x58\x96\x01" + b"\x61" + bytes(8) + b"\x6a\x03abc" + b"\x75" + bytes(4)
    assert decode_group(extra + encode_group(group) + extra) == group


def test_numbers_are_cut_to_their_size() -> None:
    """A time or nanosecond part that is wider than its field is cut, so that the log can be written again."""
    wide = b"\xff" * 9 + b"\x01"
    group = decode_group(b"\x0a\x16" + b"\x08" + wide + b"\x20" + wide)
    assert group.logs == (Log(2**32 - 1, (), 2**32 - 1),)
    assert decode_group(encode_group(group)) == group


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",  # no length
        b"\x0a\x05\x08\x01",  # cut off
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # a number of eleven bytes
        b"\x0a\x00",  # a log without time
        b"\x0a\x06\x08\x01\x12\x02\x0a\x00",  # a content without value
        b"\x0b",  # a group, which this format does not have
        b"\x00\x00",  # field number 0
        b"\x1a\x01\xff",  # a topic that is no UTF-8
        b"\x08\x01",  # a number where a log belongs
    ],
)
def test_malformed_groups_are_refused(data: bytes) -> None:
    """Each way of being malformed is a WireError."""
    with pytest.raises(WireError):
        decode_group(data)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_group_or_a_wire_error(data: bytes) -> None:
    """No bytes raise anything but WireError; the SDK's reader takes all that ours takes, values aside."""
    try:
        group = decode_group(data)
    except WireError:
        return
    assert decode_group(encode_group(group)) == group


def test_damaged_groups_never_crash() -> None:
    """A valid group with bytes changed is still a group or a WireError."""
    chance = random.Random(7)
    good = encode_group(LogGroup((Log(5, (("key", b"value"),), 3),), "topic", "source", (("a", "b"),)))
    refused = 0
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            decode_group(bytes(data))
        except WireError:
            refused += 1
    assert 500 < refused < 3000


@settings(deadline=None)
@given(st.binary(max_size=500))
def test_lz4_round_trip(data: bytes) -> None:
    """A block unpacks to what was packed, and to no other size."""
    assert decompress(compress(data), len(data)) == data
    with pytest.raises(WireError):
        decompress(compress(data), len(data) + 1)


@pytest.mark.parametrize("size", [-1, 30 * 1024 * 1024 + 1])
def test_announced_size_is_bounded(size: int) -> None:
    """A size out of bounds is refused before anything is inflated."""
    with pytest.raises(WireError, match="bounds"):
        decompress(compress(b"x"), size)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_block_or_a_wire_error(data: bytes) -> None:
    """No bytes raise anything but WireError."""
    try:
        assert len(decompress(data, 50)) == 50
    except WireError as error:
        assert str(error)  # noqa: PT017 - either end is right; this one must say what was wrong
