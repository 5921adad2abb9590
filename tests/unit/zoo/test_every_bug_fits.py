"""Whoever renames, moves or rewrites code hears which known bugs must follow; `python -m tools.zoo` then tries them."""

from __future__ import annotations

import re
from pathlib import Path

from tools.zoo.bugs import read_bugs
from tools.zoo.stale import stale

_ROOT = Path(__file__).resolve().parents[3]
_ZOO = read_bugs(_ROOT / "zoo")


def test_every_bug_fits_the_code_as_it_is() -> None:
    """Each line: file, bug, place, what is wrong, where it fits now, and the same in words."""
    assert sum(map(len, _ZOO.values())) > 100
    assert "\n".join(one.line() for one in stale(_ROOT, _ZOO)) == ""


def test_a_file_is_called_after_a_law() -> None:
    """`law_04_…` is about the fourth sentence of the table in docs/guarantees.md."""
    laws = re.findall(r"^\| (\d+) \|", (_ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = [file.split("_")[1] for file in _ZOO if file.startswith("law_")]
    assert len(named) > 10
    assert {int(number) for number in named} <= {int(number) for number in laws}
