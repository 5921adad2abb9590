"""What is known of the tests is kept whole: who reads it while another writes has the one or the other."""

from __future__ import annotations

from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import msgspec
import pytest

from tools.mutants import covering
from tools.mutants.covering import KEPT, Watched


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with one file of tests, whose one test runs one line."""
    for name in ("shared/desk.py", "tests/support/hand.py", "tests/conftest.py", "tests/test_desk.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    watched = {"tests/test_desk.py::test": Watched(0.1, {"shared/desk.py": [1]})}
    monkeypatch.setattr(covering, "_watched", lambda _copy, files, _of: watched if files else {})
    return tmp_path


def _known(root: Path) -> dict[str, Watched]:
    return covering.tests_of(root, ["tests/test_desk.py"], [None], ())  # type: ignore[list-item] # no copy is needed


def test_who_reads_meanwhile_has_the_old_whole(root: Path) -> None:
    """The new one takes its place when all of it is written."""
    _known(root)
    with (root / KEPT).open("rb") as reading:
        (root / "shared/desk.py").write_text("OPEN = True\n")
        known = _known(root)
        old = reading.read()
    assert known == {"tests/test_desk.py::test": Watched(0.1, {"shared/desk.py": [1]})}
    assert old != (root / KEPT).read_bytes()
    assert msgspec.json.decode(old).keys() == {"tests/test_desk.py"}


def test_a_disk_without_room_costs_nothing_that_was_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is left beside it."""
    _known(root)
    old = (root / KEPT).read_bytes()
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        write(path, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        _known(root)
    assert [path.read_bytes() for path in (root / KEPT).parent.iterdir()] == [old]


@pytest.mark.parametrize(("status", "told"), [(0, True), (5, True), (1, False), (2, False)])
def test_a_share_without_a_test_of_its_own_examples_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, *, told: bool
) -> None:
    """Pytest ends otherwise where all is left out; what fails ends the run."""
    copy = Namespace(root=tmp_path / "copy")
    (tmp_path / "covering.json").write_text("{}")
    ran: CompletedProcess[Any] = CompletedProcess([], status, "1 deselected", "")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: ran)
    with nullcontext() if told else pytest.raises(covering.CoveringError, match="1 deselected"):
        assert covering._watched(copy, ["tests/test_desk.py"], ()) == {}  # type: ignore[arg-type]  # its folder alone
