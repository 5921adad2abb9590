"""Traditional Chinese falls under the rules that know the simplified words, beside what is written in it itself."""

from __future__ import annotations

import pytest

from shared.policy.conditions import patterns_of
from shared.policy.match import earliest_cause, first_match
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.packs import library
from shared.policy.text import traditional
from shared.policy.text.traditional import simplified, with_simplified
from tests.support.growth import LINEAR, growth
from tests.unit.decide.facts import make_failure

SAID = {
    "權限不足": "权限不足",
    "記憶體不足": "内存不足",
    "磁碟空間不足": "磁盘空间不足",
    "找不到檔案": "找不到文件",
    "連線逾時": "连接超时",
    "cp: 無法開啟 '/a': 拒絕不符權限的操作": "cp: 无法开启 '/a': 权限不够",
    "cat: a: 沒有此一檔案或目錄": "cat: a: 没有那个文件或目录",
    "裝置上已無多餘空間": "设备上没有空间",
    "無法配置記憶體": "无法分配内存",
    "行 3: 4711 已砍掉 ./solver": "行 3: 4711 已杀死 ./solver",
    "區段錯誤 (核心已傾印)": "区段错误 (核心已傾印)",
    "匯流排錯誤": "总线错误",
    "資料庫程式的使用者資料": "数据库程序的用户数据",
    "伺服器位址: 網路": "服务器地址: 网络",
}


@pytest.mark.parametrize(("line", "read"), SAID.items())
def test_a_line_is_read_in_both(line: str, read: str) -> None:
    """As it was written, and in simplified signs and the names of the mainland."""
    assert simplified(line) == read
    assert with_simplified(f"a\n{line}\nb").split("\n") == ["a", line, read, "b"]


@pytest.mark.parametrize("text", ["plain", "内存不足\n磁盘空间不足", "é", "", "\u3042\u308a\u304c"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Simplified ones too."""
    assert with_simplified(text) == text


def test_rules_of_either_writing_find_it() -> None:
    """In a single line, among others, and where it was cut; the cause is quoted as it was printed."""
    rules = (
        Rule(name="written", match=Match(message="記憶體洩漏"), action=Action.HOLD),
        Rule(name="memory", match=Match(message="内存不足"), action=Action.IGNORE),
    )
    policy = Policy(version=1, rules=rules)
    for text, name in {
        "記憶體不足": "memory",
        "[rank1]: 記憶體不足\nx": "memory",
        "記憶體洩漏": "written",
        "作業第三步執行過程中發生嚴重錯誤系統返回記\n憶體不足": "memory",
    }.items():
        found = first_match(policy, make_failure(message=text))
        assert found is not None
        assert found.name == name
    assert earliest_cause(policy, "步驟一\n記憶體不足\n完") == "記憶體不足"
    assert earliest_cause(policy, "步骤一\n内存不足\n完") == "内存不足"


def test_each_sign_of_the_table_is_one_that_packs_have() -> None:
    """Nothing is kept that no pattern needs, and no sign becomes one that becomes another."""
    signs, become = traditional._TRADITIONAL, traditional._SIMPLIFIED
    rules = [rule for pack in library().values() for rule in pack.rules]
    sought = "".join([*(one for rule in rules for one in patterns_of(rule.match)), *traditional._NAMES])
    assert len(signs) == len(become) == len(set(signs))
    assert not set(signs) & set(become)
    assert set(become) - set(sought) == set()


@pytest.mark.parametrize("piece", ["權", "權\n", "資料", "配置記憶", "磁碟\n"])
def test_it_is_read_in_linear_time(piece: str) -> None:
    """Whatever it repeats."""
    assert growth(lambda size: with_simplified(piece * size), 4_000) < LINEAR
