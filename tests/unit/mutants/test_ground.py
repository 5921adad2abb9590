"""A test that fails without a mutant as well says nothing of one; the others are asked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tools.mutants import ground
from tools.mutants.covering import CoveringError
from tools.mutants.ground import Ground, Try
from tools.mutants.mutations import mutants_of
from tools.mutants.rooms import Room

CODE = "def late(now):\n    return now > 5\n"
SLIP = next(one for one in mutants_of("desk", CODE) if ">=" in one.becomes)
DESK = Room("desk", ("desk.py",), ("tests",))


class _Copy:
    def __init__(self, _root: Path, folder: Path) -> None:
        self.root = folder
        (folder / "desk.py").write_text(CODE)

    def with_texts(self, texts: Mapping[str, str]) -> _Copy:
        self._texts = texts
        return self

    def __enter__(self) -> None:
        for name, text in self._texts.items():
            (self.root / name).write_text(text)

    def __exit__(self, *_: object) -> None:
        (self.root / "desk.py").write_text(CODE)


class _Nursery:
    """Plays forks of what it has loaded. `SEES` fails with the mutant, `ALWAYS` with and without.

    Without it `SLOW` does not end in time, and `ODD` fails once. `BREAKS` cannot be loaded, nor, with it, `LATE TODAY`.
    """

    runs: list[Sequence[str]]

    def __init__(self, root: Path, _files: Sequence[str]) -> None:
        self._desk = root / "desk.py"
        self._loaded = ""
        self.runs = []

    def wait(self) -> None:
        self._loaded = self._loaded or self._desk.read_text()

    def ask(self, run: Mapping[str, Any]) -> dict[str, str]:
        self.runs.append(run["tests"])
        assert self._loaded == CODE, "a slip is put in before all is loaded, and would stay"
        mutated = self._desk.read_text() != CODE
        for test in run["tests"]:
            if test == "SLOW" and not mutated:
                return {"end": "late"}
            odd = test == "ODD" and self.runs.count(["ODD"]) < 3
            if test == "ALWAYS" or odd or (mutated and test in {"SEES", "SLOW", "ODD"}):
                return {"end": "failed", "by": f"{test}[1]"}
            if test == "LATE TODAY" and not mutated:
                return {"end": "failed", "by": "LATE TODAY"}
            if test in {"BREAKS", "LATE TODAY"}:
                return {"end": "broken", "by": "no import"}
        return {"end": "passed"}

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """A ground without processes."""
    monkeypatch.setattr(ground, "Copy", _Copy)
    monkeypatch.setattr(ground, "_Nursery", _Nursery)
    made = Ground(tmp_path, tmp_path)
    made.load(["tests/test_desk.py"])
    return made


@pytest.mark.parametrize(
    ("tests", "killed", "asked"),
    [
        (["BLIND", "SEES"], True, 2),
        (["ALWAYS", "SEES"], True, 1),
        (["SLOW"], True, 1),
        (["ODD"], True, 1),
        (["ALWAYS", "BLIND"], False, 1),
        (["ALWAYS"], False, 0),
        (["BLIND"], False, 1),
        ([], False, 0),
    ],
)
def test_only_a_test_that_passes_without_it_kills_a_mutant(
    here: Ground, tests: list[str], *, killed: bool, asked: int
) -> None:
    """And it is remembered which do: each is run without a mutant once, or twice if it fails.

    That a machine is busy is no test's fault.
    """
    for _ in range(2):
        tried = here.tried(Try(DESK, "desk.py", SLIP), tests, 1.0)
        assert (tried.killed, tried.asked, tried.by) == (killed, asked, f"{tests[-1]}[1]" if killed else "passed")
    nurseries: Any = (here._warm, here._bare)
    assert sum(runs.count(["ALWAYS"]) for runs in (nursery.runs for nursery in nurseries)) <= 3


def test_tests_that_break_without_a_mutant_end_it_all(here: Ground) -> None:
    """Nothing could be said."""
    with pytest.raises(CoveringError, match="no import"):
        here.tried(Try(DESK, "desk.py", SLIP), ["BREAKS"], 1.0)


def test_a_mutant_with_which_nothing_can_be_loaded_is_killed(here: Ground) -> None:
    """Also if without it a test fails just then: loaded it was."""
    assert here.tried(Try(DESK, "desk.py", SLIP), ["LATE TODAY"], 1.0).killed


def test_who_saw_the_last_mutant_of_a_file_is_asked_first(here: Ground) -> None:
    """The rest keeps its order; another file's mutant is asked of its own."""
    for _ in range(2):
        here.tried(Try(DESK, "desk.py", SLIP), ["BLIND", "SEES", "OTHER"], 1.0, at_import=False)
    nursery: Any = here._warm
    assert [run for run in nursery.runs if len(run) > 1] == [["BLIND", "SEES", "OTHER"], ["SEES", "BLIND", "OTHER"]]
