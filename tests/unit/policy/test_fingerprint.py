"""One fingerprint for one failure, also where no blanks stand between words."""

from __future__ import annotations

import pytest

from shared.policy.text.fingerprint import fingerprint
from tests.support.growth import LINEAR, growth

_OF_OLD = {
    "step 7 of 96 failed on node01: /data/x": "8252385defb75e64",
    "cp: cannot stat '/mnt/a': Stale file handle\n12:30\n0x1f": "37d392eacda6460f",
    "内存不足": "962923ed916c899d",
    "任务 12 失败 内存不足": "c05713118a080b1a",
    "job.sh:行3: 4711 段错误 (核心已转储) ./solver": "880e84592ed88817",
    "run.sh:行21: 7915 已杀死 python train.py": "11a1ca538ba4a177",
    '{"errcode":45009,"errmsg":"reach max api daily quota limit"}': "c929b8310b777330",
    "Resource_List=ncpus=4,mem=8gb failed": "82aa00e0dc6db4d3",
    "lost\nPBS_JOBID=12\nRANK3=abc\nhttps://h/x?topic=logging&y=z": "76f75e6129fe3013",
    'lost\n{"code":500}': "76f75e6129fe3013",
}
"""What a ledger holds: a text that is known by these must be known again."""


@pytest.mark.parametrize(("text", "known"), _OF_OLD.items())
def test_what_a_ledger_holds_is_found_again(text: str, known: str) -> None:
    """Of texts that were told apart already."""
    assert fingerprint(text) == known


_FAILED = "任务{0}失败: 内存分配返回空"
_JSON = '{{"id":{0},"err":"DeadlineExceeded","at":"/data/{0}"}}'


@pytest.mark.parametrize(
    "text",
    [
        _FAILED,
        _JSON,
        "读取/data/{0}/1.csv出错",
        "读取C:\\data\\{0}.csv出错",
        "节点cn-{0}上的作业{0}.sched失败(错误码{0})",
        "作业于2026-01-{0}启动, 第{0}步出错",
        "error={0},msg=OutOfMemory,path=/a/{0}",
        "作业第{0}步失败\nok",
        "日志{0}: ディスク{0}が足りません",
    ],
)
def test_numbers_ids_and_paths_make_no_difference_where_no_blanks_are(text: str) -> None:
    """And it is known, other than without what is said."""
    assert fingerprint(text.format(12)) == fingerprint(text.format(7))
    assert fingerprint(text.format(12)) not in {"", fingerprint("ok"), fingerprint("日志 ")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("作业运行结束\n第3步: 内存分配失败", "作业运行结束\n第4步: 数据库连接被拒绝"),
        ("错误: 第3步内存分配失败", "错误: 第3步数据库连接被拒绝"),
        ("打开文件/data/a失败", "删除文件/data/a失败"),
        ("输入/输出错误", "读取/写入错误"),
        ("failed\n" + _JSON.format(1), "failed\n" + _JSON.format(1).replace("DeadlineExceeded", "NotFound")),
        ('{"id":1,"err":"DeadlineExceeded now"}', '{"id":1,"err":"NotEnough now"}'),
        ("failed\nretcode=3;reason=OutOfMemory", "failed\nretcode=3;reason=BadInput"),
    ],
)
def test_another_failure_is_another_text(one: str, other: str) -> None:
    """What a number or path stands beside is said all the same."""
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    "text", ['{"id":12}', '{"a1":"x"}', "x1=a", "a=1,b=2", "12/34", "/data/a=b,c=d1", '{"a":1,"b":"/c"}']
)
def test_numbers_alone_say_nothing(text: str) -> None:
    """Whatever their names."""
    assert fingerprint(text) == ""


def test_a_secret_is_never_in_it() -> None:
    """A word that would tell a hash of it from others."""
    for text in ('{{"id":12,"err":"DeadlineExceeded","password":"{0}"}}', "第3步失败,password={0},重新登录第二步"):
        assert fingerprint(text.format("hunter")) == fingerprint(text.format("swordfish"))


@pytest.mark.parametrize("piece", ["=", "=,", '":', '"', "错1", "=a,", "/错", '":a', "a=1,b=错 ", "{", "1"])
def test_it_is_made_in_linear_time(piece: str) -> None:
    """Of whatever a line holds."""
    assert growth(lambda size: fingerprint(piece * size + "x"), 4_000) < LINEAR
