"""Where a Slurm can be had its stories run; elsewhere it is said that they were skipped, which is no failure."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import test_slurm

TESTS_END_WITH = 3


class Machine:
    """One with its programs in a folder, an apt-get and a Python of which only the calls are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"

    def has(self, *names: str) -> None:
        """Programs that are there from the beginning."""
        for name in names:
            self._program(name, "exit 0")

    def has_apt(self, *brings: str, status: int = 0) -> None:
        """An apt-get whose `install` brings these."""
        makes = "; ".join(f"cp {self.folder}/apt-get {self.folder}/{name}" for name in brings)
        installs = f'case "$*" in *install*) {makes or ":"};; esac'
        self._program("apt-get", f'echo "apt-get $*" >> {self.calls}\n{installs}\nexit {status}')

    def python(self) -> str:
        """What runs the tests."""
        return self._program("python", f'echo "$SECONDWIND_SLURM python $*" >> {self.calls}\nexit {TESTS_END_WITH}')

    def called(self) -> list[str]:
        """What was called, without what follows the first words."""
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def _program(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A bare one, whose user is root."""
    made = Machine(tmp_path)
    monkeypatch.setattr(test_slurm, "WHERE", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "executable", made.python())
    return made


def test_root_installs_what_is_missing_and_the_tests_decide(machine: Machine) -> None:
    """All packages by name, nothing else that they recommend."""
    machine.has(*test_slurm.PROGRAMS[:3])
    machine.has_apt(*test_slurm.PROGRAMS[3:])
    assert test_slurm.main() == TESTS_END_WITH
    assert machine.called() == [
        "apt-get -qq update",
        f"apt-get -qq -y install --no-install-recommends {' '.join(test_slurm.PACKAGES)}",
        "1 python -m pytest -q -n 2 --dist loadfile tests/slurm",
    ]


@pytest.mark.parametrize("status", [0, 100])
def test_what_cannot_be_installed_is_skipped(machine: Machine, capsys: pytest.CaptureFixture[str], status: int) -> None:
    """Whether apt-get says so or not; what is missing is named."""
    machine.has(*test_slurm.PROGRAMS[:-2])
    machine.has_apt(status=status)
    assert test_slurm.main() == 0
    assert capsys.readouterr().out == "test-slurm: skipped, without mpirun.openmpi, mpirun.mpich\n"
    assert [line.split()[0] for line in machine.called()] == ["apt-get"] * 2


def test_who_is_not_root_installs_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """And skips."""
    machine.has_apt(*test_slurm.PROGRAMS)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert (test_slurm.main(), machine.called()) == (0, [])


def test_without_apt_nothing_is_installed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another distribution, or no Linux."""
    monkeypatch.setenv("PATH", str(machine.folder))
    assert (test_slurm.main(), machine.called()) == (0, [])


def test_where_all_is_there_the_tests_run_at_once(machine: Machine) -> None:
    """Nobody is asked to install anything."""
    machine.has(*test_slurm.PROGRAMS)
    machine.has_apt()
    assert test_slurm.main() == TESTS_END_WITH
    assert [line.split()[1] for line in machine.called()] == ["python"]
