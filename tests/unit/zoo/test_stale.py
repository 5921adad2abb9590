"""What no longer fits is told, with where it would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.zoo.house import DESK, ZOO
from tools.zoo.__main__ import main
from tools.zoo.bugs import ZooError, read_bugs
from tools.zoo.changes import Fault
from tools.zoo.stale import Stale, stale


def _stale(root: Path) -> list[Stale]:
    return list(stale(root, read_bugs(root / "zoo")))


def _only(root: Path) -> Stale:
    (one,) = _stale(root)
    assert (one.file, one.bug) == ("law_04_lost", "home_forgotten")
    return one


def _rewrite(root: Path, before: str, after: str) -> None:
    desk = root / "house/desk.py"
    assert before in DESK
    desk.write_text(DESK.replace(before, after), encoding="utf-8")


def test_a_bug_that_fits_is_not_told(root: Path) -> None:
    """Nor is anything changed."""
    assert _stale(root) == []
    assert (root / "house/desk.py").read_text(encoding="utf-8") == DESK


def test_a_renamed_file_is_found_again(root: Path) -> None:
    """The symbol is the same, its module another one."""
    (root / "house/desk.py").rename(root / "house/counter.py")
    assert _only(root) == Stale(
        file="law_04_lost",
        bug="home_forgotten",
        place="house.desk:Desk.close",
        fault=Fault.NO_FILE,
        now="house.counter:Desk.close",
        told="there is no module house.desk; it fits in house.counter:Desk.close",
    )


def test_a_module_may_become_a_package(root: Path) -> None:
    """Whoever imports it does not notice; nor does the zoo."""
    (root / "house/desk").mkdir()
    (root / "house/desk.py").rename(root / "house/desk/__init__.py")
    assert _stale(root) == []


def test_a_renamed_class_is_found_again(root: Path) -> None:
    """Its method has the name that it had; the other function of that name fits as well, so nobody can know."""
    _rewrite(root, "class Desk:", "class Counter:")
    one = _only(root)
    assert (one.fault, one.now, "nearest is house.desk:Counter.close" in one.told) == (Fault.NO_SYMBOL, "", True)
    _rewrite(root, "class Desk:", "class Counter:")
    (root / "house/desk.py").write_text(
        (root / "house/desk.py").read_text(encoding="utf-8").replace("return case.home", "return 0"), encoding="utf-8"
    )
    assert _only(root).now == "house.desk:Counter.close"


def test_code_that_went_to_another_function_is_found_again(root: Path) -> None:
    """The symbol is still there and has it no more; the innermost one that has it is named."""
    moved = "    def other(self, case):\n        return case.home\n\n    def close(self"
    _rewrite(root, "    def close(self", moved)
    text = (root / "house/desk.py").read_text(encoding="utf-8")
    text = text.replace("home = case.home", "home = self.other(case)").replace(
        "def close(case):\n    return case.home", ""
    )
    (root / "house/desk.py").write_text(text, encoding="utf-8")
    one = _only(root)
    assert (one.fault, one.now) == (Fault.NOT_THERE, "house.desk:Desk.other")


def test_a_misspelt_symbol_is_told_with_the_nearest_name(root: Path) -> None:
    """Although nothing there would fit."""
    _rewrite(root, "case.home", "case.house")
    zoo = root / "zoo/law_04_lost.yaml"
    zoo.write_text(ZOO.replace("Desk.close", "Desk.cloze"), encoding="utf-8")
    assert _only(root).told == "its module has no Desk.cloze; the nearest is house.desk:Desk.close"


def test_what_fits_twice_is_told(root: Path) -> None:
    """Nobody guesses which is meant."""
    _rewrite(root, "self.note(home)", "self.note(case.home)")
    one = _only(root)
    assert (one.fault, one.now, one.told) == (Fault.NOT_ONCE, "", "there 2 times: case.home")


def test_a_file_that_moved_is_found_again(root: Path) -> None:
    """Of files that are not Python the name is looked for."""
    zoo = ZOO.replace("house.desk:Desk.close", "rules.yaml").replace("find: case.home", "text: unknown")
    (root / "zoo/law_04_lost.yaml").write_text(zoo, encoding="utf-8")
    one = _only(root)
    assert (one.fault, one.place, one.now) == (Fault.NO_FILE, "rules.yaml", "house/rules.yaml")


def test_each_change_is_told_by_itself(root: Path) -> None:
    """A bug of two changes that both no longer fit."""
    second = "    - in: house.desk:Desk.limit\n      find: 1\n      replace: 2\n  tests:"
    zoo = ZOO.replace("  tests:", second.replace("find: 1", "find: '1'").replace("replace: 2", "replace: '2'"))
    (root / "zoo/law_04_lost.yaml").write_text(zoo, encoding="utf-8")
    _rewrite(root, "home = case.home", "home = 0")
    assert [(one.place, one.fault) for one in _stale(root)] == [
        ("house.desk:Desk.close", Fault.NOT_THERE),
        ("house.desk:Desk.limit", Fault.NOT_THERE),
    ]


def test_changes_that_fit_only_without_one_another_are_told(root: Path) -> None:
    """The first takes away what the second looks for."""
    second = "    - in: house.desk:Desk.close\n      find: home = case.home\n      replace: home = 0\n  tests:"
    (root / "zoo/law_04_lost.yaml").write_text(ZOO.replace("  tests:", second), encoding="utf-8")
    assert _only(root).told == "only without its other changes: not there: home = case.home"


@pytest.mark.parametrize(
    ("test", "now"),
    [
        ("tests/test_desk.py::test_house", ""),
        ("tests/unit/test_desk.py::test_home", "tests/test_desk.py::test_home"),
        ("tests/unit/test_desk.py", "tests/test_desk.py"),
        ("tests/unit", ""),
    ],
)
def test_a_test_that_is_gone_is_told(root: Path, test: str, now: str) -> None:
    """With where it went."""
    zoo = root / "zoo/law_04_lost.yaml"
    zoo.write_text(ZOO.replace("tests/test_desk.py::test_home", test), encoding="utf-8")
    one = _only(root)
    assert (one.place, one.fault, one.now) == (test, Fault.NO_TEST, now)


def test_the_command_prints_a_line_that_scripts_can_read(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Six fields, then how many fit of how many."""
    assert main(["--check"], root) == 0
    assert capsys.readouterr().out == "1/1\n"
    (root / "house/desk.py").rename(root / "house/counter.py")
    assert main(["--check", "home"], root) == 1
    line, count = capsys.readouterr().out.splitlines()
    assert line.split("\t") == [
        "zoo/law_04_lost.yaml",
        "home_forgotten",
        "house.desk:Desk.close",
        "no-file",
        "house.counter:Desk.close",
        "there is no module house.desk; it fits in house.counter:Desk.close",
    ]
    assert count == "0/1"


def test_words_choose_bugs_by_their_own_name_or_their_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One word of several is enough; none that fits is an error, not a success."""
    second = ZOO.replace("home_forgotten", "home_sold")
    (root / "zoo/law_05_unknown.yaml").write_text(second, encoding="utf-8")
    for words, count in ([], 2), (["forgotten"], 1), (["law_05"], 1), (["sold", "law_04"], 2):
        assert main(["--check", *words], root) == 0
        assert capsys.readouterr().out == f"{count}/{count}\n"
    with pytest.raises(ZooError, match="no such bug"):
        main(["--check", "law_06"], root)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("- tests/test_desk.py::test_home", "[]", "law_04_lost.yaml: home_forgotten needs changes, tests"),
        ("why: Nobody finds it again.", "why: ''", "needs changes, tests and a reason"),
        ("title:", "headline:", r"law_04_lost.yaml: .*headline"),
        ("- name", "name", "law_04_lost.yaml: "),
    ],
)
def test_a_zoo_out_of_order_is_an_error(root: Path, before: str, after: str, told: str) -> None:
    """It names the file."""
    (root / "zoo/law_04_lost.yaml").write_text(ZOO.replace(before, after), encoding="utf-8")
    with pytest.raises(ZooError, match=told):
        read_bugs(root / "zoo")


def test_two_bugs_of_one_name_are_an_error(root: Path) -> None:
    """Also in two files."""
    (root / "zoo/law_05_unknown.yaml").write_text(ZOO, encoding="utf-8")
    with pytest.raises(ZooError, match="more than one bug is called home_forgotten"):
        read_bugs(root / "zoo")
