"""A bug is caught by a test that fails with it and passes without it, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.zoo.house import ZOO
from tools.zoo import __main__ as door
from tools.zoo.bugs import Bug, ZooError
from tools.zoo.changes import changed

_OTHER = "tests/unit/test_other.py::test_other"


class _Copy:
    """Plays a copy: the tests named in `with_bug` fail while a bug is in it, those in `anyway` always."""

    with_bug: frozenset[str] = frozenset()
    anyway: frozenset[str] = frozenset()
    broken = False

    def __init__(self, root: Path, folder: Path) -> None:
        assert folder != root
        self._root = root
        self._sick = False

    @contextmanager
    def having(self, bug: Bug) -> Iterator[None]:
        assert changed(self._root, bug.changes)
        self._sick = True
        yield
        self._sick = False

    def failing(self, tests: Sequence[str], *options: str) -> list[str]:
        if self.broken:
            raise ZooError("pytest ended with 4")
        fails = self.anyway | (self.with_bug if self._sick else frozenset())
        asked = {_OTHER} if tuple(tests) == door.FAST_SUITE else set(tests)
        return sorted(fails & asked)[: 1 if "-x" in options else None]


@pytest.fixture(autouse=True)
def _copies_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "Copy", _Copy)


def _run(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """(exit status, what is said of the bug, caught/total)."""
    status = door.main([], root)
    lines = capsys.readouterr().out.splitlines()
    return status, "\n".join(lines[:-2]).partition(" s  ")[2], lines[-1]


@pytest.mark.parametrize("test", ["tests/test_desk.py::test_home", _OTHER])
def test_caught(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, test: str) -> None:
    """By a test that the bug names, or by one of the fast suite."""
    monkeypatch.setattr(_Copy, "with_bug", frozenset({test}))
    assert _run(root, capsys) == (0, f"caught by {test}", "1/1")


def test_survived(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No test fails."""
    assert _run(root, capsys) == (1, "SURVIVED", "0/1")


def test_a_test_that_fails_without_the_bug_has_caught_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is run again on a whole copy."""
    test = "tests/test_desk.py::test_home"
    monkeypatch.setattr(_Copy, "anyway", frozenset({test}))
    told = f"caught by {test}\nhome_forgotten: {test} fails without the bug as well"
    assert _run(root, capsys) == (1, told, "0/1")


def test_tests_that_cannot_run_have_caught_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pytest said is told."""
    monkeypatch.setattr(_Copy, "broken", True)
    assert _run(root, capsys) == (1, "pytest ended with 4", "0/1")


def test_a_bug_that_does_not_fit_is_not_caught(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are tried all the same; this one is told."""
    (root / "zoo/law_04_lost.yaml").write_text(ZOO.replace("case.home", "case.house"), encoding="utf-8")
    assert _run(root, capsys) == (1, "not there: case.house", "0/1")
