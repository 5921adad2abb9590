"""No module is longer than CONTRIBUTING says, tests included."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.docs.pages import ROOT

HOUSES = ("functions", "shared", "secondwind", "localcloud", "tools", "benchmarks", "emitters", "tests")
ONE_FILE = "emitters/stuck_rank_watcher.py"
"""Copied to a node as it is: it has to be one file."""


def too_long(root: Path, most: int) -> dict[str, int]:
    """Modules with more lines than that, but for the one that has to be a file of its own."""
    files = (file for house in HOUSES for file in (root / house).rglob("*.py"))
    lengths = {file.relative_to(root).as_posix(): len(file.read_bytes().splitlines()) for file in files}
    return {name: lines for name, lines in lengths.items() if lines > most and name != ONE_FILE}


def test_no_module_is_too_long() -> None:
    """The number is CONTRIBUTING's."""
    said = re.search(r"never\s+more than (\d+) lines", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert said is not None
    assert too_long(ROOT, int(said.group(1))) == {}


def test_a_module_that_is_too_long_is_found(tmp_path: Path) -> None:
    """By a line."""
    for length in (3, 4):
        (tmp_path / "shared").mkdir(exist_ok=True)
        (tmp_path / "shared" / f"of_{length}.py").write_text("pass\n" * length, encoding="utf-8")
    assert too_long(tmp_path, 3) == {"shared/of_4.py": 4}
