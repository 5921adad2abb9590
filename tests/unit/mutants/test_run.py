"""A mutant is killed by a test that fails with it; what survives is told, unless it is listed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tools.mutants import __main__ as door
from tools.mutants.covering import Covering, Watched
from tools.mutants.equals import LIST, EqualsError
from tools.mutants.ground import Tried, Try
from tools.mutants.mutations import Mutant
from tools.mutants.rooms import OF_ALL, Room

CODE = "TABLE = 2\n\n\ndef late(now, due):\n    return now > due + 5\n"
DESK = Room("desk", ("house",), ("tests/desk",))
EQUAL = """
- in: house.desk:late
  was: return now > due + 5
  becomes: return (now >= due + 5)
  why: Nobody looks so exactly.
"""


class _Ground:
    """Plays a scratch copy: tests see numbers alone."""

    copy = None
    blind = frozenset({"return (now >= due + 5)"})

    def __init__(self, root: Path, folder: Path) -> None:
        assert folder != root

    def load(self, files: Sequence[str]) -> None:
        """What is asked is known."""

    def tried(self, wanted: Try, tests: Sequence[str], seconds: float, *, at_import: bool) -> Tried:
        del seconds, at_import
        killed = bool(tests) and wanted.mutant.becomes not in self.blind
        return Tried(wanted.room.name, wanted.mutant, killed, "", len(tests))

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house of one room."""
    for name, text in {"house/desk.py": CODE, str(LIST): "[]", "tests/desk/test_desk.py": ""}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    test = Watched(seconds=0.1, lines={"house/desk.py": [5]})
    monkeypatch.setattr(door, "ROOMS", (DESK,))
    monkeypatch.setattr(door, "rooms_named", lambda _names: [DESK])
    monkeypatch.setattr(door, "Ground", _Ground)
    monkeypatch.setattr(door, "tests_of", lambda *_: {"tests/desk/test_desk.py::test_late": test})
    return tmp_path


def test_a_survivor_is_shown_and_ends_in_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its change; 3 of 4 are less than 95 in 100."""
    assert door.main(["--all"], root) == 1
    said = capsys.readouterr().out
    assert "house.desk:late (line 5)\n  - return now > due + 5\n  + return (now >= due + 5)" in said
    assert "3 of     4 killed" in said


def test_what_is_listed_as_equal_is_not_tried(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is killed: 0."""
    (root / LIST).write_text(EQUAL)
    assert door.main(["--all"], root) == 0
    assert "3 of     3 killed  100.0%" in capsys.readouterr().out


@pytest.mark.parametrize(("listed", "status"), [(EQUAL, 0), (EQUAL.replace("+ 5", "+ 6"), 1)])
def test_an_entry_that_fits_nothing_is_told(root: Path, listed: str, status: int) -> None:
    """The code has changed: whoever wrote it must look again."""
    (root / LIST).write_text(listed)
    assert door.main(["--check"], root) == status


def test_an_entry_needs_a_reason(root: Path) -> None:
    """Else the list would be a place to hide."""
    (root / LIST).write_text(EQUAL.replace("Nobody looks so exactly.", '" "'))
    with pytest.raises(EqualsError, match="no reason"):
        door.main(["--all"], root)


def test_of_a_few_some_may_survive_by_chance() -> None:
    """In 999 of 1000 draws no more do, if 95 in 100 are killed."""
    assert [door.by_chance(tried) for tried in (0, 1, 12, 24, 100)] == [0, 1, 4, 5, 13]


def test_a_days_few_end_when_their_time_is_over(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged is what was tried until then; a sample that somebody asked for is tried whole."""
    monkeypatch.setattr(door, "ENOUGH_S", -1.0)
    assert door.main([], root) == 0
    assert "0 of     0 killed" in capsys.readouterr().out
    assert door.main(["--sample", "9"], root) == 1


def _mutant(*lines: int) -> Mutant:
    return Mutant("house.desk:late", 5, lines, "", "", "")


def test_tests_that_run_the_line_are_asked_quick_and_own_ones_first() -> None:
    """As many as take three quarters of a minute; of what is run at import those that run anything of the module.

    The room's own come after these: what a class says of itself is read without running anything of its module.
    """
    on_it, beside = {"house/desk.py": [5]}, {"house/desk.py": [9]}
    covering = Covering(
        {
            "tests/desk/test_a.py::slow": Watched(2.0, on_it),
            "tests/desk/test_a.py::quick": Watched(1.0, on_it),
            "tests/other/test_b.py::quickest": Watched(0.5, on_it),
            "tests/other/test_b.py::endless": Watched(60.0, on_it),
            "tests/other/test_b.py::never": Watched(70.0, on_it),
            "tests/desk/test_a.py::beside": Watched(0.1, beside),
        }
    )
    asked, seconds = covering.seeing(_mutant(5), "house/desk.py", DESK)
    assert [test.partition("::")[2] for test in asked] == ["quick", "slow", "quickest", "endless"]
    assert seconds == 63.5
    assert covering.seeing(_mutant(7), "house/desk.py", DESK) == ([], 0.0)
    assert covering.seeing(_mutant(), "house/desk.py", DESK)[0][0].endswith("beside")
    reads = {"tests/desk/test_a.py::reads": Watched(0.01, {}), "tests/other/test_b.py::reads": Watched(0.01, {})}
    runs = {"tests/desk/test_a.py::runs": Watched(1.0, {"house/desk.py": [9]})}
    asked, _ = Covering({**reads, **runs}).seeing(_mutant(), "house/desk.py", DESK)
    assert [test.partition("::")[2] for test in asked] == ["runs", "reads"]


def test_what_is_also_run_at_import_is_asked_of_those_who_look_there() -> None:
    """A function that makes a constant is seen by whoever knows the constant, though no test calls it."""
    tests = {"": Watched(0.0, {"house/desk.py": [5]}), f"{OF_ALL[0]}::number": Watched(0.1, {})}
    covering = Covering({**tests, "tests/desk/test_a.py::calls": Watched(0.1, {"house/desk.py": [5, 6]})})
    asked, _ = covering.seeing(_mutant(5), "house/desk.py", DESK)
    assert asked == [f"{OF_ALL[0]}::number", "tests/desk/test_a.py::calls"]
    assert covering.seeing(_mutant(6), "house/desk.py", DESK)[0] == ["tests/desk/test_a.py::calls"]
    assert [covering.at_import(_mutant(*lines), "house/desk.py") for lines in ((5,), (6,), ())] == [True, False, True]


def test_who_may_be_given_an_answer_that_is_kept_is_asked_behind_those_who_make_one() -> None:
    """Its maker ran first by chance; who runs nothing of the module is not asked."""
    made, given = Watched(2.0, {"house/desk.py": [5]}), Watched(1.0, {"house/desk.py": [9]})
    tests = {"tests/desk/test_a.py::given": given, "tests/desk/test_a.py::made": made}
    covering = Covering({**tests, "tests/desk/test_a.py::other": Watched(0.1, {})})
    asked, _ = covering.seeing(replace(_mutant(5), kept=True), "house/desk.py", DESK)
    assert [test.partition("::")[2] for test in asked] == ["made", "given"]


def test_the_list_of_this_house_fits() -> None:
    """Each entry is a mutant that there is."""
    assert door.main(["--check"]) == 0
