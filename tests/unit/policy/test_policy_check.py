"""`secondwind policy check FILE`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from secondwind.commands.policy.check import run


def _run(path: Path) -> tuple[int, list[str]]:
    out = io.StringIO()
    return run(path, out), out.getvalue().replace(str(path), "F").splitlines()


def test_good_file(tmp_path: Path) -> None:
    """A usable file: exit status 0, warnings with their lines, and a summary."""
    path = tmp_path / "p.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\nmode: off\n")
    status, lines = _run(path)
    assert status == 0
    assert lines[0].startswith("F:1: warning: $.rules: no last rule")
    assert lines[1].startswith("F:1: warning: $.sources: nobody is named")
    assert lines[2].startswith("F: ok, mode off, 0 rules, 2 warnings, policy version 1-")


def test_faulty_file(tmp_path: Path) -> None:
    """Faults: exit status 1, one line each with file and line, then how many."""
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\n\nmode: x\nfoo: 1\n")
    status, lines = _run(path)
    assert status == 1
    assert [line[:10] for line in lines[:2]] == ["F:3: $.mod", "F:4: $.foo"]
    assert lines[2:] == ["F: 2 faults"]


@pytest.mark.parametrize("kind", ["absent", "folder", "bytes"])
def test_unreadable_file(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there, no file or no text: exit status 2 and one line on standard error."""
    path = tmp_path / "p.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"version: 1 # \xff\n")
    status, lines = _run(path)
    assert (status, lines) == (2, [])
    assert capsys.readouterr().err.count("\n") == 1


def test_endless_file_is_not_read_whole(tmp_path: Path) -> None:
    """A huge file is a fault, not a full memory."""
    path = tmp_path / "p.yaml"
    path.write_bytes(b"#" * 1_000_000)
    status, lines = _run(path)
    assert status == 1
    assert "larger than 256 KiB" in lines[0]
