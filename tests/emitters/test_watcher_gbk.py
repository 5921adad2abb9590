"""Output in GBK: the stuck-rank watcher hears and quotes it as the text that it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emitters import stuck_rank_watcher as watcher
from shared.reading.text import output_of
from tests.emitters.test_watcher_causes import AFTER, Bench


@pytest.mark.parametrize("code", ["gbk", "gb18030", "utf-8"])
def test_chinese_is_heard_and_quoted_however_it_was_written(code: str) -> None:
    """Its cause, its end, and the line that is not at its end; beside lines in UTF-8."""
    bench = Bench()
    bench.print(
        "步骤一\nslurm: 段错误 (核心已转储)\n".encode(code) + "内存还够\n".encode() + AFTER + "最后一步".encode(code)
    )
    head, _, end = bench.told().partition("\n; output: ")
    assert head.startswith("no output for 100 s; causes:\n2: slurm: 段错误 (核心已转储)\n")
    assert end.endswith("\n最后一步")
    ended = Bench()
    ended.print("开始计算\n正在写入\n".encode(code) + b"n\xff7\n" + "内存".encode())
    assert ended.told() == "no output for 100 s; output: 开始计算\n正在写入\nn\\xff7\n内存"


PIECES = [
    "错误".encode("gbk"),
    "內存不足".encode("gbk"),
    "权限".encode(),
    "限".encode()[:2],
    b"\xff",
    b"\xe9t\xe9",
    b"a\n",
    b"\n",
    b"\x9d",
]


@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)), max_size=8))
def test_the_watcher_takes_for_gbk_what_is_taken_for_it_where_logs_are_fetched(pieces: list[bytes]) -> None:
    """It is one file, so it says the same once more."""
    data = b"".join(pieces)
    assert b"\n".join(watcher.in_utf8(data.split(b"\n"))).decode("utf-8", "backslashreplace") == output_of(data)
