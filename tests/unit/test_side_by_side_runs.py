"""The tests on the other Pythons run side by side: none that fails goes unnoticed, none is printed into another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.test_elsewhere import run_at_once

MEETS = """
import pathlib, sys, time
mine, other = map(pathlib.Path, sys.argv[1:])
mine.touch()
print("waiting")
while not other.exists():
    time.sleep(0.01)
print("met")
"""


@pytest.mark.parametrize(("ends", "status"), [((0, 0), 0), ((0, 3), 3), ((4, 0), 4), ((5, 3), 5)])
def test_the_first_that_fails_gives_the_status(ends: tuple[int, ...], status: int) -> None:
    """Zero is for all of them alone."""
    runs = {str(number): (sys.executable, "-S", "-c", f"raise SystemExit({end})") for number, end in enumerate(ends)}
    assert run_at_once(runs) == status


def test_they_run_at_once_and_are_told_one_after_the_other(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each waits here for the other to have begun."""
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    command = (sys.executable, "-S", "-c", MEETS)
    assert run_at_once({"One": (*command, one, two), "Two": (*command, two, one)}) == 0
    assert capfd.readouterr().out == "== One\nwaiting\nmet\n== Two\nwaiting\nmet\n"
